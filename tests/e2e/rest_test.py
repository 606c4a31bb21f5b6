# SPDX-License-Identifier: Apache-2.0
"""The REST front, called with curl."""
import gzip
import json
import mmap
import os
import pathlib
import struct
import unittest
import zlib

import onnx_models
from openapi_spec_validator import validate
from served_case import ServedCase, curl
from slipway_process import Repository, Server

VALUES = [1.5, -2.0, 0.25, 1e-7]
REQUEST = {"id": "42", "inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": VALUES}]}


def gzipped(value):
    return gzip.compress(json.dumps(value).encode())


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

    def test_infers_from_a_body_that_is_nothing_but_a_tensor(self):
        raw = struct.pack("<4f", *VALUES)

        response = self.infer(raw, "identity", "-H", "Inference-Header-Content-Length: 0")

        self.assertEqual(response.status, 200, response.body)
        self.assertEqual(response.body[-len(raw):], raw)
        self.assertEqual(self.infer(raw[1:], "identity", "-H", "Inference-Header-Content-Length: 0").status, 400)

    def test_reads_compressed_bodies(self):
        for coding, body in (("gzip", gzipped(REQUEST)), ("deflate", zlib.compress(json.dumps(REQUEST).encode()))):
            response = self.infer(body, "identity", "-H", f"Content-Encoding: {coding}")
            self.assertEqual(response.json()["id"], "42", coding)
        refused = self.infer(b"x", "identity", "-H", "Content-Encoding: br")
        self.assertEqual((refused.status, refused.headers["accept-encoding"]), (415, "gzip, deflate"))

    def test_bounds_what_compressed_bodies_become(self):
        bomb = gzip.compress(b" " * (65 << 20))

        before = self.server.resident_kib()
        for _ in range(10):
            self.assertEqual(self.infer(bomb, "identity", "-H", "Content-Encoding: gzip").status, 413)

        # Half of what ten of them become: a sanitizer keeps 256 MiB of freed memory.
        self.assertLess(self.server.resident_kib() - before, 320 << 10)
        self.assert_works()

    def test_compresses_answers_on_request(self):
        for coding, unpack in (("gzip", gzip.decompress), ("deflate", zlib.decompress)):
            response = self.infer(REQUEST, "identity", "-H", f"Accept-Encoding: {coding}")
            self.assertEqual(response.headers["content-encoding"], coding)
            self.assertEqual(json.loads(unpack(response.body))["id"], "42")

    def test_classifies(self):
        request = dict(REQUEST, outputs=[{"name": "y", "parameters": {"classification": 2}}])

        output = self.infer(request).json()["outputs"][0]

        self.assertEqual((output["datatype"], output["shape"]), ("BYTES", [1, 2]))
        self.assertEqual(output["data"], ["1.5:0", "0.25:2"])

    def test_predicts_as_tensorflow_serving_and_kserve_v1_do(self):
        rows = self.rest("v1/models/identity:predict", body={"instances": [[1, 2, 3, 4], [5, 6, 7, 8]]})
        columns = self.rest("v1/models/identity/versions/1:predict", body={"inputs": {"x": [[1, 2, 3, 4]]}})

        self.assertEqual(rows.json(), {"predictions": [[1, 2, 3, 4], [5, 6, 7, 8]]})
        self.assertEqual(columns.json(), {"outputs": [[1, 2, 3, 4]]})
        self.assertEqual(self.rest("v1/models/absent:predict", body={"instances": [1]}).json(),
                         {"error": "Servable not found for request: Latest(absent)"})
        self.assertEqual(self.rest("v1/models/identity:classify", body={}).status, 501)

    def test_describes_models_as_tensorflow_serving_and_kserve_v1_do(self):
        status = self.rest("v1/models/identity").json()
        self.assertEqual((status["name"], status["ready"]), ("identity", True))
        self.assertEqual(status["model_version_status"][0]["state"], "AVAILABLE")

        signature = self.rest("v1/models/fashion/metadata").json()["metadata"]["signature_def"]["signature_def"]
        self.assertEqual(signature["serving_default"]["inputs"]["image"]["dtype"], "DT_FLOAT")

    def test_changes_trace_and_log_settings(self):
        self.assertEqual(self.rest("v2/trace/setting").json()["trace_level"], ["OFF"])
        changed = self.rest("v2/models/identity/trace/setting", body={"trace_rate": "7"}).json()
        self.assertEqual(changed["trace_rate"], "7")
        self.rest("v2/models/identity/trace/setting", body={"trace_rate": None})

        self.assertEqual(self.rest("v2/logging", body={"log_verbose_level": 1}).json()["log_verbose_level"], 1)
        self.assertEqual(self.rest("v2/logging", body={"log_verbose_level": 0}).json()["log_verbose_level"], 0)
        self.assertEqual(self.rest("v2/logging", body={"log_info": "yes"}).status, 400)

    def test_answers_what_operators_ask(self):
        index = self.rest("v2/repository/index", "-X", "POST").json()
        self.assertIn({"name": "identity", "version": "1", "state": "READY", "reason": ""}, index)
        self.assertEqual(self.rest("v2/models/identity/config").json()["name"], "identity")
        self.infer(REQUEST)
        stats = self.rest("v2/models/identity/stats").json()["model_stats"][0]
        self.assertGreaterEqual(stats["inference_stats"]["success"]["count"], 1)

    def test_offers_no_shared_memory_unless_told_to(self):
        self.assertEqual(self.rest("v2/systemsharedmemory/status").status, 501)
        self.assertEqual(self.rest("v2/cudasharedmemory/status").status, 501)
        self.assertNotIn("system_shared_memory", self.rest("v2").json()["extensions"])

    def test_echoes_the_requests_id(self):
        self.assertEqual(self.rest("v2", "-H", "X-Request-Id: r-1").headers["x-request-id"], "r-1")
        self.assertNotIn("x-request-id", self.rest("v2").headers)

    def test_documents_itself(self):
        document = self.rest("openapi.json").json()

        validate(document)

        self.assertIn("/v1/models/{model}:predict", document["paths"])

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


class RestOptionsTest(ServedCase):
    """The same with what is off by default."""

    @classmethod
    def setUpClass(cls):
        cls.repository = Repository()
        cls.addClassCleanup(cls.repository.remove)
        cls.repository.add("identity", onnx_models.identity("n", 4))
        cls.server = Server(cls.repository, "--allow-client-shm", "--http-restricted-api", "logging,trace:admin=secret",
                            "--cors-allow-origin", "https://a.example")
        cls.addClassCleanup(cls.server.stop)

    def shared_memory(self, contents):
        """The key of a POSIX shared-memory object, and a map of it."""
        path = pathlib.Path(f"/dev/shm/slipway-e2e-{os.getpid()}")
        path.write_bytes(contents)
        self.addCleanup(path.unlink)
        with path.open("r+b") as file:
            view = mmap.mmap(file.fileno(), len(contents))
        self.addCleanup(view.close)
        return f"/{path.name}", view

    def test_infers_in_shared_memory(self):
        raw = struct.pack("<4f", *VALUES)
        key, view = self.shared_memory(raw + bytes(16))
        place = {"shared_memory_region": "r", "shared_memory_byte_size": 16}
        request = {"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "parameters": place}],
                   "outputs": [{"name": "y", "parameters": dict(place, shared_memory_offset=16)}]}
        registered = self.rest("v2/systemsharedmemory/region/r/register", body={"key": key, "byte_size": 32})
        self.assertEqual(registered.status, 200, registered.body)

        response = self.infer(request)

        self.assertEqual(response.status, 200, response.body)
        self.assertNotIn("data", response.json()["outputs"][0])
        self.assertEqual(view[16:], raw)
        os.truncate(f"/dev/shm{key}", 8)
        self.assertEqual(self.infer(request).status, 400)
        self.assert_works()
        self.assertEqual(self.rest("v2/systemsharedmemory/unregister", "-X", "POST").status, 200)
        self.assertEqual(self.infer(request).status, 404)

    def test_asks_for_the_header_of_a_restricted_group(self):
        self.assertEqual(self.rest("v2/logging").status, 403)
        self.assertEqual(self.rest("v2/logging", "-H", "admin: wrong").status, 403)
        self.assertEqual(self.rest("v2/logging", "-H", "admin: secret").status, 200)

    def test_lets_pages_of_an_origin_call(self):
        asked = self.rest("v2/models/identity/infer", "-X", "OPTIONS", "-H", "Origin: https://a.example",
                          "-H", "Access-Control-Request-Method: POST")
        self.assertEqual((asked.status, asked.headers["access-control-allow-origin"]), (204, "https://a.example"))
        other = self.rest("v2", "-H", "Origin: https://b.example")
        self.assertNotIn("access-control-allow-origin", other.headers)


if __name__ == "__main__":
    unittest.main()
