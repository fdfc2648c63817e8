"""Measures the conversion of a SavedModel, whole processes, by Octet and by TFLiteConverter in turns.

The SavedModel is made of Darknet's files with Keras. Prints wall time, CPU time and peak memory of both, float and int8,
with their ratios within a round.
"""
import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from driver import machine
from driver.paths import BUILD, OCTET, SAMPLE_PHOTOS
from driver.table import row, spread

MIB = 2**20


def main():
    options = parse()
    folder = saved_model(options)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(machine.describe(machine.machine()))
    print(f"SavedModel: {size / MIB:.1f} MiB; {options.samples} pictures for int8\n")
    results = {}
    for _ in range(options.rounds):
        runs = [(type_, tool) for type_ in options.types for tool in ("octet", "TFLiteConverter")]
        random.shuffle(runs)
        for type_, tool in runs:
            results.setdefault((type_, tool), []).append(run(options, folder, type_, tool))
    for type_ in options.types:
        print(f"## {type_}\n")
        print(row(["converter", "s", "/ octet", "CPU s", "peak MB"]))
        print(row(["---"] * 5))
        octet = [seconds for seconds, _, _ in results[type_, "octet"]]
        for tool in ("octet", "TFLiteConverter"):
            measured = results[type_, tool]
            ratios = [seconds / own for (seconds, _, _), own in zip(measured, octet)]
            print(row([
                tool, spread([seconds for seconds, _, _ in measured]), spread(ratios),
                f"{median(cpu for _, cpu, _ in measured):.2f}",
                f"{max(peak for _, _, peak in measured) / MIB:.0f}",
            ]))
        print()


def parse():
    parser = argparse.ArgumentParser(prog="tools/bench/convert", description=__doc__)
    parser.add_argument("cfg", type=Path, help="yolov3-tiny.cfg")
    parser.add_argument("weights", type=Path, help="yolov3-tiny.weights")
    parser.add_argument("--types", nargs="+", choices=["float", "int8"], default=["float", "int8"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--photos", type=Path, default=SAMPLE_PHOTOS,
                        help="pictures that calibrate the int8 models")
    parser.add_argument("--folder", type=Path, default=BUILD / "convert",
                        help="where the models are or are made")
    parser.add_argument("--octet", type=Path, default=Path(os.environ.get("OCTET", OCTET)))
    return parser.parse_args()


def saved_model(options):
    folder = options.folder / options.cfg.stem
    if not (folder / "saved_model.pb").exists():
        print("making the SavedModel", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "models.from_darknet", options.cfg, options.weights, folder],
            check=True)
    return folder


def run(options, folder, type_, tool):
    """Wall seconds, CPU seconds and peak bytes of one process."""
    output = options.folder / f"{tool}-{type_}.tflite"
    if tool == "octet":
        command = [options.octet, "convert", folder, "-o", output]
        if type_ == "int8":
            command += [
                "--int8", "--calibration-data", options.photos, "--samples", str(options.samples),
                "--preprocess", "scale=1/255,resize=letterbox",
            ]
    else:
        command = [sys.executable, "-m", "runners.tflite_converter", folder, output]
        if type_ == "int8":
            command += [options.photos, str(options.samples)]
    start = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stderr=subprocess.PIPE,
                               stdout=subprocess.DEVNULL)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status:
        sys.exit(f"{tool} failed: {errors.decode()[-2000:]}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


if __name__ == "__main__":
    main()
