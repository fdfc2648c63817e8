"""Runs a .tflite with LiteRT on the test samples.

  python -m accuracy.runners.litert FILE TEST.npy OUT.npz KERNELS [CODES.npz COUNT]

KERNELS is builtin, xnnpack or reference. OUT.npz has each output as real numbers, in the file's order or by the names
output0, output1, ... of its signature. CODES.npz gets the first COUNT samples and their outputs as the file has them.
"""
import sys

import numpy as np

try:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
except ImportError:
    from tensorflow.lite.python.interpreter import Interpreter, OpResolverType

RESOLVERS = {
    "builtin": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    "xnnpack": OpResolverType.AUTO,
    "reference": OpResolverType.BUILTIN_REF,
}


def open_file(path, kernels):
    # One thread: those of small nets wait for each other, ten times as long where something else runs too.
    interpreter = Interpreter(path, num_threads=1, experimental_op_resolver_type=RESOLVERS[kernels])
    interpreter.allocate_tensors()
    return interpreter


def outputs_in_order(interpreter):
    details = interpreter.get_output_details()
    for signature in interpreter.get_signature_list():
        named = interpreter.get_signature_runner(signature).get_output_details()
        if all(name.startswith("output") for name in named):
            return [named[f"output{index}"] for index in range(len(named))]
    return details


def to_codes(values, detail):
    scale, zero = detail["quantization"]
    if detail["dtype"] == np.float32:
        return values
    limits = np.iinfo(detail["dtype"])
    codes = np.round(values / np.float32(scale)) + zero
    return np.clip(codes, limits.min, limits.max).astype(detail["dtype"])


def to_values(codes, detail):
    scale, zero = detail["quantization"]
    if detail["dtype"] == np.float32:
        return codes
    return (codes.astype(np.float32) - zero) * np.float32(scale)


def main(file, test, out, kernels, codes_out=None, count=0):
    interpreter = open_file(file, kernels)
    taken = interpreter.get_input_details()[0]
    given = outputs_in_order(interpreter)
    inputs = to_codes(np.load(test), taken)
    results = [[] for _ in given]
    for sample in inputs:
        interpreter.set_tensor(taken["index"], sample[None])
        interpreter.invoke()
        for result, detail in zip(results, given):
            result.append(interpreter.get_tensor(detail["index"])[0])
    codes = [np.stack(result) for result in results]
    np.savez(out, *map(to_values, codes, given))
    if codes_out:
        count = int(count)
        np.savez(codes_out, inputs[:count], *(array[:count] for array in codes))


main(*sys.argv[1:])
