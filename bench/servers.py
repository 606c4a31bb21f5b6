# SPDX-License-Identifier: Apache-2.0
"""The servers that are compared, each a process on the server's core.

Slipway and Triton serve the same models: `identity`, float32 [n,16] with batching, and `large`, float32 [n]."""
import dataclasses
import json
import pathlib
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import machine

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/bench"
CNN = ROOT / "examples/fashion/cnn.onnx"
START_SECONDS = 60


class Unavailable(Exception):
    """A server that cannot be had here, and why."""


def free_ports(count):
    """Ports that nobody has at the moment."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class RunningServer:
    """A server from its start, which it takes `ready_ms` to be ready, to the end of the block."""

    def __init__(self, command, log):
        self.http_port, self.grpc_port, self.metrics_port = free_ports(3)
        self._log = open(log, "w")
        started = time.monotonic()
        self.process = subprocess.Popen(["taskset", "-c", machine.SERVER_CORE, *map(str, command(self))],
                                        stdout=self._log, stderr=self._log)
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() - started > START_SECONDS:
                self.__exit__()
                raise Unavailable(f"did not start: see {log.relative_to(ROOT)}")
            time.sleep(0.001)
        self.ready_ms = 1e3 * (time.monotonic() - started)

    def _is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/v2/health/ready", timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False

    def inferences(self):
        """How many inferences the server itself counts."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5) as reply:
            counts = re.findall(r"^nv_inference_request_success\{.*\} ([0-9.e+]+)", reply.read().decode(), re.M)
        return sum(float(count) for count in counts)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()


class Slipway:
    name = "Slipway"
    binary = ROOT / "build/release/bin/slipway"

    def __init__(self, models, flags=()):
        self.repository = BUILD / "slipway-repository"
        self.flags = flags
        write_repository(self.repository, models)

    def start(self):
        return RunningServer(lambda server: [
            self.binary, "serve", "--model-repository", self.repository, "--http-port", server.http_port,
            "--grpc-port", server.grpc_port, "--metrics-port", server.metrics_port, *self.flags],
            BUILD / "slipway.log")

    def version(self):
        return "Slipway " + machine.commit(ROOT)


def slipway(*arguments):
    """What a command of ours prints."""
    return subprocess.run([Slipway.binary, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


class Triton:
    """NVIDIA's server with our minimal ONNX Runtime backend; its folder comes from setup.sh."""
    name = "Triton"
    folder = BUILD / "triton"

    def __init__(self, models):
        setup = subprocess.run([ROOT / "bench/peers/triton/setup.sh", self.folder], check=False,
                               stderr=subprocess.PIPE, text=True)
        if setup.returncode != 0:
            reason = setup.stderr.strip().splitlines()
            raise Unavailable(f"could not be installed: {reason[-1] if reason else setup.returncode}")
        self.repository = BUILD / "triton-repository"
        write_repository(self.repository, models, extra='backend: "ort_minimal"\n'
                         "instance_group [{ kind: KIND_CPU count: 1 }]\n")

    def start(self):
        return RunningServer(lambda server: [
            self.folder / "wheel/pytriton/tritonserver/bin/tritonserver", f"--model-repository={self.repository}",
            f"--backend-directory={self.folder}/backends", "--http-address=127.0.0.1", "--grpc-address=127.0.0.1",
            "--metrics-address=127.0.0.1", "--allow-gpu-metrics=false", f"--http-port={server.http_port}",
            f"--grpc-port={server.grpc_port}", f"--metrics-port={server.metrics_port}"], BUILD / "triton.log")

    def version(self):
        with self.start() as server:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.http_port}/v2", timeout=5) as reply:
                return "Triton " + json.load(reply)["version"]


class Floor:
    """A server that only moves bytes: what the kernel and the client leave of a core."""

    def __init__(self, name, command, port):
        self.name, self._command, self._port = name, command, port

    def __enter__(self):
        self.process = subprocess.Popen(["taskset", "-c", machine.SERVER_CORE, *map(str, self._command)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stop = time.monotonic() + START_SECONDS
        while time.monotonic() < stop:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
                return self
            except OSError:
                time.sleep(0.01)
        raise Unavailable(f"{self.name} did not start")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


@dataclasses.dataclass(frozen=True)
class Model:
    """A model of a repository: its bytes, and the config.pbtxt that both servers take, less the backend."""
    onnx: bytes
    config: str


def write_repository(repository, models, extra=""):
    """Makes `repository` hold `models`, a `Model` by name, each as version 1, and nothing else."""
    shutil.rmtree(repository, ignore_errors=True)
    for name, model in models.items():
        (repository / name / "1").mkdir(parents=True)
        (repository / name / "1" / "model.onnx").write_bytes(model.onnx)
        (repository / name / "config.pbtxt").write_text(f'name: "{name}"\n{model.config}{extra}')
