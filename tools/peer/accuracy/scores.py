"""What int8 outputs are worth beside the float model's."""
import numpy as np

import accuracy.boxes as boxes


def score(expected, found, labels=None, heads=None, classifies=False):
    """`expected` and `found`: for each output an array of all samples. Figures by name."""
    decibels = [sqnr(*pair) for pair in zip(expected, found)]
    figures = {"sqnr": [round(value, 2) for value in decibels],
               "mean_sqnr": round(float(np.mean(decibels)), 2)}
    if heads:
        figures |= boxes.compare(heads, expected, found)
    if classifies:
        figures |= classes(expected[0], found[0], labels)
    return figures


def sqnr(expected, found):
    """Signal by error in dB, both summed over all samples and elements."""
    expected = expected.astype(np.float64)
    error = np.square(found - expected).sum()
    return float(10 * np.log10(np.square(expected).sum() / error)) if error else float("inf")


def classes(expected, found, labels):
    """`unlike`: samples whose best class is not float's; `ties`: whose two best are equal. The first of equals counts."""
    best = found.argmax(1)
    two = np.sort(found, 1)[:, -2:]
    figures = {"unlike": int((best != expected.argmax(1)).sum()),
               "ties": int((two[:, 0] == two[:, 1]).sum())}
    if labels is not None:
        figures["right"] = int((best == labels).sum())
    return figures
