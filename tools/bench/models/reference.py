"""What a model's outputs are compared with: LiteRT's reference kernels on float.tflite and input.npy.

  python -m models.reference FOLDER

Writes reference.npz.
"""
import sys
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def main(folder):
    interpreter = Interpreter(
        str(folder / "float.tflite"), experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], np.load(folder / "input.npy"))
    interpreter.invoke()
    outputs = [interpreter.get_tensor(o["index"]) for o in interpreter.get_output_details()]
    np.savez(folder / "reference.npz", *outputs)


main(Path(sys.argv[1]))
