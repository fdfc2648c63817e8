"""Measures how Octet's latency and memory grow with YOLOv3-tiny's input size and with its width.

Prints a table for each series, type and number of threads, and under it the least-squares line
a + b x GMAC through latency and through peak memory, with what is left over.
"""
import argparse
import os
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from driver import machine
from driver.darknet import read_cfg, with_side, with_width, write_cfg, write_random_weights
from driver.paths import BUILD, OCTET, SAMPLE_PHOTOS
from driver.table import row, spread
from runners.octet_command import CommandFailed, bench, call, gmacs

TYPES = ["int8", "float"]
CALIBRATION_SAMPLES = 8
MIB = 2**20


@dataclass(frozen=True)
class Variant:
    series: str   # size or width
    value: float
    model: Path   # without -int8.tflite or -float.tflite

    def file(self, type_):
        return self.model.with_name(f"{self.model.name}-{type_}.tflite")


def main():
    options = parse()
    if not options.octet.exists():
        sys.exit(f"{options.octet} is missing: build it with 'swift build -c release', or set OCTET")
    print(machine.describe(machine.machine()) + "\n")
    try:
        variants = make(options)
        costs = {variant: gmacs(options.octet, variant.file(options.types[0]))
                 for variant in variants}
        measured = measure(options, variants)
    except CommandFailed as failure:
        sys.exit(f"octet: {failure}")
    for type_ in options.types:
        for threads in options.threads:
            for series in ("size", "width"):
                members = [variant for variant in variants if variant.series == series]
                if members:
                    print(table(series, type_, threads, [
                        (variant.value, costs[variant], measured[variant, type_, threads])
                        for variant in members]))


def parse():
    parser = argparse.ArgumentParser(prog="tools/bench/growth", description=__doc__)
    parser.add_argument("cfg", type=Path, help="yolov3-tiny.cfg")
    parser.add_argument("weights", type=Path, help="yolov3-tiny.weights; widths get random ones")
    parser.add_argument("--sizes", nargs="*", type=int, default=[224, 320, 416, 512, 608, 832])
    parser.add_argument("--widths", nargs="*", type=float, default=[0.25, 0.5, 1, 1.5, 2])
    parser.add_argument("--types", nargs="+", choices=TYPES, default=TYPES)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core", type=int, default=0, help="the core of one-thread runs")
    parser.add_argument("--photos", type=Path, default=SAMPLE_PHOTOS,
                        help="pictures that calibrate the int8 models")
    parser.add_argument("--folder", type=Path, default=BUILD / "growth",
                        help="where the models are or are made")
    parser.add_argument("--octet", type=Path, default=Path(os.environ.get("OCTET", OCTET)))
    return parser.parse_args()


def make(options):
    """Converts what is missing."""
    options.folder.mkdir(parents=True, exist_ok=True)
    sections = read_cfg(options.cfg)
    variants = []
    for side in options.sizes:
        variant = Variant("size", side, options.folder / f"size-{side}")
        convert(options, variant, with_side(sections, side), options.weights)
        variants.append(variant)
    for factor in options.widths:
        variant = Variant("width", factor, options.folder / f"width-{factor:g}")
        convert(options, variant, with_width(sections, factor), None)
        variants.append(variant)
    return variants


def convert(options, variant, sections, weights):
    missing = [type_ for type_ in options.types if not variant.file(type_).exists()]
    if not missing:
        return
    print(f"converting {variant.model.name}", file=sys.stderr)
    cfg = variant.model.with_name(variant.model.name + ".cfg")
    write_cfg(sections, cfg)
    random_weights = cfg.with_suffix(".weights")
    if weights is None:
        write_random_weights(sections, random_weights)
    for type_ in missing:
        int8 = ["--int8", "--no-verify", "--calibration-data", options.photos,
                "--samples", CALIBRATION_SAMPLES]
        call([options.octet, "convert", cfg, "--weights", weights or random_weights,
              "-o", variant.file(type_), *(int8 if type_ == "int8" else [])])
    random_weights.unlink(missing_ok=True)


def measure(options, variants):
    """`octet bench`'s answers by (variant, type, threads), one a round."""
    plan = [(variant, type_, threads) for variant in variants
            for type_ in options.types for threads in options.threads]
    measured = {entry: [] for entry in plan}
    for round_ in range(options.rounds):
        for entry in random.Random(round_).sample(plan, len(plan)):
            variant, type_, threads = entry
            core = options.core if threads == 1 else None
            result, _ = bench(options.octet, variant.file(type_), threads, core)
            measured[entry].append(result)
            print(f"{round_ + 1}: {variant.model.name} {type_} {threads}: "
                  f"{result['median_ms']:.4g} ms", file=sys.stderr)
    return measured


def table(series, type_, threads, entries):
    """One series; an entry is a variant's size or width, its GMAC and what was measured."""
    lines = [f"## {series}, {type_}, {threads} thread{'s' if threads > 1 else ''}", ""]
    lines += [row([series, "GMAC", "ms", "ms / GMAC", "peak MB", "arena MB"]), row(["---"] * 6)]
    milliseconds, megabytes = [], []
    for value, cost, results in entries:
        times = [result["median_ms"] for result in results]
        milliseconds.append(median(times))
        megabytes.append(median(result["peak_rss_bytes"] for result in results) / MIB)
        lines.append(row([
            f"{value:g}", f"{cost:.4g}", spread(times), f"{milliseconds[-1] / cost:.3g}",
            f"{megabytes[-1]:.1f}", f"{results[0]['arena_bytes'] / MIB:.1f}"]))
    if len(entries) > 2:
        costs = [cost for _, cost, _ in entries]
        lines += ["", fit("ms", costs, milliseconds), fit("peak MB", costs, megabytes)]
    return "\n".join(lines) + "\n"


def fit(unit, costs, values):
    """The least-squares line through values, and its residual: root mean square, and the largest."""
    x, y = np.array(costs), np.array(values)
    matrix = np.stack([np.ones_like(x), x], axis=1)
    (a, b), *_ = np.linalg.lstsq(matrix, y, rcond=None)
    left = y - (a + b * x)
    worst = int(np.argmax(np.abs(left)))
    return (f"- {unit} = {a:.3g} + {b:.3g} x GMAC; left over {np.sqrt(np.mean(left ** 2)):.2g} "
            f"(root mean square), at most {left[worst]:+.2g} ({left[worst] / y[worst]:+.1%}) "
            f"at {x[worst]:.3g} GMAC")


main()
