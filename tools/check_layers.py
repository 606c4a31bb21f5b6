#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks who includes whom: each #include against DEPS, the layer table and the libraries' owners.

Usage: check_layers.py [ROOT]      ROOT is the repository; default: the one this file lies in
Prints one line a fault, "file:line: what: what to do", and exits with 1 if there is any.
"""
import dataclasses
import pathlib
import re
import sys

# A module includes itself and modules of a lower layer. New names go here with a decision note.
LAYERS = (
    ("base",),
    ("tensor", "metrics"),
    ("graph", "dataset"),
    ("runtime", "training"),
    ("optimize", "registry", "monitor"),
    ("serving",),
    ("stream", "api", "embed"),
    ("app",),
)
# Order inside the layer of `optimize`: what techniques share, the techniques, one that builds on
# another (docs/decisions/0004-codebook-on-quantize.md), where they meet.
OPTIMIZE_SHARED, OPTIMIZE_TECHNIQUE = 0, 1
OPTIMIZE_ORDER = {"optimize/evaluate": OPTIMIZE_SHARED, "optimize/codebook": 2,
                  "optimize/recipe": 3, "optimize/search": 4}
# The engine knows the operators, which know nothing of it: other programs load them, too.
RUNTIME_ORDER = {"runtime/kernels": 0, "runtime": 1}

# Which modules, with all below their folder, may include which third-party headers, by the start of
# the header's name.
OWNERS = {
    "fmt/": {"base"},
    "spdlog/": {"base"},
    "xxhash.h": {"base"},
    "openssl/": {"base", "registry", "api"},
    "zlib.h": {"dataset", "api"},
    "png.h": {"dataset"},
    "jpeglib.h": {"dataset"},
    "simdjson.h": {"dataset", "api"},
    "google/protobuf/": {"graph", "metrics", "optimize", "serving", "api"},
    "onnxruntime_": {"runtime"},
    "hwy/": {"runtime"},
    "torch/": {"training"},
    "Eigen/": {"optimize"},
    "sqlite3.h": {"registry", "stream"},
    "libpq-fe.h": {"registry"},
    "curl/": {"registry", "monitor"},
    "boost/math/": {"monitor"},
    "boost/asio": {"api"},
    "boost/beast": {"api"},
    "boost/system/": {"api"},
    "nghttp2/": {"api"},
    "rabbitmq-c/": {"stream"},
    "librdkafka/": {"stream"},
    "CLI/": {"app"},
    "yaml-cpp/": {"app"},
}
# The one place where a public header may show a library: fmt's door.
PUBLIC_DOORS = {"slipway/base/format.h": "fmt/"}
TEST_LIBRARIES = ("gtest/", "gmock/")
BENCH_LIBRARY = "benchmark/"
SYSTEM = re.compile(
    r"[a-z0-9_]+$|(sys|net|netinet|arpa|linux|asm)/"
    r"|([a-z0-9]+intrin|cpuid|cxxabi|dirent|dlfcn|errno|fcntl|getopt|malloc|netdb|poll|pthread"
    r"|sched|signal|spawn|stdlib|string|termios|time|unistd)\.h$")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
MODULE_CALL = re.compile(r"slipway_module\s*\(([^)]*)\)")
KEYWORDS = {"HEADERS", "SOURCES", "DEPS", "LIBRARIES", "TESTS", "TEST_DEPS", "TESTING", "BENCHES",
            "FUZZERS"}


@dataclasses.dataclass
class Module:
    """One slipway_module() call; DEPS and TEST_DEPS with the lines that name them."""
    name: str
    cmake: str
    headers: set = dataclasses.field(default_factory=set)
    deps: dict = dataclasses.field(default_factory=dict)
    test_deps: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Include:
    """One #include of `file`, which belongs to `module`."""
    module: str
    file: str
    line: int
    header: str

    def is_test(self):
        return is_test(self.file)

    def __str__(self):
        return f"{self.file}:{self.line}: includes {self.header}"


def is_test(file):
    return "/testing/" in file or file.endswith(("_test.cc", "_bench.cc", "_fuzz.cc"))


def rank(module):
    """The layer of `module`, and its place inside; None if its folder is not in the table."""
    top = module.split("/")[0]
    for layer, names in enumerate(LAYERS):
        if top in names:
            if top == "optimize":
                return layer, OPTIMIZE_ORDER.get(module, OPTIMIZE_TECHNIQUE)
            return layer, RUNTIME_ORDER.get(module, 0)
    return None


def parse_modules(text, cmake):
    """The slipway_module() calls in `text`, the contents of the file `cmake`."""
    text = re.sub(r"#[^\n]*", "", text)
    for call in MODULE_CALL.finditer(text):
        words = [(w.group(), text.count("\n", 0, call.start(1) + w.start()) + 1)
                 for w in re.finditer(r"\S+", call.group(1))]
        module, keyword = Module(words[0][0], cmake), ""
        for word, line in words[1:]:
            if word in KEYWORDS:
                keyword = word
            elif keyword == "HEADERS":
                module.headers.add(word)
            elif keyword == "DEPS":
                module.deps[word] = line
            elif keyword == "TEST_DEPS":
                module.test_deps[word] = line
        yield module


def owner(file, names):
    """The module among `names` to which `file` (from the root) belongs: the longest that fits."""
    folders = file.split("/")[1:-1]
    for length in range(len(folders), 0, -1):
        if "/".join(folders[:length]) in names:
            return "/".join(folders[:length])
    return folders[0] if folders else ""


def check_edge(include, target, module):
    """The fault of including a header of module `target`, or None. `module` is the includer's."""
    if target == include.module:
        return None
    mine, theirs = rank(include.module), rank(target)
    if theirs is None:
        return f"no module {target} is in the table: add it to LAYERS in tools/check_layers.py"
    if "/internal/" in include.header:
        return f"internal/ is for {target} alone: use or add a public header of {target}"
    if theirs == mine:
        return (f"{include.module} and {target} are in the same layer ({mine[0]}): move what both"
                " need to a lower one, or join them through an interface in app")
    if theirs > mine:
        return (f"{target} (layer {theirs[0]}) is above {include.module} (layer {mine[0]}): declare"
                f" an interface in {include.module} that {target} implements")
    if module is None or target in module.deps:
        return None
    if include.is_test() and target in module.test_deps:
        return None
    keyword = "TEST_DEPS" if include.is_test() else "DEPS"
    return f"{target} is not in {keyword}: add it in {module.cmake}"


def check_third_party(include):
    """The fault of including a header that is not ours, or None."""
    header = include.header
    if SYSTEM.match(header):
        return None
    if header.startswith(TEST_LIBRARIES):
        return None if include.is_test() else "only tests may include it: move the code to testing/"
    if header.startswith(BENCH_LIBRARY):
        return None if include.file.endswith("_bench.cc") else "only _bench.cc files may do that"
    for start, modules in OWNERS.items():
        if header.startswith(start):
            return check_ownership(include, start, modules)
    return ("no module owns it: write the path from the root if it is ours, else add it to OWNERS"
            " in tools/check_layers.py and to docs/dependencies.md")


def check_ownership(include, start, modules):
    if include.module.split("/")[0] not in modules:
        owners = " or ".join(sorted(modules))
        return f"{include.module} does not own it: ask {owners} for what you need"
    if is_public_header(include.file) and PUBLIC_DOORS.get(include.file) != start:
        return f"a public header shows a library: keep it in .cc or internal/ of {include.module}"
    return None


def is_public_header(file):
    return file.endswith(".h") and "/internal/" not in file and "/testing/" not in file


def check_include(include, modules):
    if not include.header.startswith("slipway/"):
        return check_third_party(include)
    if include.header.endswith(".pb.h"):
        if include.header.split("/")[1] != include.module.split("/")[0]:
            return "messages are for the module that owns them: use its public types"
        return "a public header shows protobuf" if is_public_header(include.file) else None
    if "/testing/" in include.header and not include.is_test():
        return "testing/ is for tests: move what shipped code needs out of it"
    return check_edge(include, owner(include.header, modules), modules.get(include.module))


def includes_of(path, file, module):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if found := INCLUDE.match(line):
            yield Include(module, file, number, found.group(1))


def sources_under(root, folder):
    for path in sorted((root / folder).rglob("*")):
        if path.suffix in (".h", ".cc"):
            yield path, path.relative_to(root).as_posix()


def check_place(file, name, module):
    """The fault of `file` being where it is, or None. `module` is the call named `name`, if any."""
    if rank(name) is None:
        return f"no module {name} is in the table: add it to LAYERS in tools/check_layers.py"
    if module is None and file.endswith(".cc"):
        return f"no slipway_module() covers it: add one in slipway/{name}/CMakeLists.txt"
    listed = file.removeprefix(f"slipway/{name}/")
    if module and is_public_header(file) and listed not in module.headers:
        return f"nothing proves that it compiles alone: list it under HEADERS in {module.cmake}"
    return None


def check_modules(root, modules, used):
    """Checks slipway/; adds (who, whom, whether in tests) to `used` for each of our includes."""
    for path, file in sources_under(root, "slipway"):
        name = owner(file, modules)
        if fault := check_place(file, name, modules.get(name)):
            yield f"{file}:1: {fault}"
            continue
        for include in includes_of(path, file, name):
            if include.header.startswith("slipway/"):
                used.add((name, owner(include.header, modules), include.is_test()))
            if fault := check_include(include, modules):
                yield f"{include}: {fault}"


def check_outside(root):
    """Suites, examples and load programs use modules as anyone else may."""
    for folder in ("tests", "examples", "bench"):
        for path, file in sources_under(root, folder):
            for include in includes_of(path, file, ""):
                if include.header.startswith("slipway/") and "/internal/" in include.header:
                    yield f"{include}: internal/ is for its module alone: use a public header"


def check_unused(modules, used):
    """DEPS is the whole truth: what it lists is included."""
    for module in modules.values():
        for target, line in module.deps.items():
            if (module.name, target, False) not in used:
                yield (f"{module.cmake}:{line}: {module.name} lists {target} in DEPS and includes"
                       " nothing of it: remove it, or make it a TEST_DEPS if tests need it")
        for target, line in module.test_deps.items():
            if (module.name, target, True) not in used:
                yield (f"{module.cmake}:{line}: no test of {module.name} includes {target}: remove"
                       " it from TEST_DEPS")


def check(root):
    """All faults of the repository at `root`, sorted by file."""
    modules, faults, used = {}, [], set()
    for path in sorted((root / "slipway").rglob("CMakeLists.txt")):
        cmake = path.relative_to(root).as_posix()
        for module in parse_modules(path.read_text(encoding="utf-8"), cmake):
            modules[module.name] = module
    faults += check_modules(root, modules, used)
    faults += check_outside(root)
    faults += check_unused(modules, used)
    return sorted(faults)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    faults = check(root)
    for fault in faults:
        print(fault)
    print(f"check_layers: {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
