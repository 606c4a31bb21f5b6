# SPDX-License-Identifier: Apache-2.0
"""What our own code costs around the engine, in this process: no sockets, no client."""
import json
import subprocess

import loads
import machine
import onnx_models
import servers
from report import Comparison, Table, comparison_table

PROGRAMS = servers.ROOT / "build/release/bin"
REPETITIONS = 9
CONNECTIONS = 16
NO_HISTOGRAMS = ["--metrics-config", "histogram_latencies=false"]


def measure(bench):
    """The tables of this section."""
    return [in_process(), json_bodies(), histograms(bench)]


def in_process():
    """An in-process call against the engine alone, repetitions of both in turn."""
    times = medians("model_server_bench", "BM_BareEngine|BM_InProcessCall", "real_time")
    bare, call = times["BM_BareEngine"], times["BM_InProcessCall"]
    return Table("An in-process call of an identity model of 16 floats, median in µs",
                 ("the engine alone", "in-process call", "added", "target"),
                 [[f"{bare / 1e3:.2f}", f"{call / 1e3:.2f}", f"{(call - bare) / 1e3:.2f}", "≤ 1.5 added"]])


def json_bodies():
    """How fast the JSON of an image becomes a tensor."""
    speeds = medians("rest_infer_bench", "DecodeJson/", "bytes_per_second")
    return Table("JSON bodies to tensors", ("floats", "MB/s", "target"),
                 [[name.split("/")[1], f"{speed / 1e6:,.0f}", "" if name.endswith("/16") else "≥ 600"]
                  for name, speed in speeds.items()])


def medians(program, pattern, figure):
    """The median of a figure for each benchmark of `program` that fits `pattern`."""
    out = subprocess.run(
        ["taskset", "-c", machine.SERVER_CORE, PROGRAMS / program, f"--benchmark_filter={pattern}",
         "--benchmark_format=json", f"--benchmark_repetitions={REPETITIONS}", "--benchmark_min_time=0.2",
         "--benchmark_enable_random_interleaving=true"], check=True, capture_output=True, text=True).stdout
    rows = json.loads(out[out.index("{"):])["benchmarks"]
    return {row["run_name"]: row[figure] for row in rows if row.get("aggregate_name") == "median"}


def histograms(bench):
    """What the latency histograms of each stage cost."""
    models = {"identity": servers.Model(onnx_models.identity("n", 16), "")}
    load = loads.Wrk(loads.write_bodies(servers.BUILD / "bodies"))
    rates = {"on": [], "off": []}
    for _ in range(bench.options.repeats):
        for state, flags in (("on", []), ("off", NO_HISTOGRAMS)):
            with servers.Slipway(models, flags).start() as running:
                load.run(running, CONNECTIONS, 1)
                rates[state].append(bench.measure(load, running, CONNECTIONS).rate)
    row = Comparison(f"{load.name}: infer/s, {CONNECTIONS} connections", rates["on"], rates["off"], "≥ 0.98")
    return comparison_table("With histograms against without", [row], "without")
