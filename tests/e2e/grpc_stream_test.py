# SPDX-License-Identifier: Apache-2.0
"""Streams of gRPC as Python's clients speak them: Triton's, and one that asks by reflection."""
import asyncio
import queue
import unittest

import grpc
import numpy as np
import tritonclient.grpc as triton_grpc
import tritonclient.grpc.aio as triton_aio
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from served_case import ServedCase

ROWS = np.arange(8, dtype=np.float32).reshape(2, 4)
REQUESTS = 50
SECONDS = 60  # For one answer, on a busy machine.


def input_of(rows, name="x"):
    tensor = triton_grpc.InferInput(name, list(rows.shape), "FP32")
    tensor.set_data_from_numpy(rows)
    return tensor


class TritonStreamTest(ServedCase):
    def open(self, **options):
        """(client with an open stream, the queue of its (result, error))."""
        client = triton_grpc.InferenceServerClient(self.server.grpc)
        self.addCleanup(client.close)
        answers = queue.Queue()
        client.start_stream(callback=lambda result, error: answers.put((result, error)), **options)
        return client, answers

    def test_answers_every_request_of_a_stream(self):
        client, answers = self.open()
        for number in range(REQUESTS):
            client.async_stream_infer("identity", [input_of(ROWS + number)], request_id=str(number))

        ids = set()
        for _ in range(REQUESTS):
            result, error = answers.get(timeout=SECONDS)
            self.assertIsNone(error)
            number = int(result.get_response().id)
            np.testing.assert_array_equal(result.as_numpy("y"), ROWS + number)
            ids.add(number)
        client.stop_stream()

        self.assertEqual(ids, set(range(REQUESTS)))
        self.assertTrue(result.get_response().parameters["triton_final_response"].bool_param)

    def test_says_errors_inside_the_stream_which_lives_on(self):
        client, answers = self.open()
        client.async_stream_infer("absent", [input_of(ROWS)], request_id="1")
        _, error = answers.get(timeout=SECONDS)
        self.assertRegex(str(error), "absent")

        client.async_stream_infer("identity", [input_of(ROWS, "wrong")], request_id="2")
        _, error = answers.get(timeout=SECONDS)
        self.assertRegex(str(error), "wrong")
        client.async_stream_infer("identity", [input_of(ROWS)], request_id="3", enable_empty_final_response=True)
        result, error = answers.get(timeout=SECONDS)

        self.assertIsNone(error)
        np.testing.assert_array_equal(result.as_numpy("y"), ROWS)
        self.assert_works()

    def test_ends_the_stream_with_a_status_if_the_client_wants_it(self):
        client, answers = self.open(headers={"triton_grpc_error": "true"})
        client.async_stream_infer("absent", [input_of(ROWS)])

        _, error = answers.get(timeout=SECONDS)

        self.assertRegex(str(error), "absent")
        self.assertEqual(error.status(), "StatusCode.NOT_FOUND")
        self.assert_works()

    def test_carries_compressed_messages_both_ways(self):
        client = triton_grpc.InferenceServerClient(self.server.grpc)
        self.addCleanup(client.close)
        rows = np.ones((64, 4), dtype=np.float32)
        for algorithm in ("gzip", "deflate"):
            with self.subTest(algorithm):
                answer = client.infer("identity", [input_of(rows)], compression_algorithm=algorithm)
                np.testing.assert_array_equal(answer.as_numpy("y"), rows)

    def test_answers_an_asynchronous_stream(self):
        async def requests():
            for number in range(REQUESTS):
                yield {"model_name": "identity", "inputs": [input_of(ROWS + number)], "request_id": str(number)}

        async def collect():
            answers = {}
            async with triton_aio.InferenceServerClient(self.server.grpc) as client:
                async for result, error in client.stream_infer(requests()):
                    self.assertIsNone(error)
                    answers[int(result.get_response().id)] = result.as_numpy("y")
            return answers

        answers = asyncio.run(asyncio.wait_for(collect(), SECONDS))

        self.assertEqual(len(answers), REQUESTS)
        for number, rows in answers.items():
            np.testing.assert_array_equal(rows, ROWS + number)


class TritonExtensionsTest(ServedCase):
    """The procedures beside inference, as Triton's client reads their answers."""

    def setUp(self):
        self.client = triton_grpc.InferenceServerClient(self.server.grpc)
        self.addCleanup(self.client.close)

    def test_shows_configuration_statistics_and_index(self):
        self.client.infer("identity", [input_of(ROWS)])

        config = self.client.get_model_config("identity").config
        statistics = self.client.get_inference_statistics("identity").model_stats[0]
        index = {model.name: model.state for model in self.client.get_model_repository_index().models}

        self.assertEqual(config.name, "identity")
        self.assertEqual(config.input[0].name, "x")
        self.assertGreaterEqual(statistics.inference_stats.success.count, 1)
        self.assertEqual(index["identity"], "READY")

    def test_shows_and_changes_settings(self):
        changed = self.client.update_trace_settings(settings={"trace_rate": "5"}, as_json=True)
        self.assertEqual(changed["settings"]["trace_rate"]["value"], ["5"])
        self.client.update_trace_settings(settings={"trace_rate": None})
        logged = self.client.update_log_settings({"log_verbose_level": 1})
        self.assertEqual(logged.settings["log_verbose_level"].uint32_param, 1)
        self.client.update_log_settings({"log_verbose_level": 0})

    def test_says_that_shared_memory_is_off(self):
        for call in (self.client.get_system_shared_memory_status, self.client.get_cuda_shared_memory_status):
            with self.assertRaises(triton_grpc.InferenceServerException) as raised:
                call()
            self.assertEqual(raised.exception.status(), "StatusCode.UNIMPLEMENTED")


class ReflectionTest(ServedCase):
    def test_lets_a_client_call_what_it_has_only_heard_of(self):
        with grpc.insecure_channel(self.server.grpc) as channel:
            database = ProtoReflectionDescriptorDatabase(channel)
            self.assertIn("inference.GRPCInferenceService", database.get_services())
            pool = DescriptorPool(database)
            method = pool.FindServiceByName("inference.GRPCInferenceService").FindMethodByName("ModelReady")
            request = GetMessageClass(method.input_type)(name="identity")
            call = channel.unary_unary("/inference.GRPCInferenceService/ModelReady",
                                       request_serializer=lambda message: message.SerializeToString(),
                                       response_deserializer=GetMessageClass(method.output_type).FromString)

            self.assertTrue(call(request).ready)


if __name__ == "__main__":
    unittest.main()
