"""ONNX Runtime: static QDQ, int8 weights per channel, int8 activations; then its own kernels on the test samples.

  python -m accuracy.runners.ort FLOAT.onnx CALIBRATION.npy OUT.npz TEST.npy float|MinMax|Entropy|Percentile
"""
import sys
from pathlib import Path

import onnxruntime
from onnxruntime.quantization import (
    CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static)
from onnxruntime.quantization.shape_inference import quant_pre_process

from accuracy.runners.channels import first, save_last


class Samples(CalibrationDataReader):
    def __init__(self, path):
        self.samples = first(path)

    def get_next(self):
        sample = next(self.samples, None)
        return None if sample is None else {"input": sample}


def quantize(model, calibration, out, method):
    prepared = out.with_suffix(".prepared.onnx")
    quant_pre_process(model, prepared, skip_symbolic_shape=True)  # the file's shapes are complete
    quantize_static(
        prepared, out, Samples(calibration), quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QInt8, weight_type=QuantType.QInt8,
        calibrate_method=getattr(CalibrationMethod, method))


def main(model, calibration, out, test, setting):
    if setting != "float":
        quantized = Path(out).with_suffix(".onnx")
        quantize(model, calibration, quantized, setting)
        model = quantized
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    save_last(out, [session.run(None, {"input": sample}) for sample in first(test)])


main(*sys.argv[1:])
