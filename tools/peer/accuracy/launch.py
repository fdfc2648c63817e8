"""Runs a module in the first interpreter that has the packages it needs."""
import functools
import subprocess

FIND = "import importlib.util, sys; sys.exit(any(importlib.util.find_spec(n) is None for n in sys.argv[1:]))"


class Unavailable(Exception):
    """What is not done, and why."""


class Interpreters:
    def __init__(self, paths):
        self.paths = paths

    @functools.cache
    def with_packages(self, needs):
        for path in self.paths:
            if subprocess.run([path, "-c", FIND, *needs]).returncode == 0:
                return path
        raise Unavailable(f"not installed: {' '.join(needs)}")

    def run(self, module, needs, *arguments, log):
        run([self.with_packages(tuple(needs)), "-m", module, *arguments], log)


def run(command, log):
    """What the command says goes to `log`. Why it failed is its first line of an error, or its last line."""
    with open(log, "w") as file:
        code = subprocess.run(
            [str(word) for word in command], stdout=file, stderr=subprocess.STDOUT).returncode
    if code:
        lines = log.read_text().strip().splitlines() or [f"exit code {code}"]
        reason = next((line for line in lines if line.startswith("error")), lines[-1])
        raise Unavailable(f"failed: {reason[:200]} (see {log})")
