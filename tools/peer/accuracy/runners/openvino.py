"""OpenVINO with nncf: symmetric weights, asymmetric activations (preset mixed), fast bias correction; run by OpenVINO.

  python -m accuracy.runners.openvino FLOAT.onnx CALIBRATION.npy OUT.npz TEST.npy mixed|mixed-fix

`mixed-fix` gives weights half the codes, for CPUs whose 16-bit sums saturate.
"""
import os
import sys

os.environ["NNCF_CI"] = "1"  # nncf reports its usage unless this is set

import nncf
import openvino
from nncf.quantization.advanced_parameters import AdvancedQuantizationParameters, OverflowFix

from accuracy.runners.channels import first, save_last


def main(model, calibration, out, test, setting):
    samples = list(first(calibration))
    fix = OverflowFix.ENABLE if setting == "mixed-fix" else OverflowFix.DISABLE
    core = openvino.Core()
    quantized = nncf.quantize(
        core.read_model(model), nncf.Dataset(samples), preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(samples), fast_bias_correction=True,
        advanced_parameters=AdvancedQuantizationParameters(overflow_fix=fix))
    compiled = core.compile_model(quantized, "CPU", {"INFERENCE_NUM_THREADS": 1})
    results = [[value.copy() for value in compiled(sample).values()] for sample in first(test)]
    save_last(out, results)


main(*sys.argv[1:])
