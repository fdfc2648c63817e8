"""Runs the shards of `octet calibrate` on a Dask cluster and merges them: the table is that of one run, to the byte.

  tools/distributed/calibrate --shards 8 -o net.table -- net.tflite --calibration-data photos --calibrator min-max
  tools/distributed/calibrate --scheduler tcp://host:8786 --shards 64 -o net.table -- ...

What stands behind -- are the arguments of `octet calibrate`, without -o, --shard and --merge. The files they name are
read by the workers, by the same paths. Without --scheduler two local workers run.
"""

import argparse
import os
import subprocess
import sys
import tempfile

from dask.distributed import Client, LocalCluster, as_completed

# What only the merge takes.
OF_MERGING = {"--calibrator", "--calibrator-for", "--symmetric"}


def run_shard(program, arguments, shard):
    """The statistics of one shard, and what was said on standard error."""
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "statistics")
        done = subprocess.run(
            [program, "calibrate", *arguments, "--shard", shard, "-o", output],
            capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"shard {shard}:\n{done.stderr}")
        with open(output, "rb") as file:
            return file.read()


def without(arguments, options):
    """The arguments but these options and their values."""
    kept, skips = [], False
    for argument in arguments:
        if skips:
            skips = False
        elif argument in options:
            skips = True
        elif argument.split("=")[0] not in options:
            kept.append(argument)
    return kept


def merge(program, arguments, statistics, output):
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for index, contents in enumerate(statistics):
            paths.append(os.path.join(folder, f"{index}.statistics"))
            with open(paths[-1], "wb") as file:
                file.write(contents)
        return subprocess.run(
            [program, "calibrate", *arguments, "-o", output, "--merge", *paths]).returncode


def main():
    parser = argparse.ArgumentParser(
        prog="calibrate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", required=True, help="the table to write")
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--scheduler", help="the address of a running cluster")
    parser.add_argument("--workers", type=int, default=2, help="how many local ones to start")
    parser.add_argument(
        "--program", default=os.environ.get("OCTET", ".build/release/octet"),
        help="octet, by a path that all workers have")
    parser.add_argument("arguments", nargs="+", help="those of octet calibrate")
    options = parser.parse_args()
    if not 1 <= options.shards <= 4096:
        parser.error("--shards must be from 1 to 4096")
    program = os.path.abspath(options.program)
    cluster = options.scheduler or LocalCluster(
        n_workers=options.workers, threads_per_worker=1, dashboard_address=None)
    with Client(cluster) as client:
        shards = [f"{index + 1}/{options.shards}" for index in range(options.shards)]
        futures = client.map(
            lambda shard: run_shard(program, without(options.arguments, OF_MERGING), shard), shards,
            pure=False)
        try:
            for done, _ in enumerate(as_completed(futures, raise_errors=True), start=1):
                print(f"\rshards: {done} of {len(shards)}", end="", file=sys.stderr, flush=True)
            print(file=sys.stderr)
            statistics = client.gather(futures)
        except RuntimeError as error:
            client.cancel(futures)
            print(f"\n{error}", file=sys.stderr)
            return 1
    if not options.scheduler:
        cluster.close()
    return merge(program, options.arguments, statistics, options.output)


if __name__ == "__main__":
    sys.exit(main())
