# SPDX-License-Identifier: Apache-2.0
"""The 10,000 test images of Fashion-MNIST, as the distribution packages them."""
import gzip
import pathlib

import numpy as np

FOLDER = pathlib.Path("/usr/share/datasets/fashion-mnist")
IMAGES = FOLDER / "t10k-images-idx3-ubyte.gz"
LABELS = FOLDER / "t10k-labels-idx1-ubyte.gz"


def images(count=10_000):
    """float32 [count,1,28,28] of pixel/255."""
    pixels = np.frombuffer(gzip.decompress(IMAGES.read_bytes()), np.uint8, offset=16)
    return (pixels.reshape(-1, 1, 28, 28)[:count] / np.float32(255)).astype(np.float32)


def labels(count=10_000):
    return np.frombuffer(gzip.decompress(LABELS.read_bytes()), np.uint8, offset=8)[:count]
