"""Results as JSON lines and as tables."""
import json


def table(rows):
    """One net's rows, in markdown, and what is missing beneath."""
    skipped = [f"- {row['configuration']}: {row['skipped']}" for row in rows if "skipped" in row]
    rows = [row for row in rows if "skipped" not in row]
    return "\n".join([*(measured(rows) if rows else []), *([""] if skipped else []), *skipped])


def measured(rows):
    first = rows[0]
    heads = [f"output {index}" for index in range(len(first["sqnr"]))]
    heads = heads if 1 < len(heads) <= 3 else []
    counts = [name for name in ("right", "unlike", "ties") if name in first]
    boxes = "matched" in first
    head = ["configuration", "run by", *(f"{name} dB" for name in heads),
            "mean dB" if len(first["sqnr"]) > 1 else "dB", *counts,
            *(["matched / missed / extra"] if boxes else [])]
    lines = [line(head), line(["---"] * 2 + ["---:"] * (len(head) - 2))]
    for row in rows:
        cells = [row["configuration"], row["run by"]]
        cells += [f"{value:.2f}" for value in row["sqnr"]] if heads else []
        cells += [f"{row['mean_sqnr']:.2f}", *(row[name] for name in counts)]
        if boxes:
            cells.append(" / ".join(str(row[name]) for name in ("matched", "missed", "extra")))
        lines.append(line(cells))
    return lines


def line(cells):
    return "| " + " | ".join(map(str, cells)) + " |"


def append(path, row):
    with open(path, "a") as file:
        file.write(json.dumps(row) + "\n")
