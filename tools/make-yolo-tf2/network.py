"""YOLOv3-tiny with few filters in Keras, its weights from Darknet's file, and its decode."""

import os
import sys

import numpy as np
import tensorflow as tf
from keras import Model, layers

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             os.pardir, "train-yolo"))

from darknet import (BACKBONE, CLASSES, DEEP_HEAD, FINE_HEAD, LINK, NECK,  # noqa: E402
                     TOP, numbers, parse_cfg)

ANCHORS = 3  # of a head


def convolution(x, filters, size, name):
    """A convolution with batch normalization and leaky activation."""
    x = layers.Conv2D(filters, size, padding="same", use_bias=False, name=name)(x)
    x = layers.BatchNormalization(epsilon=1e-5, name=name + "_bn")(x)
    return layers.LeakyReLU(0.1, name=name + "_leaky")(x)


def head(x, name):
    """The linear convolution that ends a head."""
    return layers.Conv2D(ANCHORS * (5 + CLASSES), 1, name=name)(x)


def network(side):
    """Pictures (b, side, side, 3) of 0..1 -> the heads' maps, `coarse` and `fine`.

    The layers have the order in which Darknet's file has their weights.  Without a side the
    model takes pictures of any size.
    """
    x = image = layers.Input((side, side, 3), name="image")
    for index, (filters, stride) in enumerate(BACKBONE):
        x = convolution(x, filters, 3, "backbone%d" % index)
        if index == 4:
            joined = x
        x = layers.MaxPooling2D(2, stride, padding="same", name="pool%d" % index)(x)
    x = convolution(x, TOP, 3, "top")
    neck = convolution(x, NECK, 1, "neck")
    coarse = head(convolution(neck, DEEP_HEAD, 3, "deep"), "coarse")
    x = convolution(neck, LINK, 1, "link")
    x = layers.UpSampling2D(2, name="upsample")(x)
    x = layers.Concatenate(name="join")([x, joined])
    fine = head(convolution(x, FINE_HEAD, 3, "shallow"), "fine")
    return Model(image, [coarse, fine], name="yolov3_tiny")


def load_darknet(model, path):
    """Give the model the numbers of a Darknet weights file."""
    stored = np.fromfile(path, "<f4", offset=20)  # behind a header of version 0.2
    at = 0

    def take(*shape):
        nonlocal at
        count = int(np.prod(shape))
        at += count
        return stored[at - count:at].reshape(shape)

    # by name, since Keras sorts layers by depth, and Darknet's file does not
    names = ["backbone%d" % i for i in range(len(BACKBONE))] + [
        "top", "neck", "deep", "coarse", "link", "shallow", "fine"]
    for name in names:
        layer = model.get_layer(name)
        rows, columns, before, filters = layer.kernel.shape
        if layer.use_bias:
            bias = [take(filters)]
        else:
            beta, gamma, mean, variance = (take(filters) for _ in range(4))
            model.get_layer(name + "_bn").set_weights([gamma, beta, mean, variance])
            bias = []
        kernel = take(filters, before, rows, columns).transpose(2, 3, 1, 0)
        layer.set_weights([kernel] + bias)
    if at != len(stored):
        sys.exit("'%s' has %d numbers, the network %d" % (path, len(stored), at))


def read_anchors(path):
    """The anchors of the heads `coarse` and `fine` in pixels: two arrays (3, 2)."""
    with open(path) as source:
        heads = [values for kind, values in parse_cfg(source.read()) if kind == "yolo"]
    result = []
    for values in heads:
        pairs = np.array(numbers(values["anchors"]), np.float32).reshape(-1, 2)
        result.append(pairs[numbers(values["mask"])])
    return result


def decode_head(output, anchors, size):
    """The map of one picture (rows, columns, n) -> boxes (m, 4), objectness and class scores.

    Boxes are (left, top, right, bottom) in parts of the picture, whose width and height is
    `size`.
    """
    shape = tf.shape(output)
    rows, columns = shape[0], shape[1]
    output = tf.reshape(output, [rows, columns, ANCHORS, 5 + CLASSES])
    grid = tf.stack(tf.meshgrid(tf.range(columns), tf.range(rows)), -1)
    grid = tf.cast(grid[:, :, tf.newaxis, :], tf.float32)
    cells = tf.cast(tf.stack([columns, rows]), tf.float32)
    centre = (tf.sigmoid(output[..., 0:2]) + grid) / cells
    half = tf.exp(output[..., 2:4]) * (anchors / size) * 0.5
    boxes = tf.concat([centre - half, centre + half], -1)
    scores = tf.sigmoid(output[..., 4:5]) * tf.sigmoid(output[..., 5:])
    return tf.reshape(boxes, [-1, 4]), tf.reshape(scores, [-1, CLASSES])


class Exported(tf.Module):
    """The trained network with its decode, which runs picture by picture."""

    def __init__(self, model, anchors):
        super().__init__(name="yolov3_tiny")
        self.model = model
        self.anchors = [np.asarray(pairs) for pairs in anchors]

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32, "image")])
    def detect(self, image):
        """Pictures -> `boxes` (b, m, 4) and `scores` (b, m, classes)."""
        maps = self.model(image, training=False)
        size = tf.cast(tf.shape(image)[2:0:-1], tf.float32)

        def one(maps):
            parts = [decode_head(part, pairs, size) for part, pairs in zip(maps, self.anchors)]
            boxes, scores = zip(*parts)
            return tf.concat(boxes, 0), tf.concat(scores, 0)

        with tf.name_scope("yolo_decode"):
            boxes, scores = tf.map_fn(one, tuple(maps), name="map",
                                      fn_output_signature=(tf.float32, tf.float32))
        return {"boxes": boxes, "scores": scores}
