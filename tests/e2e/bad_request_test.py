# SPDX-License-Identifier: Apache-2.0
"""Requests that are wrong: each gets the right status and a message that names what is wrong."""
import json
import socket
import unittest

import grpc
import numpy as np
import tritonclient.grpc as triton_grpc
from tritonclient.grpc import service_pb2

from served_case import ServedCase

GOOD = {"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}
MAX_BODY_BYTES = 64 << 20


class BadRestRequestTest(ServedCase):
    def tearDown(self):
        self.assert_works()

    def assert_refused(self, response, status, message):
        self.assertEqual(response.status, status, response.body)
        self.assertEqual(response.headers["content-type"], "application/json")
        self.assertRegex(response.json()["error"], message)

    def refuse(self, status, message, **changes):
        """Infers with the good input but for `changes`."""
        self.assert_refused(self.infer({"inputs": [GOOD | changes]}), status, message)

    def test_wrong_shape(self):
        self.refuse(400, r'"x".*\[-1,4\].*\[1,5\]', shape=[1, 5], data=[1, 2, 3, 4, 5])

    def test_wrong_rank(self):
        self.refuse(400, r'"x".*\[-1,4\].*\[4\]', shape=[4])

    def test_sizes_that_are_negative_or_overflow(self):
        self.refuse(400, "-1", shape=[-1, 4])
        self.refuse(400, "4611686018427387904", shape=[4611686018427387904, 4])

    def test_wrong_datatype(self):
        self.refuse(400, '"x".*float32.*int64', datatype="INT64")

    def test_unknown_datatype(self):
        self.refuse(400, "FP33", datatype="FP33")

    def test_too_few_and_too_many_numbers(self):
        self.refuse(400, '"x".*4.*3', data=[1, 2, 3])
        self.refuse(400, '"x".*4', data=[1, 2, 3, 4, 5])

    def test_text_among_numbers(self):
        self.refuse(400, '"x"', data=[1, 2, "three", 4])

    def test_unknown_input(self):
        self.refuse(400, "pixels", name="pixels")

    def test_missing_input(self):
        self.assert_refused(self.infer({"inputs": []}), 400, '"x"')

    def test_input_given_twice(self):
        self.assert_refused(self.infer({"inputs": [GOOD, GOOD]}), 400, '"x"')

    def test_unknown_output(self):
        self.assert_refused(self.infer({"inputs": [GOOD], "outputs": [{"name": "z"}]}), 400, '"z"')

    def test_unknown_model(self):
        self.assert_refused(self.infer({"inputs": [GOOD]}, "absent"), 404, "absent")

    def test_unknown_version(self):
        self.assert_refused(self.rest("v2/models/identity/versions/9/infer", body={"inputs": [GOOD]}), 404, "identity.*9")

    def test_names_that_lead_out_of_the_repository(self):
        for name in ("..", "%2e%2e%2fidentity", "..%5cidentity", "identity%00"):
            response = self.rest(f"v2/models/{name}", "--path-as-is")
            self.assertIn(response.status, (400, 404), name)

    def test_broken_json(self):
        for body in (b'{"inputs": [', b"not json", b"", b"{}", b"[]", b'{"inputs": 1}', b'{"inputs": ["x"]}', b"\xff\xfe"):
            self.assert_refused(self.infer(body), 400, ".")

    def test_json_that_is_too_deep(self):
        for depth in (65, 1_000, 100_000, 1_000_000):
            body = b'{"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": ' + b"[" * depth + b"]" * depth + b"}]}"
            self.assert_refused(self.infer(body), 400, "deep|depth|nest")

    def test_deep_json_in_parameters(self):
        body = b'{"parameters": {"a": ' + b'{"a": ' * 1_000 + b"1" + b"}" * 1_000 + b"}}"
        self.assert_refused(self.infer(body), 400, ".")

    def binary(self, length, body=b"", size=16):
        head = json.dumps({"inputs": [GOOD | {"parameters": {"binary_data_size": size}}]}).replace(
            ', "data": [1, 2, 3, 4]', "").encode()
        length = len(head) if length is None else length
        return self.infer(head + body, "identity", "-H", f"Inference-Header-Content-Length: {length}")

    def test_binary_byte_count_that_does_not_fit_the_shape(self):
        self.assert_refused(self.binary(None, b"\0" * 12, size=12), 400, '"x".*16.*12')

    def test_binary_body_that_is_shorter_or_longer_than_it_says(self):
        self.assert_refused(self.binary(None, b"\0" * 8), 400, "16")
        self.assert_refused(self.binary(None, b"\0" * 24), 400, ".")

    def test_header_length_that_is_no_length(self):
        for length in ("-1", "18446744073709551616", "1e9", "0x10", "abc", "100000"):
            self.assert_refused(self.binary(length, b"\0" * 16), 400, "nference-.eader-.ontent-.ength")

    def test_oversized_header(self):
        response = self.rest("v2/health/live", "-H", "X-Filler: " + "a" * 100_000)
        self.assertEqual(response.status, 431)

    def test_too_many_headers(self):
        headers = [word for i in range(200) for word in ("-H", f"X-Filler-{i}: a")]
        self.assertEqual(self.rest("v2/health/live", *headers).status, 431)

    def test_oversized_target(self):
        self.assertEqual(self.rest("v2/models/" + "a" * 20_000).status, 414)

    def test_oversized_body_is_refused_before_it_is_read(self):
        before = self.server.resident_kib()
        request = (f"POST /v2/models/identity/infer HTTP/1.1\r\nHost: {self.server.http}\r\n"
                   f"Content-Length: {MAX_BODY_BYTES + 1}\r\n\r\n")
        with socket.create_connection(self.server.http.split(":"), timeout=30) as connection:
            connection.sendall(request.encode())
            answer = connection.recv(4096).decode()

        self.assertRegex(answer, r"^HTTP/1\.1 413 ")
        self.assertLess(self.server.resident_kib() - before, 16 << 10)

    def test_bytes_that_are_no_http(self):
        for sent in (b"\0" * 1000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nrubbish" * 9):
            with socket.create_connection(self.server.http.split(":"), timeout=30) as connection:
                connection.sendall(sent)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass

    def test_connection_that_ends_in_the_middle_of_a_body(self):
        request = f"POST /v2/models/identity/infer HTTP/1.1\r\nHost: {self.server.http}\r\nContent-Length: 100\r\n\r\nhalf"
        with socket.create_connection(self.server.http.split(":"), timeout=30) as connection:
            connection.sendall(request.encode())


class BadGrpcRequestTest(ServedCase):
    def setUp(self):
        self.client = triton_grpc.InferenceServerClient(self.server.grpc)
        self.addCleanup(self.client.close)

    def tearDown(self):
        self.assert_works()

    def call(self, method, message):
        """Calls `method` with the bytes `message`; the RpcError it must fail with."""
        options = [("grpc.max_send_message_length", -1)]
        with grpc.insecure_channel(self.server.grpc, options) as channel:
            with self.assertRaises(grpc.RpcError) as failure:
                channel.unary_unary(method)(message, timeout=30)
        return failure.exception

    def refuse(self, code, message, **changes):
        """Infers with a good request but for `changes` of its fields and of its input's."""
        request = service_pb2.ModelInferRequest(model_name=changes.pop("model", "identity"))
        raw = changes.pop("raw", np.ones(4, np.float32).tobytes())
        request.inputs.add(**({"name": "x", "datatype": "FP32", "shape": [1, 4]} | changes))
        if raw is not None:
            request.raw_input_contents.append(raw)
        error = self.call("/inference.GRPCInferenceService/ModelInfer", request.SerializeToString())
        self.assertEqual(error.code(), code, error.details())
        self.assertRegex(error.details(), message)

    def test_wrong_shape(self):
        self.refuse(grpc.StatusCode.INVALID_ARGUMENT, r'"x".*\[-1,4\].*\[1,5\]', shape=[1, 5], raw=b"\0" * 20)

    def test_wrong_datatype(self):
        self.refuse(grpc.StatusCode.INVALID_ARGUMENT, '"x".*float32.*int32', datatype="INT32")

    def test_wrong_byte_count(self):
        self.refuse(grpc.StatusCode.INVALID_ARGUMENT, '"x".*16.*12', raw=b"\0" * 12)

    def test_unknown_model(self):
        self.refuse(grpc.StatusCode.NOT_FOUND, "absent", model="absent")

    def test_input_without_contents(self):
        self.refuse(grpc.StatusCode.INVALID_ARGUMENT, '"x"', raw=None)

    def test_raw_and_typed_contents_together(self):
        self.refuse(grpc.StatusCode.INVALID_ARGUMENT, "raw_input_contents",
                    contents=service_pb2.InferTensorContents(fp32_contents=[1, 2, 3, 4]))

    def test_message_that_is_no_protobuf(self):
        error = self.call("/inference.GRPCInferenceService/ModelInfer", b"\xff" * 100)
        self.assertEqual(error.code(), grpc.StatusCode.INVALID_ARGUMENT, error.details())

    def test_unknown_method(self):
        error = self.call("/inference.GRPCInferenceService/Nothing", b"")
        self.assertEqual(error.code(), grpc.StatusCode.UNIMPLEMENTED, error.details())

    def test_oversized_message(self):
        error = self.call("/inference.GRPCInferenceService/ModelInfer", b"\0" * (MAX_BODY_BYTES + 1))
        self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED, error.details())


del ServedCase  # Not a test of its own.

if __name__ == "__main__":
    unittest.main()
