#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures Slipway against Triton, and the int8 against the float32 CNN, and writes the report.

Usage: run.py [--seconds N] [--repeats N] [--patience N] [--name NAME]
Both servers run in turn on core 0, the clients on core 1. A run that others disturbed is repeated for
up to --patience seconds, then kept and marked. Prints the report and writes docs/results/DATE-NAME.md.
"""
import argparse
import dataclasses
import datetime
import json
import os
import statistics
import subprocess
import sys

import loads
import machine
import servers
from servers import BUILD, ROOT

sys.path.insert(0, str(ROOT / "tests/e2e"))
import fashion  # noqa: E402  (the data of the tests)
import onnx_models  # noqa: E402

CNN = ROOT / "examples/fashion/cnn.onnx"
CONNECTIONS = 16
READY_STARTS = 7


@dataclasses.dataclass(frozen=True)
class Row:
    """One comparison: a figure of each run of ours and of the peer's, made in turn."""
    what: str
    ours: list
    peer: list
    target: str

    def cells(self):
        ratios = [a / b for a, b in zip(self.ours, self.peer)]
        peer = f"{statistics.median(self.peer):,.0f}" if self.peer else "not measured"
        ratio = (f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})" if ratios else "–")
        return f"| {self.what} | {statistics.median(self.ours):,.0f} | {peer} | {ratio} | {self.target} |"


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def peer_or_reason(model):
    """Triton, or None and why it is not here."""
    try:
        peer = servers.Triton(model)
        return peer, peer.version()
    except servers.Unavailable as reason:
        return None, f"Triton {reason}"


def compare_wire(ours, peer, options):
    """Rates at CONNECTIONS and latencies at one, each server started anew for each repeat."""
    bodies = loads.write_bodies(BUILD / "bodies")
    loads.build_grpc_load(BUILD / "grpc_load")
    clients = [loads.Wrk(bodies), loads.H2load(bodies), loads.GrpcLoad(bodies, BUILD / "grpc_load")]
    runs = {}
    for repeat in range(options.repeats):
        for server in filter(None, (ours, peer)):
            note(f"repeat {repeat + 1} of {options.repeats}: {server.name}")
            with server.start() as running:
                for load in clients:
                    load.run(running, CONNECTIONS, 1)  # Warms caches, arenas and connections.
                    for connections in (CONNECTIONS, 1):
                        figures = loads.measure(load, running, connections, options)
                        runs.setdefault((load.name, connections, server.name), []).append(figures)
    return list(wire_rows(clients, runs)), max(f.foreign for all in runs.values() for f in all)


def wire_rows(clients, runs):
    def figures(load, connections, server, field):
        return [getattr(f, field) for f in runs.get((load.name, connections, server), [])]

    for load in clients:
        yield Row(f"{load.name}: infer/s, {CONNECTIONS} connections",
                  figures(load, CONNECTIONS, "Slipway", "rate"), figures(load, CONNECTIONS, "Triton", "rate"), "≥ 1.5")
    for load in clients:
        yield Row(f"{load.name}: p50 in µs, 1 connection",
                  figures(load, 1, "Slipway", "p50_us"), figures(load, 1, "Triton", "p50_us"), "≤ 0.8")


def compare_start(ours, peer, options):
    """Milliseconds from the start of the process to the first 200 of /v2/health/ready."""
    times = {"Slipway": [], "Triton": []}
    for _ in range(READY_STARTS):
        for server in filter(None, (ours, peer)):
            machine.wait_until_quiet(options.patience / READY_STARTS)
            with server.start() as running:
                times[server.name].append(running.ready_ms)
    return Row("time to ready in ms", times["Slipway"], times["Triton"], "ours < 150 ms")


def slipway(*arguments):
    return subprocess.run([servers.Slipway.binary, *map(str, arguments)], check=True, capture_output=True,
                          text=True).stdout


def evaluate(model):
    """What `slipway evaluate` says of `model` on the test images."""
    return json.loads(slipway("evaluate", model, "--data", fashion.IMAGES, "--json"))


def compare_models(options):
    """The table of the int8 CNN against the float32 one, by the command that users have."""
    int8 = BUILD / "cnn.int8.onnx"
    train = fashion.FOLDER / "train-images-idx3-ubyte.gz"
    slipway("quantize", CNN, "--method", "static", "--calibration", train, "-o", int8)
    results = {"float32": [], "int8": []}
    for _ in range(options.repeats):
        for name, model in (("float32", CNN), ("int8", int8)):
            machine.wait_until_quiet(options.patience / options.repeats)
            results[name].append(evaluate(model))
    return model_rows(results, CNN.stat().st_size, int8.stat().st_size)


def model_rows(results, float_bytes, int8_bytes):
    top1 = [100 * results[name][0]["value"] for name in ("float32", "int8")]
    yield f"| top-1 in % | {top1[0]:.2f} | {top1[1]:.2f} | {top1[1] - top1[0]:+.2f} points | within 0.2 |"
    yield (f"| file in bytes | {float_bytes:,} | {int8_bytes:,} | {int8_bytes / float_bytes:.2f} | ≤ 0.30 |")
    for batch, target in ((1, ""), (32, "≥ 2 × faster")):
        times = [statistics.median(row["p50_us"] for result in results[name] for row in result["latency"]
                                   if row["batch"] == batch) for name in ("float32", "int8")]
        yield (f"| p50 at batch {batch} in µs | {times[0]:,.0f} | {times[1]:,.0f} |"
               f" {times[0] / times[1]:.2f} × faster | {target} |")


def report(options, versions, sections, disturbance):
    """The whole report as Markdown."""
    lines = [
        f"# Results: {options.name}", "",
        f"- date: {datetime.date.today().isoformat()}", f"- machine: {machine.description()}",
        *(f"- measured: {version}" for version in versions),
        f"- runs: {options.repeats} of {options.seconds} s each, the servers in turn on core {machine.SERVER_CORE},"
        f" the client on core {machine.CLIENT_CORE}, loopback",
        f"- others used at most {disturbance:.1f} % of a core during a run"
        + (" (**disturbed**)" if disturbance > machine.FOREIGN_LIMIT else ""),
        "- again: `make bench`", ""]
    for title, head, rows in sections:
        lines += [f"## {title}", "", head, "| --- |" + " ---: |" * (head.count("|") - 2), *rows, ""]
    return "\n".join(lines)


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=8, help="length of one run")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--patience", type=float, default=300, help="seconds to wait for a quiet machine, each run")
    parser.add_argument("--name", default="first-light")
    return parser.parse_args()


def main():
    options = parse_options()
    if os.cpu_count() < 2:
        sys.exit("bench: needs two cores, one for the server and one for the client")
    BUILD.mkdir(parents=True, exist_ok=True)
    model = onnx_models.identity("n", 16)
    ours = servers.Slipway(model)
    peer, peer_version = peer_or_reason(model)
    note(peer_version)
    wire, disturbance = compare_wire(ours, peer, options)
    wire.append(compare_start(ours, peer, options))
    sections = [
        ("Slipway against Triton, an identity model of 16 floats",
         "| what | Slipway | Triton | Slipway / Triton, median (range) | target |", [row.cells() for row in wire]),
        ("The example CNN, int8 against float32", "| what | float32 | int8 | change | target |",
         list(compare_models(options))),
    ]
    text = report(options, (ours.version(), peer_version), sections, disturbance)
    path = ROOT / "docs/results" / f"{datetime.date.today().isoformat()}-{options.name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(text)
    note(f"written to {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
