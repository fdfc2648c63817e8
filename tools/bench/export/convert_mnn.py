"""float.onnx to float.mnn.

  python -m export.convert_mnn FOLDER

This calls the converter inside MNN's wheel directly: the wheel's commands mnnconvert and mnnquant first
install a package from the network and report usage.
"""
import sys
from pathlib import Path

import _tools  # MNN's native converter


def main(folder):
    _tools.mnnconvert([
        "mnnconvert", "-f", "ONNX", "--modelFile", str(folder / "float.onnx"),
        "--MNNModel", str(folder / "float.mnn"), "--bizCode", "bench"])
    if not (folder / "float.mnn").exists():
        sys.exit("MNN's converter wrote nothing")


main(Path(sys.argv[1]))
