# SPDX-License-Identifier: Apache-2.0
"""Quantizes a model with the Python package onnxruntime, as its documentation has it: preparation, then QDQ with
int8 weights per channel.

Usage: quantize.py MODEL OUT METHOD IMAGES SAMPLES       METHOD: MinMax, Entropy, Percentile
"""
import gzip
import pathlib
import sys
import tempfile

import numpy
import onnxruntime.quantization as quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

BATCH = 100


class Images(quantization.CalibrationDataReader):
    """Pixels / 255 of an IDX file, in batches."""

    def __init__(self, path, samples):
        data = gzip.open(path).read()
        pixels = numpy.frombuffer(data, numpy.uint8, offset=16).reshape(-1, 1, 28, 28)[:samples]
        self._batches = (pixels[i:i + BATCH].astype(numpy.float32) / 255 for i in range(0, len(pixels), BATCH))

    def get_next(self):
        batch = next(self._batches, None)
        return None if batch is None else {"image": batch}


def main():
    model, out, method, images, samples = sys.argv[1:]
    has_vnni = "vnni" in pathlib.Path("/proc/cpuinfo").read_text()
    with tempfile.TemporaryDirectory() as folder:
        prepared = pathlib.Path(folder) / "prepared.onnx"
        quant_pre_process(model, str(prepared))
        quantization.quantize_static(str(prepared), out, Images(images, int(samples)), per_channel=True,
                                     reduce_range=not has_vnni,
                                     calibrate_method=getattr(quantization.CalibrationMethod, method))


main()
