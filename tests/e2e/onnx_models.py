# SPDX-License-Identifier: Apache-2.0
"""Writes small ONNX models, good and hostile, byte by byte: no ONNX package needed, none trusted."""
import struct

FLOAT, INT64 = 1, 7  # TensorProto.DataType
INT_ATTRIBUTE, GRAPH_ATTRIBUTE, INTS_ATTRIBUTE = 2, 5, 7  # AttributeProto.AttributeType
EXTERNAL = 1  # TensorProto.DataLocation


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    """A protobuf field: an int as a varint, text and bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def value_info(name, shape, data_type=FLOAT):
    """A ValueInfoProto; a size given as text is free."""
    dims = b"".join(field(1, field(1, s) if isinstance(s, int) else field(2, s)) for s in shape)
    return field(1, name) + field(2, field(1, field(1, data_type) + field(2, dims)))


def node(op_type, inputs, outputs, attributes=b""):
    return (b"".join(field(1, i) for i in inputs) + b"".join(field(2, o) for o in outputs)
            + field(4, op_type) + attributes)


def int_attribute(name, value):
    return field(5, field(1, name) + field(3, value) + field(20, INT_ATTRIBUTE))


def ints_attribute(name, values):
    return field(5, field(1, name) + b"".join(field(8, value) for value in values) + field(20, INTS_ATTRIBUTE))


def model(nodes, inputs, outputs, initializers=()):
    """A ModelProto of opset 17 with one graph."""
    graph = (b"".join(field(1, n) for n in nodes) + field(2, "graph")
             + b"".join(field(5, t) for t in initializers)
             + b"".join(field(11, i) for i in inputs) + b"".join(field(12, o) for o in outputs))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))


def tensor(name, values):
    """A TensorProto with the float32 `values` inside."""
    return shaped_tensor(name, [len(values)], struct.pack(f"<{len(values)}f", *values))


def shaped_tensor(name, shape, raw):
    """A float32 TensorProto of `shape` with the bytes `raw` inside."""
    return b"".join(field(1, size) for size in shape) + field(2, FLOAT) + field(8, name) + field(9, raw)


def external_tensor(name, size, **location):
    """A TensorProto of `size` floats whose bytes lie where the keys of `location` say."""
    entries = b"".join(field(13, field(1, k) + field(2, str(v))) for k, v in location.items())
    return field(1, size) + field(2, FLOAT) + field(8, name) + entries + field(14, EXTERNAL)


def identity(*shape):
    """y = x, float32 of `shape`."""
    return model([node("Identity", ["x"], ["y"])], [value_info("x", shape)], [value_info("y", shape)])


def sum_with(initializer, size):
    """y = x + w, where the TensorProto `initializer` of `size` floats is called w."""
    return model([node("Add", ["x", "w"], ["y"])], [value_info("x", ["n", size])],
                 [value_info("y", ["n", size])], [initializer])


def nested_ifs(depth):
    """An If in an If in an If, `depth` times."""
    graph = field(1, node("Identity", ["x"], ["y"])) + field(2, "leaf") + field(12, value_info("y", [1]))
    for _ in range(depth):
        branch = field(5, field(1, "then_branch") + field(6, graph) + field(20, GRAPH_ATTRIBUTE))
        graph = field(1, node("If", ["c"], ["y"], branch)) + field(2, "g") + field(12, value_info("y", [1]))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))


def cycle():
    """Two nodes that wait for each other."""
    return model([node("Add", ["x", "b"], ["a"]), node("Identity", ["a"], ["b"])],
                 [value_info("x", [1])], [value_info("a", [1])])
