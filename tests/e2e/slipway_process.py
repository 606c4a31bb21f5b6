# SPDX-License-Identifier: Apache-2.0
"""The built binary as a user runs it: single commands, and a server with a repository of its own."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("SLIPWAY_BINARY", ROOT / "build/release/bin/slipway"))
CNN = ROOT / "examples/fashion/cnn.onnx"
START_SECONDS = 60  # Sanitizers and a busy machine are slow; a release build needs 0.1.
STOP_SECONDS = 60


def slipway(*arguments, timeout=300):
    """Runs one command to its end; its CompletedProcess."""
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                          check=False)


class Repository:
    """A model repository in a temporary folder: one folder a model, one below it a version."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="slipway-e2e-")
        self.path = pathlib.Path(self._folder.name)

    def add(self, name, model, config=None, version=1):
        """Adds `model`, a path or the bytes of an ONNX file; the path of its copy."""
        path = self.path / name / str(version) / "model.onnx"
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(model, bytes):
            path.write_bytes(model)
        else:
            shutil.copy(model, path)
        if config:
            (self.path / name / "config.pbtxt").write_text(config)
        return path

    def remove(self):
        self._folder.cleanup()


class Server:
    """`slipway serve` on free ports of loopback. `http`, `grpc` and `metrics` are "host:port"."""

    def __init__(self, repository, *options, http_port=0):
        self._log = tempfile.NamedTemporaryFile(mode="w+", prefix="slipway-e2e-", suffix=".log")
        self.process = subprocess.Popen(
            [BINARY, "serve", "--model-repository", str(repository.path), "--http-port", str(http_port),
             "--grpc-port", "0", "--metrics-port", "0", "--json", *options],
            stdout=subprocess.PIPE, stderr=self._log, text=True)
        try:
            self._read_ports()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def _read_ports(self):
        timer = threading.Timer(START_SECONDS, self.process.kill)  # Reading must not hang.
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        if not line.startswith("{"):
            raise RuntimeError(f"no ports but {line!r}; the log says:\n{self.log()}")
        ports = json.loads(line)
        self.http, self.grpc, self.metrics = (
            f"127.0.0.1:{ports[name]}" for name in ("http_port", "grpc_port", "metrics_port"))

    def log(self):
        """What the server has written to standard error."""
        return pathlib.Path(self._log.name).read_text()

    def is_alive(self):
        return self.process.poll() is None

    def resident_kib(self):
        """Memory in use, in KiB."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise RuntimeError("the server is gone")

    def cpu_seconds(self):
        """Processor time used so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """Asks the server to drain and end; its exit status."""
        if self.is_alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process.stdout.close()
        self._log.close()
        return status

