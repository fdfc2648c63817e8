"""Measures Octet and LiteRT with its default delegate on .tflite files, round by round, and prints their ratios."""
import argparse
import json
import os
import random
import sys
from pathlib import Path
from statistics import median

from driver import machine
from driver.paths import OCTET
from driver.table import row, spread
from runners.octet_command import CommandFailed, bench, call

HEADER = ["file", "Octet us", "LiteRT us", "/ octet", "where Octet's time goes"]
LONGEST_REASON = 150
LEAST_SHARE = 0.1  # of an operator that the last column names


def main():
    options = parse()
    if not options.octet.exists():
        sys.exit(f"{options.octet} is missing: build it with 'swift build -c release', or set OCTET")
    files = [file for path in options.paths
             for file in (sorted(path.rglob("*.tflite")) if path.is_dir() else [path])]
    print(machine.describe(machine.machine()) + "\n", flush=True)
    print(table(files, measure(options, files)))


def parse():
    parser = argparse.ArgumentParser(prog="tools/bench/files", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, help="files, and folders of files")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--core", type=int, default=0, help="the core of one-thread runs")
    parser.add_argument("--octet", type=Path, default=Path(os.environ.get("OCTET", OCTET)))
    return parser.parse_args()


def measure(options, files):
    """By file, a list of (Octet's result, LiteRT's), one a round, or why there is none."""
    core = str(options.core) if options.threads == 1 else None
    measured = {}
    for round_ in range(options.rounds):
        for file in random.Random(round_).sample(files, len(files)):
            if isinstance(measured.get(file), str):
                continue
            try:
                theirs = litert(file, options.threads, core)
                ours = bench(options.octet, file, options.threads, core, shapes(theirs))[0]
            except CommandFailed as failure:
                measured[file] = reason(str(failure))
                continue
            measured.setdefault(file, []).append((ours, theirs))
            print(f"{round_ + 1}: {file}: {theirs['median_ms'] / ours['median_ms']:.2f}",
                  file=sys.stderr, flush=True)
    return measured


def litert(file, threads, core):
    pinned = ["taskset", "-c", core] if core is not None else []
    command = [*pinned, sys.executable, "-m", "runners.litert_file", file, "--threads", threads]
    return json.loads(call(command).splitlines()[-1])


def shapes(litert):
    """Octet's options for the inputs whose shape is open, which LiteRT takes for 1."""
    return [part for name, shape in litert["open_inputs"].items()
            for part in ("--input-shape", f"{name}={','.join(map(str, shape))}")]


def reason(complaints):
    """The last line of what a process complained about: Octet's are diagnostics in JSON."""
    line = complaints.splitlines()[-1]
    return (json.loads(line)["message"] if line.startswith("{") else line)[:LONGEST_REASON]


def table(files, measured):
    lines = [row(HEADER), row(["---"] * len(HEADER))]
    return "\n".join(lines + [row([name(file), *cells(measured[file])]) for file in files])


def name(file):
    return f"{file.parent.name}/{file.stem}"


def cells(rounds):
    if isinstance(rounds, str):
        return ["", "", "", rounds]
    ours, theirs = ([result["median_ms"] for result in side] for side in zip(*rounds))
    return [
        microseconds(ours), microseconds(theirs),
        spread([b / a for a, b in zip(ours, theirs)]), shares(rounds[-1][0]["ops"])]


def microseconds(times):
    return f"{median(times) * 1e3:.3g}" if median(times) < 1 else f"{median(times) * 1e3:.0f}"


def shares(ops):
    """What takes most of a run, by kernel."""
    times = {}
    for op in ops:
        times[op["kernel"]] = times.get(op["kernel"], 0) + op["median_ms"]
    total = sum(times.values()) or 1
    largest = sorted(times.items(), key=lambda entry: -entry[1])
    return ", ".join(
        f"{kernel} {time / total:.0%}" for kernel, time in largest if time > LEAST_SHARE * total)


main()
