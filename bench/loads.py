# SPDX-License-Identifier: Apache-2.0
"""The clients that load a server, on the client's core: wrk for REST, h2load and libgrpc for gRPC."""
import dataclasses
import json
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile
import time

import machine

HERE = pathlib.Path(__file__).resolve().parent
BINARY = HERE.parent / "build/release/bin/slipway"
IMAGES = pathlib.Path("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")
SOME_FAILED = 4  # How `slipway bench` ends when requests were refused.
INFER = "/inference.GRPCInferenceService/ModelInfer"


@dataclasses.dataclass(frozen=True)
class Bodies:
    """Files with one fixed request each: float32 [1,16] to the model `identity`."""
    rest: pathlib.Path
    rest_json_bytes: int
    json: pathlib.Path
    grpc: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Figures:
    """What one run measured. `foreign` is the % of one core that others used meanwhile."""
    rate: float
    p50_us: float
    p99_us: float
    foreign: float


def varint(value):
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + varint(value >> 7)


def field(number, value):
    """A protobuf field of bytes."""
    return varint(number << 3 | 2) + varint(len(value)) + value


def write_bodies(folder):
    """Writes the request bodies into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    values = [i / 16 for i in range(16)]
    raw = struct.pack("<16f", *values)
    tensor = {"name": "x", "shape": [1, 16], "datatype": "FP32"}
    head = compact({"inputs": [tensor | {"parameters": {"binary_data_size": len(raw)}}],
                    "outputs": [{"name": "y", "parameters": {"binary_data": True}}]})
    # ModelInferRequest: model_name 1, inputs 5 (name 1, datatype 2, shape 3), raw_input_contents 7.
    message = (field(1, b"identity") + field(5, field(1, b"x") + field(2, b"FP32") + field(3, bytes([1, 16])))
               + field(7, raw))
    bodies = Bodies(folder / "identity.rest", len(head), folder / "identity.json", folder / "identity.grpc")
    bodies.rest.write_bytes(head + raw)
    bodies.json.write_bytes(compact({"inputs": [tensor | {"data": values}]}))
    bodies.grpc.write_bytes(b"\0" + struct.pack(">I", len(message)) + message)
    return bodies


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def build_program(program, source, *packages):
    """Compiles load/`source` with the libraries of `packages`, unless the program is there."""
    source = HERE / "load" / source
    if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
        return
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", *packages], check=True, capture_output=True,
                           text=True).stdout.split() if packages else []
    subprocess.run(["g++-12", "-std=c++20", "-O2", "-Wall", "-Wextra", source, "-o", program, *flags], check=True)


class Wrk:
    """REST to `identity`, the tensor as binary or as JSON."""

    def __init__(self, bodies, encoding="binary"):
        self.name = f"REST {encoding}, wrk"
        self._body = [bodies.rest, bodies.rest_json_bytes] if encoding == "binary" else [bodies.json]

    def run(self, server, connections, seconds):
        url = f"http://127.0.0.1:{server.http_port}/v2/models/identity/infer"
        return last_json_line(pinned(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s",
                                      HERE / "load/post.lua", url, "--", *self._body]))


class GrpcLoad:
    name = "gRPC, libgrpc"

    def __init__(self, bodies, program):
        self.bodies, self.program = bodies, program

    def run(self, server, connections, seconds):
        return last_json_line(pinned([self.program, f"127.0.0.1:{server.grpc_port}", INFER, self.bodies.grpc,
                                      connections, seconds]))


class H2load:
    """gRPC to `identity`. Its own figures have no percentiles: they come from its log of requests."""

    def __init__(self, bodies, streams=1):
        self.name = "gRPC, h2load" if streams == 1 else f"gRPC, h2load, {streams} streams"
        self.bodies, self.streams = bodies, streams

    def run(self, server, connections, seconds):
        with tempfile.NamedTemporaryFile() as log:
            pinned(["h2load", f"-c{connections}", f"-m{self.streams}", f"-D{seconds}", f"--log-file={log.name}",
                    "-d", self.bodies.grpc, "-H", "content-type: application/grpc", "-H", "te: trailers",
                    f"http://127.0.0.1:{server.grpc_port}{INFER}"])
            rows = [line.split() for line in open(log.name)]
        times = sorted(int(row[2]) for row in rows if row[1] == "200") or [0]
        return {"rate": len(times) / seconds, "p50_us": times[len(times) // 2], "p99_us": times[len(times) * 99 // 100],
                "good": len(times), "bad": len(rows) - len(times)}


class SlipwayBench:
    """Our own load generator: any model, any input, open or closed loop; on Triton just as well."""

    def __init__(self, name, scheme, model, *flags):
        self.name, self._scheme, self._model, self._flags = name, scheme, model, flags

    def run(self, server, connections, seconds):
        port = server.grpc_port if self._scheme == "grpc" else server.http_port
        out = pinned([BINARY, "bench", "--server", f"{self._scheme}://127.0.0.1:{port}", "--model", self._model,
                      "--connections", connections, "--duration", seconds, "--warmup", 0.5, "--json", *self._flags],
                     (0, SOME_FAILED))
        run = last_json_line(out)["runs"][0]
        return {"rate": run["requests_per_s"], "p50_us": run["p50_us"], "p99_us": run["p99_us"],
                "good": run["requests"] - run["errors"], "bad": run["errors"]}


def pinned(command, accepted=(0,)):
    """The output of `command`, run on the client's core, which ends with one of the `accepted` codes."""
    done = subprocess.run(["taskset", "-c", machine.CLIENT_CORE, *map(str, command)], check=False,
                          capture_output=True, text=True)
    if done.returncode not in accepted:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def last_json_line(text):
    return json.loads([line for line in text.splitlines() if line.startswith("{")][-1])


def measure(load, server, connections, options):
    """One run of `load` on a machine that nobody else uses, repeated while somebody does."""
    stop = time.monotonic() + options.patience
    while True:
        machine.wait_until_quiet(max(0, stop - time.monotonic()))
        figures = _measure_once(load, server, connections, options.seconds)
        if figures.foreign < machine.FOREIGN_LIMIT or time.monotonic() > stop:
            return figures
        print(f"  repeated: others used {figures.foreign:.0f} % of a core", file=sys.stderr, flush=True)


def _measure_once(load, server, connections, seconds):
    counted, start = server.inferences(), time.monotonic()
    busy, served = machine.busy_seconds(), machine.cpu_seconds(server.process.pid)
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = load.run(server, connections, seconds)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    ours = (used.ru_utime + used.ru_stime - own.ru_utime - own.ru_stime
            + machine.cpu_seconds(server.process.pid) - served)
    foreign = 100 * (machine.busy_seconds() - busy - ours) / (time.monotonic() - start)
    # A client sees HTTP 200 whatever the gRPC status: the server's own count is the proof.
    if result["bad"] or server.inferences() - counted < result["good"]:
        raise RuntimeError(f"{load.name}: {result['bad']} calls failed, {result['good']} succeeded, and the server"
                           f" counts {server.inferences() - counted:.0f}")
    return Figures(result["rate"], result["p50_us"], result["p99_us"], foreign)
