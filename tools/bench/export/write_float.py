"""The float forms of a model that peers read, from its float.tflite.

  python -m export.write_float FOLDER

Writes float.onnx, ncnn-float.param and .bin.
"""
import sys
from pathlib import Path

from export.read_tflite import read_graph
from export.write_ncnn import write_ncnn
from export.write_onnx import write_onnx


def main(folder):
    graph = read_graph(folder / "float.tflite")
    write_onnx(graph, folder / "float.onnx")
    write_ncnn(graph, folder / "ncnn-float")


main(Path(sys.argv[1]))
