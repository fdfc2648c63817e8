"""Converts a SavedModel with TFLiteConverter, to int8 if there are pictures.

  python -m runners.tflite_converter FOLDER OUTPUT [PICTURES COUNT]
"""
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np
import tensorflow as tf
from PIL import Image


def picture(path, side):
    """Letterboxed, 0...1."""
    image = Image.open(path).convert("RGB")
    image.thumbnail((side, side))
    square = np.full((side, side, 3), 0.5, np.float32)
    pixels = np.asarray(image, np.float32) / 255
    top, left = (side - pixels.shape[0]) // 2, (side - pixels.shape[1]) // 2
    square[top:top + pixels.shape[0], left:left + pixels.shape[1]] = pixels
    return square[None]


def main(folder, output, pictures=None, count=0):
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    if pictures:
        model = tf.saved_model.load(folder)
        signature = model.signatures["serving_default"]
        side = next(iter(signature.structured_input_signature[1].values())).shape[1]
        paths = sorted(p for p in Path(pictures).iterdir() if p.suffix in {".jpg", ".png"})
        paths = [paths[index * len(paths) // int(count)] for index in range(int(count))]
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([picture(path, side)] for path in paths)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    Path(output).write_bytes(converter.convert())


main(*sys.argv[1:])
