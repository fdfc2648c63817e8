"""Letterboxing, anchors, suppression and scoring; plain numpy.

Boxes are rows (cx, cy, w, h).  The same numbers mean parts of a picture or
of the network's square, as each function says.
"""

import numpy as np

GREY = 0.5  # what a letterbox is filled with


# --------------------------------------------------------------------------
# Letterboxing, in Darknet's way
# --------------------------------------------------------------------------

def fit(width, height, side):
    """Size and corner of a picture in the square: (width, height, left, top)."""
    if side / width < side / height:
        new = side, int(height * side / width)
    else:
        new = int(width * side / height), side
    return *new, (side - new[0]) // 2, (side - new[1]) // 2


def samples(old, new):
    """Where `new` places lie among `old` ones whose ends match: (lower, upper, share)."""
    at = np.arange(new, dtype=np.float32) * np.float32((old - 1) / (new - 1))
    lower = np.minimum(at.astype(np.int64), old - 1)
    return lower, np.minimum(lower + 1, old - 1), at - lower


def letterbox(pixels, side):
    """A picture (h, w, 3) of bytes as a square (side, side, 3) of 0..1, float32."""
    height, width = pixels.shape[:2]
    new_width, new_height, left, top = fit(width, height, side)
    x0, x1, dx = samples(width, new_width)
    y0, y1, dy = samples(height, new_height)
    pixels = pixels.astype(np.float32) / 255
    wide = pixels[:, x0] * (1 - dx)[None, :, None] + pixels[:, x1] * dx[None, :, None]
    small = wide[y0] * (1 - dy)[:, None, None] + wide[y1] * dy[:, None, None]
    square = np.full((side, side, 3), GREY, np.float32)
    square[top:top + new_height, left:left + new_width] = small
    return square


def into_square(boxes, width, height, side):
    """Boxes in parts of the picture -> in parts of the square."""
    new_width, new_height, left, top = fit(width, height, side)
    scale = np.array([new_width, new_height, new_width, new_height])
    return (boxes * scale + np.array([left, top, 0, 0])) / side


def out_of_square(boxes, width, height, side):
    """Boxes in parts of the square -> in parts of the picture."""
    new_width, new_height, left, top = fit(width, height, side)
    scale = np.array([new_width, new_height, new_width, new_height])
    return (boxes * side - np.array([left, top, 0, 0])) / scale


# --------------------------------------------------------------------------
# Overlap and anchors
# --------------------------------------------------------------------------

def overlaps(a, b):
    """Intersection over union of every box of `a` with every box of `b`: (n, m)."""
    low = np.maximum((a[:, :2] - a[:, 2:] / 2)[:, None], (b[:, :2] - b[:, 2:] / 2)[None])
    high = np.minimum((a[:, :2] + a[:, 2:] / 2)[:, None], (b[:, :2] + b[:, 2:] / 2)[None])
    shared = (high - low).clip(0).prod(2)
    return shared / (a[:, 2:].prod(1)[:, None] + b[:, 2:].prod(1)[None] - shared + 1e-12)


def fit_anchors(sizes, count, rounds=60):
    """Cluster sizes (n, 2) by overlap, smallest first; returns (count, 2)."""
    def centred(wh):
        return np.concatenate([np.zeros_like(wh), wh], 1)

    order = np.argsort(sizes.prod(1))
    anchors = sizes[order[(np.arange(count) * 2 + 1) * len(sizes) // (2 * count)]]
    for _ in range(rounds):
        nearest = overlaps(centred(sizes), centred(anchors)).argmax(1)
        anchors = np.stack([np.median(sizes[nearest == k], 0) if (nearest == k).any()
                            else anchors[k] for k in range(count)])
    return anchors[np.argsort(anchors.prod(1))]


# --------------------------------------------------------------------------
# Detections of one picture: arrays of boxes (n, 4), classes (n,), scores (n,)
# --------------------------------------------------------------------------

def suppress(boxes, scores, limit):
    """Greedy non-maximum suppression; returns the kept rows, best first."""
    order = np.argsort(-scores, kind="stable")
    kept = []
    while len(order):
        kept.append(order[0])
        rest = order[1:]
        order = rest[overlaps(boxes[order[:1]], boxes[rest])[0] <= limit]
    return np.array(kept, np.int64)


def detect(boxes, scores, threshold=0.005, limit=0.45, most=100):
    """Candidates (n, 4) with scores (n, classes) -> the best detections, by class suppressed."""
    found = []
    for digit in range(scores.shape[1]):
        rows = np.flatnonzero(scores[:, digit] > threshold)
        rows = rows[suppress(boxes[rows], scores[rows, digit], limit)]
        found += [(boxes[row], digit, scores[row, digit]) for row in rows]
    found.sort(key=lambda item: -item[2])
    found = found[:most]
    return (np.array([item[0] for item in found]).reshape(-1, 4),
            np.array([item[1] for item in found], np.int64),
            np.array([item[2] for item in found]))


def matches(detections, truth, digit, threshold):
    """One picture's scores for a digit, and which of them meet a truth of their own."""
    boxes, classes, scores = detections
    boxes, scores = boxes[classes == digit], scores[classes == digit]
    wanted = truth[truth[:, 0] == digit, 1:]
    table = overlaps(boxes, wanted)
    right = np.zeros(len(boxes), bool)
    for row in range(len(boxes)):  # best score first
        if len(wanted) and table[row].max() >= threshold:
            right[row] = True
            table[:, table[row].argmax()] = -1
    return scores, right


def average_precision(found, truths, threshold):
    """Mean over the classes of COCO's 101-point average precision."""
    result = []
    for digit in np.unique(np.concatenate([truth[:, 0] for truth in truths])):
        total = sum(int((truth[:, 0] == digit).sum()) for truth in truths)
        pairs = [matches(f, t, digit, threshold) for f, t in zip(found, truths)]
        scores = np.concatenate([pair[0] for pair in pairs])
        right = np.concatenate([pair[1] for pair in pairs])
        right = right[np.argsort(-scores, kind="stable")]
        hits = np.cumsum(right)
        precision = hits / np.arange(1, len(hits) + 1)
        precision = np.maximum.accumulate(precision[::-1])[::-1]
        at = np.searchsorted(hits / total, np.linspace(0, 1, 101), side="left")
        result.append(np.append(precision, 0.0)[np.minimum(at, len(hits))].mean())
    return float(np.mean(result))


def scores_of(found, truths):
    """(mAP at 0.5, mAP averaged over 0.5, 0.55 ... 0.95)."""
    each = [average_precision(found, truths, t) for t in np.linspace(0.5, 0.95, 10)]
    return each[0], float(np.mean(each))
