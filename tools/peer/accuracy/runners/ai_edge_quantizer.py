"""ai-edge-quantizer: a float .tflite to int8 by one of its recipes.

  python -m accuracy.runners.ai_edge_quantizer FLOAT.tflite CALIBRATION.npy OUT.tflite RECIPE
"""
import sys
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from ai_edge_quantizer import quantizer, recipe


def main(model, calibration, out, name):
    interpreter = Interpreter(model)
    signature, tensors = next(iter(interpreter.get_signature_list().items()))
    samples = [{tensors["inputs"][0]: sample[None]} for sample in np.load(calibration)]
    tool = quantizer.Quantizer(model)
    tool.load_quantization_recipe(getattr(recipe, name)())
    result = tool.quantize(tool.calibrate({signature: samples}))
    Path(out).write_bytes(result.quantized_model)


main(*sys.argv[1:])
