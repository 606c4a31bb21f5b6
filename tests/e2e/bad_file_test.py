# SPDX-License-Identifier: Apache-2.0
"""Files that are wrong: models cut short or hostile, data that is missing, ports that are taken."""
import os
import pathlib
import socket
import tempfile
import unittest

import fashion
import onnx_models
from served_case import curl
from slipway_process import CNN, Repository, Server, slipway


class BadFileTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="slipway-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name, "models")
        self.folder.mkdir()
        (self.folder.parent / "secret.bin").write_bytes(b"\0" * 16)

    def model(self, data, name="model.onnx"):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def assert_fails(self, result, *names):
        """The command failed by itself, in order, with one message that says each of `names`."""
        self.assertIn(result.returncode, range(1, 64), result.stderr)
        for name in names:
            self.assertRegex(result.stderr, name)
        self.assertEqual(result.stdout, "")

    def test_model_cut_short_at_many_places(self):
        whole = CNN.read_bytes()
        for size in (0, 1, 10, 100, 1000, len(whole) // 2, len(whole) - 1):
            with self.subTest(size=size):
                self.assert_fails(slipway("inspect", self.model(whole[:size])), "model.onnx")

    def test_model_that_is_something_else(self):
        self.assert_fails(slipway("inspect", self.model(b"GIF89a" * 100)), "model.onnx")

    def test_model_that_is_not_there(self):
        self.assert_fails(slipway("inspect", self.folder / "absent.onnx"), "absent.onnx")

    def test_model_whose_subgraphs_nest_without_end(self):
        self.assert_fails(slipway("inspect", self.model(onnx_models.nested_ifs(2_000))), "model.onnx")

    def test_model_with_a_cycle(self):
        self.assert_fails(slipway("inspect", self.model(onnx_models.cycle())), "model.onnx")

    def test_external_data_that_leaves_the_folder(self):
        outside = self.folder.parent / "secret.bin"
        os.symlink(outside, self.folder / "link.bin")
        os.symlink(self.folder.parent, self.folder / "parent")
        os.link(outside, self.folder / "hard.bin")
        for location in ("../secret.bin", "sub/../../secret.bin", str(outside), "link.bin", "parent/secret.bin", "hard.bin"):
            with self.subTest(location):
                tensor = onnx_models.external_tensor("w", 4, location=location)
                result = slipway("inspect", self.model(onnx_models.sum_with(tensor, 4)))
                self.assert_fails(result, "w", pathlib.Path(location).name)

    def test_external_data_beyond_the_end_of_its_file(self):
        (self.folder / "weights.bin").write_bytes(b"\0" * 16)
        for numbers in ({"offset": 8}, {"offset": 17}, {"offset": -1}, {"length": 17}, {"offset": 1 << 63},
                        {"offset": (1 << 64) - 8, "length": 16}):
            with self.subTest(numbers=numbers):
                tensor = onnx_models.external_tensor("w", 4, location="weights.bin", **numbers)
                result = slipway("inspect", self.model(onnx_models.sum_with(tensor, 4)))
                self.assert_fails(result, "w")

    def test_external_data_inside_the_folder_is_read(self):
        (self.folder / "weights.bin").write_bytes(b"\0" * 16)
        tensor = onnx_models.external_tensor("w", 4, location="weights.bin")

        result = slipway("inspect", self.model(onnx_models.sum_with(tensor, 4)))

        self.assertEqual(result.returncode, 0, result.stderr)

    def test_server_with_a_broken_model_says_so_and_serves_the_others(self):
        repository = Repository()
        self.addCleanup(repository.remove)
        repository.add("broken", CNN.read_bytes()[:1000])
        repository.add("identity", onnx_models.identity("n", 4))
        server = Server(repository)
        self.addCleanup(server.stop)

        broken = curl(f"http://{server.http}/v2/models/broken")

        self.assertEqual(broken.status, 503)
        self.assertRegex(broken.json()["error"], r'"broken".*broken/1/model\.onnx.*cut short')
        self.assertRegex(server.log(), r"broken.*broken/1/model\.onnx")
        self.assertEqual(curl(f"http://{server.http}/v2/health/ready").status, 400)
        self.assertEqual(curl(f"http://{server.http}/v2/models/identity/ready").status, 200)

    def test_repository_that_is_not_there(self):
        self.assert_fails(slipway("serve", "--model-repository", self.folder / "absent", timeout=60), "absent")

    def test_port_that_is_taken(self):
        repository = Repository()
        self.addCleanup(repository.remove)
        repository.add("identity", onnx_models.identity("n", 4))
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            result = slipway("serve", "--model-repository", repository.path, "--http-port", port,
                             "--grpc-port", 0, "--metrics-port", 0, timeout=60)

        self.assert_fails(result, rf"127\.0\.0\.1:{port}")

    def test_data_that_is_not_there(self):
        self.assert_fails(slipway("evaluate", CNN, "--data", self.folder / "absent.gz"), "absent.gz")

    def test_labels_that_are_not_there(self):
        result = slipway("evaluate", CNN, "--data", fashion.IMAGES, "--labels", self.folder / "absent.gz")

        self.assert_fails(result, "absent.gz")

    def test_data_that_is_cut_short(self):
        images = self.folder / "images.gz"
        images.write_bytes(fashion.IMAGES.read_bytes()[:100_000])

        self.assert_fails(slipway("evaluate", CNN, "--data", images, "--labels", fashion.LABELS), "images.gz")

    def test_quantizing_that_fails_leaves_nothing_behind(self):
        for data in (self.folder / "absent.gz", fashion.LABELS):
            with self.subTest(data=data):
                result = slipway("quantize", CNN, "--method", "static", "--calibration", data,
                                 "-o", self.folder / "out.onnx")
                self.assert_fails(result, data.name)
                self.assertEqual(list(self.folder.iterdir()), [])

    def test_quantizing_keeps_an_older_output_if_it_fails(self):
        out = self.model(b"older", "out.onnx")

        result = slipway("quantize", self.folder / "absent.onnx", "--method", "static", "--calibration",
                         fashion.IMAGES, "-o", out)

        self.assert_fails(result, "absent.onnx")
        self.assertEqual(out.read_bytes(), b"older")

    def test_quantizing_into_a_folder_that_is_not_there(self):
        out = self.folder / "absent" / "out.onnx"

        result = slipway("quantize", CNN, "--method", "static", "--calibration", fashion.IMAGES, "-o", out)

        self.assert_fails(result, "absent/out.onnx")

    def test_unknown_command_and_flag(self):
        self.assert_fails(slipway("inspekt"), "inspekt")
        self.assert_fails(slipway("inspect", CNN, "--colour"), "--colour")


if __name__ == "__main__":
    unittest.main()
