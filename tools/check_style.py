#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what clang-format and clang-tidy do not: names of files, first lines, banned words and calls.

Usage: check_style.py [ROOT]      ROOT is the repository; default: the one this file lies in
Prints one line a fault, "file:line: what: what to do", and exits with 1 if there is any.
"""
import pathlib
import re
import subprocess
import sys

SPDX = "SPDX-License-Identifier: Apache-2.0"
VAGUE_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "types"}
FILE_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*$")
MUST_HAVE_SPDX = (".h", ".cc", ".py", ".lua", ".proto")

# (which files, what they may not hold, what to do). Comments of C++ are not searched.
CPP = re.compile(r"\.(h|cc)$")
BANNED = [
    (CPP, re.compile(r"\bstd::(recursive_|shared_|timed_)?mutex\b|\bstd::(lock_guard|scoped_lock)\b"),
     "the lock analysis cannot see it: use slipway::Mutex and MutexLock"),
    (CPP, re.compile(r"\bstd::thread\b(?!::)|\.detach\(\)"),
     "nobody joins it for certain: use std::jthread with a stop token"),
    (CPP, re.compile(r"\bsleep_(for|until)\b|\busleep\("),
     "sleeping orders nothing: wait on a ConditionVariable, or drive a FakeClock"),
    (CPP, re.compile(r"\busing namespace\b(?! std::(\w+_)?literals)"),
     "write the namespace, or a using declaration for one name"),
    (CPP, re.compile(r"\bstd::(cout|cerr)\b"), "print through fmt, log through slipway/base/log.h"),
    (re.compile(""), re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))"),
     "write TODO(#123) with the number of its issue, or do it"),
    (re.compile(""), re.compile(r"(?<![\w.])/(home|root|work)/"), "a path of one machine: make it relative"),
]
# Files where a banned thing has its place.
HOMES = {"slipway/base/mutex.h", "tools/check_style.py", "tools/check_style_test.py"}
BINARY = (".onnx", ".gz", ".png", ".npy", ".npz")


def faults_of_name(file):
    path = pathlib.PurePosixPath(file)
    stems = {part.split(".")[0] for part in path.parts}
    if vague := stems & VAGUE_NAMES:
        yield f"{file}:1: the name {vague.pop()} says nothing: name the concept"
    if path.suffix in (".h", ".cc", ".py") and not FILE_NAME.match(path.name):
        yield f"{file}:1: not snake_case: rename it"


def faults_of_text(file, text):
    lines = text.splitlines()
    if file.endswith(MUST_HAVE_SPDX) and not any(SPDX in line for line in lines[:2]):
        yield f'{file}:1: no licence: begin with "{SPDX}" in a comment'
    if file.endswith(".h") and "#pragma once" not in lines[:3]:
        yield f"{file}:2: no #pragma once: add it after the first line"
    if file in HOMES:
        return
    is_cpp = CPP.search(file)
    for number, line in enumerate(lines, 1):
        code = line.split("//")[0] if is_cpp else line
        for files, banned, advice in BANNED:
            if files.search(file) and (found := banned.search(code if files is CPP else line)):
                yield f"{file}:{number}: {found.group().strip()}: {advice}"


def check(root):
    """All faults of the files that git tracks or would track in the repository at `root`."""
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, check=True,
                         capture_output=True, text=True).stdout
    faults = []
    for file in sorted(set(out.splitlines())):
        path = root / file
        faults += faults_of_name(file)
        if path.is_file() and not file.endswith(BINARY) and not file.startswith("tests/corpus/"):
            faults += faults_of_text(file, path.read_text(encoding="utf-8"))
    return faults


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    faults = check(root)
    for fault in faults:
        print(fault)
    print(f"check_style: {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
