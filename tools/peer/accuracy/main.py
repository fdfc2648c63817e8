"""Measures what int8 costs: Octet and its peers quantize the same nets with the same samples.

Prints a markdown table a net and appends a JSON line a row to FOLDER/results.jsonl. What peers made is kept in FOLDER
and taken again; Octet's files are made anew each time. Peers that are not installed are named and left out.
"""
import argparse
import os
import shlex
import sys
from functools import partial
from pathlib import Path

import numpy as np

import accuracy.boxes as boxes
import accuracy.report as report
from accuracy.agreement import agreement
from accuracy.launch import Interpreters, Unavailable, run
from accuracy.nets import NETS
from accuracy.peers import KERNELS, PEERS
from accuracy.prepare import float_models, with_samples
from accuracy.scores import score
from driver.paths import OCTET, REPOSITORY

LITERT = ("ai_edge_litert",)


def main():
    options = parse()
    interpreters = Interpreters(options.python)
    for name in options.nets:
        net, folder = float_models(name, options, interpreters)
        for number in options.sets:
            measured = with_samples(name, net, folder, options, number)
            print(f"\n## {name}, {measured.samples.name}\n", flush=True)
            rows = Measurement(measured, options, interpreters).rows()
            print(report.table(rows), flush=True)


def parse():
    data = REPOSITORY.parent / "shared/data"
    parser = argparse.ArgumentParser(prog="tools/peer/accuracy/run", description=__doc__)
    parser.add_argument("--nets", nargs="+", choices=list(NETS), default=list(NETS), metavar="NET",
                        help=", ".join(NETS))
    parser.add_argument("--octet", action="append", metavar="NAME=ARGUMENTS", default=[],
                        help="a configuration of Octet: 'entropy=--calibrator entropy'; octet alone by default")
    parser.add_argument("--peers", nargs="*", metavar="WORD",
                        help="only peers whose name has one of these words; none: Octet alone")
    parser.add_argument("--kernels", nargs="+", choices=list(KERNELS), default=["reference", "xnnpack"],
                        help="LiteRT's kernels that .tflite files are run by; reference xnnpack")
    parser.add_argument("--data", type=Path, default=data, help="published models and MNIST")
    parser.add_argument("--photos", type=Path, help="a folder of photos; DATA/images")
    parser.add_argument("--test-photos", nargs="+", metavar="NAME",
                        default=["dog.jpg", "person.jpg", "giraffe.jpg", "bus.jpg"])
    parser.add_argument("--leave-out", nargs="*", metavar="NAME", default=["bird_segmentation_mask.bmp"],
                        help="photos that are used for nothing")
    parser.add_argument("--samples", type=int, help="for calibration: 64 photos, 500 digits")
    parser.add_argument("--sets", type=int, nargs="+", default=[1], metavar="K",
                        help="which sets of that many training digits")
    parser.add_argument("--test", type=int, help="test samples: all digits, or the test photos and variants")
    parser.add_argument("--agree", type=int, default=4, metavar="N",
                        help="samples on which octet and LiteRT must agree")
    parser.add_argument("--python", nargs="+", default=[sys.executable], metavar="PATH",
                        help="interpreters; a peer takes the first that has it")
    parser.add_argument("--program", type=Path, default=Path(os.environ.get("OCTET", OCTET)))
    parser.add_argument("--folder", type=Path, default=REPOSITORY / ".build/accuracy")
    options = parser.parse_args()
    options.photos = options.photos or options.data / "images"
    options.octet = options.octet or ["="]
    return options


class Measurement:
    """All configurations of one net with one calibration and one test set."""

    def __init__(self, measured, options, interpreters):
        self.measured = measured
        self.options = options
        self.interpreters = interpreters
        self.expected = self.run_litert(measured.folder / "float.tflite", "float", "builtin")
        labels = measured.file("labels.npy")
        self.labels = np.load(labels) if labels.exists() else None
        self.heads = None
        if measured.net.is_detector:
            self.heads = boxes.heads(options.data / measured.net.files[0])

    def rows(self):
        """A row for each configuration and what ran it; each is stored as soon as it is there."""
        wanted = self.options.peers
        steps = [partial(self.octet, *text.split("=", 1)) for text in self.options.octet]
        steps += [partial(self.peer, peer) for peer in PEERS
                  if wanted is None or any(word.lower() in peer.name.lower() for word in wanted)]
        rows = []
        for step in steps:
            for row in step():
                report.append(self.options.folder / "results.jsonl", row)
                rows.append(row)
        return rows

    def octet(self, name, arguments):
        key = f"octet-{name or 'default'}"
        file, log = self.measured.file(f"{key}.tflite"), self.measured.file(f"{key}.log")
        title = f"octet {name}".strip()
        try:
            run([self.options.program, "convert", self.measured.folder / "float.tflite", "--int8",
                 "--calibration-data", self.measured.file("calibration.npy"), "--no-verify",
                 "-o", file, *shlex.split(arguments)], log)
            same = agreement(self.options.program, self.interpreters, file,
                             self.measured.file("test.npy"), self.options.agree, log)
            print(f"{title}: octet beside LiteRT's reference kernels, {self.options.agree} samples: {same}\n",
                  flush=True)
            return [self.row(title, KERNELS[kernels],
                             self.run_litert(file, f"{key}-{kernels}", kernels, again=True))
                    for kernels in self.options.kernels]
        except Unavailable as reason:
            return [self.skipped(title, reason)]

    def peer(self, peer):
        file, source = self.measured.file(peer.file), self.measured.folder / peer.source
        arguments = [source, self.measured.file("calibration.npy"), file]
        runs_itself = file.suffix == ".npz"
        if runs_itself:
            arguments.append(self.measured.file("test.npy"))
        try:
            if not source.exists():
                raise Unavailable(f"no {peer.source}")
            if not file.exists():
                self.interpreters.run(f"accuracy.runners.{peer.module}", peer.needs, *arguments, peer.setting,
                                      log=self.measured.file(f"{peer.key}.log"))
            if runs_itself:
                return [self.row(peer.name, "itself", load(file))]
            return [self.row(peer.name, KERNELS[kernels],
                             self.run_litert(file, f"{peer.key}-{kernels}", kernels))
                    for kernels in self.options.kernels if kernels in peer.kernels]
        except Unavailable as reason:
            return [self.skipped(peer.name, reason)]

    def run_litert(self, file, key, kernels, again=False):
        out = self.measured.file(f"{key}.npz")
        if again or not out.exists():
            self.interpreters.run("accuracy.runners.litert", LITERT, file, self.measured.file("test.npy"),
                                  out, kernels, log=out.with_suffix(".log"))
        return load(out)

    def row(self, name, ran, outputs):
        figures = score(self.expected, outputs, self.labels, self.heads, self.measured.net.classifies)
        return self.identity(name, ran) | figures

    def skipped(self, name, reason):
        return self.identity(name, "") | {"skipped": str(reason)}

    def identity(self, name, ran):
        return {"net": self.measured.name, "samples": self.measured.samples.name,
                "configuration": name, "run by": ran}


def load(path):
    return list(np.load(path).values())


main()
