"""Octet, by its command line: `octet bench` for the times, `octet run` for the outputs.

From start to first result is the whole of an `octet run`, written outputs and all. OCTET names the program.
"""
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from export.read_tflite import quantization
from runners.measure import arguments, dequantized, quantized
from runners.octet_command import CommandFailed, bench, call


def main(options, octet):
    input_quantization, output_quantizations = quantization(options.model)
    values = np.load(options.input)
    if input_quantization is not None:
        values = quantized(values, *input_quantization)
    input_file = Path(options.save).with_name("octet-input.npy")
    np.save(input_file, values)

    result, cpu_per_wall = bench(octet, options.model, options.threads)
    begun = time.perf_counter()
    call([octet, "run", options.model, "--input", input_file, "--save", options.save])
    start_to_first = time.perf_counter() - begun

    with np.load(options.save) as results:
        outputs = [results[name] for name in results.files]
    np.savez(options.save, *(
        output if q is None else dequantized(output, *q)
        for output, q in zip(outputs, output_quantizations, strict=True)))
    print(json.dumps({
        "median_ms": result["median_ms"],
        "min_ms": result.get("min_ms"),
        "p90_ms": result["p90_ms"],
        "n": result["runs"],
        "cpu_per_wall": round(cpu_per_wall, 2),
        "threads": result["threads"],
        "peak_rss_mb": round(result["peak_rss_bytes"] / 2**20, 1),
        "start_to_first_s": round(start_to_first, 3),
        "version": call([octet, "--version"]).strip().removeprefix("octet "),
    }), flush=True)


try:
    main(arguments(), os.environ["OCTET"])
except CommandFailed as failure:
    sys.exit(f"octet: {str(failure).splitlines()[0]}")
