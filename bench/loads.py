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
INFER = "/inference.GRPCInferenceService/ModelInfer"


@dataclasses.dataclass(frozen=True)
class Bodies:
    """Files with one fixed request each: float32 [1,16] to the model `identity`."""
    rest: pathlib.Path
    rest_json_bytes: int
    grpc: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Figures:
    """What one run measured. `foreign` is the % of one core that others used meanwhile."""
    rate: float
    p50_us: float
    foreign: float


def varint(value):
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + varint(value >> 7)


def field(number, value):
    """A protobuf field of bytes."""
    return varint(number << 3 | 2) + varint(len(value)) + value


def write_bodies(folder):
    """Writes the request bodies into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = struct.pack("<16f", *(i / 16 for i in range(16)))
    head = json.dumps({
        "inputs": [{"name": "x", "shape": [1, 16], "datatype": "FP32", "parameters": {"binary_data_size": len(raw)}}],
        "outputs": [{"name": "y", "parameters": {"binary_data": True}}]}, separators=(",", ":")).encode()
    # ModelInferRequest: model_name 1, inputs 5 (name 1, datatype 2, shape 3), raw_input_contents 7.
    tensor = field(1, b"x") + field(2, b"FP32") + field(3, bytes([1, 16]))
    message = field(1, b"identity") + field(5, tensor) + field(7, raw)
    bodies = Bodies(folder / "identity.rest", len(head), folder / "identity.grpc")
    bodies.rest.write_bytes(head + raw)
    bodies.grpc.write_bytes(b"\0" + struct.pack(">I", len(message)) + message)
    return bodies


def build_grpc_load(program):
    """Compiles the libgrpc client unless it is there."""
    source = HERE / "load/grpc_load.cc"
    if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
        return
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "grpc++"], check=True, capture_output=True,
                           text=True).stdout.split()
    subprocess.run(["g++-12", "-std=c++20", "-O2", "-Wall", "-Wextra", source, "-o", program, *flags], check=True)


class Wrk:
    name = "REST binary, wrk"

    def __init__(self, bodies):
        self.bodies = bodies

    def run(self, server, connections, seconds):
        out = pinned(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", HERE / "load/post.lua",
                      f"http://127.0.0.1:{server.http_port}/v2/models/identity/infer", "--", self.bodies.rest,
                      self.bodies.rest_json_bytes])
        return last_json_line(out)


class GrpcLoad:
    name = "gRPC, libgrpc"

    def __init__(self, bodies, program):
        self.bodies, self.program = bodies, program

    def run(self, server, connections, seconds):
        return last_json_line(pinned([self.program, f"127.0.0.1:{server.grpc_port}", INFER, self.bodies.grpc,
                                      connections, seconds]))


class H2load:
    """Its own figures have no percentiles: they come from its log of requests."""
    name = "gRPC, h2load"

    def __init__(self, bodies):
        self.bodies = bodies

    def run(self, server, connections, seconds):
        with tempfile.NamedTemporaryFile() as log:
            pinned(["h2load", f"-c{connections}", "-m1", f"-D{seconds}", f"--log-file={log.name}",
                    "-d", self.bodies.grpc, "-H", "content-type: application/grpc", "-H", "te: trailers",
                    f"http://127.0.0.1:{server.grpc_port}{INFER}"])
            rows = [line.split() for line in open(log.name)]
        times = sorted(int(row[2]) for row in rows if row[1] == "200")
        return {"rate": len(times) / seconds, "p50_us": times[len(times) // 2] if times else 0.0,
                "good": len(times), "bad": len(rows) - len(times)}


def pinned(command):
    """The output of `command`, run on the client's core."""
    return subprocess.run(["taskset", "-c", machine.CLIENT_CORE, *map(str, command)], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


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
    return Figures(result["rate"], result["p50_us"], foreign)
