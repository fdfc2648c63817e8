"""Runs one configuration in a process of its own and compares its outputs with the reference."""
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from driver.masking import masked_environment

ATTEMPTS = 3
TIMEOUT_SECONDS = 600
LEAST_CPU_PER_WALL = {1: 0.9, 2: 1.5}  # below, other processes had the cores, or threads were idle


class Launcher:
    def __init__(self, models, octet, core, instructions):
        self.models = models
        self.core = core
        self.environment = os.environ | {
            "OCTET": str(octet), "BENCH_INSTRUCTIONS": instructions}
        if instructions == "avx2":
            self.environment |= masked_environment(os.environ["PYTHONPATH"])

    def measure(self, configuration):
        """The runner's JSON with SNRs, or {"error": why}. A disturbed run is repeated; the least
        disturbed one counts."""
        attempts = []
        for _ in range(ATTEMPTS):
            attempts.append(self.attempt(configuration))
            if "error" in attempts[-1] or not attempts[-1]["disturbed"]:
                return attempts[-1]
        return max(attempts, key=lambda result: result["cpu_per_wall"])

    def attempt(self, configuration):
        folder = self.models / configuration.model
        model = folder / configuration.runtime.files[configuration.type]
        if not model.exists():
            return {"error": f"{model.name} could not be made"}
        with tempfile.TemporaryDirectory() as scratch:
            outputs = Path(scratch) / "outputs.npz"
            result = self.run(configuration, model, folder / "input.npy", outputs)
            if "error" not in result:
                result["snr_db"] = compare(folder / "reference.npz", outputs)
                least = LEAST_CPU_PER_WALL.get(configuration.threads, 0)
                result["disturbed"] = result["cpu_per_wall"] < least
            return result

    def run(self, configuration, model, inputs, outputs):
        pinned = ["taskset", "-c", str(self.core)] if configuration.threads == 1 else []
        command = [
            *pinned, sys.executable, "-m", *configuration.runtime.runner, model,
            "--input", inputs, "--threads", configuration.threads, "--save", outputs,
            "--started", time.monotonic_ns()]
        try:
            process = subprocess.run(
                list(map(str, command)), capture_output=True, text=True, env=self.environment,
                timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            return {"error": f"no result after {TIMEOUT_SECONDS} s"}
        lines = [line for line in process.stdout.splitlines() if line.startswith("{")]
        if process.returncode == 0 and lines:
            return json.loads(lines[-1])
        if process.returncode < 0:
            return {"error": f"ended by signal {-process.returncode}"}
        complaints = process.stderr.strip().splitlines()
        return {"error": complaints[-1] if complaints else f"ended with {process.returncode}"}


def compare(reference, outputs):
    """The signal-to-noise ratio of each output in dB; None for one of another shape."""
    with np.load(reference) as wanted, np.load(outputs) as found:
        return [
            snr_db(wanted[name], found[name])
            if name in found.files and wanted[name].size == found[name].size else None
            for name in wanted.files]


def snr_db(wanted, found):
    wanted = wanted.astype(np.float64).ravel()
    noise = np.sum((wanted - found.astype(np.float64).ravel()) ** 2)
    if not np.isfinite(noise):
        return None
    return round(float(10 * np.log10(np.sum(wanted ** 2) / max(noise, 1e-30))), 1)
