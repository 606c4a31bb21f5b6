# SPDX-License-Identifier: Apache-2.0
"""The 10,000 test images over the wire, by Triton's clients. wire_equality_test.cc compares each bit."""
import json
import unittest

import numpy as np
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http

import fashion
from served_case import ServedCase
from slipway_process import CNN, slipway

BATCH = 50


def logits_over(client, module, images):
    """The logits of `images`, asked for in batches of BATCH, one after the other."""
    parts = []
    for start in range(0, len(images), BATCH):
        tensor = module.InferInput("image", [BATCH, 1, 28, 28], "FP32")
        tensor.set_data_from_numpy(images[start:start + BATCH])
        parts.append(client.infer("fashion", [tensor]).as_numpy("logits"))
    return np.concatenate(parts)


class FashionTest(ServedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        images = fashion.images()
        with triton_http.InferenceServerClient(cls.server.http) as client:
            cls.over_rest = logits_over(client, triton_http, images)
        with triton_grpc.InferenceServerClient(cls.server.grpc) as client:
            cls.over_grpc = logits_over(client, triton_grpc, images)

    def test_rest_and_grpc_give_the_same_bits(self):
        self.assertEqual(self.over_rest.tobytes(), self.over_grpc.tobytes())

    def test_accuracy_equals_that_of_the_direct_call(self):
        result = slipway("evaluate", CNN, "--data", fashion.IMAGES, "--latency-runs", 1, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)

        accuracy = float(np.mean(self.over_grpc.argmax(1) == fashion.labels()))

        self.assertGreaterEqual(accuracy, 0.92)
        self.assertEqual(json.loads(result.stdout)["value"], accuracy)


if __name__ == "__main__":
    unittest.main()
