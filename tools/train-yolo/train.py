#!/usr/bin/env python3
"""Train a narrow YOLOv3-tiny on rendered digits; write Darknet's files.

With --verify, train nothing: run the written files with OpenCV's own reader
of Darknet's format on the test pictures, and score the detections.
"""

import argparse
import glob
import os
import sys

import numpy as np
from PIL import Image

import boxes
from darknet import SIDE


def read_labels(path):
    """The labels of a picture: (n, 5)."""
    with open(path) as source:
        rows = [line.split() for line in source]
    return np.array(rows, np.float64).reshape(-1, 5)


def verify(options):
    """Score the written files, run by OpenCV, on the test pictures."""
    try:
        import cv2
    except ImportError:
        sys.exit("this needs opencv-python-headless (see requirements.txt)")
    base = os.path.join(options.out, "digits")
    with open(base + ".cfg") as cfg, open(base + ".weights", "rb") as weights:
        # OpenCV drops scores under 0.2 unless the cfg says otherwise
        text = cfg.read().replace("[yolo]\n", "[yolo]\nthresh=0.001\n")
        net = cv2.dnn.readNetFromDarknet(np.frombuffer(text.encode(), np.uint8),
                                         np.frombuffer(weights.read(), np.uint8))
    heads = net.getUnconnectedOutLayersNames()
    found, truths = [], []
    for path in sorted(glob.glob(os.path.join(options.out, "test", "*.jpg"))):
        picture = Image.open(path).convert("RGB")
        square = boxes.letterbox(np.asarray(picture), SIDE)
        net.setInput(np.ascontiguousarray(square.transpose(2, 0, 1))[None])
        rows = np.concatenate(net.forward(heads))  # cx, cy, w, h, objectness, scores
        places = boxes.out_of_square(rows[:, :4], *picture.size, SIDE)
        found.append(boxes.detect(places, rows[:, 5:]))
        truths.append(read_labels(path[:-4] + ".txt"))
    print("OpenCV %s, %d pictures, %d digits: mAP@0.5 %.4f, mAP@0.5:0.95 %.4f" % (
        cv2.__version__, len(truths), sum(map(len, truths)), *boxes.scores_of(found, truths)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True,
                        help="folder for digits.cfg, digits.weights and digits.names")
    parser.add_argument("--verify", action="store_true",
                        help="train nothing; score the files in --out on its test/ with OpenCV")
    parser.add_argument("--pictures", type=int, default=80000,
                        help="number of rendered pictures to train on")
    parser.add_argument("--check", type=int, default=1000,
                        help="number of other pictures to score with at the end")
    parser.add_argument("--epochs", type=int, default=28)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--decay", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if options.verify:
        verify(options)
    else:
        import training  # needs PyTorch; --verify does not
        training.make(options)


if __name__ == "__main__":
    main()
