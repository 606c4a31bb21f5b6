# SPDX-License-Identifier: Apache-2.0
"""How long a server takes to be ready, and how much memory it takes to do nothing."""
import pathlib
import time

import machine
from report import Comparison, comparison_table

STARTS = 7
REST_SECONDS = 2


def measure(bench):
    """The tables of this section."""
    ready = {"Slipway": [], "Triton": []}
    memory = {"Slipway": [], "Triton": []}
    for _ in range(STARTS):
        for server in bench.servers():
            machine.wait_until_quiet(bench.options.patience / STARTS)
            with server.start() as running:
                ready[server.name].append(running.ready_ms)
                time.sleep(REST_SECONDS)
                memory[server.name].append(resident_mib(running.process.pid))
    return [comparison_table("At rest, with two small models", [
        Comparison("time to ready in ms", ready["Slipway"], ready["Triton"], "ours ≤ 60 ms"),
        Comparison("resident memory in MiB", memory["Slipway"], memory["Triton"], "ours ≤ 45 MiB")])]


def resident_mib(process):
    """Resident memory of the process with this id."""
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
