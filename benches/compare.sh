#!/bin/sh
# Measures a whole audit against ripgrep on the same synthetic dump, in turn on the same machine.
#
#   benches/compare.sh [ROWS [RUNS]]     rows in each of six exports (1000000), runs of each command (5)
#
# Needs cargo, Python 3 and ripgrep (`apt install ripgrep` or `cargo install ripgrep`). See benches/README.md.
set -eu

rows=${1:-1000000}
runs=${2:-5}

for tool in cargo python3 rg; do
    if ! command -v "$tool" >/dev/null; then
        echo "compare.sh: $tool is missing; install it first (ripgrep: apt install ripgrep, or cargo install ripgrep)" >&2
        exit 2
    fi
done

cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
dump=$target/bench-dump/$rows

cargo build --release --bin leakgauge --example generate-dump
if [ ! -e "$dump/truth.json" ]; then
    echo "generating 6 x $rows rows in $dump" >&2
    "$target/release/examples/generate-dump" --rows "$rows" "$dump"
fi
exec python3 benches/compare.py "$target/release/leakgauge" "$dump" "$runs"
