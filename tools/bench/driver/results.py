"""Results as JSON lines: first the machine, then one line a run."""
import json


class ResultFile:
    def __init__(self, path, machine):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(path, "w")
        self.write({"machine": machine})

    def add(self, configuration, round_, result):
        row = {
            "model": configuration.model,
            "type": configuration.type,
            "threads": configuration.threads,
            "runtime": configuration.runtime.name,
            "round": round_,
        } | result
        self.write(row)
        return row

    def write(self, row):
        self.file.write(json.dumps(row) + "\n")
        self.file.flush()


def read(path):
    """The machine and the rows of a result file."""
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    return lines[0]["machine"], lines[1:]
