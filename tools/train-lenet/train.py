#!/usr/bin/env python3
"""Train Caffe's LeNet on MNIST and rendered digits; write the Caffe files.

The network is the deploy form of the classic LeNet: conv1 (20 of 5x5), 2x2
max pooling, conv2 (50 of 5x5), 2x2 max pooling, ip1 (500) with ReLU, ip2 (10)
and softmax, on a 1x28x28 picture whose bytes are multiplied by 1/256.

The training is plain numpy.  Arrays have the picture index last (C, H, W, N),
so that unrolling the convolution windows copies long runs of memory and a
convolution is one matrix product.
"""

import argparse
import hashlib
import os
import struct
import sys
import time

# numpy's matrix library reads these once, when numpy is first loaded
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "2")

import numpy as np  # noqa: E402

from render_digits import read_idx, render_set, write_idx  # noqa: E402

SCALE = 0.00390625  # 1/256
TRAIN_SEED, TEST_SEED, CALIBRATION_SEED, CHECK_SEED = 1, 2, 3, 4

# name -> shape of the weights, as Caffe keeps them
LAYERS = {"conv1": (20, 1, 5, 5), "conv2": (50, 20, 5, 5),
          "ip1": (500, 800), "ip2": (10, 500)}

PROTOTXT = """\
# LeNet for handwritten digits, in Caffe's format: deploy network.
#
# Made by tools/train-lenet/train.py; the weights, in lenet.caffemodel, were
# trained there from scratch on MNIST and on rendered digits.  Licence: as
# the project.
#
# Input: one 28x28 grayscale picture, white digit on black, bytes times
# 0.00390625 (1/256).  Output: the probabilities of the digits 0 to 9.
name: "LeNet"
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param { shape: { dim: 1 dim: 1 dim: 28 dim: 28 } }
}
layer {
  name: "conv1"
  type: "Convolution"
  bottom: "data"
  top: "conv1"
  convolution_param {
    num_output: 20
    kernel_size: 5
    stride: 1
  }
}
layer {
  name: "pool1"
  type: "Pooling"
  bottom: "conv1"
  top: "pool1"
  pooling_param {
    pool: MAX
    kernel_size: 2
    stride: 2
  }
}
layer {
  name: "conv2"
  type: "Convolution"
  bottom: "pool1"
  top: "conv2"
  convolution_param {
    num_output: 50
    kernel_size: 5
    stride: 1
  }
}
layer {
  name: "pool2"
  type: "Pooling"
  bottom: "conv2"
  top: "pool2"
  pooling_param {
    pool: MAX
    kernel_size: 2
    stride: 2
  }
}
layer {
  name: "ip1"
  type: "InnerProduct"
  bottom: "pool2"
  top: "ip1"
  inner_product_param {
    num_output: 500
  }
}
layer {
  name: "relu1"
  type: "ReLU"
  bottom: "ip1"
  top: "ip1"
}
layer {
  name: "ip2"
  type: "InnerProduct"
  bottom: "ip1"
  top: "ip2"
  inner_product_param {
    num_output: 10
  }
}
layer {
  name: "prob"
  type: "Softmax"
  bottom: "ip2"
  top: "prob"
}
"""


# --------------------------------------------------------------------------
# The network
# --------------------------------------------------------------------------

def unroll(x, k, room):
    """(C, H, W, N) -> (C*k*k, oh*ow*N): each window as a column."""
    c, h, w, n = x.shape
    oh, ow = h - k + 1, w - k + 1
    cols = room[:c * k * k * oh * ow * n].reshape(c, k, k, oh, ow, n)
    for i in range(k):
        for j in range(k):
            cols[:, i, j] = x[:, i:i + oh, j:j + ow]
    return cols.reshape(c * k * k, oh * ow * n)


def roll_back(cols, shape, k):
    """The transpose of unroll: sums the columns' parts into (C, H, W, N)."""
    c, h, w, n = shape
    oh, ow = h - k + 1, w - k + 1
    cols = cols.reshape(c, k, k, oh, ow, n)
    x = np.zeros(shape, np.float32)
    for i in range(k):
        for j in range(k):
            x[:, i:i + oh, j:j + ow] += cols[:, i, j]
    return x


def quarters(x):
    """The four members of every 2x2 cell."""
    return (x[:, 0::2, 0::2], x[:, 0::2, 1::2],
            x[:, 1::2, 0::2], x[:, 1::2, 1::2])


def pool(x):
    a, b, c, d = quarters(x)
    return np.maximum(np.maximum(a, b), np.maximum(c, d))


def pool_back(x, y, dy):
    """Hand each cell's gradient to the first member that is the maximum."""
    dx = np.empty_like(x)
    free = np.ones(y.shape, bool)
    for part, out in zip(quarters(x), quarters(dx)):
        chosen = (part == y) & free
        np.multiply(dy, chosen, out=out)
        free &= ~chosen
    return dx


class LeNet:
    def __init__(self, rng):
        self.p = {}
        for name, shape in LAYERS.items():
            limit = np.sqrt(3.0 / np.prod(shape[1:]))  # Caffe's "xavier"
            self.p[name + ".w"] = rng.uniform(-limit, limit, shape).astype(
                np.float32)
            self.p[name + ".b"] = np.zeros(shape[0], np.float32)
        self.room = [np.empty(0, np.float32)] * 2

    def forward(self, x):
        """x: (1, 28, 28, N), scaled. Returns the (10, N) scores."""
        p, n = self.p, x.shape[3]
        if self.room[0].size < 25 * 576 * n:
            self.room = [np.empty(25 * 576 * n, np.float32),
                         np.empty(500 * 64 * n, np.float32)]
        self.cols1 = unroll(x, 5, self.room[0])
        self.conv1 = (p["conv1.w"].reshape(20, -1) @ self.cols1
                      + p["conv1.b"][:, None]).reshape(20, 24, 24, n)
        self.pool1 = pool(self.conv1)
        self.cols2 = unroll(self.pool1, 5, self.room[1])
        self.conv2 = (p["conv2.w"].reshape(50, -1) @ self.cols2
                      + p["conv2.b"][:, None]).reshape(50, 8, 8, n)
        self.pool2 = pool(self.conv2)
        self.flat = self.pool2.reshape(800, n)
        self.ip1 = np.maximum(p["ip1.w"] @ self.flat + p["ip1.b"][:, None], 0)
        return p["ip2.w"] @ self.ip1 + p["ip2.b"][:, None]

    def backward(self, d):
        """d: gradient of the scores. Returns the gradients of self.p."""
        p, g, n = self.p, {}, d.shape[1]
        g["ip2.w"], g["ip2.b"] = d @ self.ip1.T, d.sum(1)
        d = (p["ip2.w"].T @ d) * (self.ip1 > 0)
        g["ip1.w"], g["ip1.b"] = d @ self.flat.T, d.sum(1)
        d = (p["ip1.w"].T @ d).reshape(50, 4, 4, n)
        d = pool_back(self.conv2, self.pool2, d).reshape(50, -1)
        g["conv2.w"] = (d @ self.cols2.T).reshape(50, 20, 5, 5)
        g["conv2.b"] = d.sum(1)
        d = roll_back(p["conv2.w"].reshape(50, -1).T @ d, self.pool1.shape, 5)
        d = pool_back(self.conv1, self.pool1, d).reshape(20, -1)
        g["conv1.w"] = (d @ self.cols1.T).reshape(20, 1, 5, 5)
        g["conv1.b"] = d.sum(1)
        return g


def batch_of(pictures):
    """(N, 28, 28) bytes -> (1, 28, 28, N) scaled floats."""
    moved = np.ascontiguousarray(pictures.transpose(1, 2, 0))
    return (moved.astype(np.float32) * np.float32(SCALE))[None]


def predict(net, pictures, size=250):
    return np.concatenate([net.forward(batch_of(pictures[i:i + size])).argmax(0)
                           for i in range(0, len(pictures), size)])


def shifted(pictures, rng):
    """Move about half of the pictures by one pixel."""
    result = pictures.copy()
    moves = rng.integers(0, 18, len(pictures))
    for move in range(9):
        chosen = moves == move
        dy, dx = move // 3 - 1, move % 3 - 1
        if (dy or dx) and chosen.any():
            result[chosen] = np.roll(pictures[chosen], (dy, dx), (1, 2))
    return result


def train(pictures, labels, epochs, size, rate, decay, seed, tests):
    rng = np.random.default_rng(seed)
    net = LeNet(rng)
    first = {k: np.zeros_like(v) for k, v in net.p.items()}
    second = {k: np.zeros_like(v) for k, v in net.p.items()}
    per_epoch = len(pictures) // size
    steps, step, begun = epochs * per_epoch, 0, time.time()
    for epoch in range(epochs):
        order = rng.permutation(len(pictures))
        loss = 0.0
        for b in range(per_epoch):
            take = order[b * size:(b + 1) * size]
            scores = net.forward(batch_of(shifted(pictures[take], rng)))
            e = np.exp(scores - scores.max(0))
            e /= e.sum(0)
            truth, where = labels[take], np.arange(size)
            loss -= np.log(e[truth, where] + 1e-12).mean()
            e[truth, where] -= 1
            grads = net.backward(e / np.float32(size))
            # Adam with decoupled weight decay; warm start, then a cosine
            step += 1
            lr = rate * min(1.0, step / 200) * (
                0.5 + 0.5 * np.cos(np.pi * step / steps)) + 1e-6
            for k, g in grads.items():
                first[k] += 0.1 * (g - first[k])
                second[k] += 0.001 * (g * g - second[k])
                move = (first[k] / (1 - 0.9 ** step)) / (
                    np.sqrt(second[k] / (1 - 0.999 ** step)) + 1e-8)
                if k.endswith(".w"):
                    move += decay * net.p[k]
                net.p[k] -= np.float32(lr) * move
        report = "epoch %2d  loss %.4f" % (epoch + 1, loss / per_epoch)
        for name, (x, y) in tests.items():
            report += "  %s %d/%d" % (name, (predict(net, x) == y).sum(),
                                      len(y))
        print(report + "  %.0f s" % (time.time() - begun), flush=True)
    return net, time.time() - begun


# --------------------------------------------------------------------------
# Caffe's file: protocol buffers' wire format
# --------------------------------------------------------------------------

def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, data):
    if isinstance(data, str):
        data = data.encode()
    return varint(field << 3 | 2) + varint(len(data)) + data


def blob(array):
    """A BlobProto: shape (7, packed dims in 1) and data (5, packed floats)."""
    dims = b"".join(varint(d) for d in array.shape)
    return (block(5, np.ascontiguousarray(array, "<f4").tobytes())
            + block(7, block(1, dims)))


def layer(name, kind, bottom, top, blobs=(), extra=b""):
    data = block(1, name) + block(2, kind)
    if bottom:
        data += block(3, bottom)
    data += block(4, top)
    for array in blobs:
        data += block(7, blob(array))
    return block(100, data + extra)


def caffemodel(p):
    """The NetParameter. The layers' settings are in it as in the prototxt."""
    def blobs(name):
        return p[name + ".w"], p[name + ".b"]

    def conv(count):   # num_output 1, kernel_size 4, stride 6
        return block(106, number(1, count) + number(4, 5) + number(6, 1))

    def inner(count):  # num_output 1
        return block(117, number(1, count))

    pooling = block(121, number(1, 0) + number(2, 2) + number(3, 2))
    shape = block(143, block(1, block(1, bytes([1, 1, 28, 28]))))
    return b"".join([
        block(1, "LeNet"),
        layer("data", "Input", None, "data", extra=shape),
        layer("conv1", "Convolution", "data", "conv1", blobs("conv1"),
              conv(20)),
        layer("pool1", "Pooling", "conv1", "pool1", extra=pooling),
        layer("conv2", "Convolution", "pool1", "conv2", blobs("conv2"),
              conv(50)),
        layer("pool2", "Pooling", "conv2", "pool2", extra=pooling),
        layer("ip1", "InnerProduct", "pool2", "ip1", blobs("ip1"), inner(500)),
        layer("relu1", "ReLU", "ip1", "ip1"),
        layer("ip2", "InnerProduct", "ip1", "ip2", blobs("ip2"), inner(10)),
        layer("prob", "Softmax", "ip2", "prob"),
    ])


# --------------------------------------------------------------------------
# Commands
# --------------------------------------------------------------------------

def report(what, guesses, labels):
    right = int((guesses == labels).sum())
    wrong = [int(((guesses != labels) & (labels == d)).sum())
             for d in range(10)]
    print("%-28s %d/%d = %.2f %%, wrong by digit %s" % (
        what, right, len(labels), 100.0 * right / len(labels), wrong))


def read_pair(folder, prefix):
    base = os.path.join(folder, prefix)
    return (read_idx(base + "-images-idx3-ubyte"),
            read_idx(base + "-labels-idx1-ubyte"))


def make(options):
    mnist = read_pair(options.mnist, "train")
    mnist_test = read_pair(options.mnist, "t10k")
    begun = time.time()
    drawn = render_set(TRAIN_SEED, options.rendered)
    drawn_test = render_set(TEST_SEED, 1000)
    calibration = render_set(CALIBRATION_SEED, 1000)
    check = render_set(CHECK_SEED, 10000)
    print("rendered in %.0f s" % (time.time() - begun), flush=True)

    pictures = np.concatenate([mnist[0], drawn[0]])
    labels = np.concatenate([mnist[1], drawn[1]]).astype(np.int64)
    net, seconds = train(pictures, labels, options.epochs, options.batch,
                         options.rate, options.decay, options.seed,
                         {"mnist": mnist_test, "rendered": drawn_test})
    print("trained in %.0f s" % seconds)
    report("MNIST test", predict(net, mnist_test[0]), mnist_test[1])
    report("rendered test", predict(net, drawn_test[0]), drawn_test[1])
    report("rendered calibration", predict(net, calibration[0]),
           calibration[1])
    report("rendered, 10,000 others", predict(net, check[0]), check[1])

    digits = os.path.join(options.out, "digits")
    os.makedirs(digits, exist_ok=True)
    for prefix, (x, y) in (("t10k", drawn_test), ("train", calibration)):
        write_idx(os.path.join(digits, prefix + "-images-idx3-ubyte.gz"), x)
        write_idx(os.path.join(digits, prefix + "-labels-idx1-ubyte.gz"), y)
    with open(os.path.join(options.out, "lenet.prototxt"), "w") as out:
        out.write(PROTOTXT)
    with open(os.path.join(options.out, "lenet.caffemodel"), "wb") as out:
        out.write(caffemodel(net.p))
    for folder, _, names in sorted(os.walk(options.out)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            with open(path, "rb") as source:
                data = source.read()
            print("%9d  %s  %s" % (len(data), hashlib.sha256(data).hexdigest(),
                                   os.path.relpath(path, options.out)))


def verify(options):
    """Run the Caffe files with OpenCV's own reader and count again."""
    try:
        import cv2
    except ImportError:
        sys.exit("this needs opencv-python-headless (see requirements.txt)")
    cv2.setNumThreads(2)
    net = cv2.dnn.readNetFromCaffe(
        os.path.join(options.out, "lenet.prototxt"),
        os.path.join(options.out, "lenet.caffemodel"))
    sets = [("rendered test", read_pair(os.path.join(options.out, "digits"),
                                        "t10k"))]
    sets.append(("rendered calibration",
                 read_pair(os.path.join(options.out, "digits"), "train")))
    if options.mnist:
        sets.append(("MNIST test", read_pair(options.mnist, "t10k")))
    print("OpenCV", cv2.__version__)
    for name, (pictures, labels) in sets:
        guesses = []
        for picture in pictures:
            net.setInput((picture.astype(np.float32)
                          * np.float32(SCALE))[None, None], "data")
            guesses.append(int(net.forward("prob").argmax()))
        report(name, np.array(guesses), labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mnist", help="folder with MNIST's four IDX files")
    parser.add_argument("--out", required=True,
                        help="folder for lenet.prototxt, lenet.caffemodel and "
                             "digits/")
    parser.add_argument("--verify", action="store_true",
                        help="train nothing; check the files in --out with "
                             "OpenCV")
    parser.add_argument("--rendered", type=int, default=60000,
                        help="number of rendered pictures to train on")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--decay", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.verify:
        verify(options)
    elif not options.mnist:
        parser.error("--mnist is needed for training")
    else:
        make(options)


if __name__ == "__main__":
    main()
