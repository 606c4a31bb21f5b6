# SPDX-License-Identifier: Apache-2.0
"""The 10,000 test images over the wire: the classes that the in-process call gives, value for value."""
import json
import pathlib
import tempfile
import unittest

import numpy as np
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http

import fashion
from served_case import ServedCase
from slipway_process import CNN, slipway

BATCH = 100


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

    def test_classes_equal_those_of_the_command_line(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "predictions.npy")
            result = slipway("evaluate", CNN, "--data", fashion.IMAGES, "--batch", BATCH, "--predictions", path)
            self.assertEqual(result.returncode, 0, result.stderr)
            predictions = np.load(path)

        np.testing.assert_array_equal(self.over_rest.argmax(1), predictions)

    def test_accuracy_equals_that_of_the_command_line(self):
        result = slipway("evaluate", CNN, "--data", fashion.IMAGES, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)

        accuracy = float(np.mean(self.over_grpc.argmax(1) == fashion.labels()))

        self.assertGreaterEqual(accuracy, 0.92)
        self.assertAlmostEqual(json.loads(result.stdout)["metrics"]["top1"], accuracy, places=9)


if __name__ == "__main__":
    unittest.main()
