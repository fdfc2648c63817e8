"""Whether octet computes what LiteRT's reference kernels compute of the same int8 file, code by code."""
import numpy as np

from accuracy.launch import run


def agreement(octet, interpreters, file, test, count, log):
    """Says how many codes differ from those of LiteRT's reference kernels on the first `count` samples."""
    codes, samples = (file.with_suffix(f".{name}") for name in ("codes.npz", "few.npy"))
    np.save(samples, np.load(test, mmap_mode="r")[:count])
    interpreters.run("accuracy.runners.litert", ("ai_edge_litert",), file, samples,
                     file.with_suffix(".few.npz"), "reference", codes, count, log=log)
    differ, total = differences(octet, file, np.load(codes), log)
    return f"{differ} of {total} codes differ" if differ else f"all {total} codes are equal"


def differences(octet, file, codes, log):
    inputs, *expected = codes.values()
    sample, result = file.with_suffix(".sample.npy"), file.with_suffix(".sample.npz")
    differ = 0
    for index, values in enumerate(inputs):
        np.save(sample, values[None])
        run([octet, "run", file, "--input", sample, "--save", result], log)
        found = np.load(result).values()
        differ += sum(int((a != b[index]).sum()) for a, b in zip(found, expected, strict=True))
    return differ, sum(output.size for output in expected)
