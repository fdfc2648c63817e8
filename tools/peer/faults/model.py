"""A .tflite as Python objects that can be changed."""
from dataclasses import dataclass

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

OPERATORS = {value: name for name, value in vars(schema.BuiltinOperator).items() if name.isupper()}
TYPES = {schema.TensorType.INT8: np.int8, schema.TensorType.UINT8: np.uint8, schema.TensorType.INT16: np.int16,
         schema.TensorType.INT32: np.int32, schema.TensorType.INT64: np.int64, schema.TensorType.FLOAT32: np.float32}
CODES = (schema.TensorType.INT8, schema.TensorType.UINT8, schema.TensorType.INT16)
# Operators whose result has the scale of their input.
HANDING_ON = {"MAX_POOL_2D", "AVERAGE_POOL_2D", "RESHAPE", "CONCATENATION", "PAD", "RESIZE_NEAREST_NEIGHBOR",
              "RESIZE_BILINEAR", "TRANSPOSE", "SQUEEZE", "SLICE", "STRIDED_SLICE", "SPLIT", "PACK", "EXPAND_DIMS"}


@dataclass
class Layer:
    """A layer with constant weights; `axis` of them is that of its output channels."""
    operator: object
    name: str
    input: int
    weights: int
    bias: int          # -1 without
    output: int
    axis: int


class Net:
    """The first subgraph of a model."""

    def __init__(self, data):
        self.model = schema.ModelT.InitFromPackedBuf(bytearray(data), 0)
        self.graph = self.model.subgraphs[0]

    def bytes(self):
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    # Operators

    def kind(self, operator):
        code = self.model.operatorCodes[operator.opcodeIndex]
        return OPERATORS.get(max(code.builtinCode, code.deprecatedBuiltinCode), "?")

    def of_kind(self, *kinds):
        return [operator for operator in self.graph.operators if self.kind(operator) in kinds]

    def code(self, kind):
        """The place of an operator's code, added where the model has none."""
        for place, code in enumerate(self.model.operatorCodes):
            if OPERATORS.get(max(code.builtinCode, code.deprecatedBuiltinCode)) == kind:
                return place
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, kind)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = 2
        self.model.operatorCodes.append(code)
        return len(self.model.operatorCodes) - 1

    def maker(self, tensor):
        return next((o for o in self.graph.operators if tensor in list(o.outputs)), None)

    def readers(self, tensor):
        return [o for o in self.graph.operators if tensor in list(o.inputs)]

    def layers(self, *kinds):
        found = []
        for operator in self.of_kind(*(kinds or ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"))):
            inputs = list(operator.inputs)
            if self.array(inputs[1]) is None:
                continue
            name = self.kind(operator)
            found.append(Layer(
                operator, name, inputs[0], inputs[1], inputs[2] if len(inputs) > 2 else -1, operator.outputs[0],
                3 if name == "DEPTHWISE_CONV_2D" else 0))
        return found

    # Tensors

    def tensor(self, place):
        return self.graph.tensors[place]

    def name(self, place):
        """What Octet calls it: as the first signature does, if it is an end of the model."""
        for signature in (self.model.signatureDefs or [])[:1]:
            for end in list(signature.inputs) + list(signature.outputs):
                if end.tensorIndex == place:
                    return end.name.decode()
        return self.tensor(place).name.decode()

    def shape(self, place):
        return [int(extent) for extent in self.tensor(place).shape]

    def holds_codes(self, place):
        quantization = self.tensor(place).quantization
        return self.tensor(place).type in CODES and quantization is not None and quantization.scale is not None

    def activations(self):
        """Tensors of codes that operators make, with one scale."""
        return [o.outputs[0] for o in self.graph.operators
                if self.holds_codes(o.outputs[0]) and len(self.scales(o.outputs[0])) == 1]

    def array(self, place):
        """A constant's numbers; None for what is no constant."""
        if place < 0:
            return None
        data = self.model.buffers[self.tensor(place).buffer].data
        if data is None or len(data) == 0 or self.tensor(place).type not in TYPES:
            return None
        return np.frombuffer(bytes(bytearray(data)), TYPES[self.tensor(place).type]).reshape(self.shape(place)).copy()

    def store(self, place, values):
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(values, TYPES[self.tensor(place).type]).tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        self.tensor(place).buffer = len(self.model.buffers) - 1

    def scales(self, place):
        quantization = self.tensor(place).quantization
        scale = None if quantization is None else quantization.scale
        return np.array([] if scale is None else scale, np.float32)

    def zero_point(self, place):
        return int(self.tensor(place).quantization.zeroPoint[0])

    def quantize(self, place, scales=None, zero_point=None):
        quantization = self.tensor(place).quantization
        if scales is not None:
            quantization.scale = np.array(scales, np.float32).reshape(-1)
        if zero_point is not None:
            quantization.zeroPoint = np.full(len(quantization.scale), zero_point, np.int64)

    def tied(self, tensor):
        """The tensors that must have this one's scale, itself too."""
        group, open_ones = {tensor}, [tensor]
        while open_ones:
            tensor = open_ones.pop()
            near = [self.maker(tensor)] + self.readers(tensor)
            for operator in near:
                if operator is None or self.kind(operator) not in HANDING_ON:
                    continue
                for other in list(operator.inputs) + list(operator.outputs):
                    if other not in group and self.holds_codes(other) and self.array(other) is None:
                        group.add(other)
                        open_ones.append(other)
        return group

    def add_tensor(self, like, name, shape):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name.encode(), np.array(shape, np.int32), self.tensor(like).type
        tensor.quantization, tensor.buffer = self.tensor(like).quantization, 0
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def add_constant(self, name, values):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name.encode(), np.array(values.shape, np.int32), schema.TensorType.INT32
        self.graph.tensors.append(tensor)
        self.store(len(self.graph.tensors) - 1, values)
        return len(self.graph.tensors) - 1
