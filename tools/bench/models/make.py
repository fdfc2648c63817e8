"""Makes what a model's folder lacks: the two .tflite files, the reference, and each peer's own files.

A peer's files that cannot be made are reported and left out; its row in the table then says so.
"""
import json
import subprocess
import sys
from pathlib import Path

from driver.paths import SAMPLE_PHOTOS
from runners.octet_command import gmacs

KERAS = ["ds-cnn", "resnet8", "mobilenetv1", "mobilenetv2"]
NAMES = ["lenet", *KERAS, "yolov3-tiny"]

PEER_STEPS = [  # a module and the file whose absence calls for it
    ("export.write_float", "ncnn-float.bin"),
    ("export.quantize_ort", "int8.onnx"),
    ("export.quantize_openvino", "openvino-int8.xml"),
    ("export.quantize_ncnn", "ncnn-int8.bin"),
    ("export.convert_mnn", "float.mnn"),
]


class Unavailable(Exception):
    """A model that cannot be made, and why."""


def make(name, folder, octet, darknet=None, pictures=SAMPLE_PHOTOS):
    """Makes what is missing; `darknet` is YOLOv3-tiny's (cfg, weights)."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "input.npy").exists() or not (folder / "int8.tflite").exists():
        print(f"making {name}", file=sys.stderr)
        make_tflite(name, folder, octet, darknet, pictures)
    if not (folder / "reference.npz").exists():
        step("models.reference", folder)
    if not (folder / "model.json").exists():
        describe(folder, octet)
    for module, file in PEER_STEPS:
        if (folder / file).exists():
            continue
        try:
            step(module, folder)
        except Unavailable as reason:
            print(f"{name}: {reason}", file=sys.stderr)


def make_tflite(name, folder, octet, darknet, pictures):
    if name in KERAS:
        step("models.from_keras", name, folder)
    elif name == "lenet":
        step("models.from_octet", name, octet, folder)
    elif darknet is None:
        raise Unavailable("yolov3-tiny needs --darknet CFG WEIGHTS")
    else:
        step("models.from_octet", name, octet, *darknet, pictures, folder)


def step(module, *arguments):
    """Runs one of the modules in a process of its own; what it says goes to a log beside the files."""
    folder = Path(arguments[-1])
    log = folder / f"{module}.log"
    with open(log, "w") as output:
        code = subprocess.run(
            [sys.executable, "-m", module, *map(str, arguments)],
            stdout=output, stderr=subprocess.STDOUT).returncode
    if code != 0:
        raise Unavailable(f"{module} failed, see {log}")


def describe(folder, octet):
    """model.json: what a table says of the model."""
    count = gmacs(octet, folder / "float.tflite")
    (folder / "model.json").write_text(json.dumps({"gmacs": count}) + "\n")
