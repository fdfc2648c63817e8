"""Tables of results: one for each model, type and number of threads."""
from statistics import median, median_high

# Below these an output is another computation, not another rounding.
LEAST_DB = {"float": 45, "int8": 6}
INT8_BELOW_OTHERS_DB = 15
HEADER = ["runtime", "ms", "/ octet", "SNR dB", "peak MB", "start to first s", ""]


def tables(rows, gmacs):
    """All tables as Markdown; `gmacs` by model."""
    groups = {}
    for row in rows:
        runtimes = groups.setdefault((row["model"], row["type"], row["threads"]), {})
        runtimes.setdefault(row["runtime"], []).append(row)
    versions = {row["runtime"]: row["version"] for row in rows if "version" in row}
    title = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"versions: {title}\n\n" + "\n".join(
        table(group, groups[group], gmacs.get(group[0])) for group in in_order(groups, gmacs))


def in_order(groups, gmacs):
    """Small models first, int8 before float."""
    return sorted(groups, key=lambda group: (
        gmacs.get(group[0], 0), group[0], group[1] == "float", group[2]))


def table(group, runtimes, gmacs):
    model, type_, threads = group
    title = f"{model}, {type_}, {threads} thread{'s' if threads > 1 else ''}"
    lines = [f"## {title}" + (f" ({gmacs:.4g} GMAC)" if gmacs else ""), ""]
    lines += [row(HEADER), row(["---"] * len(HEADER))]
    wrong = wrong_runtimes(type_, runtimes)
    octet = {} if "octet" in wrong else by_round(runtimes.get("octet", []))
    for runtime, results in sorted(runtimes.items(), key=lambda item: sort_key(item[1])):
        lines.append(row(cells(runtime, results, octet, runtime in wrong)))
    return "\n".join(lines) + "\n"


def row(values):
    return "| " + " | ".join(values) + " |"


def cells(runtime, results, octet, wrong):
    good = [result for result in results if "error" not in result]
    failures = [result["error"] for result in results if "error" in result]
    if not good:
        return [runtime, "", "", "", "", "", f"FAILED: {failures[0]}"]
    notes = [f"{len(failures)} of {len(results)} failed: {failures[0]}"] if failures else []
    disturbed = sum(result["disturbed"] for result in good)
    if disturbed:
        least = min(result["cpu_per_wall"] for result in good)
        notes.append(f"{disturbed} of {len(good)} disturbed (CPU/wall down to {least})")
    times = by_round(good)
    ratios = ratios_of(times, octet)
    if wrong:
        notes.insert(0, "WRONG OUTPUT")
    return [
        runtime,
        "" if wrong else spread(list(times.values())),
        "" if wrong or not ratios else spread(ratios),
        snr_text(good),
        f"{max(result['peak_rss_mb'] for result in good):.0f}",
        f"{median(result['start_to_first_s'] for result in good):.3f}",
        "; ".join(notes),
    ]


def snr_text(results):
    """The outputs' SNRs in the worst of the rounds."""
    rounds = [[float("-inf") if snr is None else snr for snr in r["snr_db"]] for r in results]
    return "/".join(f"{snr:.1f}" for snr in min(rounds))


def ratios_of(times, octet):
    """By round; of the medians where no round has both."""
    if not times or not octet:
        return []
    common = [times[r] / octet[r] for r in times if r in octet]
    return common or [median(times.values()) / median(octet.values())]


def by_round(results):
    """Median milliseconds by round; disturbed rounds only where there are no others."""
    good = [result for result in results if "error" not in result]
    clean = [result for result in good if not result["disturbed"]] or good
    return {result["round"]: result["median_ms"] for result in clean}


def wrong_runtimes(type_, runtimes):
    """Those whose outputs are much further from the reference than the others', or not there."""
    lowest = {}
    for runtime, results in runtimes.items():
        snrs = [snr for result in results for snr in result.get("snr_db", [])]
        if snrs:
            lowest[runtime] = float("-inf") if None in snrs else min(snrs)
    limit = LEAST_DB[type_]
    if type_ == "int8" and lowest:
        limit = max(limit, median_high(lowest.values()) - INT8_BELOW_OTHERS_DB)
    return {runtime for runtime, snr in lowest.items() if snr < limit}


def sort_key(results):
    times = by_round(results).values()
    return median(times) if times else float("inf")


def spread(values):
    middle, low, high = (number(v) for v in (median(values), min(values), max(values)))
    return f"{middle} [{low}..{high}]"


def number(value):
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if value >= 1 else f"{value:.3f}"
