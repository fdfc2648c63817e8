"""Boxes of Darknet's raw heads, and how many of one set are found in another."""
from dataclasses import dataclass

import numpy as np

from driver.darknet import read_cfg

SCORE, OVERLAP, MATCH = 0.25, 0.45, 0.8  # a box counts; the better of two stays; two boxes are one


@dataclass(frozen=True)
class Head:
    """A [yolo] section: what its numbers mean."""
    anchors: np.ndarray  # [n, 2], widths and heights by the net's
    classes: int
    spread: float        # of a centre over its cell and beyond (scale_x_y)


def heads(cfg):
    net, *sections = read_cfg(cfg)
    size = net.number("width"), net.number("height")
    return [head(section, size) for section in sections if section.name == "yolo"]


def head(section, size):
    anchors = np.array(section.values["anchors"].split(","), float).reshape(-1, 2)
    chosen = [int(index) for index in section.values["mask"].split(",")]
    return Head(anchors[chosen] / size, section.number("classes"),
                float(section.values.get("scale_x_y", 1)))


def detect(heads, outputs):
    """Rows (class, score, left, top, right, bottom), best first, of a picture's outputs [h, w, channels]."""
    rows = np.concatenate([candidates(head, output) for head, output in zip(heads, outputs)])
    kept = []
    for row in rows[np.argsort(-rows[:, 1], kind="stable")]:
        if all(row[0] != other[0] or iou(row, other) <= OVERLAP for other in kept):
            kept.append(row)
    return kept


def candidates(head, output):
    height, width = output.shape[:2]
    values = output.astype(np.float64).reshape(height, width, len(head.anchors), -1)
    scores = sigmoid(values[..., 4:5]) * sigmoid(values[..., 5:])
    y, x, anchor, class_ = np.nonzero(scores > SCORE)
    chosen = values[y, x, anchor]
    centre = (sigmoid(chosen[:, :2]) - 0.5) * head.spread + 0.5
    centre = (centre + np.stack([x, y], 1)) / (width, height)
    half = np.exp(chosen[:, 2:4]) * head.anchors[anchor] / 2
    found = class_[:, None], scores[y, x, anchor, class_][:, None]
    return np.concatenate([*found, centre - half, centre + half], 1)


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def iou(a, b):
    left, top = np.maximum(a[2:4], b[2:4])
    right, bottom = np.minimum(a[4:6], b[4:6])
    shared = max(right - left, 0) * max(bottom - top, 0)
    areas = [(box[4] - box[2]) * (box[5] - box[3]) for box in (a, b)]
    return shared / (sum(areas) - shared)


def compare(heads, expected, found):
    """Boxes of float that int8 has too, those it misses, and those it adds, over all samples."""
    matched = missed = extra = 0
    for sample in range(len(expected[0])):
        left = detect(heads, [output[sample] for output in found])
        for box in detect(heads, [output[sample] for output in expected]):
            alike = [other for other in left if other[0] == box[0] and iou(box, other) > MATCH]
            if alike:
                best = max(alike, key=lambda other: iou(box, other))
                left = [other for other in left if other is not best]
                matched += 1
            else:
                missed += 1
        extra += len(left)
    return {"matched": matched, "missed": missed, "extra": extra}
