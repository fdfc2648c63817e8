"""Measures Octet and its peers, round by round, and prints tables."""
import argparse
import json
import os
import random
import sys
from pathlib import Path

from driver import machine, results
from driver.configurations import PEERS, TYPES, configurations
from driver.launch import Launcher
from driver.paths import BUILD, OCTET, SAMPLE_PHOTOS
from driver.table import tables
from models.make import NAMES, Unavailable, make


def main():
    options = parse()
    if options.show:
        described, rows = results.read(options.show)
    else:
        check(options.octet)
        described = machine.machine()
        print(machine.describe(described), file=sys.stderr)
        names = make_models(options)
        if options.make_only:
            return
        rows = measure(options, names, described)
    print(machine.describe(described))
    print(tables(rows, gmacs(options.folder)))


def parse():
    parser = argparse.ArgumentParser(prog="tools/bench/run", description=__doc__)
    parser.add_argument("--models", nargs="+", choices=NAMES, default=NAMES, metavar="NAME",
                        help=f"of {', '.join(NAMES)}; default: all")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS, metavar="NAME",
                        help=f"of {', '.join(PEERS)}; default: all")
    parser.add_argument("--types", nargs="+", choices=TYPES, default=TYPES)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--instructions", choices=["best", "avx2"], default="best",
                        help="avx2 holds every runtime to AVX2 on a CPU that has more; x86-64 only")
    parser.add_argument("--core", type=int, default=0, help="the core of one-thread runs")
    parser.add_argument("--darknet", nargs=2, type=Path, metavar=("CFG", "WEIGHTS"),
                        help="YOLOv3-tiny's files, to make yolov3-tiny from")
    parser.add_argument("--photos", type=Path, default=SAMPLE_PHOTOS,
                        help="pictures that calibrate yolov3-tiny")
    parser.add_argument("--folder", type=Path, default=BUILD / "models",
                        help="where the models are or are made")
    parser.add_argument("--results", type=Path, default=BUILD / "results.jsonl")
    parser.add_argument("--octet", type=Path, default=Path(os.environ.get("OCTET", OCTET)),
                        help="the program; default: $OCTET, else .build/release/octet")
    parser.add_argument("--make-only", action="store_true", help="make the models, measure nothing")
    parser.add_argument("--show", type=Path, metavar="RESULTS",
                        help="print the tables of an earlier run, measure nothing")
    return parser.parse_args()


def check(octet):
    if not octet.exists():
        sys.exit(f"{octet} is missing: build it with 'swift build -c release', or set OCTET")


def make_models(options):
    """Makes what is missing; the names of the models that are there."""
    names = []
    for name in options.models:
        try:
            make(name, options.folder / name, options.octet, options.darknet, options.photos)
            names.append(name)
        except Unavailable as reason:
            print(f"left out: {reason}", file=sys.stderr)
    return names


def measure(options, names, described):
    launcher = Launcher(
        options.folder, options.octet.resolve(), options.core, options.instructions)
    plan = configurations(names, options.types, options.threads, options.peers)
    file = results.ResultFile(options.results, described)
    rows = []
    for round_ in range(options.rounds):
        for configuration in in_order_of(round_, plan):
            row = file.add(configuration, round_, launcher.measure(configuration))
            rows.append(row)
            report(row)
    return rows


def in_order_of(round_, plan):
    """Another order each round, in which what a table compares still runs close together."""
    rng = random.Random(round_)
    groups = sorted({configuration.group for configuration in plan})
    rng.shuffle(groups)
    for group in groups:
        members = [configuration for configuration in plan if configuration.group == group]
        rng.shuffle(members)
        yield from members


def report(row):
    outcome = row.get("error") or f"{row['median_ms']} ms"
    if row.get("disturbed"):
        outcome += f" (disturbed, CPU/wall {row['cpu_per_wall']})"
    print(f"{row['round'] + 1}: {row['model']} {row['type']} {row['threads']} "
          f"{row['runtime']}: {outcome}", file=sys.stderr)


def gmacs(folder):
    return {
        path.parent.name: json.loads(path.read_text())["gmacs"]
        for path in folder.glob("*/model.json")}


main()
