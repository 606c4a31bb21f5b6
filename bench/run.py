#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures Slipway against Triton and against floors, and writes the report.

Usage: run.py [--seconds N] [--repeats N] [--patience N] [--name NAME] [SECTION ...]
The servers run in turn on core 0, the clients on core 1. A run that others disturbed is repeated for up
to --patience seconds, then kept and marked. Prints each section's tables when they are measured, and
writes all to docs/results/DATE-NAME.md.
"""
import argparse
import datetime
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/e2e"))  # The data and the models of the tests.

import footprint  # noqa: E402
import layers  # noqa: E402
import lifecycle  # noqa: E402
import loads  # noqa: E402
import machine  # noqa: E402
import models  # noqa: E402
import onnx_models  # noqa: E402
import overhead  # noqa: E402
import quantization  # noqa: E402
import scheduling  # noqa: E402
import servers  # noqa: E402
import weights  # noqa: E402
import wire  # noqa: E402

SECTIONS = {"wire": wire, "overhead": overhead, "scheduling": scheduling, "lifecycle": lifecycle,
            "footprint": footprint, "models": models, "quantization": quantization, "layers": layers,
            "weights": weights}
FREE_ROWS = """max_batch_size: 0
input [{{ name: "x" data_type: TYPE_FP32 dims: [{dims}] }}]
output [{{ name: "y" data_type: TYPE_FP32 dims: [{dims}] }}]
"""


class Bench:
    """The servers, ours and the peer if it can be had, and how to hold them against each other."""

    def __init__(self, options):
        self.options = options
        self.disturbance = 0.0
        served = {"identity": servers.Model(onnx_models.identity("n", 16), FREE_ROWS.format(dims="-1, 16")),
                  "large": servers.Model(onnx_models.identity("n"), FREE_ROWS.format(dims="-1"))}
        self.ours = servers.Slipway(served)
        self.peer, self.peer_version = None, ""
        try:
            peer = servers.Triton(served)
            self.peer_version, self.peer = peer.version(), peer
        except servers.Unavailable as reason:
            self.peer_version = f"Triton {reason}"
        note(self.peer_version)

    def servers(self):
        return [self.ours, self.peer] if self.peer else [self.ours]

    def compare(self, plan):
        """The figures of each load of `plan`, with its connections and with one, by load, connections and
        server; the servers in turn, started anew for each repeat."""
        runs = {}
        for repeat in range(self.options.repeats):
            for server in self.servers():
                note(f"repeat {repeat + 1} of {self.options.repeats}: {server.name}")
                with server.start() as running:
                    for load, most, *_ in plan:
                        load.run(running, most, 1)  # Warms caches, arenas and connections.
                        for connections in sorted({most, 1}):
                            runs.setdefault((load.name, connections, server.name), []).append(
                                self.measure(load, running, connections))
        return runs

    def measure(self, load, running, connections):
        """The figures of one run on a machine that is as quiet as patience allows."""
        figures = loads.measure(load, running, connections, self.options)
        self.disturbance = max(self.disturbance, figures.foreign)
        return figures

    @staticmethod
    def figures(runs, load, connections, field):
        """Ours and the peer's figures of one load."""
        return [[getattr(f, field) for f in runs.get((load.name, connections, server), [])]
                for server in ("Slipway", "Triton")]


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def report(bench, tables):
    """The whole report as Markdown."""
    disturbed = " (**disturbed**)" if bench.disturbance > machine.FOREIGN_LIMIT else ""
    lines = [
        f"# Results: {bench.options.name}", "",
        f"- date: {datetime.date.today().isoformat()}", f"- machine: {machine.description()}",
        f"- measured: {bench.ours.version()}", f"- measured: {bench.peer_version}",
        f"- runs: {bench.options.repeats} of {bench.options.seconds} s each, the servers in turn on core"
        f" {machine.SERVER_CORE}, the client on core {machine.CLIENT_CORE}, loopback",
        f"- others used at most {bench.disturbance:.1f} % of a core during a run{disturbed}",
        "- again: `make bench`", ""]
    for table in tables:
        lines += table.lines()
    return "\n".join(lines)


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=6, help="length of one run")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--patience", type=float, default=120, help="seconds to wait for a quiet machine, each run")
    parser.add_argument("--name", default="serving-core")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="of " + ", ".join(SECTIONS) + "; all by default")
    options = parser.parse_args()
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(unknown)}")
    return options


def main():
    options = parse_options()
    if os.cpu_count() < 2:
        sys.exit("bench: needs two cores, one for the server and one for the client")
    servers.BUILD.mkdir(parents=True, exist_ok=True)
    bench = Bench(options)
    tables = []
    for name in options.sections or SECTIONS:
        for table in SECTIONS[name].measure(bench):
            tables.append(table)
            print("\n".join(table.lines()), flush=True)
    path = ROOT / "docs/results" / f"{datetime.date.today().isoformat()}-{options.name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(report(bench, tables))
    note(f"written to {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
