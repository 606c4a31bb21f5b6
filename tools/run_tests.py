#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs what `make test` promises, cheapest first, and says at the end how many tests passed.

Usage: run_tests.py [STEP ...]      default: all of STEPS, in their order
Every step is tried even if one before it failed. The last line of output is "N passed, N failed",
with ", N skipped" if any were; the exit status is 1 if anything failed.
"""
import dataclasses
import os
import pathlib
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
JOBS = os.environ.get("JOBS", str(os.cpu_count()))


@dataclasses.dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


@dataclasses.dataclass(frozen=True)
class Step:
    """A preset to configure, the targets of it to build, and the CTest arguments of what to run.

    Without `tests` the build itself is the test.
    """
    preset: str
    what: str
    targets: tuple = ()  # Nothing is built if empty.
    tests: tuple = ()


STEPS = {
    "tree": Step("dev", "format, layers, lengths, style", tests=("-L", "^lint$")),
    "unit": Step("dev", "unit tests under ASan and UBSan", ("all",), ("-L", "^unit$")),
    "whole": Step("release", "integration and end-to-end tests of what is shipped", ("all",),
                  ("-L", "^(integration|e2e)$")),
    "threads": Step("tsan", "serving and runtime under ThreadSanitizer", ("threaded_tests",),
                    ("-L", "^threaded$")),
    "slow": Step("release", "tests that take long", ("all",), ("-L", "^slow$")),
}
DEFAULT = ("tree", "unit", "whole", "threads")


def count_results(path):
    """The counts in the JUnit file at `path` that CTest wrote."""
    suite = xml.etree.ElementTree.parse(path).getroot()
    number = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "disabled", "skipped")}
    skipped = number["disabled"] + number["skipped"]
    return Count(number["tests"] - number["failures"] - skipped, number["failures"], skipped)


def run(*command):
    """Runs `command` with its output on ours; whether it succeeded."""
    print("+", *command, flush=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def build(step):
    if not run("cmake", "--preset", step.preset):
        return False
    return not step.targets or run("cmake", "--build", "--preset", step.preset, "-j", JOBS,
                                   "--target", *step.targets)


def run_step(step):
    """Builds and runs `step`. A build that fails counts as one failed test, as do tests that vanish."""
    if not build(step):
        print(f"run_tests: cannot build the preset {step.preset}", flush=True)
        return Count(failed=1)
    results = ROOT / "build" / step.preset / "results.xml"
    results.unlink(missing_ok=True)
    succeeded = run("ctest", "--test-dir", f"build/{step.preset}", "-j", JOBS, "--output-on-failure",
                    "--no-tests=error", "--output-junit", results.name, *step.tests)
    count = count_results(results) if results.exists() else Count()
    if not succeeded and not count.failed:
        count.failed = 1
    return count


def main():
    os.chdir(ROOT)
    total = Count()
    if not run("tools/install_deps", "build", "test", "lint"):
        print(Count(failed=1))
        sys.exit(1)
    for name in sys.argv[1:] or DEFAULT:
        step, start = STEPS[name], time.monotonic()
        print(f"== {name}: {step.what}", flush=True)
        count = run_step(step)
        print(f"== {name}: {count} in {time.monotonic() - start:.0f} s", flush=True)
        total.add(count)
    print(total)
    sys.exit(1 if total.failed else 0)


if __name__ == "__main__":
    main()
