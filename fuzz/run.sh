#!/usr/bin/env bash
# Runs targets one after the other, each for so many seconds of processor time.
#
#   fuzz/run.sh SECONDS [TARGET...]        (all targets, in the order of their risk, if none is named)
#
# Needs a nightly toolchain and cargo-fuzz. What fails is kept in fuzz/artifacts, corpora grow in fuzz/corpus; both may be placed
# elsewhere with OUT=FOLDER. Targets that are built already are taken from BIN=FOLDER. A line for each target is added to
# results.txt there. A target that fails is started again, so that one finding does not cost the rest of its time, at most
# RESTARTS (20) times. An input may take TIMEOUT (25) seconds of the clock; where others work too, that should be more.
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

# Runs a target until it fails or has had so many seconds; sets `status` and `cpu`.
run() {
    local target=$1 left=$2 log=$3 now
    nice -n 19 "$BIN/$target" "$corpora/$target" "$here/seeds/$target" \
        -artifact_prefix="$out/$target-" -timeout="${TIMEOUT:-25}" -rss_limit_mb=4096 -max_len=32768 -len_control=50 -reload=0 \
        -print_final_stats=1 >"$log" 2>&1 &
    local pid=$!
    cpu=0
    # Seconds of the clock say little where others work too.
    while now=$(ps -o cputimes= -p "$pid"); do
        cpu=$((now))
        if [ "$cpu" -ge "$left" ]; then
            # It ends behind the input in hand.
            kill -USR1 "$pid" 2>/dev/null || true
        fi
        sleep 2
    done
    status=0
    wait "$pid" || status=$?
}

mkdir -p "$out"
for target in "${targets[@]}"; do
    mkdir -p "$corpora/$target"
    log=$out/$target.log
    used=0 runs=0 findings=0
    while [ "$used" -lt "$seconds" ] && [ "$findings" -le "$restarts" ]; do
        run "$target" $((seconds - used)) "$log"
        used=$((used + (cpu > 0 ? cpu : 1)))
        more=$(grep -a -oP 'stat::number_of_executed_units:\s*\K\d+' "$log" || echo 0)
        runs=$((runs + more))
        if [ "$status" -ne 0 ]; then
            findings=$((findings + 1))
            cp "$log" "$log.finding$findings"
        fi
        grep -a 'in a library, answered' "$log" >>"$out/libraries.txt" || true
    done
    state=$(grep -a -oP 'cov: \d+ ft: \d+ corp: \d+' "$log" | tail -1 || true)
    echo "$(date -u +%H:%M) $target cpu=${used}s runs=$runs ${state:-no coverage} findings=$findings" >>"$out/results.txt"
done
