# SPDX-License-Identifier: Apache-2.0
"""Both servers over the wire, with models that cost nothing: rates, latencies, large tensors, floors."""
import subprocess

import loads
import servers
from report import Comparison, comparison_table

CONNECTIONS = 16
SMALL = ["--shape", "x:1,16"]
LARGE_FLOATS = 150_000  # 600 kB.
JSON_FLOATS = 150_528  # An image of 224×224 in three colours: 1.6 MB of JSON.


def measure(bench):
    """The tables of this section."""
    small = small_loads(bench)
    large = large_loads()
    runs = bench.compare(small + large)
    rates = [Comparison(f"{load.name}: infer/s, {connections} connections",
                        *bench.figures(runs, load, connections, "rate"), target)
             for load, connections, target, _ in small]
    times = [Comparison(f"{load.name}: p50 in µs, 1 connection", *bench.figures(runs, load, 1, "p50_us"), target)
             for load, connections, _, target in small if target]
    sizes = [Comparison(f"{load.name}: infer/s, {connections} connection",
                        *bench.figures(runs, load, connections, "rate"), target)
             for load, connections, target, _ in large]
    return [comparison_table("Slipway against Triton, an identity model of 16 floats", rates + times),
            comparison_table("Large tensors, there and back", sizes), floors(bench, runs, small)]


def small_loads(bench):
    """(client, connections, target of the rate, target of the p50 with one connection)"""
    bodies = loads.write_bodies(servers.BUILD / "bodies")
    loads.build_program(servers.BUILD / "grpc_load", "grpc_load.cc", "grpc++")
    return [(loads.Wrk(bodies), CONNECTIONS, "≥ 3", "≤ 0.6"),
            (loads.Wrk(bodies, "JSON"), CONNECTIONS, "≥ 3", ""),
            (loads.SlipwayBench("gRPC, slipway bench", "grpc", "identity", *SMALL), CONNECTIONS, "≥ 4", "≤ 0.5"),
            (loads.SlipwayBench(f"gRPC, slipway bench, {CONNECTIONS} streams", "grpc", "identity", *SMALL, "--streams",
                                CONNECTIONS), 1, "≥ 4", ""),
            (loads.H2load(bodies), CONNECTIONS, "", ""),
            (loads.GrpcLoad(bodies, servers.BUILD / "grpc_load"), CONNECTIONS, "≥ 1.5", "≤ 0.8")]


def large_loads():
    def load(name, scheme, floats, *flags):
        return loads.SlipwayBench(name, scheme, "large", "--shape", f"x:{floats}", *flags)

    return [(load("600 kB, REST binary", "http", LARGE_FLOATS), 1, "≥ 1.5", ""),
            (load("600 kB, gRPC", "grpc", LARGE_FLOATS), 1, "≥ 1.5", ""),
            (load(f"{JSON_FLOATS:,} floats, REST JSON", "http", JSON_FLOATS, "--encoding", "json"), 1, "≥ 8", "")]


def floors(bench, runs, small):
    """Our rates against servers that do nothing with the same bytes."""
    rest = small[0][0]
    grpc = next(load for load, *_ in small if isinstance(load, loads.H2load))
    rows = [Comparison("REST binary against an epoll server: requests/s",
                       bench.figures(runs, rest, CONNECTIONS, "rate")[0], null_rates(bench, rest), "≥ 0.65"),
            Comparison("gRPC against nghttpd with a static file: requests/s",
                       bench.figures(runs, grpc, CONNECTIONS, "rate")[0], nghttpd_rates(bench, grpc), "≥ 0.60")]
    return comparison_table("What is left of the floor", rows, "floor")


def null_rates(bench, load):
    program = servers.BUILD / "null_server"
    loads.build_program(program, "null_server.cc")
    response = servers.BUILD / "null_response"
    body = loads.compact({"model_name": "identity", "model_version": "1", "outputs": [
        {"name": "y", "datatype": "FP32", "shape": [1, 16], "parameters": {"binary_data_size": 64}}]})
    head = ("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
            f"Inference-Header-Content-Length: {len(body)}\r\nContent-Length: {len(body) + 64}\r\n\r\n")
    response.write_bytes(head.encode() + body + bytes(64))
    port = servers.free_ports(1)[0]
    with servers.Floor("the epoll server", [program, port, response], port) as floor:
        floor.http_port = port
        return [load.run(floor, CONNECTIONS, bench.options.seconds)["rate"] for _ in range(bench.options.repeats)]


def nghttpd_rates(bench, load):
    folder = servers.BUILD / "nghttpd"
    page = folder / loads.INFER.lstrip("/")
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(bytes(100))
    port = servers.free_ports(1)[0]
    command = ["nghttpd", "--no-tls", "-n1", "-a", "127.0.0.1", "-d", folder, port]
    try:
        with servers.Floor("nghttpd", command, port) as floor:
            floor.grpc_port = port
            return [load.run(floor, CONNECTIONS, bench.options.seconds)["rate"] for _ in range(bench.options.repeats)]
    except (servers.Unavailable, FileNotFoundError, subprocess.CalledProcessError):
        return []
