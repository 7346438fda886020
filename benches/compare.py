"""The measuring part of compare.sh: runs the commands in turn and prints medians, ratios and peak memory.

    compare.py LEAKGAUGE DUMP RUNS

Standard library only. Output of the commands goes to /dev/null; the audit's counts are checked against the dump's truth
once, before anything is measured, because the speed of a wrong answer is worth nothing.
"""

import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
MOBILE = r"\b1[3-9][0-9]{9}\b"


def measure(command):
    """Wall-clock seconds and peak memory in MiB of one run."""
    begin = time.monotonic()
    with open(os.devnull, "wb") as sink:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sink)
        _, status, usage = os.wait4(child.pid, 0)
    seconds = time.monotonic() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"compare: exit code {child.returncode} of {' '.join(command)}")
    # Linux gives KiB, macOS bytes.
    unit = 1 if platform.system() == "Darwin" else 1024
    return seconds, usage.ru_maxrss * unit / 2**20


def check_counts(leakgauge, files, truth):
    audit = json.loads(subprocess.run([leakgauge, "scan", "-f", "json", *files], stdout=subprocess.PIPE, check=True).stdout)
    found = {k["kind"]: {"matches": k["matches"], "distinct": k["distinct"]} for k in audit["kinds"]}
    wrong = [kind for kind, counts in truth["kinds"].items() if found.get(kind) != counts]
    if wrong:
        print(f"WRONG COUNTS of {', '.join(wrong)}; the times below are not worth much")


def main(leakgauge, dump, runs):
    truth = json.loads((dump / "truth.json").read_text())
    files = [str(dump / name) for name in truth["files"]]
    n_bytes = sum(os.path.getsize(file) for file in files)
    rg = ["rg", "-a", "-uuu", "--no-unicode"]
    n_patterns = len((HERE / "rg-patterns.txt").read_text().splitlines())
    bounded = f"rg -o, {n_patterns} patterns between word boundaries"
    plain = f"rg -o, the same {n_patterns} patterns without boundaries"
    # What one types first: the same expressions without the boundaries that make them precise.
    without = dump / "rg-patterns-plain.txt"
    without.write_text((HERE / "rg-patterns.txt").read_text().replace("\\b", ""))
    audit = "leakgauge scan, whole audit"
    commands = {
        audit: [leakgauge, "scan", "-f", "json", *files],
        bounded: [*rg, "-o", "-f", str(HERE / "rg-patterns.txt"), *files],
        plain: [*rg, "-o", "-f", str(without), *files],
        "rg -c, mobile number alone": [*rg, "-c", MOBILE, *files],
    }
    check_counts(leakgauge, files, truth)

    results = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            result = measure(command)
            if run > 0:  # the first round warms the page cache
                results[name].append(result)

    version = subprocess.run(["rg", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")[0]
    rows = truth["generator"]["rows"]
    print(f"6 x {rows:,} rows, {n_bytes / 1e6:,.0f} MB, {os.cpu_count()} cpus, {platform.machine()}, {version}, {runs} runs\n")
    print("| command | median s | min s | max s | MB/s | leakgauge takes, of its time | peak MiB |")
    print("| --- | --: | --: | --: | --: | --: | --: |")
    median = {name: statistics.median(seconds for seconds, _ in result) for name, result in results.items()}
    for name, result in results.items():
        seconds = [s for s, _ in result]
        peak = max(mib for _, mib in result)
        print(
            f"| {name} | {median[name]:.2f} | {min(seconds):.2f} | {max(seconds):.2f} | {n_bytes / 1e6 / median[name]:,.0f}"
            f" | {median[audit] / median[name]:.2f} | {peak:,.0f} |"
        )


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]))
