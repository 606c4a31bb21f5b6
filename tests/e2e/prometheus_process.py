# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus on a free port, which scrapes one server and loads our alert rules."""
import json
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from slipway_process import ROOT, START_SECONDS, STOP_SECONDS

RULES = ROOT / "deploy/prometheus/alerts.yml"
_LISTENS = re.compile(r'msg="Listening on" address=(\S+)')


class Prometheus:
    """Scrapes `target`, a "host:port", each second under the job "slipway"."""

    def __init__(self, target, *options):
        self._folder = tempfile.TemporaryDirectory(prefix="slipway-prometheus-")
        folder = pathlib.Path(self._folder.name)
        config = folder / "prometheus.yml"
        config.write_text("global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
                          f"rule_files: [{RULES}]\n"
                          "scrape_configs: [{job_name: slipway, static_configs: "
                          f"[{{targets: ['{target}']}}]}}]\n")
        self._log = folder / "log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}",
                 "--web.listen-address=127.0.0.1:0", *options], stdout=log, stderr=log)
        try:
            self._address = self._until(lambda: _LISTENS.search(self._log.read_text())).group(1)
        except BaseException:
            self.stop()
            raise

    def _until(self, ask):
        """What `ask` returns once that is true."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            answer = ask()
            if answer:
                return answer
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Prometheus does not come that far; its log says:\n{self._log.read_text()}")
            time.sleep(0.1)  # Another process's time: there is nothing to wait on.

    def get(self, path, **parameters):
        """The data that the HTTP API answers with."""
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"http://{self._address}/api/v1/{path}?{query}", timeout=30) as answer:
            return json.load(answer)["data"]

    def query(self, expression):
        """The series that `expression` gives now: their values by their labels."""
        try:
            return self.get("query", query=expression)["result"]
        except urllib.error.HTTPError as error:
            raise ValueError(f"{expression}: {error.read().decode()}") from error

    def await_series(self, expression):
        """The series of `expression`, once there are any."""
        self._until(self._is_ready)
        return self._until(lambda: self.query(expression))

    def _is_ready(self):
        try:
            with urllib.request.urlopen(f"http://{self._address}/-/ready", timeout=30):
                return True
        except urllib.error.HTTPError:
            return False  # It listens and still reads its storage.

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._folder.cleanup()
