# SPDX-License-Identifier: Apache-2.0
"""What becomes of the networks when their weights have few bits, and by which ranges activations are quantized best."""
import itertools
import json

import nets
from report import Table
from servers import BUILD, slipway

FOLDER = BUILD / "weights"
ROUNDINGS = ("nearest", "hqq", "gptq", "adaround")
CALIBRATIONS = ("min-max", "moving-average", "percentile", "entropy", "mse")
TUNED = {"--tuning-passes": 4, "--calibration-samples": 16_000}
# Name, target, and what `slipway quantize` is told.
CODES = [("uniform, 4 bits", "", "uniform", {}), ("APoT, 4 bits", "drop ≤ 0.1, ≥ uniform", "apot", {}),
         ("APoT, 4 bits, tuned", "drop ≤ 0.1", "apot", TUNED), ("powers of two, 4 bits", "", "log2", {}),
         ("k-means, 4 bits", "", "codebook", {}), ("product", "≥ 20 × smaller, drop ≤ 0.2", "pq", {}),
         ("product, tuned", "≥ 20 × smaller, drop ≤ 0.2", "pq", TUNED)]
# Where one layer has most of the weights, longer vectors there leave bytes for the others. Chosen by the distance that
# `slipway quantize` tells of training images it keeps aside: 0.0047 for these, 0.0076 without (16,000 samples).
OWN_FLAGS = {("cnn", "product, tuned"): {"--calibration-samples": 60_000, "--bits": 8, "--layer": "hidden=7x8"},
             ("depthwise", "APoT, 4 bits, tuned"): {"--calibration-samples": 60_000}}


def measure(_):
    """The tables of this section."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = nets.available()
    float32 = {net: top1(net, net.model) for net in found}
    return [rounding_table(found, float32), code_table(found, float32), calibration_table(found)]


def rounding_table(found, float32):
    rows = []
    for net in found:
        for bits in (4, 3, 2):
            cells = []
            for rounding in ROUNDINGS:
                model, result = quantize(net, "weight-only", "--bits", bits, "--rounding", rounding)
                cells.append(top1_and_noise(net, model, result))
            rows.append([f"{net.name}, {bits} bits", f"{float32[net]:.2f}", *cells, "HQQ and GPTQ ≥ nearest"])
    return Table("Weights in blocks: top-1 in % and signal to noise of the outputs",
                 ("network", "float32", *ROUNDINGS, "target"), rows)


def code_table(found, float32):
    rows = []
    for net in found:
        for name, target, method, flags in CODES:
            flags = flags | OWN_FLAGS.get((net.name, name), {})
            model, result = quantize(net, method, *itertools.chain(*flags.items()))
            layers = [layer for layer in result["report"]["layers"] if layer["is_coded"]]
            smaller = sum(layer["bytes_before"] for layer in layers) / sum(layer["bytes_after"] for layer in layers)
            value = top1(net, model)
            rows.append([f"{net.name}, {name}", f"{value:.2f}", f"{value - float32[net]:+.2f} points", f"{smaller:.1f} ×",
                         f"{model.stat().st_size:,}", target])
    return Table("Weights as codes: top-1 in %", ("network and codes", "top-1", "change", "weights smaller",
                                                  "file in bytes", "target"), rows)


def calibration_table(found):
    rows = []
    for net in found:
        cells = []
        for method in CALIBRATIONS:
            model, result = quantize(net, "static", "--keep-slower", "--calibration-method", method)
            cells.append(top1_and_noise(net, model, result))
        rows.append([net.name, *cells])
    return Table("Static int8: top-1 in % and signal to noise of the outputs, by the way ranges are chosen",
                 ("network", *CALIBRATIONS), rows)


def quantize(net, method, *flags):
    """The path of the quantized network, and what the command says of it."""
    out = FOLDER / f"{net.name}.onnx"
    result = slipway("quantize", net.model, "--method", method, "--calibration", net.calibration, *flags, "-o", out,
                     "--json")
    return out, json.loads(result)


def top1_and_noise(net, model, result):
    return f"{top1(net, model):.2f}, {result['outputs'][0]['snr_db']:.1f} dB"


def top1(net, model):
    result = json.loads(slipway("evaluate", model, "--data", net.test_images, "--latency-runs", 1, "--json"))
    return 100 * result["value"]
