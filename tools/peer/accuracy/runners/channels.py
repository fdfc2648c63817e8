"""Samples and results of runtimes that are channels-first."""
import numpy as np


def first(path):
    """Samples [1, channels, height, width] of a channels-last .npy."""
    for sample in np.load(path, mmap_mode="r"):
        yield np.ascontiguousarray(sample.transpose(2, 0, 1)[None])


def save_last(path, results):
    """Writes each output [samples, ...], channels-last; `results` has a list of outputs for each sample."""
    outputs = [np.concatenate(output) for output in zip(*results)]
    np.savez(path, *(o.transpose(0, 2, 3, 1) if o.ndim == 4 else o for o in outputs))
