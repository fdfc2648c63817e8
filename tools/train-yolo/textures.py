"""Textured canvases: the backgrounds that the digits are scattered on.

A canvas is a float32 array (height, width, 3) of 0..255.  It is made of
fields, arrays (height, width) of 0..1 that say how much of a second colour
shows at each place.
"""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def plane(width, height):
    """Coordinates of the pixels, x and y, as float32 arrays."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return x, y


def along(rng, width, height):
    """Distance of each pixel along a random direction, in pixels."""
    x, y = plane(width, height)
    angle = rng.uniform(0, math.pi)
    return x * math.cos(angle) + y * math.sin(angle)


def clouds(rng, width, height):
    """Smooth noise of one to three sizes."""
    total = np.zeros((height, width), np.float32)
    weight = 1.0
    cell = rng.uniform(24, 90)
    for _ in range(rng.integers(1, 4)):
        rows, columns = int(height / cell) + 3, int(width / cell) + 3
        grid = rng.random((rows, columns), np.float32)
        layer = Image.fromarray(grid).resize((width, height), Image.BICUBIC)
        total += weight * np.asarray(layer)
        weight, cell = weight * 0.5, cell * 0.45
    low, high = total.min(), total.max()
    return (total - low) / max(high - low, 1e-6)


def gradient(rng, width, height):
    """From one side to the other, in a random direction."""
    t = along(rng, width, height)
    return (t - t.min()) / (t.max() - t.min())


def radial(rng, width, height):
    """Bright at a point, dark far from it."""
    x, y = plane(width, height)
    far = np.hypot(x - rng.uniform(0, width), y - rng.uniform(0, height))
    return far / far.max()


def stripes(rng, width, height):
    """Stripes, hard or soft, of a random width and direction."""
    wave = np.sin(along(rng, width, height) * (2 * math.pi / rng.uniform(7, 60)))
    return (wave * rng.uniform(0.6, 4)).clip(-1, 1) * 0.5 + 0.5


def checks(rng, width, height):
    """Two sets of stripes, one over the other."""
    return (stripes(rng, width, height) + stripes(rng, width, height)) / 2


def blobs(rng, width, height):
    """Soft ellipses."""
    picture = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.integers(4, 24)):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        rx, ry = rng.uniform(5, 50, 2)
        draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=int(rng.integers(60, 256)))
    picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 7)))
    return np.asarray(picture, np.float32) / 255


def ruled(rng, width, height):
    """Thin lines as on writing paper, ruled or squared."""
    x, y = plane(width, height)
    step, phase = rng.uniform(12, 34), rng.uniform(0, 12)
    field = ((y + phase) % step < 1.3).astype(np.float32)
    if rng.random() < 0.5:
        field = np.maximum(field, (x + phase) % step < 1.3)
    return field


FIELDS = (clouds, gradient, radial, stripes, checks, blobs, ruled)


def colour(rng):
    """A random colour; half of the time a washed-out one."""
    rgb = rng.uniform(15, 240, 3)
    if rng.random() < 0.5:
        rgb = rgb.mean() + (rgb - rgb.mean()) * 0.3
    return rgb.astype(np.float32)


def canvas(rng, width, height):
    """A textured canvas: one or two fields, and sometimes grain."""
    base = colour(rng)
    result = np.broadcast_to(base, (height, width, 3)).copy()
    for _ in range(rng.integers(1, 3)):
        field = FIELDS[rng.integers(len(FIELDS))](rng, width, height)
        other = (base + rng.normal(0, 48, 3).astype(np.float32)).clip(0, 255)
        result += field[..., None] * (other - result)
    if rng.random() < 0.4:
        grain = rng.normal(0, rng.uniform(2, 9), (height, width, 1))
        result += grain.astype(np.float32)
    return result.clip(0, 255)
