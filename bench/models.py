# SPDX-License-Identifier: Apache-2.0
"""The example CNN, int8 against float32, by the commands that users have."""
import json
import statistics

import fashion
import machine
from report import Table
from servers import BUILD, CNN, slipway

HEAD = ("what", "float32", "int8", "change", "target")


def measure(bench):
    """The tables of this section."""
    int8 = BUILD / "cnn.int8.onnx"
    train = fashion.FOLDER / "train-images-idx3-ubyte.gz"
    slipway("quantize", CNN, "--method", "static", "--calibration", train, "-o", int8)
    results = {"float32": [], "int8": []}
    for _ in range(bench.options.repeats):
        for name, model in (("float32", CNN), ("int8", int8)):
            machine.wait_until_quiet(bench.options.patience / bench.options.repeats)
            results[name].append(evaluate(model))
    rows = list(model_rows(results, CNN.stat().st_size, int8.stat().st_size))
    return [Table("The example CNN, int8 against float32", HEAD, rows)]


def evaluate(model):
    """What `slipway evaluate` says of `model` on the test images."""
    return json.loads(slipway("evaluate", model, "--data", fashion.IMAGES, "--json"))


def model_rows(results, float_bytes, int8_bytes):
    top1 = [100 * results[name][0]["value"] for name in ("float32", "int8")]
    yield ["top-1 in %", *(f"{value:.2f}" for value in top1), f"{top1[1] - top1[0]:+.2f} points", "within 0.2"]
    yield ["file in bytes", f"{float_bytes:,}", f"{int8_bytes:,}", f"{int8_bytes / float_bytes:.2f}", "≤ 0.30"]
    for batch, target in ((1, ""), (32, "≥ 2 × faster with VNNI")):
        times = [statistics.median(row["p50_us"] for result in results[name] for row in result["latency"]
                                   if row["batch"] == batch) for name in ("float32", "int8")]
        yield [f"p50 at batch {batch} in µs", *(f"{time:,.0f}" for time in times),
               f"{times[0] / times[1]:.2f} × faster", target]
