# SPDX-License-Identifier: Apache-2.0
"""The Python clients of Triton, which must not notice that this is another server."""
import unittest

import numpy as np
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http

from served_case import ServedCase

ROWS = np.arange(8, dtype=np.float32).reshape(2, 4)


class TritonClientTest(ServedCase):
    def clients(self):
        """(client, its module) for REST and for gRPC."""
        for module, address in ((triton_http, self.server.http), (triton_grpc, self.server.grpc)):
            client = module.InferenceServerClient(address)
            self.addCleanup(client.close)
            yield client, module

    def infer(self, client, module, **options):
        tensor = module.InferInput("x", list(ROWS.shape), "FP32")
        tensor.set_data_from_numpy(ROWS)
        return client.infer("identity", [tensor], **options)

    def test_are_told_of_health(self):
        for client, module in self.clients():
            with self.subTest(module.__name__):
                self.assertTrue(client.is_server_live())
                self.assertTrue(client.is_server_ready())
                self.assertTrue(client.is_model_ready("identity"))
                self.assertTrue(client.is_model_ready("identity", "1"))

    def test_read_the_same_metadata(self):
        (rest, _), (grpc, _) = self.clients()

        self.assertEqual(rest.get_server_metadata(), grpc.get_server_metadata(as_json=True))
        over_rest, over_grpc = rest.get_model_metadata("fashion"), grpc.get_model_metadata("fashion", as_json=True)
        for tensor in over_grpc["inputs"] + over_grpc["outputs"]:
            tensor["shape"] = [int(size) for size in tensor["shape"]]  # Protobuf's JSON writes int64 as text.
        self.assertEqual(over_rest, over_grpc)

    def test_infer_and_read_back_the_same_bytes(self):
        for client, module in self.clients():
            with self.subTest(module.__name__):
                answer = self.infer(client, module, request_id="7")
                self.assertEqual(answer.as_numpy("y").tobytes(), ROWS.tobytes())

    def test_infer_with_chosen_outputs_and_version(self):
        for client, module in self.clients():
            with self.subTest(module.__name__):
                answer = self.infer(client, module, outputs=[module.InferRequestedOutput("y")], model_version="1")
                np.testing.assert_array_equal(answer.as_numpy("y"), ROWS)

    def test_infer_asynchronously_over_http(self):
        client = triton_http.InferenceServerClient(self.server.http, concurrency=4)
        self.addCleanup(client.close)
        tensor = triton_http.InferInput("x", list(ROWS.shape), "FP32")
        tensor.set_data_from_numpy(ROWS)

        answers = [client.async_infer("identity", [tensor]) for _ in range(20)]

        for answer in answers:
            np.testing.assert_array_equal(answer.get_result().as_numpy("y"), ROWS)

    def test_infer_from_json(self):
        client = triton_http.InferenceServerClient(self.server.http)
        self.addCleanup(client.close)
        tensor = triton_http.InferInput("x", list(ROWS.shape), "FP32")
        tensor.set_data_from_numpy(ROWS, binary_data=False)
        output = triton_http.InferRequestedOutput("y", binary_data=False)

        np.testing.assert_array_equal(client.infer("identity", [tensor], outputs=[output]).as_numpy("y"), ROWS)

    def test_are_told_what_is_wrong_in_their_own_exception(self):
        for client, module in self.clients():
            with self.subTest(module.__name__), self.assertRaisesRegex(Exception, "absent"):
                client.get_model_metadata("absent")


if __name__ == "__main__":
    unittest.main()
