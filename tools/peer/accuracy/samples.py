"""Calibration and test sets: float32 .npy files, channels-last, that Octet and its peers read alike.

  make-samples photos FOLDER OUT.npy [--size H W] [--leave-out NAME... | --only NAME...] [--count N] [--seed N]
  make-samples digits FOLDER OUT.npy [--divisor N] [--test] [--count N] [--set K]

Photos become RGB / 255; a count above theirs adds random parts and mirror images of them. Labels of digits go to
OUT.labels.npy.
"""
import argparse
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import accuracy.pictures as pictures

CALIBRATION_SEED, TEST_SEED = 1, 2


@dataclass(frozen=True)
class Photos:
    """How a net takes photos: stretched to its size, then (pixel - mean) / std."""
    size: tuple            # height, width
    channels: int = 3
    mean: tuple = (0,)     # one number, or one a channel
    std: float = 255
    bgr: bool = False

    def values(self, pixels):
        pixels = pixels[..., ::-1] if self.bgr else pixels
        return ((pixels - np.float32(self.mean)) / np.float32(self.std)).astype(np.float32)


@dataclass(frozen=True)
class Digits:
    """How a net takes MNIST's digits: pixel / divisor."""
    divisor: float

    def values(self, pixels):
        return pixels[..., None] / np.float32(self.divisor)


def photo_set(kind, files, count, seed):
    """`count` samples [count, height, width, channels]: the photos, then random parts of them."""
    photos = [pictures.read(path, kind.channels) for path in files]
    return kind.values(pictures.series(photos, count or len(photos), kind.size, seed))


def digit_set(kind, folder, part, count=None, number=1):
    """Samples [count, 28, 28, 1] and labels: the `number`-th `count` digits of a part, `train` or `t10k`."""
    start = (number - 1) * (count or 0)
    stop = start + count if count else None
    pixels, labels = (read_idx(folder, f"{part}-{name}")[start:stop]
                      for name in ("images-idx3-ubyte", "labels-idx1-ubyte"))
    return kind.values(pixels), labels


def read_idx(folder, name):
    path = folder / name
    data = path.read_bytes() if path.exists() else gzip.open(folder / f"{name}.gz").read()
    rank = data[3]
    shape = np.frombuffer(data, ">i4", rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def main():
    parser = argparse.ArgumentParser(prog="make-samples", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["photos", "digits"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--size", type=int, nargs=2, default=(416, 416), help="height and width")
    parser.add_argument("--leave-out", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--seed", type=int, default=CALIBRATION_SEED)
    parser.add_argument("--divisor", type=float, default=255, help="of digits' pixels")
    parser.add_argument("--test", action="store_true", help="MNIST's test digits")
    parser.add_argument("--count", type=int, help="64 photos or 500 digits")
    parser.add_argument("--set", type=int, default=1, help="which set of `count` digits, from 1")
    options = parser.parse_args()
    if options.kind == "photos":
        files = [path for path in pictures.paths(options.folder)
                 if path.name not in options.leave_out
                 and (not options.only or path.name in options.only)]
        found = photo_set(Photos(tuple(options.size)), files, options.count or 64, options.seed)
    else:
        part = "t10k" if options.test else "train"
        found, labels = digit_set(
            Digits(options.divisor), options.folder, part, options.count or 500, options.set)
        np.save(options.output.with_suffix(".labels.npy"), labels)
    np.save(options.output, found)


if __name__ == "__main__":
    main()
