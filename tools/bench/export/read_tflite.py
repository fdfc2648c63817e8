"""Reads a float .tflite, channels-last, into the channels-first Graph."""
import numpy as np
import tflite
from tflite.ActivationFunctionType import ActivationFunctionType as Fused
from tflite.BuiltinOperator import BuiltinOperator as Op
from tflite.Padding import Padding

from export.graph import Activation, Graph, Node, fuse_activations

ARRAY_TYPES = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.INT32: np.int32,
    tflite.TensorType.INT64: np.int64,
    tflite.TensorType.INT8: np.int8,
}
FUSED = {
    Fused.NONE: None,
    Fused.RELU: Activation("relu"),
    Fused.RELU6: Activation("relu6"),
}


def read_graph(path):
    graph = GraphReader(load(path)).read()
    fuse_activations(graph)
    return graph


def load(path):
    with open(path, "rb") as file:
        return tflite.Model.GetRootAs(file.read(), 0)


class GraphReader:
    def __init__(self, model):
        self.model = model
        self.subgraph = model.Subgraphs(0)
        outputs = list(self.subgraph.OutputsAsNumpy())
        inputs = list(self.subgraph.InputsAsNumpy())
        if len(inputs) != 1:
            raise ValueError("the exporter takes models with one input")
        self.names = {inputs[0]: "input"}
        self.names |= {tensor: f"output{i}" for i, tensor in enumerate(outputs)}
        self.pads = {}  # tensor -> the padding in front of it that its readers take up
        self.flat = {}  # the result of a flattening -> the shape before, channels first
        self.graph = Graph(
            "input", self.shape(inputs[0]), [self.names[tensor] for tensor in outputs])

    def read(self):
        rules = {
            Op.CONV_2D: self.conv,
            Op.DEPTHWISE_CONV_2D: self.depthwise_conv,
            Op.FULLY_CONNECTED: self.dense,
            Op.MAX_POOL_2D: self.pool("max_pool"),
            Op.AVERAGE_POOL_2D: self.pool("average_pool"),
            Op.PAD: self.pad,
            Op.ADD: self.add_tensors,
            Op.CONCATENATION: self.concat,
            Op.RESIZE_NEAREST_NEIGHBOR: self.resize,
            Op.MEAN: self.mean,
            Op.RESHAPE: self.reshape,
            Op.SOFTMAX: self.softmax,
            Op.LEAKY_RELU: self.leaky,
            Op.RELU: self.activation("relu"),
            Op.RELU6: self.activation("relu6"),
        }
        for index in range(self.subgraph.OperatorsLength()):
            op = self.subgraph.Operators(index)
            entry = self.model.OperatorCodes(op.OpcodeIndex())
            code = max(entry.BuiltinCode(), entry.DeprecatedBuiltinCode())
            if code not in rules:
                raise ValueError(f"the exporter has no rule for builtin operator {code}")
            rules[code](op)
        return self.graph

    # Tensors

    def name(self, tensor):
        return self.names.setdefault(tensor, f"t{tensor}")

    def extents(self, tensor):
        return tuple(int(extent) for extent in self.subgraph.Tensors(tensor).ShapeAsNumpy())

    def shape(self, tensor):
        """A tensor's shape, channels first."""
        extents = self.extents(tensor)
        if len(extents) != 4:
            return extents
        batch, height, width, channels = extents
        return batch, channels, height, width

    def constant(self, tensor):
        table = self.subgraph.Tensors(tensor)
        data = self.model.Buffers(table.Buffer()).DataAsNumpy()
        return data.view(ARRAY_TYPES[table.Type()]).reshape(self.extents(tensor))

    def options(self, op, kind):
        table = op.BuiltinOptions()
        options = kind()
        options.Init(table.Bytes, table.Pos)
        return options

    def emit(self, kind, op, inputs, fused=Fused.NONE, **fields):
        output = op.Outputs(0)
        self.graph.nodes.append(Node(
            kind, [self.name(tensor) for tensor in inputs], self.name(output),
            self.shape(output), FUSED[fused], **fields))

    # Operators

    def conv(self, op):
        options = self.options(op, tflite.Conv2DOptions)
        weights = self.constant(op.Inputs(1)).transpose(0, 3, 1, 2)
        groups = self.extents(op.Inputs(0))[3] // weights.shape[1]
        self.convolution(op, options, weights, groups)

    def depthwise_conv(self, op):
        options = self.options(op, tflite.DepthwiseConv2DOptions)
        weights = self.constant(op.Inputs(1)).transpose(3, 0, 1, 2)
        self.convolution(op, options, weights, groups=self.extents(op.Inputs(0))[3])

    def convolution(self, op, options, weights, groups):
        dilation = options.DilationHFactor(), options.DilationWFactor()
        kernel = weights.shape[2:]
        source, stride, padding = self.window(op, options, kernel, dilation)
        self.emit("conv", op, [source], options.FusedActivationFunction(),
                  weights=np.ascontiguousarray(weights), bias=self.bias(op, weights.shape[0]),
                  kernel=kernel, stride=stride, dilation=dilation, padding=padding, groups=groups)

    def pool(self, kind):
        def rule(op):
            options = self.options(op, tflite.Pool2DOptions)
            kernel = options.FilterHeight(), options.FilterWidth()
            source, stride, padding = self.window(op, options, kernel)
            self.emit(kind, op, [source], options.FusedActivationFunction(),
                      kernel=kernel, stride=stride, padding=padding)
        return rule

    def window(self, op, options, kernel, dilation=(1, 1)):
        """Where a window reads from, its stride and its explicit padding."""
        source = op.Inputs(0)
        stride = options.StrideH(), options.StrideW()
        if options.Padding() == Padding.VALID:
            if source in self.pads:
                source, padding = self.pads[source]
                return source, stride, padding
            return source, stride, (0, 0, 0, 0)
        totals = []
        for axis in range(2):
            extent = self.extents(source)[1 + axis]
            results = -(-extent // stride[axis])
            reach = (kernel[axis] - 1) * dilation[axis] + 1
            totals.append(max((results - 1) * stride[axis] + reach - extent, 0))
        top, left = totals[0] // 2, totals[1] // 2
        return source, stride, (top, left, totals[0] - top, totals[1] - left)

    def pad(self, op):
        """Convolutions without padding of their own take up zeros; others get a node."""
        source, output = op.Inputs(0), op.Outputs(0)
        before, after = self.constant(op.Inputs(1)).T
        if before[0] or after[0] or before[3] or after[3]:
            raise ValueError("the exporter pads height and width only")
        padding = int(before[1]), int(before[2]), int(after[1]), int(after[2])
        if all(self.takes_up_padding(reader) for reader in self.tensor_readers(output)):
            self.pads[output] = source, padding
        else:
            self.emit("pad", op, [source], padding=padding)

    def tensor_readers(self, tensor):
        ops = map(self.subgraph.Operators, range(self.subgraph.OperatorsLength()))
        return [op for op in ops if tensor in op.InputsAsNumpy()]

    def takes_up_padding(self, op):
        entry = self.model.OperatorCodes(op.OpcodeIndex())
        kinds = {Op.CONV_2D: tflite.Conv2DOptions, Op.DEPTHWISE_CONV_2D: tflite.DepthwiseConv2DOptions}
        kind = kinds.get(max(entry.BuiltinCode(), entry.DeprecatedBuiltinCode()))
        return kind is not None and self.options(op, kind).Padding() == Padding.VALID

    def dense(self, op):
        options = self.options(op, tflite.FullyConnectedOptions)
        weights = self.constant(op.Inputs(1))
        source = op.Inputs(0)
        if len(self.extents(source)) == 4:  # the converter drops a flattening before a dense layer
            source = self.flattened(source)
        if source in self.flat:
            weights = channels_first(weights, self.flat[source])
        self.emit("dense", op, [source], options.FusedActivationFunction(),
                  weights=np.ascontiguousarray(weights), bias=self.bias(op, weights.shape[0]))

    def flattened(self, tensor):
        """A key like a tensor's, for the flattened form of a tensor that has none in the file."""
        key = "flat", tensor
        if key not in self.flat:
            self.names[key] = self.name(tensor) + "_flat"
            self.flat[key] = self.shape(tensor)
            size = int(np.prod(self.extents(tensor)))
            self.graph.nodes.append(
                Node("flatten", [self.name(tensor)], self.names[key], (1, size)))
        return key

    def bias(self, op, length):
        if op.InputsLength() > 2 and op.Inputs(2) >= 0:
            return self.constant(op.Inputs(2))
        return np.zeros(length, np.float32)

    def add_tensors(self, op):
        options = self.options(op, tflite.AddOptions)
        sources = op.Inputs(0), op.Inputs(1)
        if self.extents(sources[0]) != self.extents(sources[1]):
            raise ValueError("the exporter adds tensors of one shape only")
        self.emit("add", op, sources, options.FusedActivationFunction())

    def concat(self, op):
        options = self.options(op, tflite.ConcatenationOptions)
        sources = list(op.InputsAsNumpy())
        if options.Axis() % len(self.extents(sources[0])) != 3:
            raise ValueError("the exporter concatenates channels only")
        self.emit("concat", op, sources, options.FusedActivationFunction())

    def resize(self, op):
        source, output = self.extents(op.Inputs(0)), self.extents(op.Outputs(0))
        scale = output[1] // source[1], output[2] // source[2]
        if (source[1] * scale[0], source[2] * scale[1]) != output[1:3]:
            raise ValueError("the exporter resizes by whole factors only")
        self.emit("resize", op, [op.Inputs(0)], scale=scale)

    def mean(self, op):
        axes = sorted(self.constant(op.Inputs(1)).ravel() % len(self.extents(op.Inputs(0))))
        if axes != [1, 2] or len(self.extents(op.Outputs(0))) != 2:
            raise ValueError("the exporter takes means of whole images only")
        self.emit("mean", op, [op.Inputs(0)])

    def reshape(self, op):
        source, output = op.Inputs(0), op.Outputs(0)
        if self.extents(source) == self.extents(output):
            self.names[output] = self.name(source)
        elif len(self.extents(output)) == 2 and len(self.extents(source)) == 4:
            self.flat[output] = self.shape(source)
            self.emit("flatten", op, [source])
        else:
            raise ValueError("the exporter reshapes to [1, elements] only")

    def softmax(self, op):
        self.emit("softmax", op, [op.Inputs(0)])

    def leaky(self, op):
        self.emit("identity", op, [op.Inputs(0)])
        slope = self.options(op, tflite.LeakyReluOptions).Alpha()
        self.graph.nodes[-1].activation = Activation("leaky", slope)

    def activation(self, kind):
        def rule(op):
            self.emit("identity", op, [op.Inputs(0)])
            self.graph.nodes[-1].activation = Activation(kind)
        return rule


def channels_first(weights, shape):
    """Dense weights for an input that was flattened channels-last, for one flattened channels-first."""
    _, channels, height, width = shape
    split = weights.reshape(-1, height, width, channels)
    return split.transpose(0, 3, 1, 2).reshape(weights.shape)


def quantization(path):
    """(scale, zero point) of a model's first input and of each output; None where it is float."""
    model = load(path)
    subgraph = model.Subgraphs(0)

    def of(tensor):
        table = subgraph.Tensors(tensor)
        if table.Type() == tflite.TensorType.FLOAT32:
            return None
        return float(table.Quantization().Scale(0)), int(table.Quantization().ZeroPoint(0))

    return of(subgraph.Inputs(0)), [of(tensor) for tensor in subgraph.OutputsAsNumpy()]
