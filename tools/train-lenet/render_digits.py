#!/usr/bin/env python3
"""Render pictures of the digits 0-9 that look like MNIST's.

Each picture is 28x28, 8-bit grayscale, white on black: the digit fills a
20x20 box, which is then placed so that its centre of mass is the centre of
the picture.  Half of the pictures are drawn with hand-designed pen strokes,
half are glyphs of free fonts; both are slanted, rotated, stretched and warped
at random.  A small share ("hard" pictures) is distorted much more.

The output is a pair of IDX files laid out exactly like MNIST's.  Picture i of
a set depends on (seed, i) only, so the same seed gives the same set again,
with any number of worker processes.
"""

import argparse
import gzip
import math
import os
import struct
import sys
from functools import lru_cache
from multiprocessing import Pool

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE = 28          # side of a picture
BOX = 20           # longer side of the digit
OVER = 5           # supersampling of the pen strokes
HARD_SHARE = 0.08  # share of pictures that are distorted strongly

# --------------------------------------------------------------------------
# Pen strokes.  A variant of a digit is a list of strokes in a box 1 wide and
# 1 high with y pointing down.  ("l", points...) joins the points by straight
# lines, ("c", points...) draws a smooth curve through them, ("o", cx, cy, rx,
# ry, from, to) is a part of an ellipse, angles in degrees, clockwise from 3
# o'clock.
# --------------------------------------------------------------------------

STROKES = {
    0: [
        [("o", .5, .5, .36, .5, -90, 275)],
        [("o", .5, .5, .28, .5, -70, 300)],
        [("o", .5, .5, .44, .47, -120, 235)],
        [("c", (.62, .03), (.38, .05), (.17, .33), (.17, .7), (.4, .98),
          (.7, .85), (.84, .5), (.76, .15), (.5, .03))],
        [("c", (.55, .0), (.25, .2), (.15, .6), (.35, .97), (.65, .93),
          (.85, .55), (.75, .12), (.5, .06), (.4, .16))],
    ],
    1: [
        [("l", (.5, .0), (.5, 1.))],
        [("l", (.5, .0), (.48, .5), (.5, 1.))],
        [("l", (.3, .24), (.52, .0), (.52, 1.))],
        [("l", (.34, .2), (.54, .0), (.54, 1.)), ("l", (.28, 1.), (.8, 1.))],
        [("c", (.52, .0), (.5, .35), (.47, .7), (.48, 1.))],
    ],
    2: [
        [("c", (.15, .25), (.32, .05), (.6, .0), (.8, .2), (.7, .46),
          (.42, .75), (.1, 1.)), ("l", (.1, 1.), (.9, .98))],
        [("c", (.15, .2), (.4, .01), (.76, .13), (.7, .45), (.42, .8),
          (.2, .97), (.1, .88), (.22, .77), (.48, .9), (.92, .95))],
        [("c", (.2, .12), (.5, .0), (.78, .16), (.72, .42), (.45, .68),
          (.15, .93)), ("c", (.15, .93), (.35, .88), (.6, .97), (.9, .9))],
        [("c", (.12, .3), (.2, .06), (.52, .0), (.8, .12), (.78, .36),
          (.5, .62), (.14, .98)), ("l", (.14, .98), (.85, 1.))],
    ],
    3: [
        [("c", (.15, .13), (.45, .0), (.76, .12), (.72, .35), (.4, .47)),
         ("c", (.4, .47), (.75, .53), (.85, .76), (.65, .97), (.35, 1.),
          (.1, .87))],
        [("l", (.15, .03), (.8, .02), (.42, .42)),
         ("c", (.42, .42), (.76, .48), (.86, .72), (.66, .96), (.35, 1.),
          (.1, .88))],
        [("c", (.14, .1), (.48, .0), (.78, .17), (.66, .4), (.36, .48),
          (.42, .45), (.75, .56), (.82, .8), (.5, 1.), (.12, .92))],
        [("c", (.2, .05), (.6, .0), (.8, .16), (.62, .38), (.4, .47),
          (.33, .5), (.45, .5), (.72, .6), (.72, .86), (.4, 1.), (.05, .97))],
    ],
    4: [
        [("l", (.2, .0), (.13, .56), (.88, .52)), ("l", (.7, .05), (.66, 1.))],
        [("l", (.65, 1.), (.66, .0), (.08, .68), (.92, .66))],
        [("c", (.16, .04), (.14, .42), (.36, .56), (.76, .42)),
         ("l", (.8, .0), (.7, 1.))],
        [("l", (.14, .1), (.16, .5), (.8, .48)), ("l", (.8, .0), (.8, 1.))],
        [("l", (.45, .0), (.1, .6), (.9, .58)), ("l", (.66, .35), (.6, 1.))],
    ],
    5: [
        [("l", (.82, .0), (.26, .02), (.2, .42)),
         ("c", (.2, .42), (.5, .36), (.82, .54), (.78, .84), (.45, 1.),
          (.1, .9))],
        [("l", (.28, .04), (.24, .44)),
         ("c", (.24, .44), (.55, .38), (.8, .6), (.7, .9), (.4, 1.),
          (.14, .94)), ("l", (.28, .04), (.86, .0))],
        [("c", (.86, .03), (.5, .02), (.32, .12), (.26, .34), (.42, .46),
          (.68, .58), (.74, .8), (.52, .98), (.12, .95))],
        [("l", (.9, .02), (.35, .04), (.25, .45)),
         ("c", (.25, .45), (.48, .42), (.66, .56), (.66, .78), (.44, .96),
          (.05, 1.))],
    ],
    6: [
        [("c", (.7, .0), (.4, .2), (.2, .55), (.23, .86), (.5, 1.),
          (.78, .85), (.75, .62), (.5, .53), (.24, .7))],
        [("c", (.45, .0), (.27, .3), (.18, .65), (.28, .92), (.55, 1.),
          (.8, .84), (.72, .62), (.48, .56), (.22, .76))],
        [("c", (.8, .06), (.5, .06), (.24, .35), (.17, .68), (.34, .96),
          (.68, .96), (.82, .72), (.62, .5), (.36, .55), (.2, .74))],
        [("c", (.5, .0), (.3, .45), (.26, .8), (.45, 1.), (.66, .9),
          (.66, .7), (.46, .66), (.32, .84))],
    ],
    7: [
        [("l", (.1, .03), (.86, .0), (.42, 1.))],
        [("l", (.1, .04), (.86, .02), (.45, 1.)),
         ("l", (.3, .52), (.8, .48))],
        [("l", (.1, .2), (.12, .03), (.84, .02)),
         ("c", (.84, .02), (.62, .35), (.5, .65), (.46, 1.))],
        [("c", (.08, .12), (.3, .03), (.55, .08), (.85, .0)),
         ("l", (.85, .0), (.55, .5), (.35, 1.))],
        [("c", (.14, .1), (.5, .04), (.8, .04), (.82, .16), (.66, .5),
          (.58, 1.))],
    ],
    8: [
        [("c", (.75, .15), (.5, .0), (.26, .14), (.31, .35), (.5, .48),
          (.74, .65), (.77, .87), (.5, 1.), (.22, .87), (.26, .65),
          (.5, .47), (.71, .33), (.75, .13))],
        [("o", .5, .24, .25, .24, 80, 450), ("o", .5, .74, .33, .26, -90, 275)],
        [("c", (.8, .08), (.45, .02), (.24, .2), (.4, .42), (.66, .6),
          (.72, .84), (.48, 1.), (.24, .86), (.34, .62), (.62, .38),
          (.82, .1))],
        [("c", (.6, .02), (.36, .06), (.34, .28), (.5, .44), (.64, .62),
          (.62, .9), (.44, 1.), (.3, .88), (.36, .64), (.54, .45), (.7, .25),
          (.62, .03))],
    ],
    9: [
        [("c", (.78, .2), (.5, .0), (.2, .15), (.2, .38), (.45, .5),
          (.74, .36), (.78, .18)), ("l", (.78, .18), (.76, .6), (.66, 1.))],
        [("c", (.8, .12), (.5, .0), (.2, .14), (.2, .4), (.5, .5), (.78, .3),
          (.8, .1), (.8, .45), (.74, .8), (.5, 1.), (.2, .94))],
        [("c", (.72, .1), (.4, .02), (.18, .26), (.36, .48), (.66, .36),
          (.76, .08)), ("c", (.76, .08), (.68, .5), (.56, .8), (.4, 1.))],
        [("o", .46, .25, .28, .25, -20, 345),
         ("l", (.74, .1), (.74, 1.))],
    ],
}

# --------------------------------------------------------------------------
# Fonts, by the Debian package that has them.
# --------------------------------------------------------------------------

HANDWRITTEN = {
    "fonts-comic-neue": ["ComicNeue-Bold.otf", "ComicNeue-Italic.otf",
                         "ComicNeue-Light.otf", "ComicNeue-Regular.otf"],
    "fonts-dkg-handwriting": ["dkg.ttf", "dkgBd.ttf", "dkgIt.ttf"],
    "fonts-breip": ["Breip.ttf"],
    "fonts-bwht": ["BecauseWeBuild-Regular.otf", "BecauseWeConnect-Regular.otf",
                   "BecauseWeCreate-Regular.otf", "BecauseWeLearn-Regular.otf",
                   "BecauseWeMentor-Regular.otf",
                   "BecauseWeOrganize-Regular.otf"],
    "fonts-dancingscript": ["DancingScript-Bold.otf",
                            "DancingScript-Regular.otf"],
    "fonts-humor-sans": ["Humor-Sans.ttf"],
    "fonts-kristi": ["Kristi.ttf"],
    "fonts-klee": ["KleeOne-Regular.ttf", "KleeOne-SemiBold.ttf"],
    "fonts-kaushanscript": ["KaushanScript-Regular.otf"],
}

PRINTED = {
    "fonts-dejavu-core": ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf",
                          "DejaVuSansMono.ttf", "DejaVuSerif.ttf"],
    "fonts-freefont-ttf": ["FreeMono.ttf", "FreeMonoBold.ttf", "FreeSans.ttf",
                           "FreeSansBold.ttf", "FreeSansOblique.ttf",
                           "FreeSerif.ttf", "FreeSerifItalic.ttf"],
    "fonts-liberation": ["LiberationMono-Regular.ttf",
                         "LiberationSans-Regular.ttf",
                         "LiberationSansNarrow-Regular.ttf",
                         "LiberationSerif-Regular.ttf",
                         "LiberationSerif-BoldItalic.ttf"],
    "fonts-lato": ["Lato-Black.ttf", "Lato-Light.ttf", "Lato-MediumItalic.ttf",
                   "Lato-Regular.ttf"],
}

FONT_ROOT = "/usr/share/fonts"


@lru_cache(maxsize=None)
def font_paths():
    """Full paths of the fonts: (handwritten ones, printed ones)."""
    found = {}
    for folder, _, names in os.walk(FONT_ROOT):
        for name in names:
            found.setdefault(name, os.path.join(folder, name))
    missing = set()
    result = []
    for group in (HANDWRITTEN, PRINTED):
        paths = []
        for package, names in group.items():
            for name in names:
                if name in found:
                    paths.append(found[name])
                else:
                    missing.add(package)
        result.append(paths)
    if missing:
        sys.exit("fonts are missing; install them with\n  apt-get install "
                 + " ".join(sorted(missing)))
    return tuple(result)


@lru_cache(maxsize=None)
def glyph(path, digit):
    """The glyph, cut out, 100 pixels high, as an "L" picture."""
    font = ImageFont.truetype(path, 160)
    canvas = Image.new("L", (480, 480), 0)
    ImageDraw.Draw(canvas).text((140, 120), str(digit), font=font, fill=255)
    cut = canvas.crop(canvas.getbbox())
    width = max(8, round(cut.width * 100 / cut.height))
    return cut.resize((width, 100), Image.LANCZOS)


# --------------------------------------------------------------------------
# Distortion
# --------------------------------------------------------------------------

class Warp:
    """A random map of the plane: stretch, slant, turn, perspective, waves.

    Points are (n, 2) arrays around the origin; the digit is about 1 high.
    """

    def __init__(self, rng, hard):
        k = 2.0 if hard else 1.0
        turn = math.radians(np.clip(rng.normal(0, 7 * k), -28, 28))
        slant = np.clip(rng.normal(0.12, 0.2 * k), -0.7, 0.8)
        stretch = math.exp(np.clip(rng.normal(-0.05, 0.17 * k), -0.6, 0.45))
        c, s = math.cos(turn), math.sin(turn)
        # x grows to the right and y down: a positive slant leans to the right
        self.linear = (np.array([[c, -s], [s, c]])
                       @ np.array([[stretch, -slant], [0, 1.0]]))
        self.perspective = rng.normal(0, 0.10 * k, 2)
        self.waves = []
        for _ in range(3):
            direction = rng.normal(0, 1, 2)
            direction /= np.linalg.norm(direction) + 1e-9
            frequency = rng.uniform(2.0, 6.5)
            self.waves.append((direction * frequency,
                               rng.uniform(0, 2 * math.pi),
                               rng.normal(0, 0.022 * k, 2)))

    def __call__(self, points):
        moved = points.copy()
        for frequency, phase, amplitude in self.waves:
            moved += np.sin(points @ frequency + phase)[:, None] * amplitude
        moved = moved @ self.linear.T
        return moved / (1.0 + moved @ self.perspective)[:, None].clip(0.5, 2.0)


def smooth(points, steps=10):
    """A Catmull-Rom curve through the points."""
    p = np.vstack([2 * points[0] - points[1], points,
                   2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:]):
        parts.append(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d
                                                 + t * (3 * (b - c) + d - a))))
    parts.append(points[-1:])
    return np.vstack(parts)


def stroke_digit(digit, rng, hard):
    """Draw the digit with a pen; returns a large "L" picture."""
    variants = STROKES[digit]
    warp = Warp(rng, hard)
    jitter = 0.035 if hard else 0.022
    joined = {}  # a control point used by two strokes moves once
    lines = []
    for stroke in variants[rng.integers(len(variants))]:
        if stroke[0] == "o":
            cx, cy, rx, ry, start, stop = stroke[1:]
            cx, cy = cx + rng.normal(0, jitter), cy + rng.normal(0, jitter)
            rx, ry = rx * rng.uniform(.85, 1.12), ry * rng.uniform(.9, 1.08)
            start, stop = start + rng.normal(0, 12), stop + rng.normal(0, 8)
            angle = np.radians(np.linspace(start, stop, 48))
            line = np.stack([cx + rx * np.cos(angle),
                             cy + ry * np.sin(angle)], 1)
        else:
            points = []
            for point in stroke[1:]:
                if point not in joined:
                    joined[point] = np.array(point) + rng.normal(0, jitter, 2)
                points.append(joined[point])
            points = np.array(points)
            if stroke[0] == "c":
                line = smooth(points)
            else:
                t = np.linspace(0, 1, 16)[:, None]
                line = np.vstack([a + (b - a) * t
                                  for a, b in zip(points, points[1:])])
        lines.append(warp(line - 0.5))

    # Scale so that the digit, with the pen's thickness, fills the box.
    thick = float(np.clip(rng.normal(2.5, 0.75), 1.1, 4.6))
    every = np.vstack(lines)
    low, high = every.min(0), every.max(0)
    scale = (BOX - thick) / max(high - low)
    size = (high - low) * scale + thick + 2
    picture = Image.new("L", tuple(int(math.ceil(v * OVER)) for v in size), 0)
    draw = ImageDraw.Draw(picture)
    swell, phase = rng.uniform(0, 0.25), rng.uniform(0, 2 * math.pi)
    for line in lines:
        line = ((line - low) * scale + thick / 2 + 1) * OVER
        # equal steps along the line, about a pixel long
        length = np.concatenate([[0], np.cumsum(
            np.hypot(*np.diff(line, axis=0).T))])
        at = np.linspace(0, length[-1], max(2, int(length[-1] / 1.6)))
        xs = np.interp(at, length, line[:, 0])
        ys = np.interp(at, length, line[:, 1])
        radii = thick * OVER / 2 * (1 + swell * np.sin(at / 22 + phase))
        for x, y, r in zip(xs.tolist(), ys.tolist(), radii.tolist()):
            draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
    return picture


def font_digit(digit, rng, hard):
    """Draw the digit's glyph of some font, distorted, as an "L" picture."""
    handwritten, printed = font_paths()
    group = handwritten if rng.random() < 0.6 else printed
    source = glyph(group[rng.integers(len(group))], digit)
    warp = Warp(rng, hard)
    # The result's pixel (u, v) shows the source at warp(u, v): a mesh of
    # small quadrilaterals does that for all of them.
    side, cells = 168, 8
    step = side // cells
    grid = np.stack(np.meshgrid(np.arange(cells + 1), np.arange(cells + 1)),
                    -1).reshape(-1, 2) * step
    # Warp moves points forward; here they are looked up backward, so the
    # slant is turned round by mirroring x on both sides.
    mirror = np.array([-1.0, 1.0])
    at = warp((grid - side / 2) / 100.0 * mirror) * mirror * 100.0
    at += np.array([source.width / 2, source.height / 2])
    at = at.reshape(cells + 1, cells + 1, 2)
    pad = 100
    padded = Image.new("L", (source.width + 2 * pad, source.height + 2 * pad))
    padded.paste(source, (pad, pad))
    mesh = []
    for row in range(cells):
        for column in range(cells):
            corners = [at[row, column], at[row + 1, column],
                       at[row + 1, column + 1], at[row, column + 1]]
            mesh.append(((column * step, row * step,
                          (column + 1) * step, (row + 1) * step),
                         tuple(float(v + pad) for c in corners for v in c)))
    picture = padded.transform((side, side), Image.MESH, mesh, Image.BILINEAR)
    weight = rng.integers(-1, 4)  # make it bolder or lighter
    if weight > 0:
        picture = picture.filter(ImageFilter.MaxFilter(2 * int(weight) + 1))
    elif weight < 0 and np.asarray(picture).mean() > 30:
        picture = picture.filter(ImageFilter.MinFilter(3))
    return picture


# --------------------------------------------------------------------------
# From a large picture to MNIST's form
# --------------------------------------------------------------------------

def to_mnist(picture, rng, hard):
    box = picture.getbbox()
    if box is None:
        return None
    picture = picture.crop(box)
    scale = BOX / max(picture.size)
    width, height = (max(1, round(v * scale)) for v in picture.size)
    small = picture.resize((width, height), Image.BOX)
    pixels = np.zeros((SIDE, SIDE), np.float64)
    ink = np.asarray(small, np.float64)
    total = ink.sum()
    if total <= 0:
        return None
    my = (ink.sum(1) * (np.arange(height) + .5)).sum() / total
    mx = (ink.sum(0) * (np.arange(width) + .5)).sum() / total
    top = min(max(round(SIDE / 2 - my), 0), SIDE - height)
    left = min(max(round(SIDE / 2 - mx), 0), SIDE - width)
    pixels[top:top + height, left:left + width] = ink

    blur = rng.uniform(0, 0.55 if hard else 0.3)  # a 3x3 softening
    for axis in (0, 1):
        pixels = ((1 - blur) * pixels + blur / 2 * (
            np.roll(pixels, 1, axis) + np.roll(pixels, -1, axis)))
    pixels *= rng.uniform(1.0, 1.5) * 255 / pixels.max()
    if hard:
        if rng.random() < 0.5:  # a weak or missing place in the line
            cy, cx = rng.uniform(6, 22, 2)
            y, x = np.mgrid[0:SIDE, 0:SIDE]
            far = ((y - cy) ** 2 + (x - cx) ** 2) / rng.uniform(1.5, 7.0)
            pixels = pixels * (1 - 0.95 * np.exp(-far))
        if rng.random() < 0.4:  # a faint, grainy picture
            pixels = pixels.clip(0, 255) * rng.uniform(0.45, 0.9)
            pixels = pixels + (rng.normal(0, 22, pixels.shape)
                               * (rng.random(pixels.shape) < 0.5))
    pixels = pixels.clip(0, 255)
    pixels[pixels < 6] = 0
    return np.rint(pixels).astype(np.uint8)


def label_of(seed, index):
    """Every ten pictures in a row hold each digit once, in random order."""
    order = np.random.default_rng([seed, index // 10, 77]).permutation(10)
    return int(order[index % 10])


def render(job):
    """Picture `index` of the set `seed`."""
    seed, index = job
    digit = label_of(seed, index)
    rng = np.random.default_rng([seed, index])
    while True:
        hard = rng.random() < HARD_SHARE
        draw = stroke_digit if rng.random() < 0.5 else font_digit
        picture = to_mnist(draw(digit, rng, hard), rng, hard)
        if picture is not None:
            return picture


def render_set(seed, count, processes=2):
    """(count, 28, 28) pictures and (count,) labels, both uint8."""
    font_paths()
    jobs = [(seed, i) for i in range(count)]
    if processes > 1:
        with Pool(processes) as pool:
            pictures = pool.map(render, jobs, chunksize=250)
    else:
        pictures = [render(job) for job in jobs]
    labels = np.array([label_of(seed, i) for i in range(count)], np.uint8)
    return np.stack(pictures), labels


# --------------------------------------------------------------------------
# IDX files
# --------------------------------------------------------------------------

def write_idx(path, array):
    """Write a uint8 array as an IDX file, packed if the name ends in .gz."""
    data = struct.pack(">BBBB", 0, 0, 8, array.ndim)
    data += struct.pack(">%dI" % array.ndim, *array.shape)
    data += np.ascontiguousarray(array, np.uint8).tobytes()
    with open(path, "wb") as out:
        if path.endswith(".gz"):
            # no name and no time inside: the same data gives the same file
            with gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
                packed.write(data)
        else:
            out.write(data)


def read_idx(path):
    """Read a uint8 IDX file; finds `path` or `path`.gz."""
    if not os.path.exists(path) and os.path.exists(path + ".gz"):
        path += ".gz"
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as source:
        data = source.read()
    zero, kind, rank = struct.unpack(">HBB", data[:4])
    if zero != 0 or kind != 8:
        raise ValueError(path + " is no IDX file of bytes")
    shape = struct.unpack(">%dI" % rank, data[4:4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def contact_sheet(path, pictures, columns=40, zoom=1):
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * 30, columns * 30), 60, np.uint8)
    for i, picture in enumerate(pictures):
        y, x = i // columns * 30 + 1, i % columns * 30 + 1
        sheet[y:y + SIDE, x:x + SIDE] = picture
    image = Image.fromarray(sheet)
    image.resize((image.width * zoom, image.height * zoom), 0).save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--prefix", default="train",
                        help="train or t10k, as in MNIST's file names")
    parser.add_argument("--out", required=True, help="folder for the IDX files")
    parser.add_argument("--gz", action="store_true", help="pack the IDX files")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--sheet", help="also write a PNG of the first 800")
    options = parser.parse_args()
    pictures, labels = render_set(options.seed, options.count,
                                  options.processes)
    os.makedirs(options.out, exist_ok=True)
    end = ".gz" if options.gz else ""
    base = os.path.join(options.out, options.prefix)
    write_idx(base + "-images-idx3-ubyte" + end, pictures)
    write_idx(base + "-labels-idx1-ubyte" + end, labels)
    if options.sheet:
        contact_sheet(options.sheet, pictures[:800])
    print("%s: %d pictures, seed %d" % (base, len(pictures), options.seed))


if __name__ == "__main__":
    main()
