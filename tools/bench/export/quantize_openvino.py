"""Static int8 for OpenVINO with nncf: symmetric weights per channel, asymmetric activations.

  python -m export.quantize_openvino FOLDER

Writes openvino-int8.xml and .bin beside float.onnx.
"""
import os
import sys
from pathlib import Path

os.environ["NNCF_CI"] = "1"  # nncf reports its usage unless this is set

import nncf
import openvino

from models.samples import calibration_channels_first


def main(folder):
    samples = list(calibration_channels_first(folder))
    model = nncf.quantize(
        openvino.Core().read_model(folder / "float.onnx"), nncf.Dataset(samples),
        preset=nncf.QuantizationPreset.MIXED, subset_size=len(samples))
    openvino.save_model(model, folder / "openvino-int8.xml", compress_to_fp16=False)


main(Path(sys.argv[1]))
