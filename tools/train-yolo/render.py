#!/usr/bin/env python3
"""Render pictures of digits scattered on textured canvases, with boxes.

A picture holds one to eight digits in different fonts, colours, sizes and
turns, among shapes and letters that are no digits.  Picture i of a set
depends on (seed, i) only, so the same seed gives the same set again, with
any number of worker processes.

A set is a folder of JPEG files; beside each lies a text file with a line
"class cx cy w h" for each digit, in parts of the picture's width and height.
"""

import argparse
import io
import math
import os
import sys
from multiprocessing import Pool

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

# the fonts are the ones that train-lenet draws its digits with
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             os.pardir, "train-lenet"))

from render_digits import font_paths, glyph  # noqa: E402
from textures import canvas, colour  # noqa: E402

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven",
         "eight", "nine")
SIZES = ((320, 240), (240, 320), (256, 256), (400, 300), (224, 224),
         (360, 200), (200, 300), (288, 192))
LETTERS = "ABCEFGHJKMNPQRSTUVWXYZadehkmnrtuvwxy"  # a few look a little like digits
QUALITY = 88       # of the JPEG files
MOST = 8           # digits in a picture
SMALLEST, LARGEST = 24, 140  # longer side of a digit, in pixels
HARD_SHARE = 0.4  # share of pictures with little contrast, blur or noise


def brightness(rgb):
    """The luma of colours (..., 3)."""
    return rgb @ np.array([0.299, 0.587, 0.114], np.float32)


def character(rng, text, size):
    """A turned glyph as an "L" picture cut to its ink, `size` on its longer side."""
    handwritten, printed = font_paths()
    group = handwritten if rng.random() < 0.4 else printed
    source = glyph(group[rng.integers(len(group))], text)
    width = source.width * math.exp(rng.normal(0, 0.12))
    turn = float(np.clip(rng.normal(0, 12), -32, 32))
    # scale first, generously, so that the turned glyph is not coarser than the result
    scale = 1.25 * size / max(width, source.height)
    large = source.resize((max(3, round(width * scale)),
                           max(3, round(source.height * scale))), Image.BICUBIC)
    turned = large.rotate(turn, Image.BICUBIC, expand=True)
    turned = turned.crop(turned.getbbox())
    scale = size / max(turned.size)
    return turned.resize(tuple(max(3, round(v * scale)) for v in turned.size), Image.BOX)


def ink_box(mask):
    """The box of the pixels that are at least a third covered."""
    return mask.point([0] * 85 + [255] * 171).getbbox()


def ink_colour(rng, under, contrast):
    """A colour that differs in brightness by `contrast` or more from what is under it."""
    level = float(brightness(under))
    best = None
    for _ in range(12):
        rgb = colour(rng)
        if rng.random() < 0.4:  # often nearly black or nearly white
            rgb = rgb * 0.2 + (200 if level < 120 else 0)
        gap = abs(float(brightness(rgb)) - level)
        if best is None or gap > best[0]:
            best = (gap, rgb)
        if gap >= contrast:
            break
    return best[1]


def paint(pixels, mask, left, top, fill):
    """Lay the colour `fill`, (3,) or (height, 1, 3), on the pixels through a mask."""
    part = pixels[top:top + mask.height, left:left + mask.width]
    cover = np.asarray(mask, np.float32)[..., None] / 255
    part += cover * (fill - part)


def place(rng, taken, width, height, mask):
    """A free corner for the mask, or None; digits may touch, but hardly overlap."""
    for _ in range(30):
        if mask.width >= width - 4 or mask.height >= height - 4:
            return None
        left = int(rng.integers(2, width - mask.width - 1))
        top = int(rng.integers(2, height - mask.height - 1))
        box = (left, top, left + mask.width, top + mask.height)
        if not any(overlap(box, other) > 0.15 for other in taken):
            taken.append(box)
            return left, top
    return None


def overlap(a, b):
    """The shared part of two boxes, as a share of the smaller one."""
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return wide * high / min(areas)


def draw_character(rng, pixels, taken, text, size, contrast):
    """Draw a digit or letter where there is room; returns the box of its ink, or None."""
    height, width = pixels.shape[:2]
    mask = character(rng, text, size)
    corner = place(rng, taken, width, height, mask)
    if corner is None:
        return None
    left, top = corner
    under = pixels[top:top + mask.height, left:left + mask.width].mean((0, 1))
    fill = ink_colour(rng, under, contrast)
    box = ink_box(mask)
    style = rng.random()
    if style < 0.15:  # a soft shadow, kept inside the digit's box
        shadow = mask.transform(mask.size, Image.AFFINE, (1, 0, -2, 0, 1, -2))
        shadow = shadow.filter(ImageFilter.GaussianBlur(1.5))
        shadow = shadow.point([v * 6 // 10 for v in range(256)])
        paint(pixels, shadow, left, top, under * 0.4)
    elif style < 0.35:  # the fill changes from top to bottom
        t = np.linspace(0, 1, mask.height, dtype=np.float32)[:, None, None]
        fill = fill + t * rng.normal(0, 25, 3).astype(np.float32)
    elif style < 0.45 and size > 50:  # hollow
        inner = mask.filter(ImageFilter.MinFilter(5))
        if np.asarray(inner, np.float32).sum() > 0.3 * np.asarray(mask, np.float32).sum():
            mask = ImageChops.subtract(mask, inner)
    paint(pixels, mask, left, top, fill)
    return left + box[0], top + box[1], left + box[2], top + box[3]


def draw_shapes(rng, pixels, most):
    """Draw up to `most` lines, ellipses and rectangles; returns the new pixels."""
    height, width = pixels.shape[:2]
    picture = Image.fromarray(pixels.astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.integers(0, most + 1)):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        dx, dy = rng.uniform(-90, 90, 2)
        pen = int(rng.integers(1, 5))
        fill = tuple(int(v) for v in colour(rng))
        kind = rng.integers(3)
        if kind == 0:
            draw.line((x, y, x + dx, y + dy), fill=fill, width=pen)
        else:
            corners = (x, y, x + abs(dx) + 8, y + abs(dy) + 8)
            shape = draw.ellipse if kind == 1 else draw.rectangle
            shape(corners, outline=fill, width=pen)
    return np.asarray(picture, np.float32).copy()


def finish(rng, pixels, hard):
    """Blur, noise, contrast and grey: what a camera or scanner would do."""
    picture = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    if rng.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(
            rng.uniform(0.2, 2.0 if hard else 0.8)))
    pixels = np.asarray(picture, np.float32)
    if rng.random() < 0.12:  # greyish
        grey = brightness(pixels)[..., None]
        pixels = grey + (pixels - grey) * np.float32(rng.uniform(0, 0.15))
    gain = rng.uniform(0.35, 0.9) if hard else rng.uniform(0.75, 1.1)
    pixels = 128 + (pixels - 128) * np.float32(gain) + np.float32(rng.normal(0, 14))
    if rng.random() < (0.4 if hard else 0.1):
        noise = rng.normal(0, rng.uniform(3, 13 if hard else 7), pixels.shape)
        pixels = pixels + noise.astype(np.float32)
    return Image.fromarray(np.rint(pixels.clip(0, 255)).astype(np.uint8))


def render(seed, index):
    """Picture `index` of the set `seed`: (RGB picture, labels (n, 5))."""
    rng = np.random.default_rng([seed, index])
    width, height = SIZES[rng.integers(len(SIZES))]
    hard = rng.random() < HARD_SHARE
    pixels = draw_shapes(rng, canvas(rng, width, height), 5)
    largest = min(LARGEST, 0.62 * min(width, height))
    taken, labels = [], []
    wanted = int(rng.integers(1, MOST + 1))
    while len(labels) < wanted:
        digit = int(rng.integers(10))
        size = math.exp(rng.uniform(math.log(SMALLEST), math.log(largest)))
        contrast = rng.uniform(10, 40) if hard else rng.uniform(35, 110)
        box = draw_character(rng, pixels, taken, str(digit), round(size), contrast)
        if box is None:  # the picture is full
            if labels:
                break
            continue
        labels.append((digit, (box[0] + box[2]) / 2 / width, (box[1] + box[3]) / 2 / height,
                       (box[2] - box[0]) / width, (box[3] - box[1]) / height))
    for _ in range(rng.integers(0, 4)):
        letter = LETTERS[rng.integers(len(LETTERS))]
        draw_character(rng, pixels, taken, letter, int(rng.integers(24, 70)), 45)
    if rng.random() < 0.5:  # something thin across the digits
        pixels = draw_shapes(rng, pixels.clip(0, 255), 3)
    return finish(rng, pixels, hard), np.array(labels, np.float64)


def encode(picture):
    """The picture as the bytes of a JPEG file."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=QUALITY, optimize=True)
    return data.getvalue()


def render_file(job):
    """Picture `index` of the set `seed` as JPEG bytes, and its labels as text."""
    picture, labels = render(*job)
    text = "".join("%d %.6f %.6f %.6f %.6f\n" % tuple(label) for label in labels)
    return encode(picture), text


def contact_sheet(path, files, columns=8, side=320):
    """Write a picture that shows the first pictures of a set, with their boxes."""
    sheet = Image.new("RGB", (columns * side, -(-len(files) // columns) * side))
    for i, (data, text) in enumerate(files):
        picture = Image.open(io.BytesIO(data))
        draw = ImageDraw.Draw(picture)
        for line in text.splitlines():
            name, cx, cy, w, h = line.split()
            x, y = float(cx) * picture.width, float(cy) * picture.height
            rx, ry = float(w) * picture.width / 2, float(h) * picture.height / 2
            draw.rectangle((x - rx, y - ry, x + rx, y + ry), outline=(255, 0, 0))
            draw.text((x - rx + 2, y - ry), name, fill=(255, 0, 0))
        picture.thumbnail((side, side))
        sheet.paste(picture, (i % columns * side, i // columns * side))
    sheet.save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--out", required=True, help="folder for the pictures")
    parser.add_argument("--no-labels", action="store_true", help="write the pictures alone")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--sheet", help="also write a PNG of the first 64, with boxes")
    options = parser.parse_args()
    font_paths()
    with Pool(options.processes) as pool:
        files = pool.map(render_file, [(options.seed, i) for i in range(options.count)])
    os.makedirs(options.out, exist_ok=True)
    for i, (data, text) in enumerate(files):
        base = os.path.join(options.out, "%04d" % i)
        with open(base + ".jpg", "wb") as out:
            out.write(data)
        if not options.no_labels:
            with open(base + ".txt", "w") as out:
                out.write(text)
    if options.sheet:
        contact_sheet(options.sheet, files[:64])
    print("%s: %d pictures, %d bytes, seed %d" % (
        options.out, len(files), sum(len(data) for data, _ in files), options.seed))


if __name__ == "__main__":
    main()
