"""LiteRT with its default delegate (XNNPACK) on any .tflite file, inputs of pseudo-random values.

  python -m runners.litert_file MODEL --threads N

Integers are of their type's whole range for 8 and 16 bits, real numbers of 0...1, all else is zero: as in `octet bench`.
"""
import argparse
import json
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from runners.measure import WARM_UPS, timed

CODES = (np.int8, np.uint8, np.int16)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    interpreter = Interpreter(options.model, num_threads=options.threads)
    interpreter.allocate_tensors()
    rng = np.random.default_rng(1)
    inputs = interpreter.get_input_details()
    for entry in inputs:
        interpreter.set_tensor(entry["index"], values(rng, entry["shape"], entry["dtype"]))
    for _ in range(1 + WARM_UPS):
        interpreter.invoke()
    # An open batch is 1 for Octet too.
    shapes = {entry["name"]: entry["shape"].tolist()
              for entry in inputs if -1 in entry["shape_signature"][1:]}
    print(json.dumps(timed(interpreter.invoke) | {"open_inputs": shapes}), flush=True)


def values(rng, shape, dtype):
    if dtype in CODES:
        bounds = np.iinfo(dtype)
        return rng.integers(bounds.min, bounds.max + 1, shape, dtype)
    if dtype == np.float32:
        return rng.random(shape, np.float32)
    return np.zeros(shape, dtype)


try:
    main()
except (RuntimeError, ValueError) as failure:
    sys.exit(f"LiteRT: {str(failure).splitlines()[0]}")
