#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every fuzzer of the fuzz preset for a while, one after the other, on all cores.

Usage: run_fuzzers.py [--seconds N] [NAME ...]      default: 60 s for each fuzzer
New inputs that reach new code stay in build/fuzz/corpus/NAME; an input that crashes is named with
the command that keeps it. The exit status is 1 if anything crashed.
"""
import argparse
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/fuzz"


def fuzz(fuzzer, seconds):
    """Runs the executable `fuzzer`; the inputs that it crashed on."""
    found, crashes = BUILD / "corpus" / fuzzer.name, BUILD / "crashes" / fuzzer.name
    for folder in (found, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    seeds = ROOT / "tests/corpus" / fuzzer.name
    known = set(crashes.iterdir())
    subprocess.run([fuzzer, f"-max_total_time={seconds}", f"-fork={os.cpu_count()}", "-timeout=2",
                    "-rss_limit_mb=2048", "-print_funcs=0",
                    f"-artifact_prefix={crashes}/", found, seeds],
                   cwd=BUILD, check=False)
    return sorted(set(crashes.iterdir()) - known)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    fuzzers = sorted(p for p in (BUILD / "bin").glob("*_fuzz") if not options.names or p.name in options.names)
    if not fuzzers:
        sys.exit(f"run_fuzzers: no fuzzer {' '.join(options.names)} in {BUILD / 'bin'}: build the fuzz preset")
    crashed = False
    for fuzzer in fuzzers:
        print(f"== {fuzzer.name}", flush=True)
        for crash in fuzz(fuzzer, options.seconds):
            crashed = True
            print(f"run_fuzzers: {fuzzer.name} crashed: keep the input with\n"
                  f"  cp {crash.relative_to(ROOT)} tests/corpus/{fuzzer.name}/", flush=True)
    sys.exit(1 if crashed else 0)


if __name__ == "__main__":
    main()
