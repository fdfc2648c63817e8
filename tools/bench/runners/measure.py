"""One measurement: the arguments of a runner, the timing loop and the JSON line that it prints.

Every runner is started as

  python -m runners.NAME MODEL --input INPUT.npy --threads N --save OUTPUTS.npz

and hands `main` a function that opens a model and returns a Session.
"""
import argparse
import gc
import json
import time

import numpy as np

WARM_UPS = 3
LEAST_RUNS = 20
LEAST_SECONDS = 0.5


class Session:
    """An opened model with its input set; batch 1, one input."""

    def run(self):
        """One inference: what is timed."""
        raise NotImplementedError

    def outputs(self):
        """The last inference's outputs as float32 arrays, channels-last, in the model's order."""
        raise NotImplementedError


def arguments(**more):
    """The command line; `more` are a runner's own options: name=choices, the first is the default."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--input", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save", required=True)
    parser.add_argument("--started", type=int, default=time.monotonic_ns(),
                        help="when the process was started, in nanoseconds of the monotonic clock")
    for name, choices in more.items():
        parser.add_argument(f"--{name}", choices=choices, default=choices[0])
    return parser.parse_args()


def main(options, version, open_session):
    session = open_session(options, np.load(options.input))
    session.run()
    start_to_first = (time.monotonic_ns() - options.started) / 1e9
    for _ in range(WARM_UPS):
        session.run()
    result = timed(session.run)
    result |= {
        "threads": options.threads,
        "peak_rss_mb": peak_rss_mb(),
        "start_to_first_s": round(start_to_first, 3),
        "version": version,
    }
    np.savez(options.save, *session.outputs())
    print(json.dumps(result), flush=True)


def timed(run):
    gc.collect()
    gc.disable()
    milliseconds = []
    cpu_before = time.process_time()
    begun = now = time.perf_counter()
    while len(milliseconds) < LEAST_RUNS or now - begun < LEAST_SECONDS:
        before = time.perf_counter()
        run()
        now = time.perf_counter()
        milliseconds.append((now - before) * 1e3)
    cpu = time.process_time() - cpu_before
    gc.enable()
    milliseconds.sort()
    return {
        "median_ms": round(milliseconds[len(milliseconds) // 2], 4),
        "min_ms": round(milliseconds[0], 4),
        "p90_ms": round(milliseconds[int(len(milliseconds) * 0.9)], 4),
        "n": len(milliseconds),
        "cpu_per_wall": round(cpu / (now - begun), 2),
    }


def peak_rss_mb():
    """VmHWM starts anew with exec; getrusage would count the process that started this one."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1024, 1)


def channels_first(array):
    return np.ascontiguousarray(array.transpose(0, 3, 1, 2))


def channels_last(array):
    array = np.asarray(array, np.float32)
    return array.transpose(0, 2, 3, 1) if array.ndim == 4 else array


def quantized(values, scale, zero_point):
    return np.clip(np.rint(values / scale) + zero_point, -128, 127).astype(np.int8)


def dequantized(codes, scale, zero_point):
    return (codes.astype(np.float32) - zero_point) * np.float32(scale)
