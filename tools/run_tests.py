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
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
THREADED = ("runtime", "serving", "api")
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
    """A preset to configure, the targets of it to build, and which of its tests to run."""
    preset: str
    what: str
    label: str  # A regular expression over the labels of tests.
    targets: tuple = ()  # Nothing is built if empty.
    folders: tuple = ("",)  # Whose tests, below the build folder.


STEPS = {
    "tree": Step("dev", "format, layers, lengths, style", "^lint$"),
    "unit": Step("dev", "unit tests and corpora under ASan and UBSan", "^(unit|corpus)$", ("slipway_units",)),
    "whole": Step("release", "what is shipped, end to end", "^(integration|e2e)$", ("slipway_whole",)),
    "threads": Step("tsan", "what has threads, under ThreadSanitizer", "^unit$",
                    tuple(f"slipway_{module}_test" for module in THREADED),
                    tuple(f"slipway/{module}" for module in THREADED)),
    "slow": Step("release", "tests that take long", "^slow$", ("all",)),  # Benches are built here alone.
}
DEFAULT = ("tree", "unit", "whole", "threads")


def count_results(build_folder, summary):
    """The counts in `summary`, the JUnit file that CTest wrote: of a test that wrote results of its own, its cases."""
    total = Count()
    for test in xml.etree.ElementTree.parse(summary).getroot().iter("testcase"):
        status = test.get("status")
        cases = build_folder / "results" / f"{test.get('name')}.xml"
        if cases.exists():
            suite = xml.etree.ElementTree.parse(cases).getroot()
            number = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "disabled", "skipped")}
            failed = number["failures"] + number["errors"]
            skipped = number["disabled"] + number["skipped"]
            total.add(Count(number["tests"] - failed - skipped, failed, skipped))
            if status == "fail" and not failed:  # A sanitizer's report at the end.
                total.failed += 1
        else:
            total.add(Count(status == "run", status == "fail", status not in ("run", "fail")))
    return total


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
    total = Count()
    for folder in step.folders:
        total.add(run_tests(ROOT / "build" / step.preset, folder, step.label))
    return total


def run_tests(build_folder, folder, label):
    """Runs the tests below `folder` with a label that matches; a failure without a result counts."""
    shutil.rmtree(build_folder / "results", ignore_errors=True)
    summary = build_folder / folder / "results.xml"
    summary.unlink(missing_ok=True)
    succeeded = run("ctest", "--test-dir", build_folder / folder, "-L", label, "-j", JOBS, "--output-on-failure",
                    "--no-tests=error", "--output-junit", summary)
    count = count_results(build_folder, summary) if summary.exists() else Count()
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
