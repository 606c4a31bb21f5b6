# SPDX-License-Identifier: Apache-2.0
"""Each kind of hostile request a hundred times over REST and gRPC: the right status and a clear message each time, the
same process alive, and memory that does not grow."""
import dataclasses
import gzip
import http.client
import json
import struct
import unittest
import zlib

import grpc
from tritonclient.grpc import service_pb2

from served_case import ServedCase

REPEATS = 100
MAX_ROUNDS = 8  # Buffers and arenas find their size in the first.
MAX_GROWTH_KIB = 1024
MAX_BODY_BYTES = 1 << 20
INFER = "/inference.GRPCInferenceService/ModelInfer"
GOOD = {"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}


@dataclasses.dataclass(frozen=True)
class RestRow:
    """A request, and the status and a word of the message that it must get."""
    status: int
    message: str
    body: bytes = b""
    headers: dict = dataclasses.field(default_factory=dict)
    path: str = "/v2/models/identity/infer"
    method: str = "POST"


@dataclasses.dataclass(frozen=True)
class GrpcRow:
    code: grpc.StatusCode
    message: str
    body: bytes
    method: str = INFER


def infer(**changes):
    return json.dumps({"inputs": [GOOD | changes]}).encode()


def binary(size, body):
    """A request with a binary tensor that is said to have `size` bytes, and its JSON's length."""
    tensor = {key: value for key, value in GOOD.items() if key != "data"} | {"parameters": {"binary_data_size": size}}
    head = json.dumps({"inputs": [tensor]}).encode()
    return head + body, len(head)


def deep(depth, opening=b"[", closing=b"]"):
    data = opening * depth + closing * depth
    return b'{"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": ' + data + b"}]}"


def rest_rows():
    short, length = binary(16, b"\0" * 8)
    bomb = gzip.compress(b" " * (2 * MAX_BODY_BYTES))
    yield "http-1 header", RestRow(431, "header", headers={"X-Filler": "a" * 100_000})
    yield "http-2 gzip bomb", RestRow(413, str(MAX_BODY_BYTES), bomb, {"Content-Encoding": "gzip"})
    yield "http-2 deflate bomb", RestRow(413, str(MAX_BODY_BYTES), zlib.compress(b" " * (2 * MAX_BODY_BYTES)),
                                         {"Content-Encoding": "deflate"})
    yield "http-2 truncated gzip", RestRow(400, "cut short", bomb[:len(bomb) // 2], {"Content-Encoding": "gzip"})
    yield "http-2 no gzip", RestRow(400, "damaged", infer(), {"Content-Encoding": "gzip"})
    for text in ("-1", "18446744073709551616", "1e9", "100000"):
        yield f"http-5 {text}", RestRow(400, "nference-", short, {"Inference-Header-Content-Length": text})
    yield "json-1 arrays", RestRow(400, "deep", deep(100_000))
    yield "json-1 objects", RestRow(400, "x", deep(1_000, b'{"a":', b"}"))
    yield "json-2 unknown outputs", RestRow(400, "outputs", json.dumps(
        {"inputs": [GOOD], "outputs": [{"name": f"y{i}"} for i in range(10_000)]}).encode())
    yield "json-2 output twice", RestRow(400, "y", json.dumps(
        {"inputs": [GOOD], "outputs": [{"name": "y"}, {"name": "y"}]}).encode())
    yield "json-2 inputs", RestRow(400, "x", json.dumps({"inputs": [GOOD] * 1_000}).encode())
    yield "json-3 not a number", RestRow(400, "x", infer().replace(b"[1, 2, 3, 4]", b"[1, NaN, 3, 4]"))
    yield "json-3 wrong count", RestRow(400, "x", infer(data=[1, 2, 3]))
    yield "json-3 too large", RestRow(400, "x", infer(datatype="INT8", data=[1, 2, 3, 4_000]))
    yield "json-3 broken", RestRow(400, "", b'{"inputs": [')
    yield "json-3 not UTF-8", RestRow(400, "", b'{"id": "\xff\xfe", "inputs": []}')
    yield "shape overflow", RestRow(400, "4611686018427387904", infer(shape=[4611686018427387904, 4]))
    yield "shape", RestRow(400, "[-1,4]", infer(shape=[1, 5], data=[1] * 5))
    yield "binary short", RestRow(400, "16", short, {"Inference-Header-Content-Length": str(length)})
    yield "model", RestRow(404, "absent", infer(), path="/v2/models/absent/infer")
    for name in ("%2e%2e%2fidentity", "..%5cidentity", "identity%00", "%252e%252e"):
        yield f"route-1 {name}", RestRow(400, "name", infer(), path=f"/v2/models/{name}/infer")


def message(**changes):
    """A ModelInferRequest that is right but for `changes`."""
    request = service_pb2.ModelInferRequest(model_name=changes.pop("model", "identity"))
    raw = changes.pop("raw", struct.pack("<4f", 1, 2, 3, 4))
    outputs = changes.pop("outputs", [])
    request.inputs.add(**({"name": "x", "datatype": "FP32", "shape": [1, 4]} | changes))
    for name in outputs:
        request.outputs.add(name=name)
    if raw is not None:
        request.raw_input_contents.append(raw)
    return request.SerializeToString()


def grpc_rows():
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    yield "h2-3 groups", GrpcRow(invalid, "", b"\x0b" * 100_000)
    yield "h2-3 no protobuf", GrpcRow(invalid, "", b"\xff" * 1_000)
    yield "h2-3 length", GrpcRow(invalid, "", b"\x3a\xff\xff\xff\xff\x07abc")
    yield "json-2 unknown outputs", GrpcRow(invalid, "outputs", message(outputs=[f"y{i}" for i in range(10_000)]))
    yield "json-2 output twice", GrpcRow(invalid, "y", message(outputs=["y", "y"]))
    yield "json-3 wrong count", GrpcRow(invalid, "x", message(raw=b"\0" * 12))
    yield "json-3 too large", GrpcRow(invalid, "x", message(
        raw=None, datatype="INT8", contents=service_pb2.InferTensorContents(int_contents=[1, 2, 3, 4_000])))
    yield "raw and typed", GrpcRow(invalid, "raw_input_contents", message(
        contents=service_pb2.InferTensorContents(fp32_contents=[1, 2, 3, 4])))
    yield "shape overflow", GrpcRow(invalid, "4611686018427387904", message(shape=[4611686018427387904, 4]))
    yield "shape", GrpcRow(invalid, r"[-1,4]", message(shape=[1, 5], raw=b"\0" * 20))
    yield "model", GrpcRow(grpc.StatusCode.NOT_FOUND, "absent", message(model="absent"))
    for name in ("../identity", "..\\identity", "identity\0", "."):
        yield f"route-1 {name!r}", GrpcRow(invalid, "name", message(model=name))
    yield "method", GrpcRow(grpc.StatusCode.UNIMPLEMENTED, "Nothing", b"", "/inference.GRPCInferenceService/Nothing")


class RepeatedBadRequestTest(ServedCase):
    options = ("--max-body-bytes", str(MAX_BODY_BYTES))

    def tearDown(self):
        self.assert_works()

    def repeat(self, send):
        """Calls `send` in rounds until memory no longer grows; what leaks grows in each."""
        growths = []
        while not growths or growths[-1] >= MAX_GROWTH_KIB:
            self.assertLess(len(growths), MAX_ROUNDS, f"memory grows: {growths} KiB in each {REPEATS} requests")
            before = self.server.resident_kib()
            for _ in range(REPEATS):
                send()
            growths.append(self.server.resident_kib() - before)

    def test_over_rest(self):
        host, port = self.server.http.split(":")
        for name, row in rest_rows():
            with self.subTest(name):
                def send(row=row):
                    connection = http.client.HTTPConnection(host, int(port), timeout=60)
                    try:
                        connection.request(row.method, row.path, row.body, row.headers)
                    except (BrokenPipeError, ConnectionResetError):
                        pass  # Refused before all of it was read; the answer is there.
                    response = connection.getresponse()
                    body = response.read()
                    connection.close()
                    self.assertEqual(response.status, row.status, body)
                    self.assertIn(row.message, json.loads(body)["error"])
                self.repeat(send)

    def test_over_grpc(self):
        with grpc.insecure_channel(self.server.grpc) as channel:
            for name, row in grpc_rows():
                with self.subTest(name):
                    call = channel.unary_unary(row.method)

                    def send(row=row, call=call):
                        with self.assertRaises(grpc.RpcError) as failure:
                            call(row.body, timeout=60)
                        self.assertEqual(failure.exception.code(), row.code, failure.exception.details())
                        self.assertIn(row.message, failure.exception.details())
                    self.repeat(send)


del ServedCase  # Not a test of its own.

if __name__ == "__main__":
    unittest.main()
