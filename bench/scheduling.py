# SPDX-License-Identifier: Apache-2.0
"""How well batches are made: the CNN with many clients, a lone caller, more load than there is capacity."""
import json
import statistics
import subprocess

import loads
import machine
import onnx_models
import servers
from report import Comparison, Table, comparison_table
from servers import CNN

CLIENTS = 32
DELAY = 'max_batch_size: 8\ndynamic_batching { max_queue_delay_microseconds: 1000 }\n'
PLAIN = 'max_batch_size: 8\n'
OVERLOAD = 10
CONNECTIONS = 8
QUEUE_SIZE = 64
IMAGES_A_CALL = 8
STORM_STREAMS = 250
QUEUE = f"dynamic_batching {{ default_queue_policy {{ max_queue_size: {QUEUE_SIZE} }} }}\n"


def measure(bench):
    """The tables of this section."""
    return [many_clients(bench), lone_caller(bench), overload(bench)]


def many_clients(bench):
    """The CNN over gRPC with many clients against the engine alone, which gets whole batches."""
    ours = servers.Slipway({"cnn": servers.Model(CNN.read_bytes(), "")}, ["--intra-op-threads", 1])
    apart = loads.SlipwayBench("Fashion CNN, gRPC", "grpc", "cnn")
    together = loads.SlipwayBench("Fashion CNN, gRPC streams", "grpc", "cnn", "--streams", CLIENTS)
    of_apart, of_together, bare = [], [], []
    for _ in range(bench.options.repeats):
        with ours.start() as running:
            of_apart.append(bench.measure(apart, running, CLIENTS).rate)
            of_together.append(bench.measure(together, running, 1).rate)
        bare.append(bare_rate())
    what = f"Fashion CNN over gRPC, {CLIENTS} clients"
    return comparison_table("Batches from many clients", [
        Comparison(f"{what} on one connection: images/s", of_together, bare, "≥ 0.92"),
        Comparison(f"{what} on one each: images/s", of_apart, bare, "≥ 0.92")], "bare engine")


def bare_rate():
    """Images a second of the best batch size in `slipway evaluate`, on the server's core."""
    out = subprocess.run(["taskset", "-c", machine.SERVER_CORE, servers.Slipway.binary, "evaluate", CNN, "--data",
                          loads.IMAGES, "--json"], check=True, capture_output=True, text=True).stdout
    return max(1e6 * row["batch"] / row["p50_us"] for row in json.loads(out)["latency"])


def lone_caller(bench):
    """What a batching delay costs a caller who is alone."""
    model = onnx_models.identity("n", 16)
    pair = {"plain": servers.Model(model, PLAIN + io_config()), "delayed": servers.Model(model, DELAY + io_config())}
    kinds = [servers.Slipway(pair)] + ([servers.Triton(pair)] if bench.peer else [])
    times = {(server.name, name): [] for server in kinds for name in pair}
    for _ in range(bench.options.repeats):
        for server in kinds:
            with server.start() as running:
                for name in pair:
                    figures = bench.measure(loads.SlipwayBench(name, "http", name), running, 1)
                    times[server.name, name].append(figures.p50_us)
    rows = []
    for server in kinds:
        ratio = [a / b for a, b in zip(times[server.name, "delayed"], times[server.name, "plain"])]
        rows.append([server.name, *(f"{statistics.median(times[server.name, name]):,.0f}" for name in pair),
                     f"{statistics.median(ratio):.2f}", "≤ 1.05" if server.name == "Slipway" else ""])
    return Table("A lone caller of a model with a batching delay of 1 ms, p50 in µs",
                 ("server", "without", "with", "ratio", "target"), rows)


def io_config():
    return "".join(f'{kind} [{{ name: "{name}" data_type: TYPE_FP32 dims: [16] }}]\n'
                   for kind, name in (("input", "x"), ("output", "y")))


def overload(bench):
    """Ten times as many requests as can be answered against as many callers as the queue holds."""
    ours = servers.Slipway({"cnn": servers.Model(CNN.read_bytes(), QUEUE)}, ["--intra-op-threads", 1])
    images = ("--batch", IMAGES_A_CALL)
    closed = loads.SlipwayBench("CNN", "grpc", "cnn", "--streams", QUEUE_SIZE // CONNECTIONS, *images)
    capacity, goodput, patient, stormy = [], [], [], []
    for _ in range(bench.options.repeats):
        with ours.start() as running:
            steady = bench.measure(closed, running, CONNECTIONS)
            capacity.append(steady.rate)
            patient.append(steady.p99_us)
            storm = loads.SlipwayBench("CNN, overload", "grpc", "cnn", "--streams", STORM_STREAMS, "--rate",
                                       int(OVERLOAD * steady.rate), *images)
            figures = storm.run(running, CONNECTIONS, bench.options.seconds)
            goodput.append(figures["good"] / bench.options.seconds)
            stormy.append(figures["p99_us"])
    return comparison_table("Overload, open loop", [
        Comparison(f"good answers/s at {OVERLOAD} × the capacity", goodput, capacity, "≥ 0.90"),
        Comparison("p99 of good answers in µs", stormy, patient, "≤ 2")], "full queue, closed loop")
