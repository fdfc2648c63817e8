"""Darknet's files: the cfg text of the network, and the weights file."""

import struct

import numpy as np

SIDE = 224
CLASSES = 10
# the backbone: the filters of each convolution and the stride of the maxpool after it
BACKBONE = ((16, 2), (32, 2), (48, 2), (96, 2), (128, 2), (128, 1))
# the filters after the backbone, of the heads and of the layer that is upsampled
TOP, NECK, DEEP_HEAD, LINK, FINE_HEAD = 160, 64, 128, 32, 96


def section(name, **values):
    """A section of the cfg, without the blank line after it."""
    return "[%s]\n" % name + "".join("%s=%s\n" % item for item in values.items())


def convolution(filters, size):
    """A convolution with batch normalisation and leaky activation."""
    return section("convolutional", batch_normalize=1, filters=filters, size=size, stride=1,
                   pad=1, activation="leaky")


def yolo(mask, anchors):
    """A head: the linear convolution and the section [yolo]."""
    linear = section("convolutional", size=1, stride=1, pad=1,
                     filters=len(mask) * (5 + CLASSES), activation="linear")
    pairs = ",  ".join("%d,%d" % tuple(pair) for pair in anchors)
    head = ("[yolo]\nmask = %s\nanchors = %s\nclasses=%d\nnum=%d\njitter=.3\n"
            "ignore_thresh = .7\ntruth_thresh = 1\nrandom=0\n"
            % (",".join(map(str, mask)), pairs, CLASSES, len(anchors)))
    return [linear, head]


def cfg_text(anchors):
    """The cfg: YOLOv3-tiny with fewer filters; anchors in pixels of the square."""
    parts = [section("net", batch=1, subdivisions=1, width=SIDE, height=SIDE, channels=3)]
    for filters, stride in BACKBONE:
        parts += [convolution(filters, 3), section("maxpool", size=2, stride=stride)]
    parts += [convolution(TOP, 3), convolution(NECK, 1), convolution(DEEP_HEAD, 3)]
    parts += yolo((3, 4, 5), anchors)
    parts += ["[route]\nlayers = -4\n", convolution(LINK, 1), section("upsample", stride=2),
              "[route]\nlayers = -1, 8\n", convolution(FINE_HEAD, 3)]
    parts += yolo((0, 1, 2), anchors)
    return "\n".join(parts)


def parse_cfg(text):
    """The sections of a cfg: [(name, {key: text})]."""
    sections = []
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("["):
            sections.append((line.strip("[]"), {}))
        elif line:
            key, value = line.split("=", 1)
            sections[-1][1][key.strip()] = value.strip()
    return sections


def numbers(text):
    """The integers of a list like "3,4,5"."""
    return [int(part) for part in text.split(",")]


def write_weights(path, arrays, seen):
    """Write a weights file: the header of version 0.2 and the arrays in order."""
    with open(path, "wb") as out:
        out.write(struct.pack("<iiiQ", 0, 2, 0, seen))
        for array in arrays:
            out.write(np.ascontiguousarray(array, "<f4").tobytes())
