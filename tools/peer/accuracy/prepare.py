"""What a net's configurations share: the float model in the peers' forms, calibration and test samples."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import accuracy.pictures as pictures
from accuracy.launch import Unavailable, run
from accuracy.nets import NETS
from accuracy.samples import CALIBRATION_SEED, TEST_SEED, Digits, digit_set, photo_set


@dataclass(frozen=True)
class Measured:
    """A net with one calibration and one test set."""
    name: str
    net: object
    folder: Path    # float.tflite, float.onnx, saved_model
    samples: Path   # calibration.npy, test.npy, labels.npy, and what is made with them

    def file(self, name):
        return self.samples / name


def float_models(name, options, interpreters):
    """Makes what is missing of float.tflite, float.onnx and saved_model."""
    net, folder = NETS[name], options.folder / name
    folder.mkdir(parents=True, exist_ok=True)
    float_file = folder / "float.tflite"
    if not float_file.exists():
        source, *weights = (options.data / file for file in net.files)
        whole = folder / "whole.tflite"
        run([options.program, "convert", source, *(word for file in weights for word in ("--weights", file)),
             "-o", whole], folder / "convert.log")
        cut = [word for output in net.outputs for word in ("--outputs", output)]
        run([options.program, "convert", whole, *cut, "-o", float_file], folder / "convert.log")
    for module, needs, file in (
            ("accuracy.write_onnx", ("onnx", "tflite"), "float.onnx"),
            ("export.write_saved_model", ("tensorflow", "tflite"), "saved_model")):
        if (folder / file).exists():
            continue
        try:
            interpreters.run(module, needs, float_file, folder / file, log=folder / f"{file}.log")
        except Unavailable as reason:
            print(f"{name}: no {file}: {reason}", flush=True)
    return net, folder


def with_samples(name, net, folder, options, number):
    """Makes the sets that are missing; `number` is which set of MNIST's training digits calibrates."""
    if isinstance(net.takes, Digits):
        count = options.samples or 500
        measured = Measured(name, net, folder, folder / f"digits-{count}-set-{number}")
        make = lambda: digits(measured, options, count, number)
    else:
        count, tests = options.samples or 64, options.test or net.tests or len(options.test_photos)
        measured = Measured(name, net, folder, folder / f"photos-{count}-test-{tests}")
        make = lambda: photos(measured, options, count, tests)
    if not measured.file("test.npy").exists():
        measured.samples.mkdir(exist_ok=True)
        make()
    return measured


def digits(measured, options, count, number):
    takes, folder = measured.net.takes, options.data / "mnist"
    calibration, _ = digit_set(takes, folder, "train", count, number)
    test, labels = digit_set(takes, folder, "t10k", options.test)
    np.save(measured.file("calibration.npy"), calibration)
    np.save(measured.file("labels.npy"), labels)
    np.save(measured.file("test.npy"), test)


def photos(measured, options, count, tests):
    takes, files = measured.net.takes, pictures.paths(options.photos)
    for_test = [path for path in files if path.name in options.test_photos]
    others = [path for path in files if path.name not in options.test_photos + options.leave_out]
    np.save(measured.file("calibration.npy"), photo_set(takes, others, count, CALIBRATION_SEED))
    np.save(measured.file("test.npy"), photo_set(takes, for_test, tests, TEST_SEED))
