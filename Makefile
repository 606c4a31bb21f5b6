# The commands of this project. Each installs what it needs first and says so; run one twice and the
# second run installs nothing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
JOBS ?= $(shell nproc)
SECONDS_EACH ?= 60
SLIPWAY := build/release/bin/slipway

.PHONY: help build demo serve test test-slow bench lint format fuzz coverage clean

help:  ## Lists these commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build:  ## Builds build/release/bin/slipway and the operators for other programs.
	tools/install_deps build
	cmake --preset release
	cmake --build --preset release -j $(JOBS) --target slipway slipway_kernels

demo:  ## Quantizes a real model, serves and measures it, and prints the table.
	tools/install_deps build demo
	$(MAKE) --no-print-directory build
	$(SLIPWAY) demo

serve: build  ## Serves the demo's models on ports 8000 (REST), 8001 (gRPC) and 8002 (metrics).
	@test -d build/demo/repository || $(MAKE) --no-print-directory demo
	$(SLIPWAY) serve --model-repository build/demo/repository

test:  ## Builds and runs every test; the last line says how many passed.
	@JOBS=$(JOBS) tools/run_tests.py

test-slow:  ## Runs the tests that take minutes.
	@JOBS=$(JOBS) tools/run_tests.py slow

bench:  ## Measures against Triton and writes docs/results/.
	tools/install_deps build demo test bench train
	$(MAKE) --no-print-directory build
	cmake --build --preset release -j $(JOBS) --target model_server_bench rest_infer_bench
	.deps/python/bin/python bench/run.py

lint:  ## clang-tidy, lock analysis and header sets.
	tools/install_deps build test lint
	cmake --preset lint
	cmake --build --preset lint -j $(JOBS)

format:  ## Lays out every C++ source.
	tools/install_deps lint
	tools/check_format --fix

fuzz:  ## Fuzzes each parser for SECONDS_EACH seconds.
	tools/install_deps build fuzz
	cmake --preset fuzz
	cmake --build --preset fuzz -j $(JOBS)
	tools/run_fuzzers.py --seconds $(SECONDS_EACH)

coverage:  ## Measures which lines the unit tests reach.
	tools/install_deps build test coverage
	cmake --preset coverage
	cmake --build --preset coverage -j $(JOBS)
	ctest --preset coverage -L "^(unit|corpus)$$"
	gcovr --gcov-executable gcov-12 --root . --filter slipway/ --exclude '.*_(test|bench|fuzz)\.cc' \
	    --exclude '.*/testing/.*' --object-directory build/coverage --txt build/coverage/report.txt \
	    --html-details build/coverage/report.html --print-summary

clean:  ## Removes everything that was built; what was installed stays.
	rm -rf build
