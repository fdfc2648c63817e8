"""Octet's command line, as the runner and the growth measurement use it."""
import json
import os
import subprocess
import time


def bench(octet, model, threads, core=None, options=()):
    """What `octet bench` says, and its CPU time by wall time.

    The times are those of the whole process; loading, which one thread does, is taken off.
    """
    pinned = ["taskset", "-c", core] if core is not None else []
    begun, cpu_begun = time.perf_counter(), children_cpu()
    instructions = ["--instructions", os.environ.get("BENCH_INSTRUCTIONS", "best")]
    text = call(
        [*pinned, octet, "bench", model, "--threads", threads, *instructions, *options, "--json"])
    cpu, wall = children_cpu() - cpu_begun, time.perf_counter() - begun
    result = json.loads(text)
    loading = (result["load_ms"] + result["prepare_ms"]) / 1e3
    return result, (cpu - loading) / (wall - loading)


def gmacs(octet, model):
    """A model's multiply-accumulates, in thousand millions."""
    ops = json.loads(call([octet, "inspect", model, "--json"]))["ops"]
    return sum(op["macs"] for op in ops) / 1e9


def children_cpu():
    times = os.times()
    return times.children_user + times.children_system


def call(command):
    """A command's standard output, or CommandFailed with what it complained about."""
    result = subprocess.run([*map(str, command)], capture_output=True, text=True)
    if result.returncode != 0:
        raise CommandFailed(result.stderr.strip() or f"{command[0]} ended with {result.returncode}")
    return result.stdout


class CommandFailed(Exception):
    pass
