# SPDX-License-Identifier: Apache-2.0
"""The REST front, called with curl."""
import json
import struct
import unittest

from served_case import ServedCase, curl

VALUES = [1.5, -2.0, 0.25, 1e-7]
REQUEST = {"id": "42", "inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": VALUES}]}


class RestTest(ServedCase):
    def test_says_that_it_lives_and_is_ready(self):
        for path in ("v2/health/live", "v2/health/ready", "v2/models/identity/ready", "v2/models/identity/versions/1/ready"):
            self.assertEqual(self.rest(path).status, 200, path)

    def test_describes_the_server_and_its_models(self):
        server = self.rest("v2").json()
        self.assertEqual(server["name"], "slipway")
        self.assertIn("binary_tensor_data", server["extensions"])

        model = self.rest("v2/models/fashion").json()
        self.assertEqual(model["name"], "fashion")
        self.assertEqual(model["versions"], ["1"])
        self.assertEqual(model["platform"], "onnxruntime_onnx")
        self.assertEqual(model["inputs"], [{"name": "image", "datatype": "FP32", "shape": [-1, 1, 28, 28]}])
        self.assertEqual(model["outputs"], [{"name": "logits", "datatype": "FP32", "shape": [-1, 10]}])

    def test_infers_from_json(self):
        response = self.infer(REQUEST)

        self.assertEqual(response.status, 200, response.body)
        self.assertEqual(response.headers["content-type"], "application/json")
        answer = response.json()
        self.assertEqual((answer["model_name"], answer["model_version"], answer["id"]), ("identity", "1", "42"))
        output = answer["outputs"][0]
        self.assertEqual((output["name"], output["datatype"], output["shape"]), ("y", "FP32", [1, 4]))
        self.assertEqual([struct.pack("<f", v) for v in output["data"]], [struct.pack("<f", v) for v in VALUES])

    def test_infers_from_nested_json_in_a_named_version(self):
        nested = {"inputs": [{"name": "x", "shape": [2, 4], "datatype": "FP32", "data": [[1, 2, 3, 4], [5, 6, 7, 8]]}]}

        response = self.rest("v2/models/identity/versions/1/infer", body=nested)

        self.assertEqual(response.json()["outputs"][0]["data"], [1, 2, 3, 4, 5, 6, 7, 8])

    def test_infers_from_binary_tensors(self):
        raw = struct.pack("<4f", *VALUES)
        head = json.dumps({
            "inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "parameters": {"binary_data_size": len(raw)}}],
            "outputs": [{"name": "y", "parameters": {"binary_data": True}}]}).encode()

        response = self.infer(head + raw, "identity", "-H", f"Inference-Header-Content-Length: {len(head)}")

        self.assertEqual(response.status, 200, response.body)
        self.assertEqual(response.headers["content-type"], "application/octet-stream")
        split = int(response.headers["inference-header-content-length"])
        self.assertEqual(json.loads(response.body[:split])["outputs"][0]["parameters"]["binary_data_size"], len(raw))
        self.assertEqual(response.body[split:], raw)

    def test_speaks_http_2_on_the_same_port(self):
        response = self.infer(REQUEST, "identity", "--http2-prior-knowledge")

        self.assertEqual(response.status, 200, response.body)
        self.assertEqual(response.json()["id"], "42")

    def test_keeps_the_connection(self):
        urls = [f"http://{self.server.http}/v2/health/live"] * 2
        response = curl(urls[0], "-w", "%{num_connects}", "-o", "/dev/null", urls[1])

        self.assertEqual(response.status, 200)

    def test_counts_requests_for_prometheus(self):
        self.infer(REQUEST)

        text = curl(f"http://{self.server.metrics}/metrics").body.decode()

        self.assertRegex(text, r"# TYPE slipway_\w+ histogram")
        self.assertRegex(text, r'nv_inference_request_success\{[^}]*model="identity"[^}]*\} [1-9]')

    def test_refuses_unknown_paths_and_methods(self):
        self.assertEqual(self.rest("v2/nothing").status, 404)
        self.assertEqual(self.rest("v2/models/identity/infer").status, 405)


if __name__ == "__main__":
    unittest.main()
