# SPDX-License-Identifier: Apache-2.0
"""Coded models in the Python package onnxruntime: a stock one, and one with our operators registered."""
import os
import pathlib
import struct
import tempfile
import unittest

import numpy as np
import onnxruntime

import onnx_models
from slipway_process import slipway

LIBRARY = os.environ["SLIPWAY_KERNELS_LIBRARY"]
WIDTH, OUTPUTS, SAMPLES = 96, 48, 32
IDX_FLOAT = 0x0D


class KernelsLibraryTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="slipway-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        random = np.random.default_rng(1)
        self.samples = random.normal(0, 1, (SAMPLES, WIDTH)).astype("<f4")
        self.data = self.folder / "samples.idx"
        self.data.write_bytes(struct.pack(">BBBB2I", 0, 0, IDX_FLOAT, 2, SAMPLES, WIDTH)
                              + self.samples.astype(">f4").tobytes())
        self.model = self.folder / "model.onnx"
        self.model.write_bytes(two_layers(random))

    def quantize(self, *flags):
        out = self.folder / "out.onnx"
        result = slipway("quantize", self.model, "--calibration", self.data, *flags, "-o", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        return out

    def answers(self, model, library=None):
        options = onnxruntime.SessionOptions()
        if library:
            options.register_custom_ops_library(library)
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        return session.run(None, {"x": self.samples})[0]

    def test_multiplies_by_codes_what_a_stock_engine_expands(self):
        for flags in (("log2",), ("apot",), ("codebook", "--bits", "3"), ("pq",), ("residual", "--bits", "5")):
            with self.subTest(method=flags[0]):
                stock = self.answers(self.quantize("--method", *flags))
                ours = self.answers(
                    self.quantize("--method", *flags, "--target", "slipway", "--float-products"), LIBRARY)

                np.testing.assert_allclose(ours, stock, atol=1e-4)

    def test_rounds_inputs_of_products_to_bytes(self):
        stock = self.answers(self.quantize("--method", "codebook"))
        ours = self.answers(self.quantize("--method", "codebook", "--target", "slipway"), LIBRARY)

        error = np.sqrt(np.mean((ours - stock) ** 2) / np.mean(stock ** 2))
        self.assertLess(error, 0.02)
        self.assertGreater(error, 0)

    def test_needs_the_library_for_our_operators(self):
        model = self.quantize("--method", "codebook", "--target", "slipway")

        with self.assertRaisesRegex(Exception, "ai.slipway"):
            self.answers(model)


def two_layers(random):
    """Two Gemms with bias and Relu."""
    nodes, initializers = [], []
    for layer, (inputs, outputs, source, target) in enumerate(((WIDTH, WIDTH, "x", "h"), (WIDTH, OUTPUTS, "h", "y"))):
        weight = random.normal(0, np.sqrt(2 / inputs), (outputs, inputs)).astype("<f4")
        bias = random.normal(0, 0.1, outputs).astype("<f4")
        initializers += [onnx_models.shaped_tensor(f"w{layer}", weight.shape, weight.tobytes()),
                         onnx_models.shaped_tensor(f"b{layer}", bias.shape, bias.tobytes())]
        nodes += [onnx_models.node("Gemm", [source, f"w{layer}", f"b{layer}"], [f"v{layer}"],
                                   onnx_models.int_attribute("transB", 1)),
                  onnx_models.node("Relu", [f"v{layer}"], [target])]
    return onnx_models.model(nodes, [onnx_models.value_info("x", ["n", WIDTH])],
                             [onnx_models.value_info("y", ["n", OUTPUTS])], initializers)


if __name__ == "__main__":
    unittest.main()
