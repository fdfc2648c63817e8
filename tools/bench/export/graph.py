"""The small channels-first graph between a float .tflite and the peers' formats.

Batch is 1. Padding is explicit, batch normalization is already in the weights, and an activation
belongs to the node before it, so that every peer starts from its best graph.
"""
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Activation:
    kind: str           # relu, relu6 or leaky
    slope: float = 0.0  # of a leaky ReLU


@dataclass
class Node:
    """One operator. `kind` decides which of the other fields count:

    conv          weights [out, in / groups, h, w], bias, kernel, stride, dilation, padding, groups
    dense         weights [out, in], bias
    max_pool, average_pool    kernel, stride, padding (which an average leaves out)
    resize        scale, by nearest pixels
    pad           padding, with zeros
    concat        along the channels
    mean          over height and width, which it drops
    add, flatten, softmax (over the channels), identity (only its activation)
    """
    kind: str
    inputs: list
    output: str
    shape: tuple                # of the output: [1, channels, height, width] or [1, elements]
    activation: Activation = None
    weights: np.ndarray = None
    bias: np.ndarray = None
    kernel: tuple = (1, 1)      # height, width; so are stride, dilation and scale
    stride: tuple = (1, 1)
    dilation: tuple = (1, 1)
    padding: tuple = (0, 0, 0, 0)  # top, left, bottom, right
    groups: int = 1
    scale: tuple = (1, 1)

    @property
    def has_weights(self):
        return self.weights is not None


@dataclass
class Graph:
    input: str
    input_shape: tuple
    outputs: list
    nodes: list = field(default_factory=list)

    def readers(self, name):
        return [node for node in self.nodes if name in node.inputs]

    def maker(self, name):
        return next((node for node in self.nodes if node.output == name), None)


def fuse_activations(graph):
    """Moves an activation on its own to the convolution or dense layer that only it reads."""
    for node in [n for n in graph.nodes if n.kind == "identity"]:
        source = node.inputs[0]
        maker = graph.maker(source)
        fits = maker is not None and maker.has_weights and maker.activation is None
        if fits and len(graph.readers(source)) == 1 and source not in graph.outputs:
            maker.activation = node.activation
            maker.output = node.output
            graph.nodes.remove(node)
