"""Photos as pixels: read, cut, flipped, stretched."""
import numpy as np
from PIL import Image, ImageOps

SUFFIXES = {".bmp", ".jpg", ".jpeg", ".png"}
SMALLEST_CROP = 0.6  # of each side


def paths(folder):
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


def read(path, channels):
    """[height, width, channels] of bytes; RGB for three channels, grey for one."""
    with Image.open(path) as image:
        image = ImageOps.exif_transpose(image).convert("RGB" if channels == 3 else "L")
        return np.asarray(image).reshape(image.height, image.width, channels)


def stretch(pixels, height, width):
    """Another size by linear interpolation between pixel centres, rounded to bytes."""
    rows = interpolate(pixels.astype(np.float32), 0, height)
    return np.rint(interpolate(rows, 1, width)).astype(np.uint8)


def interpolate(pixels, axis, extent):
    old = pixels.shape[axis]
    places = np.clip((np.arange(extent) + 0.5) * old / extent - 0.5, 0, old - 1)
    below = np.minimum(places.astype(int), max(old - 2, 0))
    above = np.minimum(below + 1, old - 1)
    shape = [1] * pixels.ndim
    shape[axis] = extent
    share = (places - below).astype(np.float32).reshape(shape)
    return pixels.take(below, axis) * (1 - share) + pixels.take(above, axis) * share


def variant(pixels, rng):
    """A random part of a photo, and half of the time its mirror image."""
    height, width = pixels.shape[:2]
    tall, wide = (int(side * rng.uniform(SMALLEST_CROP, 1)) for side in (height, width))
    top, left = rng.integers(height - tall + 1), rng.integers(width - wide + 1)
    part = pixels[top:top + tall, left:left + wide]
    return part[:, ::-1] if rng.random() < 0.5 else part


def series(photos, count, size, seed):
    """`count` pictures [height, width, channels]: the photos themselves, then variants of them in turn."""
    rng = np.random.default_rng(seed)
    pictures = list(photos[:count])
    while len(pictures) < count:
        pictures.append(variant(photos[len(pictures) % len(photos)], rng))
    return np.stack([stretch(picture, *size) for picture in pictures])
