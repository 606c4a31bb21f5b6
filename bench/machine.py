# SPDX-License-Identifier: Apache-2.0
"""The machine that measures: is anybody else computing on it, and what is it."""
import contextlib
import os
import pathlib
import platform
import subprocess
import time

SERVER_CORE, CLIENT_CORE = "0", "1"
# % of one core that others may use: a run waits until there is less, and is repeated if there was more.
FOREIGN_LIMIT = 4.0
_TICK = os.sysconf("SC_CLK_TCK")


def busy_seconds():
    """Processor time that the processes of the whole machine have used so far, or that its host has given to others.

    Without that of interrupts: the loopback's work for server and client is counted there on some kernels, and for
    neither of them."""
    user, nice, system, _idle, _io, _interrupts, _soft_interrupts, stolen = (
        int(f) for f in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9])
    return (user + nice + system + stolen) / _TICK


def cpu_seconds(process):
    """Processor time that the process with this id has used so far."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def foreign_share(seconds=0.5):
    """% of one core in use now; nothing of ours may run meanwhile."""
    before = busy_seconds()
    time.sleep(seconds)
    return 100 * (busy_seconds() - before) / seconds


def wait_until_quiet(patience):
    """Waits until nobody else computes, no longer than `patience` seconds."""
    stop = time.monotonic() + patience
    while foreign_share() > FOREIGN_LIMIT and time.monotonic() < stop:
        time.sleep(1)


@contextlib.contextmanager
def out_of_the_way():
    """What this thread does meanwhile takes processor time that nobody else wants: it is not what is measured."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def description():
    """One line on processor, cores, memory and system."""
    processor = next((line.partition(": ")[2] for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), platform.machine())
    flags = pathlib.Path("/proc/cpuinfo").read_text().split("flags", 1)[-1].split("\n", 1)[0].split()
    vnni = "with" if "avx512_vnni" in flags or "avx_vnni" in flags else "without"
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / (1 << 20)
    return (f"{processor}, {os.cpu_count()} cores, {vnni} VNNI, {memory:.0f} GiB,"
            f" Linux {platform.release()}, glibc {platform.libc_ver()[1]}")


def commit(root):
    """The commit that is measured, marked if the tree differs from it."""
    git = lambda *arguments: subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True,
                                            check=True).stdout.strip()
    changed = "+changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return git("rev-parse", "--short=12", "HEAD") + changed
