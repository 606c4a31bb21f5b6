#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures files, functions and parameter lists: warns if one is long, fails if it is too long.

Usage: check_length.py [ROOT]      ROOT is the repository; default: the one this file lies in
Prints one line a finding, "file:line: what: what to do", and exits with 1 if anything is too long.
tools/length_exceptions.txt names what may be longer, each with its reason.
"""
import ast
import dataclasses
import pathlib
import subprocess
import sys

import cpp_functions

# Kind: (warn above, fail above). Four parameters ask for a reason, five for an options struct.
LIMITS = {
    "source file": (500, 800),
    "header": (250, 400),
    "test file": (800, 1000),
    "function": (60, 100),
    "parameters": (3, 4),
}
ADVICE = {
    "source file": "split it along an idea that has a name",
    "header": "split it along an idea that has a name",
    "test file": "split it by behaviour",
    "function": "move steps that have a name into functions of their own",
    "parameters": "make an options struct",
}
EXCEPTIONS = "tools/length_exceptions.txt"
FOLDERS = ("slipway", "tests", "tools", "bench", "examples")


@dataclasses.dataclass(frozen=True)
class Measure:
    """One length. `name` is the function's, or empty for a file."""
    file: str
    line: int
    kind: str
    name: str
    value: int

    def key(self):
        return (self.file, self.name, self.kind)

    def __str__(self):
        what = f"{self.kind} {self.name}" if self.kind == "function" else self.kind
        what = f"parameters of {self.name}" if self.kind == "parameters" else what
        unit = "" if self.kind == "parameters" else " lines"
        warn, fail = LIMITS[self.kind]
        limit = fail if self.value > fail else warn
        return f"{self.file}:{self.line}: {what}: {self.value}{unit}, more than {limit}"


def file_kind(file):
    if file.endswith(("_test.cc", "_test.py")):
        return "test file"
    return "header" if file.endswith(".h") else "source file"


def python_functions(source):
    """Functions of Python; parameters that can only be given by name are options already."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = [a.arg for a in node.args.posonlyargs + node.args.args]
            own = len(names) - (names[:1] in (["self"], ["cls"]))
            yield cpp_functions.Function(node.name, node.lineno, node.end_lineno, own, True)


def measures_of(file, source):
    """Everything measurable in `source`, the text of `file`."""
    yield Measure(file, 1, file_kind(file), "", source.count("\n"))
    find = python_functions if file.endswith(".py") else cpp_functions.functions_of
    for function in find(source):
        if function.has_body:
            lines = function.last_line - function.first_line + 1
            yield Measure(file, function.first_line, "function", function.name, lines)
        if not function.name.startswith("MATCHER_P"):  # That macro's first two are none.
            count = function.parameters
            yield Measure(file, function.first_line, "parameters", function.name, count)


def read_exceptions(text):
    """What may be longer, from lines of "file [function kind]: reason", with the lines' numbers."""
    keys = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        what, _, reason = line.partition(": ")
        words = what.split()
        if not reason.strip() or len(words) not in (1, 3):
            raise SystemExit(f'{EXCEPTIONS}:{number}: want "file [function kind]: reason"')
        key = (words[0], "", file_kind(words[0])) if len(words) == 1 else tuple(words)
        keys[key] = number
    return keys


def tracked_sources(root):
    """Sources that git tracks or would track, so that a new one is measured before it is added."""
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *FOLDERS], cwd=root,
                         check=True, capture_output=True, text=True).stdout
    names = sorted(set(out.splitlines()))
    return [n for n in names if n.endswith((".h", ".cc", ".py")) and (root / n).exists()]


def check(root):
    """The findings of the repository at `root`: (too long, worth a question)."""
    path = root / EXCEPTIONS
    exceptions = read_exceptions(path.read_text()) if path.exists() else {}
    failures, warnings, used = [], [], set()
    for file in tracked_sources(root):
        for measure in measures_of(file, (root / file).read_text(encoding="utf-8")):
            warn, fail = LIMITS[measure.kind]
            if measure.value <= fail:
                (warnings if measure.value > warn else []).append(f"{measure}: is it one idea?")
            elif allowed := {measure.key(), (measure.file, "*", measure.kind)} & exceptions.keys():
                used |= allowed
            else:
                failures.append(f"{measure}: {ADVICE[measure.kind]}")
    for key in sorted(exceptions.keys() - used):
        number = exceptions[key]
        what = " ".join(filter(None, key))
        failures.append(f"{EXCEPTIONS}:{number}: {what} is not too long: remove it")
    return failures, warnings


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    failures, warnings = check(root)
    for finding in warnings:
        print(f"{finding} (warning)")
    for finding in failures:
        print(finding)
    print(f"check_length: {len(failures)} too long, {len(warnings)} warnings")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
