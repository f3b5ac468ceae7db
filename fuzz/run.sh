#!/bin/sh
# Fuzzes every target for a while: fuzz/run.sh SECONDS_PER_TARGET [TARGET...]
#
# Needs cargo and a C++ compiler. RUSTC_BOOTSTRAP lets a stable compiler take the sanitizer flag, for this build alone.
# What is found is kept under fuzz/corpus/, what fails under fuzz/artifacts/; both are local. Seeds are in fuzz/seeds/.
set -eu
seconds=${1:?how many seconds for each target}
shift
cd "$(dirname "$0")"

host=$(rustc -vV | sed -n 's/^host: //p')
coverage='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0'
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="--cfg fuzzing -Zsanitizer=address -Cdebug-assertions -Ccodegen-units=1 $(echo $coverage)"
cargo build --release --target "$host" --quiet

[ $# -gt 0 ] || set -- $(sed -n 's/^name = "\(.*\)"$/\1/p' Cargo.toml | grep -v '^vcto-fuzz$')
failed=''
for target; do
    mkdir -p "corpus/$target" "artifacts/$target"
    seeds=''
    [ -d "seeds/$target" ] && seeds="seeds/$target"
    if ! "target/$host/release/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -print_final_stats=1 -artifact_prefix="artifacts/$target/" "corpus/$target" $seeds >"target/$target.log" 2>&1; then
        failed="$failed $target"
        grep -E 'panicked|ERROR|Test unit written' "target/$target.log" | head -5 || true
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "target/$target.log")
    echo "$target: ${runs:-0} runs"
done
[ -z "$failed" ] || { echo "failed:$failed (inputs under fuzz/artifacts/, logs under fuzz/target/)"; exit 1; }
