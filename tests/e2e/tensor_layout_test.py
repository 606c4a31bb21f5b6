# SPDX-License-Identifier: Apache-2.0
"""Models whose tensors look otherwise to clients than to the engine, called with Triton's Python clients: reshaped
tensors, inputs that may be left out, and requests of different lengths that may share a batch."""
import concurrent.futures
import unittest

import numpy as np
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http

import onnx_models
from served_case import ServedCase
from slipway_process import Repository, Server

RESHAPED = """max_batch_size: 8
input [{ name: "x" data_type: TYPE_FP32 dims: [2, 2] reshape: { shape: [4] } }]
output [{ name: "y" data_type: TYPE_FP32 dims: [2, 2] reshape: { shape: [4] } }]
"""
# y = x + w, and w has a default.
OPTIONAL = """max_batch_size: 0
input [{ name: "x" data_type: TYPE_FP32 dims: [-1, 3] }, { name: "w" data_type: TYPE_FP32 dims: [3] optional: true }]
output [{ name: "y" data_type: TYPE_FP32 dims: [-1, 3] }]
"""
DEFAULT = np.array([10, 20, 30], dtype=np.float32)
# y = -x over the elements of all requests, one behind the other, and told where each request's end.
RAGGED = """max_batch_size: 16
input [{ name: "x" data_type: TYPE_FP32 dims: [-1] allow_ragged_batch: true }]
output [{ name: "y" data_type: TYPE_FP32 dims: [-1] }]
batch_input [{ kind: BATCH_ACCUMULATED_ELEMENT_COUNT target_name: "ends" data_type: TYPE_FP32 source_input: "x" }]
batch_output [{ target_name: "y" kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "x" }]
dynamic_batching {}
"""
LENGTHS = [np.arange(1, size + 1, dtype=np.float32)[None] for size in (3, 1, 7, 2, 5, 4, 1, 6)]


def sum_with_default():
    inputs = [onnx_models.value_info("x", ["n", 3]), onnx_models.value_info("w", [3])]
    return onnx_models.model([onnx_models.node("Add", ["x", "w"], ["y"])], inputs,
                             [onnx_models.value_info("y", ["n", 3])], [onnx_models.tensor("w", DEFAULT)])


def negative_of_all():
    inputs = [onnx_models.value_info("x", ["n"]), onnx_models.value_info("ends", ["b"])]
    outputs = [onnx_models.value_info("y", ["n"]), onnx_models.value_info("requests", ["b"])]
    nodes = [onnx_models.node("Neg", ["x"], ["y"]), onnx_models.node("Identity", ["ends"], ["requests"])]
    return onnx_models.model(nodes, inputs, outputs)


class TensorLayoutTest(ServedCase):
    @classmethod
    def setUpClass(cls):
        cls.repository = Repository()
        cls.addClassCleanup(cls.repository.remove)
        cls.repository.add("reshaped", onnx_models.identity("n", 4), RESHAPED)
        cls.repository.add("optional", sum_with_default(), OPTIONAL)
        cls.repository.add("ragged", negative_of_all(), RAGGED)
        cls.server = Server(cls.repository)
        cls.addClassCleanup(cls.server.stop)

    def client(self, module):
        """A client of `module`, and the inputs that it takes for {name: array}."""
        is_rest = module is triton_http
        client = module.InferenceServerClient(self.server.http if is_rest else self.server.grpc,
                                              **({"concurrency": 8} if is_rest else {}))
        self.addCleanup(client.close)

        def inputs_of(arrays):
            tensors = [module.InferInput(name, list(array.shape), "FP32") for name, array in arrays.items()]
            for tensor, array in zip(tensors, arrays.values(), strict=True):
                tensor.set_data_from_numpy(array)
            return tensors

        return client, inputs_of

    def callers(self):
        """(name of the client, its `infer(model, {name: array})`) for REST and for gRPC."""
        for module in (triton_http, triton_grpc):
            client, inputs_of = self.client(module)
            yield module.__name__, lambda model, arrays, c=client, i=inputs_of: c.infer(model, i(arrays))

    def test_a_reshaped_model_takes_and_gives_what_its_configuration_says(self):
        x = np.arange(12, dtype=np.float32).reshape(3, 2, 2)
        for name, infer in self.callers():
            with self.subTest(name):
                np.testing.assert_array_equal(infer("reshaped", {"x": x}).as_numpy("y"), x)

    def test_a_reshaped_model_refuses_the_shape_of_the_file(self):
        for name, infer in self.callers():
            with self.subTest(name), self.assertRaisesRegex(Exception, "2,2"):
                infer("reshaped", {"x": np.zeros((3, 4), dtype=np.float32)})

    def test_an_optional_input_has_its_default_where_it_is_left_out(self):
        x = np.ones((2, 3), dtype=np.float32)
        for name, infer in self.callers():
            with self.subTest(name):
                np.testing.assert_array_equal(infer("optional", {"x": x}).as_numpy("y"), x + DEFAULT)

    def test_an_optional_input_counts_where_it_is_given(self):
        x, w = np.ones((2, 3), dtype=np.float32), np.array([1, 2, 3], dtype=np.float32)
        for name, infer in self.callers():
            with self.subTest(name):
                np.testing.assert_array_equal(infer("optional", {"x": x, "w": w}).as_numpy("y"), x + w)

    def test_an_input_that_is_not_optional_is_missed(self):
        for name, infer in self.callers():
            with self.subTest(name), self.assertRaisesRegex(Exception, "x"):
                infer("optional", {"w": DEFAULT})

    def test_requests_of_different_lengths_at_once_keep_their_own_elements_over_rest(self):
        client, inputs_of = self.client(triton_http)

        answers = [client.async_infer("ragged", inputs_of({"x": row})) for row in LENGTHS]

        for row, answer in zip(LENGTHS, answers, strict=True):
            np.testing.assert_array_equal(answer.get_result().as_numpy("y"), -row)

    def test_requests_of_different_lengths_at_once_keep_their_own_elements_over_grpc(self):
        client, inputs_of = self.client(triton_grpc)

        with concurrent.futures.ThreadPoolExecutor(len(LENGTHS)) as threads:
            answers = list(threads.map(lambda row: client.infer("ragged", inputs_of({"x": row})), LENGTHS))

        for row, answer in zip(LENGTHS, answers, strict=True):
            np.testing.assert_array_equal(answer.as_numpy("y"), -row)


if __name__ == "__main__":
    unittest.main()
