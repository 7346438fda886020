#!/bin/sh
# What the action of GitHub, the job template of GitLab and the pre-commit hook have in common: it finds or builds the
# program, scans, and ends with its exit code: 0 kept, 1 exceeded, 2 not run, 3 not everything could be read.
#
#   leakgauge.sh scan                      a CI job; everything is said by the variables below
#   leakgauge.sh staged OPTION... -- FILE...   a pre-commit hook; options of `leakgauge scan`, then the staged files
#   leakgauge.sh program                   the path of the program
#
# LEAKGAUGE_PROGRAM    the program; default: what the next two say, else `leakgauge` on the path, else built from the checkout
#                      that this script is in
# LEAKGAUGE_URL        address (https) of a program that is built already, which curl fetches for this run; with
# LEAKGAUGE_SHA256     its digest, 64 hexadecimal digits: what has another one is not run
# LEAKGAUGE_PATH       files and folders to scan, one a line; default: the current folder
# LEAKGAUGE_EXCLUDE    globs to leave out, one a line; `.git/` always is
# LEAKGAUGE_FAIL_ON    any, serious, especially-serious
# LEAKGAUGE_BUDGET     a file of limits
# LEAKGAUGE_BASELINE   a baseline: no more than before
# LEAKGAUGE_KEY        the key of a baseline of fingerprints, as a secret variable; or
# LEAKGAUGE_KEY_FILE   a file that holds it
# LEAKGAUGE_REPORTS    folder for the reports; default: leakgauge-reports
set -eu

say() {
    printf 'leakgauge.sh: %s\n' "$1" >&2
}

# Nothing was scanned: the code that the program has for that.
refuse() {
    say "error: $1"
    exit 2
}

# The folder of a program that was fetched, until it is removed.
fetched=

# Fetches a program into a folder of its own, and checks what it is before anybody can run it.
fetch() {
    case $LEAKGAUGE_URL in
    https://?*) ;;
    *) refuse "LEAKGAUGE_URL is no https address" ;;
    esac
    : "${LEAKGAUGE_SHA256:=}"
    case $LEAKGAUGE_SHA256 in
    *[!0-9A-Fa-f]*) refuse "LEAKGAUGE_SHA256 is no digest: 64 hexadecimal digits" ;;
    esac
    [ ${#LEAKGAUGE_SHA256} -eq 64 ] || refuse "LEAKGAUGE_URL needs LEAKGAUGE_SHA256, the digest of the program: 64 hexadecimal digits"
    command -v curl >/dev/null || refuse "no curl to fetch the program with"
    folder=$(mktemp -d) || refuse "no folder for the program"
    if ! curl --proto =https --fail --silent --show-error --location --max-time 300 --output "$folder/leakgauge" -- "$LEAKGAUGE_URL" >&2; then
        rm -rf -- "$folder"
        refuse "the program cannot be fetched (LEAKGAUGE_URL)"
    fi
    if command -v sha256sum >/dev/null; then
        found=$(sha256sum <"$folder/leakgauge")
    else
        found=$(shasum -a 256 <"$folder/leakgauge")
    fi
    wanted=$(printf '%s' "$LEAKGAUGE_SHA256" | tr A-F a-f)
    if [ "${found%% *}" != "$wanted" ]; then
        rm -rf -- "$folder"
        refuse "what was fetched is another program: its digest is ${found%% *} (LEAKGAUGE_SHA256)"
    fi
    chmod 700 "$folder/leakgauge"
    printf '%s\n' "$folder/leakgauge"
}

program() {
    if [ -n "${LEAKGAUGE_PROGRAM:-}" ]; then
        command -v -- "$LEAKGAUGE_PROGRAM" || refuse "no program $LEAKGAUGE_PROGRAM (LEAKGAUGE_PROGRAM)"
        return
    fi
    if [ -n "${LEAKGAUGE_URL:-}" ]; then
        fetch
        return
    fi
    if command -v leakgauge; then
        return
    fi
    root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
    built=$root/target/release/leakgauge
    if [ ! -x "$built" ]; then
        command -v cargo >/dev/null || refuse "no leakgauge on the path, and no cargo to build it with"
        say "building leakgauge"
        cargo build --release --locked --manifest-path "$root/Cargo.toml" --target-dir "$root/target" >&2 ||
            refuse "leakgauge cannot be built"
    fi
    printf '%s\n' "$built"
}

# Takes note of what was fetched, so that it is gone at the end.
keep_in_mind() {
    if [ -z "${LEAKGAUGE_PROGRAM:-}" ] && [ -n "${LEAKGAUGE_URL:-}" ]; then
        fetched=$(dirname -- "$1")
    fi
}

staged() {
    # What stands before the first `--` are options; without one it cannot be told which are.
    n=0
    for argument; do
        [ "$argument" != -- ] || break
        n=$((n + 1))
    done
    [ "$n" -lt $# ] || refuse "no -- between options and files: end the \`args\` of the hook with --"
    # The arguments are turned round once: options to the end as they are, files behind them. A file that is named like an
    # option, or like standard input, is a file.
    total=$#
    i=0
    while [ "$i" -lt "$total" ]; do
        argument=$1
        shift
        case $argument in
        -*) [ "$i" -le "$n" ] || argument=./$argument ;;
        esac
        set -- "$@" "$argument"
        i=$((i + 1))
    done
    if [ $((total - n)) -eq 1 ]; then
        # The program would scan the current folder.
        say "no file is staged"
        exit 0
    fi
    program=$(program)
    keep_in_mind "$program"
    [ -n "$fetched" ] || exec "$program" scan --no-progress "$@"
    trap 'rm -rf -- "$fetched"' EXIT
    trap 'exit 143' HUP INT TERM
    "$program" scan --no-progress "$@"
}

scan() {
    program=$(program)
    key=
    keep_in_mind "$program"
    trap '[ -z "$key" ] || rm -f -- "$key"; [ -z "$fetched" ] || rm -rf -- "$fetched"' EXIT
    trap 'exit 143' HUP INT TERM
    reports=${LEAKGAUGE_REPORTS:-leakgauge-reports}
    mkdir -p -- "$reports" || refuse "the folder for reports cannot be made: $reports"
    reports=$(CDPATH='' cd -- "$reports" && pwd)
    set -- --no-progress --exclude=.git/
    while IFS= read -r line; do
        [ -z "$line" ] || set -- "$@" "--exclude=$line"
    done <<END
${LEAKGAUGE_EXCLUDE:-}
END
    [ -z "${LEAKGAUGE_FAIL_ON:-}" ] || set -- "$@" "--fail-on=$LEAKGAUGE_FAIL_ON"
    [ -z "${LEAKGAUGE_BUDGET:-}" ] || set -- "$@" "--budget=$LEAKGAUGE_BUDGET"
    [ -z "${LEAKGAUGE_BASELINE:-}" ] || set -- "$@" "--baseline=$LEAKGAUGE_BASELINE"
    if [ -n "${LEAKGAUGE_KEY:-}" ]; then
        # Others may neither read it nor see it among the arguments.
        key=$(umask 077 && mktemp) || refuse "no temporary file for the key"
        printf '%s\n' "$LEAKGAUGE_KEY" >"$key"
        unset LEAKGAUGE_KEY
        set -- "$@" "--key-file=$key"
    elif [ -n "${LEAKGAUGE_KEY_FILE:-}" ]; then
        set -- "$@" "--key-file=$LEAKGAUGE_KEY_FILE"
    fi
    for ending in json sarif xml md html; do
        # A report of an earlier run must not be taken for one of this.
        rm -f -- "$reports/audit.$ending"
        set -- "$@" -o "$reports/audit.$ending"
    done
    set -- "$@" --
    while IFS= read -r line; do
        case $line in
        '') ;;
        -*) set -- "$@" "./$line" ;;
        *) set -- "$@" "$line" ;;
        esac
    done <<END
${LEAKGAUGE_PATH:-.}
END
    code=0
    "$program" scan "$@" || code=$?
    if [ -f "$reports/audit.json" ]; then
        tell "$program" "$reports"
    fi
    if [ -n "${GITHUB_OUTPUT:-}" ]; then
        printf 'code=%s\nreports=%s\n' "$code" "$reports" >>"$GITHUB_OUTPUT"
    fi
    case $code in
    1) say "failed: the level, a limit or the baseline is exceeded" ;;
    3) say "failed: not everything could be read; what need not be read is for LEAKGAUGE_EXCLUDE" ;;
    esac
    exit "$code"
}

# The result where whoever looks at the job finds it. That it cannot be told is no other result.
tell() {
    if [ "${GITHUB_ACTIONS:-}" = true ]; then
        "$1" report "$2/audit.json" -f github || say "no annotations"
    else
        "$1" report "$2/audit.json" -f text || say "no summary"
    fi
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
        cat -- "$2/audit.md" >>"$GITHUB_STEP_SUMMARY" || say "no job summary"
    fi
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
scan)
    [ $# -eq 0 ] || refuse "scan takes no arguments: paths stand in LEAKGAUGE_PATH"
    scan
    ;;
staged) staged "$@" ;;
program) program ;;
*) refuse "expected scan, staged or program" ;;
esac
