# SPDX-License-Identifier: Apache-2.0
"""What a change of models costs those who call meanwhile, and what it leaves behind."""
import concurrent.futures
import dataclasses
import http.client
import pathlib
import shutil
import statistics
import time

import footprint
import loads
import machine
import onnx_models
import servers
from report import Table
from servers import CNN

SWAPS = 200
SWAP_SECONDS = 0.1
RELEASES = 60
RELEASE_SECONDS = 1
RELEASE_RATE = 6000  # About half of what the CNN is served at.
RELEASE_CONNECTIONS = 32
CYCLES = 1000
CYCLES_A_SAMPLE = 50
RACES = 5000
RATE = 1000
FLAGS = ["--model-control-mode", "explicit", "--load-model", "steady", "--load-model", "swapped",
         "--load-model", "released"]


def measure(bench):
    """The tables of this section."""
    model = servers.Model(onnx_models.identity("n", 16), "")
    models = {name: model for name in ("steady", "swapped", "cycled")}
    ours = servers.Slipway(models | {"released": servers.Model(CNN.read_bytes(), "")}, FLAGS)
    with ours.start() as running:
        rows = [*swaps(ours, running), *releases(ours, running), *cycles(bench, running), races(running)]
    return [Table("Models that come and go under load", ("what", "figure", "against", "ratio", "target"), rows)]


def swaps(ours, running):
    """Replaces the version of a small model ten times a second while it is called at a steady rate."""
    load = loads.SlipwayBench("swapped", "http", "swapped", "--rate", RATE)
    return swap_rows(Swaps(SWAPS, SWAP_SECONDS, ours.repository / "swapped"), running,
                     lambda seconds: load.run(running, 8, seconds))


def releases(ours, running):
    """The same with the CNN, once a second."""
    load = loads.SlipwayBench("released", "grpc", "released", "--rate", RELEASE_RATE)
    return swap_rows(Swaps(RELEASES, RELEASE_SECONDS, ours.repository / "released"), running,
                     lambda seconds: load.run(running, RELEASE_CONNECTIONS, seconds))


@dataclasses.dataclass(frozen=True)
class Swaps:
    """New versions of the model in `folder`, one each `interval` seconds."""
    count: int
    interval: float
    folder: pathlib.Path


def swap_rows(swaps, running, run):
    """What `run`, given seconds, measures with `swaps` and without."""
    count, interval, folder = swaps.count, swaps.interval, swaps.folder
    seconds = int(count * interval) + 1
    steady = run(seconds)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        stormy = pool.submit(run, seconds)
        with machine.out_of_the_way():
            for version in range(2, count + 2):
                time.sleep(interval)
                shutil.copytree(folder / "1", folder / str(version))
                post(running, folder.name, "load")
                if version > 2:
                    shutil.rmtree(folder / str(version - 1))
        figures = stormy.result()
    total = figures["good"] + figures["bad"]
    what = f"{count} swaps, {1 / interval:.0f} a second"
    yield [f"failed requests of {total:,} during {what}", str(figures["bad"]), "", "", "0"]
    yield [f"p99 in µs during {what}", f"{figures['p99_us']:,.0f}", f"{steady['p99_us']:,.0f} without",
           f"{figures['p99_us'] / steady['p99_us']:.2f}", "≤ 1.2"]


def cycles(bench, running):
    """Loads and unloads a model again and again while another is called; what memory is left over."""
    load = loads.SlipwayBench("steady", "http", "steady", "--rate", RATE)
    samples = []
    with concurrent.futures.ThreadPoolExecutor() as pool:
        calls = pool.submit(load.run, running, 4, bench.options.seconds)
        for cycle in range(CYCLES):
            post(running, "cycled", "load")
            post(running, "cycled", "unload")
            if cycle % CYCLES_A_SAMPLE == 0:
                samples.append(footprint.resident_mib(running.process.pid))
            if calls.done() and cycle + 1 < CYCLES:
                assert calls.result()["bad"] == 0
                calls = pool.submit(load.run, running, 4, bench.options.seconds)
        assert calls.result()["bad"] == 0
    settled = samples[len(samples) // 4:]
    slope, error = regression(settled)
    yield [f"resident memory in MiB after {CYCLES:,} loads and unloads", f"{samples[-1]:.1f}",
           f"{samples[0]:.1f} at first", f"{samples[-1] / samples[0]:.2f}", ""]
    yield ["its slope in KiB a cycle", f"{1024 * slope / CYCLES_A_SAMPLE:.3f}",
           f"± {1024 * 2 * error / CYCLES_A_SAMPLE:.3f}", "", "0 within the error"]


def regression(samples):
    """The slope of `samples` over their index, and its standard error."""
    count = len(samples)
    middle, mean = (count - 1) / 2, statistics.mean(samples)
    spread = sum((i - middle) ** 2 for i in range(count))
    slope = sum((i - middle) * (y - mean) for i, y in enumerate(samples)) / spread
    rest = sum((y - mean - slope * (i - middle)) ** 2 for i, y in enumerate(samples))
    return slope, (rest / (count - 2) / spread) ** 0.5


def races(running):
    """Asks for a load and, without waiting, for the unload."""
    connections = [http.client.HTTPConnection("127.0.0.1", running.http_port, timeout=60) for _ in range(2)]
    started = time.monotonic()
    for _ in range(RACES):
        for connection, verb in zip(connections, ("load", "unload")):
            connection.request("POST", f"/v2/repository/models/cycled/{verb}")
        for connection in connections:
            reply = connection.getresponse()
            reply.read()
            assert reply.status < 500, reply.status
    assert running.process.poll() is None
    return [f"loads at once followed by an unload, {RACES:,} times", f"{time.monotonic() - started:.0f} s", "", "",
            "no crash, none stuck"]


def post(running, model, verb):
    connection = http.client.HTTPConnection("127.0.0.1", running.http_port, timeout=60)
    connection.request("POST", f"/v2/repository/models/{model}/{verb}")
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    if reply.status != 200:
        raise RuntimeError(f"{verb} of {model}: {reply.status} {body!r}")
