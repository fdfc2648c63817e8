"""Makes a SavedModel of a Darknet network in Keras, with its weights and its raw heads as outputs.

  python -m models.from_darknet CFG WEIGHTS FOLDER
"""
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np

from driver.darknet import read_cfg

HEADER_BYTES = 20


class Weights:
    def __init__(self, path):
        self.numbers = np.fromfile(path, "<f4", offset=HEADER_BYTES)
        self.place = 0

    def take(self, *shape):
        count = int(np.prod(shape))
        part = self.numbers[self.place:self.place + count].reshape(shape)
        self.place += count
        return part


def convolution(x, section, weights):
    filters, size = section.number("filters"), section.number("size")
    normalized = section.number("batch_normalize")
    bias = weights.take(filters)
    layer = keras.layers.Conv2D(
        filters, size, section.number("stride", 1), "same", use_bias=not normalized)
    statistics = [weights.take(filters) for _ in range(3)] if normalized else []
    kernel = weights.take(filters, x.shape[-1], size, size).transpose(2, 3, 1, 0)
    x = layer(x)
    layer.set_weights([kernel] if normalized else [kernel, bias])
    if normalized:
        scale, mean, variance = statistics
        norm = keras.layers.BatchNormalization(epsilon=1e-5)
        x = norm(x)
        norm.set_weights([scale, bias, mean, variance])
    if section.values.get("activation") == "leaky":
        x = keras.layers.LeakyReLU(negative_slope=0.1)(x)
    return x


def build(sections, weights):
    net = sections[0]
    x = inputs = keras.Input((net.number("height"), net.number("width"), 3), name="image")
    outputs, heads = [], []
    for section in sections[1:]:
        if section.name == "convolutional":
            x = convolution(x, section, weights)
        elif section.name == "maxpool":
            x = keras.layers.MaxPooling2D(section.number("size"), section.number("stride"), "same")(x)
        elif section.name == "upsample":
            x = keras.layers.UpSampling2D(section.number("stride"))(x)
        elif section.name == "route":
            parts = [outputs[int(index)] for index in section.values["layers"].split(",")]
            x = parts[0] if len(parts) == 1 else keras.layers.Concatenate()(parts)
        elif section.name == "yolo":
            heads.append(x)
        else:
            sys.exit(f"a [{section.name}] is not made here")
        outputs.append(x)
    assert weights.place == weights.numbers.size, "the weights are of another network"
    return keras.Model(inputs, heads)


def main(cfg, weights, folder):
    model = build(read_cfg(cfg), Weights(weights))
    model.export(str(folder), verbose=False)  # of tf.saved_model.save TFLiteConverter misses the variables


main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
