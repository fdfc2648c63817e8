"""Writes the peers' ONNX file of a float .tflite.

  python -m accuracy.write_onnx FLOAT.tflite OUT.onnx
"""
import sys

from export.read_tflite import read_graph
from export.write_onnx import write_onnx

write_onnx(read_graph(sys.argv[1]), sys.argv[2])
