"""TensorFlow's converter: a SavedModel to .tflite.

  python -m accuracy.runners.tflite_converter SAVED_MODEL CALIBRATION.npy OUT.tflite float|int8|int16x8
"""
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np
import tensorflow as tf

INTEGERS = {
    "int8": (tf.lite.OpsSet.TFLITE_BUILTINS_INT8, tf.int8),
    "int16x8": (
        tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8, tf.int16),
}


def main(model, calibration, out, setting):
    converter = tf.lite.TFLiteConverter.from_saved_model(model)
    if setting in INTEGERS:
        operators, type_ = INTEGERS[setting]
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: (
            [sample[None]] for sample in np.load(calibration, mmap_mode="r"))
        converter.target_spec.supported_ops = [operators]
        converter.inference_input_type = converter.inference_output_type = type_
    Path(out).write_bytes(converter.convert())


main(*sys.argv[1:])
