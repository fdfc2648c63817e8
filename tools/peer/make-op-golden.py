#!/usr/bin/env python3
"""Makes the operators' golden data: one-operator models run by LiteRT's reference kernels.

  tools/peer/make-op-golden.py [FOLDER] [--rounds N] [--seed S] [--only OP]

writes FOLDER/<op>.txt (default: Tests/OctetOpsTests/Fixtures) with N random cases per kind of model
(default 2). The models are built here, field by field, so that neither Octet's reader nor its writer
takes part. Many rounds into another folder make a wide check:

  tools/peer/make-op-golden.py /tmp/wide --rounds 300 && OCTET_OP_GOLDEN=/tmp/wide swift test --filter Golden

A case is a line `case NAME`, a line `op NAME attribute:kind=value ...`, then a line for each tensor:
`input|constant|output TYPE SHAPE SCALES ZERO_POINTS AXIS BYTES`, where `-` stands for nothing,
lists are joined by commas and bytes are hexadecimal, little-endian. Needs requirements.txt.
"""
import argparse
import os
import pickle
from dataclasses import dataclass, field
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

DTYPES = {"f32": np.float32, "i8": np.int8, "u8": np.uint8, "i32": np.int32, "i64": np.int64,
          "i16": np.int16}
SCHEMA_TYPES = {"f32": schema.TensorType.FLOAT32, "i8": schema.TensorType.INT8,
                "u8": schema.TensorType.UINT8, "i32": schema.TensorType.INT32,
                "i64": schema.TensorType.INT64, "i16": schema.TensorType.INT16}
ACTIVATIONS = {"none": 0, "relu": 1, "relu1": 2, "relu6": 3}


@dataclass
class Tensor:
    type: str
    shape: tuple = ()
    scales: list = field(default_factory=list)
    zero_points: list = field(default_factory=list)
    axis: int = 0
    data: np.ndarray = None
    constant: bool = False

    def line(self, kind):
        def join(values):
            return ",".join(str(v) for v in values) or "-"
        scales = [np.float32(s) for s in self.scales]
        axis = self.axis if len(scales) > 1 else "-"
        return (f"{kind} {self.type} {join(self.shape)} {join(scales)} {join(self.zero_points)} "
                f"{axis} {np.ascontiguousarray(self.data).tobytes().hex() or '-'}")


@dataclass
class Case:
    builtin: str
    inputs: list
    output: Tensor
    attributes: str = ""
    options: object = None
    version: int = 1


class Maker:
    """Random tensors; extreme codes, zero points and ratios of scales are frequent."""

    def __init__(self, rng):
        self.rng = rng

    def choose(self, *values):
        return values[self.rng.integers(len(values))]

    def extent(self, low=1, high=7):
        return int(self.rng.integers(low, high + 1))

    def scale(self, low=1e-3, high=1.0):
        return float(np.float32(np.exp(self.rng.uniform(np.log(low), np.log(high)))))

    def zero_point(self, type="i8"):
        info = np.iinfo(DTYPES[type])
        return int(self.choose(info.min, info.max, 0, *self.rng.integers(info.min, info.max + 1, 5)))

    def codes(self, type, shape):
        info = np.iinfo(DTYPES[type])
        data = self.rng.integers(info.min, info.max + 1, shape).astype(DTYPES[type])
        return np.where(self.rng.uniform(size=shape) < 0.1,
                        self.rng.choice([info.min, info.max], shape), data).astype(DTYPES[type])

    def tensor(self, type, shape, scale=None, zero_point=None, reach=3.0):
        if type == "f32":
            return Tensor(type, shape, data=self.rng.uniform(-reach, reach, shape).astype(np.float32))
        if type in ("i32", "i64", "i16"):
            return Tensor(type, shape, data=self.rng.integers(-999, 1000, shape).astype(DTYPES[type]))
        scale = self.scale() if scale is None else scale
        zero_point = self.zero_point(type) if zero_point is None else zero_point
        return Tensor(type, shape, [scale], [zero_point], data=self.codes(type, shape))

    def result(self, type, scale=None, zero_point=None):
        if type not in ("i8", "u8"):
            return Tensor(type)
        return Tensor(type, scales=[self.scale() if scale is None else scale],
                      zero_points=[self.zero_point(type) if zero_point is None else zero_point])

    def like(self, tensor):
        return Tensor(tensor.type, scales=tensor.scales, zero_points=tensor.zero_points)

    def activation(self):
        return self.choose(*ACTIVATIONS)

    def shapes(self):
        """Two shapes that broadcast."""
        full = [self.extent(1, 5) for _ in range(self.extent(1, 4))]
        kind = self.extent(0, 3)
        if kind == 0:
            return tuple(full), tuple(full)
        left = [e if self.rng.uniform() < 0.6 else 1 for e in full]
        right = [e if l == 1 or self.rng.uniform() < 0.6 else 1 for e, l in zip(full, left)]
        if kind == 1:
            right = right[self.extent(0, len(right) - 1):]
        if kind == 2:
            left = left[self.extent(0, len(left) - 1):]
        return tuple(left), tuple(right)


def constant(values, type="i32"):
    array = np.asarray(values, DTYPES[type])
    return Tensor(type, array.shape, data=array, constant=True)


def options(name, **fields):
    table = getattr(schema, name + "T")()
    for key, value in fields.items():
        setattr(table, key, value)
    return table


def arithmetic(builtin):
    def make(m, type):
        left, right = m.shapes()
        activation = m.activation()
        a, b = m.tensor(type, left), m.tensor(type, right)
        output = m.result(type)
        if builtin == "MUL" and type == "i8" and m.extent(0, 1):
            product = a.scales[0] * b.scales[0]
            output.scales = [float(np.float32(product * m.scale(1.01, 300)))]
        elif builtin == "ADD" and type == "i8" and m.extent(0, 1):
            output.scales = [float(np.float32(max(a.scales[0], b.scales[0]) * m.scale(0.5, 4)))]
        return Case(builtin, [a, b], output, f"activation:symbol={activation}",
                    options({"ADD": "AddOptions", "MUL": "MulOptions"}[builtin],
                            fusedActivationFunction=ACTIVATIONS[activation]), 2)
    return make


def maximum(m, type):
    left, right = m.shapes()
    a = m.tensor(type, left)
    b = m.tensor(type, right, *(a.scales + a.zero_points if a.scales else []))
    return Case("MAXIMUM", [a, b], m.like(a), "", options("MaximumMinimumOptions"), 2)


def concatenation(m, type):
    shape = [m.extent(1, 4) for _ in range(m.extent(1, 4))]
    axis = m.extent(0, 2 * len(shape) - 1) - len(shape)
    inputs = []
    for _ in range(m.extent(1, 4)):
        part = list(shape)
        part[axis] = m.extent(1, 4)
        first = inputs[0] if inputs else None
        quantization = first.scales + first.zero_points if first and first.scales else []
        inputs.append(m.tensor(type, tuple(part), *quantization))
    return Case("CONCATENATION", inputs, m.like(inputs[0]), f"axis:int={axis}",
                options("ConcatenationOptions", axis=axis), 2)


def reshape(m, type):
    shape = [m.extent(1, 4) for _ in range(m.extent(1, 4))]
    x = m.tensor(type, tuple(shape))
    wanted = m.choose([-1], [1, -1], [shape[0], -1], list(reversed(shape)), [int(np.prod(shape)), 1])
    listed = ",".join(map(str, wanted))
    table = options("ReshapeOptions", newShape=wanted)
    inputs = [x, constant(wanted)] if m.extent(0, 1) else [x]
    return Case("RESHAPE", inputs, m.like(x), f"shape:ints={listed}", table)


def transpose(m, type):
    shape = tuple(m.extent(1, 4) for _ in range(m.extent(1, 6)))
    x = m.tensor(type, shape)
    order = constant(m.rng.permutation(len(shape)))
    return Case("TRANSPOSE", [x, order], m.like(x), "", options("TransposeOptions"), 2)


def pad(value):
    def make(m, type):
        x = m.tensor(type, tuple(m.extent(1, 4) for _ in range(m.extent(1, 4))))
        paddings = m.rng.integers(0, 4, (len(x.shape), 2))
        inputs = [x, constant(paddings, m.choose("i32", "i32", "i64"))]
        if value:
            filler = m.tensor(type, m.choose((), (1,)), *(x.scales + x.zero_points))
            filler.constant = bool(m.extent(0, 1))
            inputs.append(filler)
        return Case("PADV2" if value else "PAD", inputs, m.like(x), "",
                    options("PadV2Options" if value else "PadOptions"), 2)
    return make


def unary(builtin, scale=None, zero_point=None):
    def make(m, type):
        count = m.extent(1, 40)
        x = m.tensor(type, (count,), scale=m.scale(1e-4, 2.0), reach=m.choose(0.5, 8.0, 120.0))
        output = m.result(type, scale, zero_point)
        if type == "i8":
            x = Tensor("i8", (256,), x.scales, x.zero_points,
                       data=np.arange(-128, 128).astype(np.int8))
            if scale is None and m.extent(0, 2):
                output.scales = [float(np.float32(x.scales[0] * m.scale(0.2, 5)))]
        return Case(builtin, [x], output, "", None, 2)
    return make


def softmax(m, type):
    depth = m.choose(1, 2, 3, 5, 10, 33, m.extent(1, 600) if m.extent(0, 7) == 0 else 17)
    rows = [m.extent(1, 3) for _ in range(m.extent(0, 3))]
    beta = float(np.float32(m.choose(1.0, 1.0, 0.5, 2.0, m.scale(0.05, 10))))
    x = m.tensor(type, tuple(rows + [depth]), scale=m.scale(1e-4, 3.0), reach=m.choose(1., 10., 90.))
    if m.extent(0, 4) == 0:
        x.data = np.full_like(x.data, x.data.flat[0])
    return Case("SOFTMAX", [x], m.result(type, 1 / 256, -128), f"beta:float={np.float32(beta)}",
                options("SoftmaxOptions", beta=beta), 2)


def window(m):
    filter, stride = (m.extent(1, 4), m.extent(1, 4)), (m.extent(1, 3), m.extent(1, 3))
    return filter, stride, m.choose("same", "valid"), m.activation()


def pool(builtin):
    def make(m, type):
        filter, stride, padding, activation = window(m)
        shape = (m.extent(1, 2), m.extent(filter[0], 8), m.extent(filter[1], 8), m.extent(1, 5))
        if padding == "same" and m.extent(0, 2) == 0:
            shape = (1, m.extent(1, 3), m.extent(1, 3), m.extent(1, 5))
        x = m.tensor(type, shape)
        table = options("Pool2DOptions", padding=int(padding == "valid"), strideH=stride[0],
                        strideW=stride[1], filterHeight=filter[0], filterWidth=filter[1],
                        fusedActivationFunction=ACTIVATIONS[activation])
        text = (f"filter:ints={filter[0]},{filter[1]} stride:ints={stride[0]},{stride[1]} "
                f"padding:symbol={padding} activation:symbol={activation}")
        return Case(builtin, [x], m.like(x), text, table, 2)
    return make


def depthwise(m, type):
    filter, stride, padding, activation = window(m)
    dilation = (1, 1) if m.extent(0, 1) else (m.extent(1, 2), m.extent(1, 3))
    channels, multiplier = m.extent(1, 5), m.extent(1, 3)
    reach = [(f - 1) * d + 1 for f, d in zip(filter, dilation)]
    x = m.tensor(type, (m.extent(1, 2), m.extent(reach[0], reach[0] + 5),
                        m.extent(reach[1], reach[1] + 5), channels))
    outputs = channels * multiplier
    shape = (1, *filter, outputs)
    if type == "f32":
        weights, bias = m.tensor(type, shape), m.tensor(type, (outputs,))
    else:
        scales = [m.scale(1e-3, 0.1) for _ in range(1 if m.extent(0, 3) == 0 else outputs)]
        weights = Tensor("i8", shape, scales, [0] * len(scales), 3,
                         np.maximum(m.codes("i8", shape), -127))
        products = [float(np.float32(x.scales[0]) * np.float32(s)) for s in scales]
        bias = Tensor("i32", (outputs,), products, [0] * len(scales), 0,
                      m.rng.integers(-20000, 20001, (outputs,)).astype(np.int32))
    weights.constant = bias.constant = True
    output = m.result(type)
    if type == "i8" and m.extent(0, 3):
        output.scales = [float(np.float32(x.scales[0] * max(scales) * m.scale(5, 500)))]
    table = options("DepthwiseConv2DOptions", padding=int(padding == "valid"), strideH=stride[0],
                    strideW=stride[1], depthMultiplier=multiplier, dilationHFactor=dilation[0],
                    dilationWFactor=dilation[1], fusedActivationFunction=ACTIVATIONS[activation])
    text = (f"stride:ints={stride[0]},{stride[1]} dilation:ints={dilation[0]},{dilation[1]} "
            f"depth_multiplier:int={multiplier} padding:symbol={padding} "
            f"activation:symbol={activation}")
    # LiteRT refuses a third input of -1: without a bias there are two.
    inputs = [x, weights, bias] if m.extent(0, 4) else [x, weights]
    return Case("DEPTHWISE_CONV_2D", inputs, output, text, table, 3)


def quantize(m, types):
    source, target = types.split(">")
    output = m.result(target, scale=m.scale(1e-3, 2.0))
    if source == "f32":
        x = m.tensor(source, (m.extent(1, 40),), reach=m.choose(1.0, 100.0))
        # Half steps are ties.
        halves = (m.rng.integers(-300, 300, x.shape) / 2 * np.float32(output.scales[0]))
        x.data = np.where(m.rng.uniform(size=x.shape) < 0.5, x.data, halves).astype(np.float32)
    else:
        codes = np.arange(256).astype(np.uint8).view(DTYPES[source])
        x = Tensor(source, (256,), [m.scale(1e-3, 2.0)], [m.zero_point(source)], data=codes)
        if m.extent(0, 2) == 0:
            output.scales = x.scales
        elif m.extent(0, 1):
            output.scales = [float(np.float32(x.scales[0] * m.choose(0.5, 2.0, 4.0, 1.5)))]
    return Case("QUANTIZE", [x], output, f"to:symbol={'int8' if target == 'i8' else 'uint8'}",
                options("QuantizeOptions"), 2)


def dequantize(m, type):
    codes = np.arange(256).astype(np.uint8).view(DTYPES[type])
    x = Tensor(type, (256,), [m.scale()], [m.zero_point(type)], data=codes)
    return Case("DEQUANTIZE", [x], Tensor("f32"), "", options("DequantizeOptions"), 2)


KINDS = {
    "add": (arithmetic("ADD"), ["f32", "i8"]),
    "mul": (arithmetic("MUL"), ["f32", "i8"]),
    "maximum": (maximum, ["f32", "i8"]),
    "concatenation": (concatenation, ["f32", "i8", "i32"]),
    "reshape": (reshape, ["f32", "i8", "u8", "i32"]),
    "transpose": (transpose, ["f32", "i8", "i32", "i64"]),
    "pad": (pad(False), ["f32", "i8"]),
    "padv2": (pad(True), ["f32", "i8"]),
    "relu": (unary("RELU"), ["f32", "i8"]),
    "relu6": (unary("RELU6"), ["f32", "i8"]),
    "logistic": (unary("LOGISTIC", 1 / 256, -128), ["f32", "i8"]),
    "tanh": (unary("TANH", 1 / 128, 0), ["f32", "i8"]),
    "softmax": (softmax, ["f32", "i8"]),
    "max_pool_2d": (pool("MAX_POOL_2D"), ["f32", "i8"]),
    "average_pool_2d": (pool("AVERAGE_POOL_2D"), ["f32", "i8"]),
    "depthwise_conv_2d": (depthwise, ["f32", "i8"]),
    "quantize": (quantize, ["f32>i8", "f32>u8", "i8>i8", "i8>u8", "u8>i8"]),
    "dequantize": (dequantize, ["i8", "u8"]),
}


def model(case):
    """The bytes of a .tflite that holds the one operator."""
    graph, whole = schema.SubGraphT(), schema.ModelT()
    whole.version, whole.subgraphs, whole.buffers = 3, [graph], [schema.BufferT()]
    graph.tensors, graph.inputs, indices = [], [], []

    def add(tensor, name):
        entry = schema.TensorT()
        entry.name, entry.shape = name, list(tensor.shape)
        entry.type, entry.buffer = SCHEMA_TYPES[tensor.type], 0
        if tensor.constant:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(tensor.data.tobytes(), np.uint8)
            entry.buffer = len(whole.buffers)
            whole.buffers.append(buffer)
        if tensor.scales:
            entry.quantization = schema.QuantizationParametersT()
            entry.quantization.scale = [float(s) for s in tensor.scales]
            entry.quantization.zeroPoint = tensor.zero_points
            entry.quantization.quantizedDimension = tensor.axis if len(tensor.scales) > 1 else 0
        graph.tensors.append(entry)
        return len(graph.tensors) - 1

    for number, tensor in enumerate(case.inputs):
        indices.append(add(tensor, f"in{number}"))
        if not tensor.constant:
            graph.inputs.append(indices[-1])
    operator, code = schema.OperatorT(), schema.OperatorCodeT()
    operator.inputs, operator.outputs = indices, [add(case.output, "out")]
    graph.outputs, graph.operators = operator.outputs, [operator]
    code.builtinCode = getattr(schema.BuiltinOperator, case.builtin)
    code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), case.version
    whole.operatorCodes = [code]
    if case.options is not None:
        name = type(case.options).__name__[:-1]
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
        operator.builtinOptions = case.options
    builder = flatbuffers.Builder(1024)
    builder.Finish(whole.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def run(case):
    interpreter = Interpreter(
        model_content=model(case), experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    fed = [t for t in case.inputs if not t.constant]
    for detail, tensor in zip(interpreter.get_input_details(), fed):
        interpreter.set_tensor(detail["index"], tensor.data)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def run_apart(case):
    """As `run`, in a process of its own: some impossible scales abort LiteRT. None when it refuses."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            answer = pickle.dumps(run(case))
        except Exception as error:
            answer = pickle.dumps(str(error))
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(answer) if answer else "LiteRT aborted"


def main():
    parser = argparse.ArgumentParser()
    default = Path(__file__).resolve().parents[2] / "Tests/OctetOpsTests/Fixtures"
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=KINDS)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for index, (name, (make, types)) in enumerate(KINDS.items()):
        if arguments.only not in (None, name):
            continue
        lines, refusals = [], {}
        for kind, element in enumerate(types):
            made = 0
            for attempt in range(4 * arguments.rounds):
                if made == arguments.rounds:
                    break
                rng = np.random.default_rng([arguments.seed, index, kind, attempt])
                case = make(Maker(rng), element)
                expected = run_apart(case)
                if isinstance(expected, str):
                    refusals.setdefault(expected.splitlines()[0][-100:], []).append(attempt)
                    continue
                made += 1
                case.output.shape, case.output.data = expected.shape, expected
                lines.append(f"case {name} {element} {arguments.seed}.{attempt}")
                lines.append(f"op {name} {case.attributes}".rstrip())
                for tensor in case.inputs:
                    lines.append(tensor.line("constant" if tensor.constant else "input"))
                lines.append(case.output.line("output"))
        (arguments.folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
        print(f"{name}: {sum(l.startswith('case') for l in lines)} cases", end="")
        print("".join(f"\n  refused {len(v)}: {k}" for k, v in refusals.items()))


main()
