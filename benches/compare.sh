#!/bin/sh
# Measures whole audits against ripgrep on the same data, in turn on the same machine.
#
#   benches/compare.sh [ROWS [OPTION...]]   rows in each of six exports (1000000); options of compare.py:
#       --runs N            runs of each command (5)
#       --tree FOLDER       a folder of source code to scan as well
#       --growth N,N,...    numbers of rows at which time and memory are measured
#       --alone N           rows of the exports that are scanned one by one (ROWS); 10000000 make files of about 1 GB
#       --write FILE        where to write the result as well, by custom benches/runs/DATE-MACHINE.md
#
# Needs cargo, Python 3 and ripgrep (`apt install ripgrep` or `cargo install ripgrep`). See benches/README.md.
set -eu

rows=${1:-1000000}
[ $# -eq 0 ] || shift

for tool in cargo python3 rg; do
    if ! command -v "$tool" >/dev/null; then
        echo "compare.sh: $tool is missing; install it first (ripgrep: apt install ripgrep, or cargo install ripgrep)" >&2
        exit 2
    fi
done

cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

cargo build --release --bin leakgauge --example generate-dump
exec python3 benches/compare.py "$@" \
    "$target/release/leakgauge" "$target/release/examples/generate-dump" "$target/bench-dump" "$rows"
