# SPDX-License-Identifier: Apache-2.0
"""What the tests share that call a running server: one server a class, and calls through curl."""
import dataclasses
import json
import pathlib
import subprocess
import tempfile
import unittest

import onnx_models
from slipway_process import CNN, Repository, Server


@dataclasses.dataclass(frozen=True)
class Response:
    status: int
    headers: dict  # Names in lower case.
    body: bytes

    def json(self):
        return json.loads(self.body)


def curl(url, *options, body=None):
    """Calls `url` with curl; a `body` is posted as it is."""
    with tempfile.TemporaryDirectory() as folder:
        head, content = pathlib.Path(folder, "head"), pathlib.Path(folder, "content")
        sent = ["--data-binary", "@-"] if body is not None else []
        result = subprocess.run(["curl", "-sS", "--max-time", "60", "-D", head, "-o", content, *sent, *options, url],
                                input=body, capture_output=True, check=False)
        if not head.exists() or not head.read_bytes():
            raise ConnectionError(f"curl {url}: {result.stderr.decode()}")
        # After "100 Continue" comes the response itself.
        lines = head.read_bytes().decode().strip().split("\r\n\r\n")[-1].splitlines()
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        return Response(int(lines[0].split()[1]), headers, content.read_bytes() if content.exists() else b"")


class ServedCase(unittest.TestCase):
    """A server with the models `fashion`, the CNN, and `identity`, y = x of float32 [n,4]."""
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.repository = Repository()
        cls.addClassCleanup(cls.repository.remove)
        cls.repository.add("fashion", CNN)
        cls.repository.add("identity", onnx_models.identity("n", 4))
        cls.server = Server(cls.repository, *cls.options)
        cls.addClassCleanup(cls.server.stop)

    def rest(self, path, *options, body=None):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        return curl(f"http://{self.server.http}/{path}", *options, body=body)

    def infer(self, body, model="identity", *options):
        return self.rest(f"v2/models/{model}/infer", *options, body=body)

    def assert_works(self):
        """The process that was started lives and answers a good request rightly."""
        self.assertTrue(self.server.is_alive(), "the server is gone")
        response = self.infer({"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}]})
        self.assertEqual(response.status, 200, response.body)
        self.assertEqual(response.json()["outputs"][0]["data"], [1, 2, 3, 4])
