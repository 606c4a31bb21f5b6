# SPDX-License-Identifier: Apache-2.0
"""The networks that quantization is measured on: the example CNN, and those that `train_network` trains on demand."""
import dataclasses
import os
import pathlib
import subprocess

import fashion
from servers import BUILD, ROOT

# A user has no MNIST; whoever has it as IDX files says where. Without it the digits' networks are left out.
MNIST = pathlib.Path(os.environ.get("SLIPWAY_MNIST", ROOT.parent / "shared/data/mnist"))
TRAINED = ROOT / "build/nets"


@dataclasses.dataclass(frozen=True)
class Net:
    """A float32 model, and the folder with the IDX files that it was trained on."""
    name: str
    data: pathlib.Path

    @property
    def model(self):
        return ROOT / "examples/fashion/cnn.onnx" if self.name == "cnn" else TRAINED / f"{self.name}.onnx"

    @property
    def calibration(self):
        return self.data / "train-images-idx3-ubyte.gz"

    @property
    def test_images(self):
        return self.data / "t10k-images-idx3-ubyte.gz"


ALL = [Net("cnn", fashion.FOLDER), Net("depthwise", fashion.FOLDER), Net("encoder", fashion.FOLDER),
       Net("lenet-300-100", MNIST), Net("lenet-5", MNIST)]


def available():
    """The networks whose data are here, trained if they were not: minutes for each, once."""
    nets = [net for net in ALL if net.calibration.exists()]
    missing = [net for net in nets if not net.model.exists()]
    if missing:
        build_trainer()
    for net in missing:
        TRAINED.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: it is taken for trained next time.
        unfinished = TRAINED / f"{net.name}.unfinished.onnx"
        subprocess.run([BUILD / "trainer/bin/train_network", net.name, net.data, unfinished], check=True)
        unfinished.rename(net.model)
    return nets


def build_trainer():
    """Builds `train_network`, apart from what is shipped, because it needs libtorch."""
    folder = BUILD / "trainer"
    subprocess.run(["cmake", "--preset", "release", "-B", folder, "-D", "SLIPWAY_BUILD_EXAMPLES=ON"], cwd=ROOT,
                   check=True)
    subprocess.run(["cmake", "--build", folder, "--target", "train_network"], check=True)
