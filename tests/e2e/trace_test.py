# SPDX-License-Identifier: Apache-2.0
"""Traces of requests in Triton's format, and quantiles where they are asked for."""
import json
import pathlib
import tempfile
import unittest

import onnx_models
from served_case import curl
from slipway_process import Repository, Server, slipway

BODY = json.dumps({"id": "r7", "inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4.5]}]})
STAGES = ["REQUEST_START", "QUEUE_START", "COMPUTE_START", "COMPUTE_INPUT_END", "COMPUTE_OUTPUT_START", "COMPUTE_END",
          "REQUEST_END"]


class TraceTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="slipway-trace-")
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name, "trace.json")
        self.repository = Repository()
        self.addCleanup(self.repository.remove)
        self.repository.add("identity", onnx_models.identity("n", 4))

    def start(self, *options):
        server = Server(self.repository, *options)
        self.addCleanup(server.stop)
        return server

    def infer(self, server, times=1):
        for _ in range(times):
            answer = curl(f"http://{server.http}/v2/models/identity/infer", body=BODY.encode())
            self.assertEqual(answer.status, 200, answer.body)

    def test_stages_and_tensors_of_one_request(self):
        server = self.start("--trace-config", f"triton,file={self.file}", "--trace-config", "rate=1",
                            "--trace-config", "level=TIMESTAMPS", "--trace-config", "level=TENSORS")
        self.infer(server)
        self.assertEqual(server.stop(), 0)

        request, *tensors = json.loads(self.file.read_text())
        self.assertEqual(request["model_name"], "identity")
        self.assertEqual(request["model_version"], 1)
        self.assertEqual(request["request_id"], "r7")
        self.assertEqual([stamp["name"] for stamp in request["timestamps"]], STAGES)
        times = [stamp["ns"] for stamp in request["timestamps"]]
        self.assertEqual(times, sorted(times))
        self.assertEqual([tensor["activity"] for tensor in tensors], ["TENSOR_QUEUE_INPUT", "TENSOR_BACKEND_OUTPUT"])
        for tensor in tensors:
            self.assertEqual(tensor["id"], request["id"])
            self.assertEqual(tensor["tensor"]["data"], "1,2,3,4.5")

    def test_one_request_of_so_many_in_files_of_so_many_traces(self):
        server = self.start("--trace-config", f"file={self.file}", "--trace-config", "rate=2", "--trace-config",
                            "level=TIMESTAMPS", "--trace-config", "log-frequency=3")
        self.infer(server, 10)
        self.assertEqual(server.stop(), 0)

        self.assertEqual(len(json.loads(pathlib.Path(f"{self.file}.0").read_text())), 3)
        self.assertEqual(len(json.loads(pathlib.Path(f"{self.file}.1").read_text())), 2)

    def test_quantiles_are_shown_if_asked_for(self):
        server = self.start("--metrics-config", "summary_latencies=true", "--metrics-config",
                            "histogram_latencies=false")
        self.infer(server)

        text = curl(f"http://{server.metrics}/metrics").body.decode()
        self.assertIn('nv_inference_request_summary_us{model="identity",version="1",quantile="0.99"}', text)
        self.assertNotIn("_bucket", text)

    def test_a_wrong_setting_is_refused_at_the_start(self):
        result = slipway("serve", "--model-repository", self.repository.path, "--trace-config", "rate=0", timeout=60)

        self.assertNotEqual(result.returncode, 0)
        self.assertIn("rate", result.stderr)


if __name__ == "__main__":
    unittest.main()
