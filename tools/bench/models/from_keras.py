"""Makes float.tflite and int8.tflite of a Keras network with TFLiteConverter.

  python -m models.from_keras NAME FOLDER
"""
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from models import keras_nets
from models.samples import save_samples, synthetic

NORMALIZATION_SAMPLES = 8


def main(name, folder):
    model = keras_nets.build(name)
    samples = synthetic(*model.inputs[0].shape[1:])
    save_samples(folder, samples)
    keras_nets.calibrate(model, samples[:NORMALIZATION_SAMPLES])
    (folder / "float.tflite").write_bytes(converter(model).convert())

    to_int8 = converter(model)
    to_int8.optimizations = [tf.lite.Optimize.DEFAULT]
    to_int8.representative_dataset = lambda: ([sample[None]] for sample in samples[1:])
    to_int8.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    to_int8.inference_input_type = to_int8.inference_output_type = tf.int8
    (folder / "int8.tflite").write_bytes(to_int8.convert())


def converter(model):
    signature = tf.TensorSpec([1, *model.inputs[0].shape[1:]], tf.float32, "input")
    function = tf.function(lambda x: model(x, training=False)).get_concrete_function(signature)
    frozen = convert_variables_to_constants_v2(function)  # the converter misses Keras's variables
    return tf.lite.TFLiteConverter.from_concrete_functions([frozen])


main(sys.argv[1], Path(sys.argv[2]))
