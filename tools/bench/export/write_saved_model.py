"""Writes the Graph as a SavedModel, channels-last, of TensorFlow's own functions.

  python -m export.write_saved_model FLOAT.tflite FOLDER

Its signature has the input `input` and the outputs `output0`, `output1`, ...
"""
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import tensorflow as tf

from export.read_tflite import read_graph


def write_saved_model(graph, folder):
    module = tf.Module()
    _, channels, height, width = graph.input_shape
    signature = tf.TensorSpec([1, height, width, channels], tf.float32, graph.input)
    module.run = tf.function(lambda x: compute(graph, x), input_signature=[signature])
    tf.saved_model.save(module, folder, signatures=module.run.get_concrete_function())


def compute(graph, x):
    values = {graph.input: x}
    for node in graph.nodes:
        inputs = [values[name] for name in node.inputs]
        values[node.output] = activate(node.activation, operator(node, inputs))
    return {name: values[name] for name in graph.outputs}


def activate(activation, x):
    if activation is None:
        return x
    return {
        "relu": tf.nn.relu,
        "relu6": tf.nn.relu6,
        "leaky": lambda values: tf.nn.leaky_relu(values, activation.slope),
    }[activation.kind](x)


def operator(node, inputs):
    x = inputs[0]
    if node.kind == "conv":
        return convolution(node, x)
    if node.kind == "dense":
        return tf.matmul(x, node.weights.T) + node.bias
    if node.kind in ("max_pool", "average_pool"):
        pool = tf.nn.max_pool2d if node.kind == "max_pool" else tf.nn.avg_pool2d
        if any(node.padding) and not same(node, x):
            raise ValueError("the SavedModel writer pads pools as padding `same` does only")
        return pool(x, node.kernel, node.stride, "SAME" if any(node.padding) else "VALID")
    if node.kind == "resize":
        height, width = x.shape[1] * node.scale[0], x.shape[2] * node.scale[1]
        return tf.compat.v1.image.resize_nearest_neighbor(x, [height, width])
    if node.kind == "flatten":  # channels first, as the weights behind it are
        return tf.reshape(tf.transpose(x, [0, 3, 1, 2]), node.shape)
    return {
        "pad": lambda: padded(x, node.padding),
        "add": lambda: inputs[0] + inputs[1],
        "concat": lambda: tf.concat(inputs, -1),
        "mean": lambda: tf.reduce_mean(x, [1, 2]),
        "softmax": lambda: tf.nn.softmax(x),
        "identity": lambda: x,
    }[node.kind]()


def convolution(node, x):
    padding = "VALID"
    if same(node, x):
        padding = "SAME"
    elif any(node.padding):
        x = padded(x, node.padding)
    if node.groups == x.shape[3] and node.groups > 1:
        multiplier = len(node.weights) // node.groups
        weights = node.weights.reshape(node.groups, multiplier, *node.kernel).transpose(2, 3, 0, 1)
        x = tf.nn.depthwise_conv2d(
            x, weights, [1, *node.stride, 1], padding, dilations=node.dilation)
    else:
        x = tf.nn.conv2d(
            x, node.weights.transpose(2, 3, 1, 0), node.stride, padding, dilations=node.dilation)
    return tf.nn.bias_add(x, node.bias)


def same(node, x):
    """Whether TensorFlow's padding `SAME` is this node's."""
    totals = []
    for extent, kernel, stride, dilation in zip(x.shape[1:3], node.kernel, node.stride, node.dilation):
        reach = (kernel - 1) * dilation + 1
        totals.append(max((-(-extent // stride) - 1) * stride + reach - extent, 0))
    before = [total // 2 for total in totals]
    after = [total - part for total, part in zip(totals, before)]
    return node.padding == (*before, *after)


def padded(x, padding):
    top, left, bottom, right = padding
    return tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]])


if __name__ == "__main__":
    write_saved_model(read_graph(sys.argv[1]), sys.argv[2])
