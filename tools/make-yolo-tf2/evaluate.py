#!/usr/bin/env python3
"""Score a SavedModel with decoded boxes on labelled pictures, run by TensorFlow.

  evaluate.py samples/03-yolov3-tiny-tf2/trained samples/02-yolo/test

Pictures are letterboxed, suppressed and scored as `octet eval` does it: resized by OpenCV's
INTER_LINEAR, scores from 0.005 on, overlap 0.45, 100 detections of a class in a picture.
"""

import argparse
import glob
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import cv2
import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, os.pardir, "train-yolo"))

import boxes as geometry  # noqa: E402


def letterbox(pixels, side):
    """A picture (h, w, 3) of bytes as a square (side, side, 3) of 0..1, float32."""
    height, width = pixels.shape[:2]
    new_width, new_height, left, top = geometry.fit(width, height, side)
    square = np.full((side, side, 3), geometry.GREY, np.float32)
    small = cv2.resize(pixels, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
    square[top:top + new_height, left:left + new_width] = small.astype(np.float32) / 255
    return square


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("data", help="folder with JPEG files and their labels")
    parser.add_argument("--side", type=int, default=224)
    options = parser.parse_args()
    detect = tf.saved_model.load(options.model).signatures["serving_default"]
    found, truths = [], []
    for path in sorted(glob.glob(os.path.join(options.data, "*.jpg"))):
        picture = cv2.imread(path, cv2.IMREAD_COLOR)[..., ::-1]
        height, width = picture.shape[:2]
        image = letterbox(np.ascontiguousarray(picture), options.side)
        outputs = detect(image=tf.constant(image[None]))
        corners, scores = outputs["boxes"][0].numpy(), outputs["scores"][0].numpy()
        centred = np.concatenate(
            [(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], 1)
        places = geometry.out_of_square(centred.astype(np.float64), width, height, options.side)
        found.append(geometry.detect(places, scores, most=1000))
        with open(path[:-4] + ".txt") as source:
            rows = [line.split() for line in source]
        truths.append(np.array(rows, np.float64).reshape(-1, 5))
    print("TensorFlow %s, %d pictures, %d objects: mAP@0.5 %.4f, mAP@0.5:0.95 %.4f" % (
        tf.__version__, len(truths), sum(map(len, truths)), *geometry.scores_of(found, truths)))


if __name__ == "__main__":
    main()
