#!/usr/bin/env python3
"""Make the models of samples/03-yolov3-tiny-tf2 with TensorFlow.

`built.keras` is the network of samples/02-yolo in Keras with the weights of its Darknet file;
`trained/` is the SavedModel of the same network after a short training, with its decode.

With --check, make nothing: print what TFLiteConverter says of both.
"""

import argparse
import os
import shutil
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

HERE = os.path.dirname(os.path.abspath(__file__))
DARKNET = os.path.join(HERE, os.pardir, os.pardir, "samples", "02-yolo", "digits")


def check(folder):
    """Print what TFLiteConverter says of the models; returns whether that is what is expected."""
    import keras
    import tensorflow as tf
    sys.path.append(HERE)

    print("TensorFlow %s" % tf.__version__)
    with tempfile.TemporaryDirectory() as scratch:
        built = os.path.join(scratch, "built")
        keras.saving.load_model(os.path.join(folder, "built.keras")).export(built, verbose=False)
        results = []
        for name, path in ("built", built), ("trained", os.path.join(folder, "trained")):
            try:
                size = len(tf.lite.TFLiteConverter.from_saved_model(path).convert())
                results.append("converts: %d bytes" % size)
            except Exception as error:
                lines = [line for line in str(error).splitlines() if "error:" in line]
                results.append((lines or str(error).splitlines())[0])
            print("%s: %s" % (name, results[-1]))
    return results[0].startswith("converts") and "TensorListReserve" in results[1]


def make(options):
    """Write built.keras and trained/."""
    import tensorflow as tf
    import training
    from network import Exported, load_darknet, network, read_anchors

    tf.keras.utils.set_random_seed(options.seed)
    tf.config.experimental.enable_op_determinism()
    os.makedirs(options.out, exist_ok=True)
    built = network(training.SIDE)
    load_darknet(built, DARKNET + ".weights")
    built.save(os.path.join(options.out, "built.keras"))

    anchors = read_anchors(DARKNET + ".cfg")
    training.train(built, anchors, options)
    trained = network(None)
    trained.set_weights(built.get_weights())
    target = os.path.join(options.out, "trained")
    shutil.rmtree(target, ignore_errors=True)
    module = Exported(trained, anchors)
    tf.saved_model.save(module, target, signatures=module.detect)
    os.remove(os.path.join(target, "fingerprint.pb"))  # no reader needs it


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, help="folder for built.keras and trained/")
    parser.add_argument("--check", action="store_true",
                        help="make nothing; print what TFLiteConverter says of the models")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if options.check:
        sys.exit(0 if check(options.out) else 1)
    make(options)


if __name__ == "__main__":
    main()
