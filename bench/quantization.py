# SPDX-License-Identifier: Apache-2.0
"""Static int8 against float32 and against the Python package onnxruntime: accuracy, latency, time and memory of the tool;
and what each other method makes of the networks. Same models, data and engine."""
import json
import os
import statistics
import subprocess
import sys
import time

import machine
import nets
import servers
from report import Table
from servers import BUILD, ROOT, slipway

FOLDER = BUILD / "quantization"
PEER = ROOT / "bench/peers/onnxruntime"
FEW, MANY = 1_000, 10_000
# Slipway's --calibration-method and the peer's CalibrationMethod.
CALIBRATIONS = {"min-max": "MinMax", "entropy": "Entropy", "percentile": "Percentile"}


def measure(bench):
    """The tables of this section."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = nets.available()
    peer = Peer()
    results = {net.name: compare(bench, net, peer) for net in found}
    return [accuracy_table(results), latency_table(results), tool_table(bench, found[0], peer)]


class Peer:
    """The Python package in an environment of its own."""
    name = "onnxruntime"

    def __init__(self):
        self.python = BUILD / "onnxruntime-tools/bin/python"
        if not self.python.exists():
            subprocess.run([sys.executable, "-m", "venv", self.python.parent.parent], check=True)
        # Does nothing where all is there.
        subprocess.run([self.python, "-m", "pip", "install", "--quiet", "-r", PEER / "requirements.txt"], check=True)

    def quantize(self, net, out, method="min-max", samples=FEW):
        return run(self.python, PEER / "quantize.py", net.model, out, CALIBRATIONS[method], net.calibration, samples)


def quantize(net, out, method="min-max", samples=FEW):
    return run(servers.Slipway.binary, "quantize", net.model, "--method", "static", "--calibration", net.calibration,
               "--calibration-samples", samples, "--calibration-method", method, "-o", out)


def run(*command):
    """Seconds and peak memory in MiB of a command."""
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise subprocess.CalledProcessError(status, command, stderr=errors)
    return time.monotonic() - start, usage.ru_maxrss / 1024


def compare(bench, net, peer):
    """Top-1 and p50 by batch of the float32 model, ours and the peer's, evaluated in turn."""
    models = {"float32": net.model, "Slipway": FOLDER / f"{net.name}.int8.onnx", peer.name: FOLDER / f"{net.name}.peer.onnx"}
    quantize(net, models["Slipway"])
    peer.quantize(net, models[peer.name])
    top1, times = {}, {}
    for _ in range(bench.options.repeats):
        for name, model in models.items():
            machine.wait_until_quiet(bench.options.patience / bench.options.repeats)
            result = json.loads(slipway("evaluate", model, "--data", net.test_images, "--json"))
            top1[name] = 100 * result["value"]
            for row in result["latency"]:
                times.setdefault((name, row["batch"]), []).append(row["p50_us"])
    return {"top1": top1, "times": {key: statistics.median(values) for key, values in times.items()}}


def accuracy_table(results):
    rows = []
    for name, result in results.items():
        top1 = result["top1"]
        drop = top1["float32"] - top1["Slipway"]
        rows.append([name, *(f"{top1[key]:.2f}" for key in ("float32", "Slipway", Peer.name)), f"{drop:+.2f} points",
                     "≤ 0.1 points, and ≥ onnxruntime's"])
    return Table(f"Static int8, {FEW:,} images: top-1 in %",
                 ("network", "float32", "Slipway int8", "onnxruntime int8", "drop", "target"), rows)


def latency_table(results):
    rows = []
    for name, result in results.items():
        for batch in (1, 32):
            ours, peers, floats = (result["times"][key, batch] for key in ("Slipway", Peer.name, "float32"))
            rows.append([f"{name}, batch {batch}", f"{floats:,.0f}", f"{ours:,.0f}", f"{peers:,.0f}",
                         f"{floats / ours:.2f} × faster", f"{ours / peers:.2f}", "ours / onnxruntime's ≤ 1"])
    return Table("Static int8: p50 in µs", ("network", "float32", "Slipway int8", "onnxruntime int8", "against float32",
                                            "Slipway / onnxruntime", "target"), rows)


def tool_table(bench, net, peer):
    """Time and memory of the tools themselves."""
    rows = []
    for method, samples, time_target, memory_target in (("min-max", FEW, "≤ 1/4", ""), ("entropy", MANY, "≤ 1/10", "≤ 1/40"),
                                                        ("percentile", MANY, "≤ 1/10", "≤ 1/40")):
        machine.wait_until_quiet(bench.options.patience / bench.options.repeats)
        ours = [quantize(net, FOLDER / "tool.onnx", method, samples) for _ in range(bench.options.repeats)]
        peers = [peer.quantize(net, FOLDER / "tool.peer.onnx", method, samples)]
        seconds = statistics.median(figure[0] for figure in ours)
        memory = statistics.median(figure[1] for figure in ours)
        rows.append([f"{method}, {samples:,} images: seconds", f"{seconds:.2f}", f"{peers[0][0]:.2f}",
                     f"{seconds / peers[0][0]:.3f}", time_target])
        rows.append([f"{method}, {samples:,} images: peak memory in MiB", f"{memory:.0f}", f"{peers[0][1]:.0f}",
                     f"{memory / peers[0][1]:.3f}", memory_target])
    return Table(f"The tools themselves, {net.name}", ("what", "Slipway", peer.name, "ratio", "target"), rows)
