"""Static int8 for ONNX Runtime: QDQ, weights int8 per channel, activations uint8, min-max ranges.

  python -m export.quantize_ort FOLDER

Writes int8.onnx beside float.onnx. Activations of int8 were up to twice as slow on x86.
"""
import sys
from pathlib import Path

from onnxruntime.quantization import (
    CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static)

from models.samples import calibration_channels_first


class Samples(CalibrationDataReader):
    def __init__(self, folder):
        self.samples = calibration_channels_first(folder)

    def get_next(self):
        sample = next(self.samples, None)
        return None if sample is None else {"input": sample}


def main(folder):
    quantize_static(
        folder / "float.onnx", folder / "int8.onnx", Samples(folder),
        quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax)


main(Path(sys.argv[1]))
