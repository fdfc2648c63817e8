"""Inputs to calibrate and measure with, all channels-last and float32."""
import gzip
from pathlib import Path

import numpy as np
from PIL import Image

COUNT = 33  # the first is the input that is measured, the others calibrate
PICTURES = {".bmp", ".jpg", ".jpeg", ".png"}


def save_samples(folder, samples):
    np.save(folder / "input.npy", samples[:1])
    calibration = samples[1:] if len(samples) > 1 else samples
    np.save(folder / "calibration.npy", calibration)


def calibration_channels_first(folder):
    for sample in np.load(folder / "calibration.npy", mmap_mode="r"):
        yield np.ascontiguousarray(sample.transpose(2, 0, 1)[None], np.float32)


def synthetic(height, width, channels, count=COUNT, seed=3):
    """Smooth fields of colour with some rectangles and a little noise, in [0, 1]."""
    rng = np.random.default_rng(seed)
    pictures = [synthetic_picture(rng, height, width, channels) for _ in range(count)]
    return np.stack(pictures).astype(np.float32)


def synthetic_picture(rng, height, width, channels):
    picture = np.zeros((height, width, channels))
    for side, share in ((4, 0.5), (13, 0.3), (52, 0.15)):
        for channel in range(channels):
            field = Image.fromarray(rng.integers(0, 256, (side, side), np.uint8))
            field = field.resize((width, height), Image.Resampling.BICUBIC)
            picture[..., channel] += share * np.asarray(field) / 255
    for _ in range(rng.integers(2, 7)):
        top, left = rng.integers(0, height), rng.integers(0, width)
        tall, wide = rng.integers(2, max(3, height // 2)), rng.integers(2, max(3, width // 2))
        part = picture[top:top + tall, left:left + wide]
        part[:] = 0.4 * part + 0.6 * rng.random(channels)
    return np.clip(picture + rng.normal(0, 0.02, picture.shape), 0, 1)


def digits(path, count=COUNT):
    """The first pictures of a gzipped IDX file, as numbers of pixel / 256."""
    with gzip.open(path) as file:
        file.read(16)
        pixels = np.frombuffer(file.read(count * 28 * 28), np.uint8)
    return pixels.reshape(count, 28, 28, 1).astype(np.float32) / 256


def photos(folder, side, count=COUNT):
    """A folder's pictures in the middle of grey squares, in [0, 1]; as many as there are."""
    paths = sorted(p for p in Path(folder).iterdir() if p.suffix.lower() in PICTURES)
    if not paths:
        raise FileNotFoundError(f"no pictures in {folder}")
    return np.stack([letterbox(path, side) for path in paths[:count]])


def letterbox(path, side):
    picture = Image.open(path).convert("RGB")
    factor = side / max(picture.size)
    width, height = (max(1, int(extent * factor)) for extent in picture.size)
    square = np.full((side, side, 3), 0.5, np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    small = picture.resize((width, height), Image.Resampling.BILINEAR)
    square[top:top + height, left:left + width] = np.asarray(small, np.float32) / 255
    return square
