# The commands of this project. Each installs what it needs first and says so; run one twice and the
# second run installs nothing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
JOBS ?= $(shell nproc)
SLIPWAY := build/release/bin/slipway

.PHONY: help build demo serve test test-slow bench lint format fuzz coverage clean

help:  ## Lists these commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build:  ## Builds build/release/bin/slipway.
	tools/install_deps build
	cmake --preset release -D SLIPWAY_BUILD_TESTS=OFF -D SLIPWAY_BUILD_BENCHES=OFF
	cmake --build --preset release -j $(JOBS)

clean:  ## Removes everything that was built; what was installed stays.
	rm -rf build
