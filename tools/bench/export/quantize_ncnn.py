"""Int8 for ncnn, as ncnn2table and ncnn2int8 make it: weights per channel, symmetric activations by
their largest magnitude.

  python -m export.quantize_ncnn FOLDER

Writes ncnn-int8.param and .bin. Ranges are measured on float.onnx, whose blobs have the same names.
"""
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from export.read_tflite import read_graph
from export.write_ncnn import Scales, write_ncnn
from models.samples import calibration_channels_first


def main(folder):
    graph = read_graph(folder / "float.tflite")
    layers = [node for node in graph.nodes if node.has_weights]
    largest = magnitudes(folder, {node.inputs[0] for node in layers} - {graph.input})
    scale = {name: 127 / value for name, value in largest.items()}
    scales = {}
    for node in layers:
        after = next_convolution(graph, node)
        scales[node.output] = Scales(
            scale[node.inputs[0]], scale[node.output] if after is not None else None)
    write_ncnn(graph, folder / "ncnn-int8", scales)


def next_convolution(graph, node):
    """The convolution that alone reads a convolution's result: int8 stays between the two."""
    readers = graph.readers(node.output)
    if node.kind == "conv" and len(readers) == 1 and readers[0].kind == "conv":
        return readers[0]
    return None


def magnitudes(folder, names):
    """The largest magnitude of the input and of each named blob over the calibration samples."""
    model = onnx.load(folder / "float.onnx")
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in sorted(names))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"])
    largest = dict.fromkeys(["input", *names], 1e-9)
    for sample in calibration_channels_first(folder):
        results = session.run(sorted(names), {"input": sample})
        for name, values in [("input", sample), *zip(sorted(names), results)]:
            largest[name] = max(largest[name], float(np.abs(values).max()))
    return largest


main(Path(sys.argv[1]))
