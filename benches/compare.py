"""The measuring part of compare.sh: runs the commands in turn and prints medians, ratios and peak memory.

    compare.py [--runs N] [--tree FOLDER] [--growth ROWS,ROWS,...] [--alone ROWS] [--write FILE] LEAKGAUGE GENERATE DUMPS ROWS

LEAKGAUGE and GENERATE are the release binary and the generator, DUMPS a folder for dumps, which are kept. Standard library
only. Output of the commands goes to /dev/null; the audit's counts are checked against a dump's truth once, before anything is
measured, because the speed of a wrong answer is worth nothing.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
PATTERNS = HERE / "rg-patterns.txt"
MOBILE = r"\b1[3-9][0-9]{9}\b"
# The last of the patterns are loose ones: decimals, account numbers, runs of digits.
N_PRECISE = 12
RG = ["rg", "-a", "-uuu", "--no-unicode"]

report = []


def say(line=""):
    """Prints a line, and keeps it for the file."""
    print(line, flush=True)
    report.append(line)


def measure(command, codes=(0,)):
    """Wall-clock seconds, processor seconds and peak memory in MiB of one run."""
    begin = time.monotonic()
    with open(os.devnull, "wb") as sink:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
        _, status, usage = os.wait4(child.pid, 0)
    seconds = time.monotonic() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in codes:
        sys.exit(f"compare: exit code {child.returncode} of {' '.join(map(str, command))}")
    # Linux gives KiB, macOS bytes.
    unit = 1 if platform.system() == "Darwin" else 1024
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 2**20


def in_turn(commands, runs, codes=(0,)):
    """The runs of each command, taken in turn after a round that warms the page cache."""
    results = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            result = measure(command, codes)
            if run > 0:
                results[name].append(result)
    return results


def table(results, n_bytes, first):
    """Prints medians; `first` is the command whose time is given as a share of the others'."""
    say("| command | median s | min s | max s | processor s | MB/s | leakgauge takes, of its time | peak MiB |")
    say("| --- | --: | --: | --: | --: | --: | --: | --: |")
    median = {name: statistics.median(r[0] for r in result) for name, result in results.items()}
    for name, result in results.items():
        seconds = [r[0] for r in result]
        processor = statistics.median(r[1] for r in result)
        peak = max(r[2] for r in result)
        say(
            f"| {name} | {median[name]:.2f} | {min(seconds):.2f} | {max(seconds):.2f} | {processor:.2f}"
            f" | {n_bytes / 1e6 / median[name]:,.0f} | {median[first] / median[name]:.2f} | {peak:,.0f} |"
        )
    say()


def check_counts(leakgauge, files, truth):
    """Compares the audit's counts with what the generator says."""
    audit = json.loads(subprocess.run([leakgauge, "scan", "-f", "json", *files], stdout=subprocess.PIPE, check=True).stdout)
    found = {k["kind"]: {"matches": k["matches"], "distinct": k["distinct"]} for k in audit["kinds"]}
    wrong = [kind for kind, counts in truth["kinds"].items() if found.get(kind) != counts]
    if wrong:
        say(f"WRONG COUNTS of {', '.join(wrong)}; the times below are not worth much")


def dump(generate, dumps, rows):
    """The files of a dump, made if it is not there, and the truth about it."""
    folder = dumps / str(rows)
    if not (folder / "truth.json").exists():
        print(f"generating 6 x {rows:,} rows in {folder}", file=sys.stderr)
        subprocess.run([generate, "--rows", str(rows), folder], check=True, stdout=subprocess.DEVNULL)
    truth = json.loads((folder / "truth.json").read_text())
    return [str(folder / name) for name in truth["files"]], truth


def dense(args, patterns):
    """The six exports, against ripgrep with one and with many patterns."""
    files, truth = dump(args.generate, args.dumps, args.rows)
    n_bytes = sum(os.path.getsize(file) for file in files)
    check_counts(args.leakgauge, files, truth)
    scan = [args.leakgauge, "scan", "-f", "json"]
    first = "leakgauge scan, whole audit"
    commands = {
        first: [*scan, *files],
        "the same with `--memory 64M`": [*scan, "--memory", "64M", *files],
        "rg -o, 16 patterns": [*RG, "-o", "-f", patterns["all"], *files],
        f"rg -o, the {N_PRECISE} precise ones of them": [*RG, "-o", "-f", patterns["precise"], *files],
        "rg -o, 16 patterns without boundaries": [*RG, "-o", "-f", patterns["plain"], *files],
        "rg -c, mobile number alone": [*RG, "-c", MOBILE, *files],
    }
    say(f"## Dense dump: 6 x {args.rows:,} rows, {n_bytes / 1e6:,.0f} MB\n")
    table(in_turn(commands, args.runs), n_bytes, first)


def alone(args):
    """Each export by itself, to see what more threads bring to one file."""
    files, _ = dump(args.generate, args.dumps, args.alone or args.rows)
    scan = [args.leakgauge, "scan", "-f", "json"]
    say("## One file, one thread and all threads\n")
    say(f"| file | MB | one thread s | {os.cpu_count()} threads s | faster |")
    say("| --- | --: | --: | --: | --: |")
    for file in files:
        commands = {n: [*scan, "--threads", n, file] for n in ("1", "0")}
        one, many = [statistics.median(r[0] for r in runs) for runs in in_turn(commands, args.runs).values()]
        say(f"| {os.path.basename(file)} | {os.path.getsize(file) / 1e6:,.0f} | {one:.2f} | {many:.2f} | {one / many:.2f} |")
    say()


def tree(args, patterns):
    """A folder of source code."""
    sizes = [p.stat().st_size for p in args.tree.rglob("*") if p.is_file() and not p.is_symlink()]
    first = "leakgauge scan, whole audit"
    commands = {
        first: [args.leakgauge, "scan", args.tree, "-f", "json"],
        "rg -o, 16 patterns": [*RG, "-o", "-f", patterns["all"], args.tree],
        f"rg -o, the {N_PRECISE} precise ones of them": [*RG, "-o", "-f", patterns["precise"], args.tree],
    }
    say(f"## Source tree: {len(sizes):,} files, {sum(sizes) / 1e6:,.0f} MB\n")
    # Pictures and the like are named as not read: code 3.
    table(in_turn(commands, args.runs, codes=(0, 1, 3)), sum(sizes), first)


def growth(args):
    """Time and memory for each row, at more and more rows."""
    say("## Growth\n")
    say("| rows of each export | MB | median s | µs a row | peak MiB | peak with `--memory 64M` |")
    say("| --: | --: | --: | --: | --: | --: |")
    for rows in args.growth:
        files, _ = dump(args.generate, args.dumps, rows)
        scan = [args.leakgauge, "scan", "-f", "json"]
        commands = {"default": [*scan, *files], "little": [*scan, "--memory", "64M", *files]}
        results = in_turn(commands, args.runs)
        seconds = statistics.median(r[0] for r in results["default"])
        peaks = [max(r[2] for r in result) for result in results.values()]
        n_bytes = sum(os.path.getsize(file) for file in files)
        say(
            f"| {rows:,} | {n_bytes / 1e6:,.0f} | {seconds:.2f} | {seconds * 1e6 / (6 * rows):.2f}"
            f" | {peaks[0]:,.0f} | {peaks[1]:,.0f} |"
        )
    say()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="runs of each command, after one that is not counted (5)")
    parser.add_argument("--tree", type=pathlib.Path, help="a folder of source code to scan as well")
    rows = lambda text: [int(n) for n in text.split(",")]
    parser.add_argument("--growth", type=rows, default=[], help="numbers of rows, to measure how cost grows")
    parser.add_argument("--alone", type=int, help="rows of the exports that are scanned one by one (ROWS)")
    parser.add_argument("--write", type=pathlib.Path, help="also write the result to this file")
    parser.add_argument("leakgauge")
    parser.add_argument("generate")
    parser.add_argument("dumps", type=pathlib.Path)
    parser.add_argument("rows", type=int)
    args = parser.parse_args()

    args.dumps.mkdir(parents=True, exist_ok=True)
    lines = PATTERNS.read_text().splitlines(keepends=True)
    texts = {
        "all": lines,
        "precise": lines[:N_PRECISE],
        # What one types first: the same expressions without the boundaries that make them precise.
        "plain": [line.replace("\\b", "") for line in lines],
    }
    patterns = {}
    for name, text in texts.items():
        patterns[name] = args.dumps / f"rg-patterns-{name}.txt"
        patterns[name].write_text("".join(text))

    version = subprocess.run(["rg", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")[0]
    own = subprocess.run([args.leakgauge, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    today = datetime.date.today().isoformat()
    say(f"# {today}, {os.cpu_count()} cpus, {platform.machine()}\n")
    say(f"{own}, {version}, {args.runs} runs of each command in turn.\n")
    dense(args, patterns)
    alone(args)
    if args.tree:
        tree(args, patterns)
    if args.growth:
        growth(args)
    if args.write:
        args.write.write_text("\n".join(report).rstrip() + "\n")


if __name__ == "__main__":
    main()
