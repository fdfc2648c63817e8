"""The loss of YOLOv3 and a short training with TensorFlow, on pictures that are rendered."""

import io
import math
import os
import sys
import time
from multiprocessing import Pool

import numpy as np
import tensorflow as tf

from network import ANCHORS, CLASSES

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             os.pardir, "train-yolo"))

import boxes  # noqa: E402
from PIL import Image  # noqa: E402
from render import MOST, encode, font_paths, render  # noqa: E402

SEED = 5  # of the pictures; 1 to 4 are train-yolo's
SIDE = 224


def sample(index):
    """A rendered picture as a square of 0..1, by way of JPEG; and its truths (MOST, 5)."""
    picture, labels = render(SEED, index)
    picture = Image.open(io.BytesIO(encode(picture)))
    truths = np.full((MOST, 5), -1, np.float32)
    truths[:len(labels), 0] = labels[:, 0]
    truths[:len(labels), 1:] = boxes.into_square(labels[:, 1:], *picture.size, SIDE)
    return boxes.letterbox(np.asarray(picture), SIDE), truths


def samples(count, processes):
    """Pictures (count, side, side, 3) and truths (count, MOST, 5), class -1 where none is."""
    font_paths()
    with Pool(processes) as pool:
        squares, truths = zip(*pool.imap(sample, range(count), chunksize=25))
    return np.stack(squares), np.stack(truths)


def corners(box):
    """Boxes (..., 4) by centre and size -> their first and last corners."""
    return box[..., :2] - box[..., 2:] / 2, box[..., :2] + box[..., 2:] / 2


def overlap(a, b):
    """Intersection over union of boxes whose shapes broadcast, and the corners of both."""
    (a0, a1), (b0, b1) = corners(a), corners(b)
    shared = tf.reduce_prod(tf.maximum(tf.minimum(a1, b1) - tf.maximum(a0, b0), 0), -1)
    whole = tf.reduce_prod(a[..., 2:], -1) + tf.reduce_prod(b[..., 2:], -1) - shared
    return shared / (whole + 1e-9), (a0, a1, b0, b1)


def complete_overlap(a, b):
    """The overlap, less a penalty for distant centres and for unlike shapes (CIoU)."""
    iou, (a0, a1, b0, b1) = overlap(a, b)
    hull = tf.reduce_sum((tf.maximum(a1, b1) - tf.minimum(a0, b0)) ** 2, -1)
    far = tf.reduce_sum((a[..., :2] - b[..., :2]) ** 2, -1) / (hull + 1e-9)
    turn = tf.atan(a[..., 2] / a[..., 3]) - tf.atan(b[..., 2] / b[..., 3])
    unlike = 4 / math.pi ** 2 * turn ** 2
    weight = tf.stop_gradient(unlike / (1 - iou + unlike + 1e-9))
    return iou - far - weight * unlike


def head_loss(output, anchors, first, best, truths, ignore=0.7):
    """The loss of one head.

    `anchors` are in parts of the square, and are those from `first` on of all; `best` (b, m) has
    the anchor that each truth belongs to.
    """
    rows, columns = output.shape[1:3]
    output = tf.reshape(output, [-1, rows, columns, ANCHORS, 5 + CLASSES])
    grid = tf.cast(tf.stack(tf.meshgrid(tf.range(columns), tf.range(rows)), -1), tf.float32)
    centre = (tf.sigmoid(output[..., :2]) + grid[:, :, None]) / [columns, rows]
    size = tf.exp(tf.minimum(output[..., 2:4], 6)) * anchors
    predicted = tf.concat([centre, size], -1)
    thing, digit = output[..., 4], output[..., 5:]

    real = truths[..., 0] >= 0
    mine = tf.where(real & (best >= first) & (best < first + ANCHORS))
    truth = tf.gather_nd(truths, mine)
    cell = tf.stack([
        tf.cast(mine[:, 0], tf.int32),
        tf.minimum(tf.cast(truth[:, 2] * rows, tf.int32), rows - 1),
        tf.minimum(tf.cast(truth[:, 1] * columns, tf.int32), columns - 1),
        tf.gather_nd(best, mine) - first], 1)
    flat = tf.reshape(predicted, [-1, rows * columns * ANCHORS, 1, 4])
    seen = overlap(flat, truths[:, None, :, 1:])[0] * tf.cast(real, tf.float32)[:, None]
    seen = tf.reshape(tf.reduce_max(seen, 2), tf.shape(thing))
    wanted = tf.minimum(
        tf.scatter_nd(cell, tf.ones(tf.shape(cell)[0]), tf.shape(thing)), 1)
    counted = tf.cast((seen <= ignore) | (wanted > 0), tf.float32)
    there = tf.nn.sigmoid_cross_entropy_with_logits(wanted, thing)
    classes = tf.nn.sigmoid_cross_entropy_with_logits(
        tf.one_hot(tf.cast(truth[:, 0], tf.int32), CLASSES), tf.gather_nd(digit, cell))
    small = 2 - truth[:, 3] * truth[:, 4]
    fit = (1 - complete_overlap(tf.gather_nd(predicted, cell), truth[:, 1:])) * small
    return (tf.reduce_sum(there * tf.stop_gradient(counted)) + 2.5 * tf.reduce_sum(fit)
            + tf.reduce_sum(classes))


def loss(maps, anchors, truths):
    """The loss of YOLOv3 for a picture, with CIoU for the boxes, as train-yolo's."""
    coarse, fine = (pairs / SIDE for pairs in anchors)
    pairs = np.concatenate([fine, coarse])
    centred = tf.concat([tf.zeros_like(truths[..., 3:]), truths[..., 3:]], -1)
    shapes = np.concatenate([np.zeros_like(pairs), pairs], 1)
    best = tf.argmax(overlap(centred[:, :, None], shapes)[0], -1, tf.int32)
    total = head_loss(maps[0], coarse, len(fine), best, truths)
    total += head_loss(maps[1], fine, 0, best, truths)
    return total / tf.cast(tf.shape(truths)[0], tf.float32)


def train(model, anchors, options):
    """Train with Adam, the rate falling along a cosine; the batch statistics stay as they are."""
    begun = time.time()
    squares, truths = samples(options.steps * options.batch, options.processes)
    print("rendered %d pictures in %.0f s" % (len(squares), time.time() - begun), flush=True)
    optimizer = tf.keras.optimizers.Adam(
        tf.keras.optimizers.schedules.CosineDecay(options.rate, options.steps))

    @tf.function
    def step(squares, truths):
        with tf.GradientTape() as tape:
            value = loss(model(squares, training=False), anchors, truths)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables))
        return value

    begun, recent = time.time(), []
    for index in range(options.steps):
        rows = slice(index * options.batch, (index + 1) * options.batch)
        recent.append(float(step(tf.constant(squares[rows]), tf.constant(truths[rows]))))
        if (index + 1) % 25 == 0:
            print("step %d: loss %.3f, %.0f s" % (
                index + 1, np.mean(recent), time.time() - begun), flush=True)
            recent = []
