#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts a Triton Inference Server on CPU into FOLDER: its binary out of the nvidia-pytriton wheel on
# PyPI, and a minimal ONNX Runtime backend over the engine that Slipway uses. Does nothing the second
# time. Usage: setup.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
version=0.7.0  # Ships Triton 2.51.0.
digest=21f063ff93bb426d0c06b7a55e7eb9efcfe62c0dddd9a908e9877e18710128df
# shellcheck source=tools/install_deps
source "$root/tools/install_deps"

cd "$folder"
if [ ! -x wheel/pytriton/tritonserver/bin/tritonserver ]; then
    say "fetching Triton 2.51.0 (a 55 MB Python wheel) into ${folder#"$root"/}"
    rm -rf wheel wheel.part ./*.whl venv
    python3 -m venv venv
    venv/bin/pip download -q --no-deps -d . "nvidia-pytriton==$version"
    check_digest nvidia_pytriton-$version-*.whl "$digest"
    python3 -m zipfile -e nvidia_pytriton-$version-*.whl wheel.part
    chmod +x wheel.part/pytriton/tritonserver/bin/tritonserver
    rm -rf ./*.whl venv
    mv wheel.part wheel
fi

backend=backends/ort_minimal/libtriton_ort_minimal.so
if [ "$here/ort_backend.cc" -nt "$backend" ]; then
    onnxruntime=${ONNXRUNTIME_ROOT:-$root/.deps/onnxruntime}
    mkdir -p "$(dirname "$backend")"
    g++-12 -std=c++20 -O2 -Wall -Wextra -fPIC -shared -fvisibility=hidden -I"$onnxruntime/include" \
        "$here/ort_backend.cc" -o "$backend" -L"$onnxruntime/lib" -l:libonnxruntime.so.1 \
        -Wl,-rpath,"$onnxruntime/lib"
fi
