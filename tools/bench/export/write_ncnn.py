"""Writes the Graph as ncnn's two files: .param, the layers as text, and .bin, their weights.

The numbers in .param are ncnn's own keys for a layer's parameters. In the int8 form a layer's weights are
stored as int8, as ncnn2int8 stores them, followed by its scales.
"""
from dataclasses import dataclass

import numpy as np

MAGIC = "7767517"
FLOAT_TAG, INT8_TAG = 0, 0x000D4B38
INT8_INPUT, INT8_INPUT_AND_OUTPUT = 1, 101  # values of the parameter int8_scale_term


@dataclass(frozen=True)
class Scales:
    """What int8 needs to know of a layer: codes = value x scale."""
    input: float
    output: float = None  # where the layer hands int8 on to the next


def write_ncnn(graph, base, scales=None):
    """Writes `base`.param and `base`.bin; layers whose output has an entry in `scales` become int8."""
    writer = NcnnWriter(graph, scales or {})
    writer.write_graph()
    with open(f"{base}.param", "w") as file:
        file.write(f"{MAGIC}\n{len(writer.layers)} {writer.blobs}\n")
        file.writelines(line + "\n" for line in writer.layers)
    with open(f"{base}.bin", "wb") as file:
        file.writelines(writer.data)


class NcnnWriter:
    def __init__(self, graph, scales):
        self.graph = graph
        self.scales = scales
        self.layers = []
        self.data = []
        self.blobs = 0
        self.copies = {}  # blob -> the names that its readers have still to take

    def write_graph(self):
        _, channels, height, width = self.graph.input_shape
        self.layer("Input", [], self.graph.input, {0: width, 1: height, 2: channels})
        for node in self.graph.nodes:
            self.write(node)

    def write(self, node):
        inputs = [self.take(name) for name in node.inputs]
        if node.has_weights:
            self.weighted(node, inputs)
        elif node.kind == "identity":
            self.activate(node, inputs)
        elif node.activation is None:
            kind, parameters = self.operator(node)
            self.layer(kind, inputs, node.output, parameters)
        else:
            linear = node.output + "_linear"
            kind, parameters = self.operator(node)
            self.layer(kind, inputs, linear, parameters)
            self.activate(node, [linear])

    def layer(self, kind, inputs, output, parameters):
        """One line of .param, and a Split behind it where several layers read the result."""
        words = [kind, output, len(inputs), 1, *inputs, output]
        words += [f"{key}={value}" for key, value in parameters.items()]
        self.layers.append(" ".join(map(str, words)))
        self.blobs += 1
        readers = len(self.graph.readers(output))
        if readers > 0 and output in self.graph.outputs:
            raise ValueError("the ncnn writer takes no outputs that layers read as well")
        if readers > 1:
            names = [f"{output}_copy{i}" for i in range(readers)]
            self.copies[output] = list(names)
            self.layers.append(f"Split {output}_split 1 {readers} {output} {' '.join(names)}")
            self.blobs += readers

    def take(self, name):
        return self.copies[name].pop(0) if name in self.copies else name

    def operator(self, node):
        if node.kind in ("max_pool", "average_pool"):
            top, left, bottom, right = node.padding
            return "Pooling", {
                0: int(node.kind == "average_pool"), 1: node.kernel[1], 11: node.kernel[0],
                2: node.stride[1], 12: node.stride[0], 3: left, 13: top, 14: right, 15: bottom, 5: 1}
        if node.kind == "resize":
            return "Interp", {0: 1, 1: float(node.scale[0]), 2: float(node.scale[1])}
        if node.kind == "pad":
            top, left, bottom, right = node.padding
            return "Padding", {0: top, 1: bottom, 2: left, 3: right, 4: 0, 5: 0.0}
        return {
            "add": ("BinaryOp", {0: 0}),
            "concat": ("Concat", {0: 0}),
            "flatten": ("Flatten", {}),
            "mean": ("Pooling", {0: 1, 4: 1}),
            "softmax": ("Softmax", {0: 0, 1: 1}),
        }[node.kind]

    def activate(self, node, inputs):
        kind = node.activation.kind
        if kind == "relu6":
            self.layer("Clip", inputs, node.output, {0: 0.0, 1: 6.0})
        else:
            self.layer("ReLU", inputs, node.output, {0: node.activation.slope})

    def weighted(self, node, inputs):
        scales = self.scales.get(node.output)
        size, outputs = node.weights.size, node.weights.shape[0]
        if node.kind == "dense":
            kind, parameters = "InnerProduct", {0: outputs, 1: 1, 2: size}
        else:
            top, left, bottom, right = node.padding
            kind = "Convolution"
            parameters = {
                0: outputs, 1: node.kernel[1], 11: node.kernel[0],
                2: node.dilation[1], 12: node.dilation[0], 3: node.stride[1], 13: node.stride[0],
                4: left, 14: top, 15: right, 16: bottom, 5: 1, 6: size}
            if node.groups > 1:
                kind = "ConvolutionDepthWise"
                parameters[7] = node.groups
        if scales is not None:
            parameters[8] = INT8_INPUT if scales.output is None else INT8_INPUT_AND_OUTPUT
        self.layer(kind, inputs, node.output, parameters | activation_parameters(node.activation))
        if scales is None:
            self.data += [tag(FLOAT_TAG), node.weights.tobytes(), node.bias.tobytes()]
        else:
            self.int8_weights(node, scales)

    def int8_weights(self, node, scales):
        groups = node.groups if node.groups > 1 else node.weights.shape[0]
        rows = node.weights.reshape(groups, -1)
        row_scales = 127 / np.maximum(np.abs(rows).max(axis=1), 1e-9)
        codes = np.rint(rows * row_scales[:, None]).astype(np.int8)
        blob_scales = [s for s in (scales.input, scales.output) if s is not None]
        self.data += [
            tag(INT8_TAG), codes.tobytes(), bytes(-codes.size % 4), node.bias.tobytes(),
            np.float32(row_scales).tobytes(),
            *(np.float32(scale).tobytes() for scale in blob_scales)]


def tag(value):
    return np.uint32(value).tobytes()


def activation_parameters(activation):
    if activation is None:
        return {}
    return {
        "relu": {9: 1},
        "leaky": {9: 2, -23310: f"1,{activation.slope:g}"},
        "relu6": {9: 3, -23310: "2,0.0,6.0"},
    }[activation.kind]
