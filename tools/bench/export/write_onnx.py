"""Writes the Graph as ONNX. Blobs keep their names, so ranges measured on it serve other writers too."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
IR_VERSION = 8


def write_onnx(graph, path):
    writer = OnnxWriter()
    for node in graph.nodes:
        writer.write(node)
    inputs = [helper.make_tensor_value_info(graph.input, TensorProto.FLOAT, graph.input_shape)]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, graph.maker(name).shape)
        for name in graph.outputs
    ]
    model = helper.make_model(
        helper.make_graph(writer.nodes, "model", inputs, outputs, writer.constants),
        opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    onnx.checker.check_model(model)
    onnx.save(model, path)


class OnnxWriter:
    def __init__(self):
        self.nodes = []
        self.constants = []

    def write(self, node):
        """One ONNX node for the operator and, behind it, one for its activation."""
        if node.kind == "identity":
            self.activate(node, node.inputs[0])
            return
        result = node.output if node.activation is None else node.output + "_linear"
        kind, inputs, attributes = self.operator(node)
        self.nodes.append(helper.make_node(kind, inputs, [result], result, **attributes))
        if node.activation is not None:
            self.activate(node, result)

    def operator(self, node):
        window = dict(kernel_shape=node.kernel, strides=node.stride, pads=node.padding)
        if node.kind == "conv":
            return "Conv", node.inputs + self.weights(node), dict(
                **window, dilations=node.dilation, group=node.groups)
        if node.kind == "dense":
            return "Gemm", node.inputs + self.weights(node), dict(transB=1)
        if node.kind == "max_pool":
            return "MaxPool", node.inputs, window
        if node.kind == "average_pool":
            return "AveragePool", node.inputs, window
        if node.kind == "resize":
            scales = self.constant(node.output + "_scales", np.float32([1, 1, *node.scale]))
            return "Resize", [node.inputs[0], "", scales], dict(
                mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric")
        if node.kind == "pad":
            top, left, bottom, right = node.padding
            pads = self.constant(
                node.output + "_pads", np.int64([0, 0, top, left, 0, 0, bottom, right]))
            return "Pad", [node.inputs[0], pads], {}
        plain = {
            "add": ("Add", {}),
            "concat": ("Concat", dict(axis=1)),
            "flatten": ("Flatten", dict(axis=1)),
            "mean": ("ReduceMean", dict(axes=[2, 3], keepdims=0)),
            "softmax": ("Softmax", dict(axis=1)),
        }
        kind, attributes = plain[node.kind]
        return kind, node.inputs, attributes

    def activate(self, node, source):
        kind, inputs, attributes = node.activation.kind, [source], {}
        if kind == "relu6":
            inputs += [self.constant(node.output + "_low", np.float32(0)),
                       self.constant(node.output + "_high", np.float32(6))]
        elif kind == "leaky":
            attributes = dict(alpha=node.activation.slope)
        onnx_kind = {"relu": "Relu", "relu6": "Clip", "leaky": "LeakyRelu"}[kind]
        self.nodes.append(
            helper.make_node(onnx_kind, inputs, [node.output], node.output, **attributes))

    def weights(self, node):
        return [self.constant(node.output + "_weights", node.weights),
                self.constant(node.output + "_bias", node.bias)]

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name
