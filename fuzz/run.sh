#!/usr/bin/env bash
# Runs targets one after the other, each for so many seconds of processor time.
#
#   fuzz/run.sh SECONDS [TARGET...]        (all targets, in the order of their risk, if none is named)
#
# Needs a nightly toolchain and cargo-fuzz. What fails is kept in fuzz/artifacts, corpora grow in fuzz/corpus; both may be placed
# elsewhere with OUT=FOLDER. Targets that are built already are taken from BIN=FOLDER. A line for each target is added to results.txt there. A target that fails is started again, so that
# one finding does not cost the rest of its time, at most RESTARTS (20) times.
set -euo pipefail

seconds=${1:?how many seconds for each target}
shift
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here/artifacts}
corpora=${OUT:+$OUT/corpus}
corpora=${corpora:-$here/corpus}
restarts=${RESTARTS:-20}
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    read -ra targets <"$here/order"
fi

cd "$here"
if [ -z "${BIN:-}" ]; then
    cargo +nightly fuzz build --sanitizer none --fuzz-dir .
    BIN=${CARGO_TARGET_DIR:-$here/target}/$(rustc +nightly --print host-tuple)/release
fi

mkdir -p "$out"
for target in "${targets[@]}"; do
    mkdir -p "$corpora/$target"
    used=0 runs=0 findings=0
    while [ "$used" -lt "$seconds" ] && [ "$findings" -le "$restarts" ]; do
        log=$out/$target.log
        status=0
        TIMEFORMAT='%U %S'
        { time nice -n 19 "$BIN/$target" "$corpora/$target" "$here/seeds/$target" \
            -artifact_prefix="$out/$target-" -max_total_time=$((seconds - used)) -timeout=25 -rss_limit_mb=4096 \
            -max_len=32768 -len_control=50 -reload=0 -print_final_stats=1 >"$log" 2>&1 || status=$?; } 2>"$log.time"
        cpu=$(awk '{ printf "%d", $1 + $2 + 0.5 }' "$log.time")
        used=$((used + (cpu > 0 ? cpu : 1)))
        runs=$((runs + $(grep -a -oP 'stat::number_of_executed_units:\s*\K\d+' "$log" || echo 0)))
        if [ "$status" -ne 0 ]; then
            findings=$((findings + 1))
            cp "$log" "$log.finding$findings"
        fi
        grep -a 'panic in a library' "$log" >>"$out/libraries.txt" || true
    done
    state=$(grep -a -oP 'cov: \d+ ft: \d+ corp: \d+' "$log" | tail -1 || true)
    echo "$(date -u +%H:%M) $target cpu=${used}s runs=$runs ${state:-no coverage} findings=$findings" >>"$out/results.txt"
done
