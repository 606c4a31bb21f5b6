# SPDX-License-Identifier: Apache-2.0
"""Layers of fixed sizes with random weights: int8 and low-bit weights against float32 on the same engine."""
import dataclasses
import json
import statistics
import struct

import numpy as np

import machine
import onnx_models as onnx
from report import Table
from servers import BUILD, slipway

FOLDER = BUILD / "layers"
DEPTH = 4
COMPARED = 64  # Samples that nothing was fitted to.
IDX_FLOAT = 0x0D
WIDTH = 1024


@dataclasses.dataclass(frozen=True)
class Stack:
    """Layers of one kind behind one another, each with bias and Relu."""
    name: str
    shape: tuple  # Of one sample.
    weight: tuple
    batch: int
    target: str
    groups: int = 1
    depth: int = DEPTH
    samples: int = 64  # To quantize by.

    @property
    def path(self):
        return FOLDER / f"{self.name}.onnx"

    @property
    def data(self):
        return FOLDER / f"{self.name}.idx"

    @property
    def held_out(self):
        return FOLDER / f"{self.name}.held-out.idx"

    def write(self):
        """The model and samples for it, the same at each run."""
        random = np.random.default_rng(1)
        nodes, initializers, value = [], [], "x"
        for layer in range(self.depth):
            fan_in = int(np.prod(self.weight[1:]))
            weight = random.normal(0, np.sqrt(2 / fan_in), self.weight).astype("<f4")
            bias = random.normal(0, 0.1, self.weight[0]).astype("<f4")
            initializers += [onnx.shaped_tensor(f"w{layer}", self.weight, weight.tobytes()),
                             onnx.shaped_tensor(f"b{layer}", bias.shape, bias.tobytes())]
            out = "y" if layer == self.depth - 1 else f"r{layer}"
            nodes += [self._node([value, f"w{layer}", f"b{layer}"], f"v{layer}"),
                      onnx.node("Relu", [f"v{layer}"], [out])]
            value = out
        shape = ["n", *self.shape]
        self.path.write_bytes(onnx.model(nodes, [onnx.value_info("x", shape)], [onnx.value_info("y", shape)],
                                         initializers))
        for path, count in ((self.data, self.samples), (self.held_out, COMPARED)):
            write_idx(path, np.maximum(random.normal(0, 1, (count, *self.shape)), 0))

    def _node(self, inputs, output):
        if len(self.weight) == 2:
            return onnx.node("Gemm", inputs, [output], onnx.int_attribute("transB", 1))
        side = self.weight[-1]
        return onnx.node("Conv", inputs, [output],
                         onnx.ints_attribute("kernel_shape", [side, side])
                         + onnx.ints_attribute("pads", [side // 2] * 4) + onnx.int_attribute("group", self.groups))


IMAGE = (64, 56, 56)
STACKS = [Stack("conv3x3", IMAGE, (64, 64, 3, 3), 1, "≥ 3"), Stack("conv1x1", IMAGE, (64, 64, 1, 1), 1, "≥ 2.2"),
          Stack("depthwise3x3", IMAGE, (64, 1, 3, 3), 1, "≥ 1", groups=64),
          Stack("fully-connected", (WIDTH,), (WIDTH, WIDTH), 64, "≥ 4")]
PRODUCT = Stack("product", (WIDTH,), (WIDTH, WIDTH), 1, "", depth=1, samples=4 * WIDTH)
# What the weights of the product become, and the least that is to be gained in time.
STORAGES = {"int4 weights": ("≥ 2.2", ["--method", "weight-only", "--bits", 4]),
            "int8 weights": ("", ["--method", "weight-only", "--bits", 8]),
            "dynamic int8": ("", ["--method", "dynamic"]),
            "equal steps, 4 bits, our operator": ("≥ 2.2", ["--method", "uniform", "--target", "slipway"]),
            "powers of two, 4 bits, our operator": ("≥ 2", ["--method", "log2", "--target", "slipway"]),
            "k-means, 4 bits, our operator": ("≥ 2", ["--method", "codebook", "--target", "slipway"]),
            "k-means, 4 bits, our operator in floats": (
                "", ["--method", "codebook", "--target", "slipway", "--float-products"]),
            "vectors of 4, 8 bits, our operator": (
                "", ["--method", "pq", "--bits", 8, "--target", "slipway"])}


def write_idx(path, values):
    """An IDX file of float32 values."""
    head = struct.pack(f">BBBB{values.ndim}I", 0, 0, IDX_FLOAT, values.ndim, *values.shape)
    path.write_bytes(head + values.astype(">f4").tobytes())


def measure(bench):
    """The tables of this section."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return [stack_table(bench), product_table(bench)]


def stack_table(bench):
    rows = []
    for stack in STACKS:
        stack.write()
        int8 = stack.path.with_suffix(".int8.onnx")
        slipway("quantize", stack.path, "--calibration", stack.data, "-o", int8)
        before, after, snr = compare(bench, stack.path, int8, stack)
        rows.append([f"{stack.name}, {' × '.join(map(str, stack.shape))}, batch {stack.batch}", f"{before:,.0f}",
                     f"{after:,.0f}", f"{before / after:.2f} × faster", stack.target, f"{snr:.1f}"])
    return Table(f"{DEPTH} layers of one kind, bias and Relu in each, static int8: p50 in µs",
                 ("layers", "float32", "int8", "change", "target", "signal to noise in dB"), rows)


def product_table(bench):
    PRODUCT.write()
    rows = []
    for name, (target, flags) in STORAGES.items():
        small = FOLDER / f"product.{name.replace(' ', '-').replace(',', '')}.onnx"
        flags = [*flags, "--calibration", PRODUCT.data, "--calibration-samples", PRODUCT.samples]
        slipway("quantize", PRODUCT.path, *flags, "-o", small)
        before, after, snr = compare(bench, PRODUCT.path, small, PRODUCT)
        rows.append([name, f"{before:.1f}", f"{after:.1f}", f"{before / after:.2f} × faster", target, percent(snr),
                     arithmetic_error(bench, small, flags)])
    return Table(f"One product with a matrix of {WIDTH} × {WIDTH}, batch 1: p50 in µs",
                 ("weights", "float32", "small", "change", "target", "error of outputs", "of it by arithmetic"), rows)


def arithmetic_error(bench, small, flags):
    """The error against the same weights in float32 arithmetic: what is left is the weights' own."""
    if not {"weight-only", "slipway"} & set(flags) or "--float-products" in flags or "pq" in flags:
        return ""
    exact = small.with_suffix(".exact.onnx")
    slipway("quantize", PRODUCT.path, *flags, "--float-products", "-o", exact)
    return percent(compare(bench, exact, small, PRODUCT)[2])


def percent(snr_db):
    """The root mean square of an error, of that of the values."""
    return f"{100 * 10 ** (-snr_db / 20):.2f} %"


def compare(bench, original, changed, stack):
    """p50 in µs of both and the signal to noise of the output in dB."""
    results = []
    for _ in range(bench.options.repeats):
        machine.wait_until_quiet(bench.options.patience / bench.options.repeats)
        results.append(json.loads(slipway("compare", original, changed, "--data", stack.held_out, "--latency-batch",
                                          stack.batch, "--json")))
    times = [statistics.median(result[model]["latency"][0]["p50_us"] for result in results)
             for model in ("original", "changed")]
    snr = next(value["snr_db"] for value in results[0]["values"] if value["value"] == "y")
    return *times, snr if snr is not None else float("inf")
