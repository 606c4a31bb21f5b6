# SPDX-License-Identifier: Apache-2.0
"""A server from its start to its end."""
import signal
import threading
import time
import unittest

import numpy as np
import tritonclient.http as triton_http

import onnx_models
from served_case import curl
from slipway_process import CNN, Repository, Server


class LifecycleTest(unittest.TestCase):
    def setUp(self):
        self.repository = Repository()
        self.addCleanup(self.repository.remove)

    def serve(self, *flags, **options):
        server = Server(self.repository, *flags, **options)
        self.addCleanup(server.stop)
        return server

    def test_is_ready_when_it_has_printed_its_ports(self):
        self.repository.add("fashion", CNN)

        server = self.serve()

        self.assertEqual(curl(f"http://{server.http}/v2/health/ready").status, 200)
        ports = {address.rpartition(":")[2] for address in (server.http, server.grpc, server.metrics)}
        self.assertEqual(len(ports), 3)

    def test_loads_models_side_by_side_from_the_first(self):
        self.repository.add("fashion", CNN)
        self.repository.add("identity", onnx_models.identity("n", 4))

        # What goes wrong with the first ones depends on their timing: several starts, several chances.
        for _ in range(10):
            server = self.serve()

            self.assertEqual(curl(f"http://{server.http}/v2/health/ready").status, 200, server.log())
            self.assertEqual(server.stop(), 0)

    def test_ends_with_0_on_sigterm(self):
        self.repository.add("identity", onnx_models.identity("n", 4))

        self.assertEqual(self.serve().stop(), 0)

    def test_answers_every_request_that_it_took_before_sigterm(self):
        self.repository.add("fashion", CNN)
        server = self.serve()
        answered, refused, started = [], [], threading.Event()

        def call():
            client = triton_http.InferenceServerClient(server.http)
            tensor = triton_http.InferInput("image", [64, 1, 28, 28], "FP32")
            tensor.set_data_from_numpy(np.zeros([64, 1, 28, 28], np.float32))
            try:
                while True:
                    answered.append(client.infer("fashion", [tensor]).as_numpy("logits").shape)
                    started.set()
            except Exception as error:  # The client passes on whatever its HTTP library raises.
                refused.append(error)

        callers = [threading.Thread(target=call) for _ in range(4)]
        for caller in callers:
            caller.start()
        started.wait(60)
        status = server.stop()
        for caller in callers:
            caller.join()

        self.assertEqual(status, 0, "requests were cut off")
        self.assertEqual(set(answered), {(64, 10)})
        self.assertEqual(len(refused), 4)

    def test_is_unready_and_answers_while_balancers_notice(self):
        self.repository.add("identity", onnx_models.identity("n", 4))
        server = self.serve("--drain-grace-secs", "60")

        server.process.send_signal(signal.SIGTERM)
        while curl(f"http://{server.http}/v2/health/ready").status == 200:
            time.sleep(0.01)
        answer = curl(f"http://{server.http}/v2/models/identity")

        self.assertEqual(answer.status, 200)
        self.assertEqual(server.stop(), 0, "a second signal ends the wait")

    def test_follows_its_repository_if_told_so(self):
        self.repository.add("identity", onnx_models.identity("n", 4))
        server = self.serve("--model-control-mode", "poll")

        self.repository.add("identity", onnx_models.identity("n", 5), version=2)

        def versions():
            return curl(f"http://{server.http}/v2/models/identity").json()["versions"]
        end = time.monotonic() + 60
        while versions() != ["2"] and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(versions(), ["2"])

    def test_loads_only_what_it_is_told_to(self):
        self.repository.add("identity", onnx_models.identity("n", 4))
        self.repository.add("other", onnx_models.identity("n", 4))
        server = self.serve("--model-control-mode", "explicit", "--load-model", "identity")

        self.assertEqual(curl(f"http://{server.http}/v2/models/identity").status, 200)
        self.assertEqual(curl(f"http://{server.http}/v2/models/other").status, 404)

    def test_serves_the_highest_version_and_each_by_number(self):
        for version, size in ((1, 4), (2, 5), (10, 6)):
            self.repository.add("identity", onnx_models.identity("n", size), version=version,
                                config="version_policy { all {} }")
        server = self.serve()

        newest = curl(f"http://{server.http}/v2/models/identity").json()
        first = curl(f"http://{server.http}/v2/models/identity/versions/1").json()

        self.assertEqual(newest["versions"], ["1", "2", "10"])
        self.assertEqual(newest["inputs"][0]["shape"], [-1, 6])
        self.assertEqual(first["inputs"][0]["shape"], [-1, 4])

    def test_a_second_start_on_the_same_port_works_at_once(self):
        self.repository.add("identity", onnx_models.identity("n", 4))
        first = self.serve()
        port = first.http.rpartition(":")[2]
        curl(f"http://{first.http}/v2/health/live")
        first.stop()

        second = self.serve(http_port=port)

        self.assertEqual(second.http, first.http)
        self.assertEqual(curl(f"http://{second.http}/v2/health/live").status, 200)

    def test_is_idle_when_nobody_calls(self):
        self.repository.add("identity", onnx_models.identity("n", 4))
        server = self.serve()

        before = server.cpu_seconds()
        time.sleep(1)

        self.assertLess(server.cpu_seconds() - before, 0.1)


if __name__ == "__main__":
    unittest.main()
