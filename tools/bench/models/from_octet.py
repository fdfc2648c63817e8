"""Makes float.tflite and int8.tflite of the networks that Octet converts itself.

  python -m models.from_octet lenet OCTET FOLDER
  python -m models.from_octet yolov3-tiny OCTET CFG WEIGHTS PHOTOS FOLDER
"""
import subprocess
import sys
from pathlib import Path

from driver.paths import REPOSITORY
from models.samples import digits, photos, save_samples

LENET = REPOSITORY / "samples/01-mnist-lenet"


def make_lenet(octet, folder):
    net = [LENET / "lenet.prototxt", "--weights", LENET / "lenet.caffemodel"]
    convert(octet, folder, net, "--calibration-data", LENET / "digits",
            "--preprocess", "scale=1/256")
    samples = digits(LENET / "digits/t10k-images-idx3-ubyte.gz")
    samples[0] = (samples[0] + samples[1]) / 2  # two digits at once: of one alone it is too sure
    save_samples(folder, samples)


def make_yolo(octet, cfg, weights, pictures, folder):
    convert(octet, folder, [cfg, "--weights", weights], "--calibration-data", pictures)
    save_samples(folder, photos(pictures, side=416))


def convert(octet, folder, net, *int8_options):
    preprocess = int8_options[2:]  # also the float file keeps what its pixels become
    for name, options in (("float", preprocess), ("int8", ["--int8", *int8_options])):
        command = [octet, "convert", *net, "-o", folder / f"{name}.tflite", *options]
        subprocess.run(command, check=True)


MAKERS = {"lenet": make_lenet, "yolov3-tiny": make_yolo}

MAKERS[sys.argv[1]](sys.argv[2], *map(Path, sys.argv[3:]))
