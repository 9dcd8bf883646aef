#!/usr/bin/env bash
# Runs the fuzz targets one after the other and prints what each came to: run.sh SECONDS_EACH [TARGET...]
# Needs the nightly toolchain and cargo-fuzz (cargo install cargo-fuzz --locked); without, it says "skipped". Exit 1 when
# something was found.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root" || exit 2
seconds=${1:?run.sh SECONDS_EACH [TARGET...]}
shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  targets=(decode resume wav_recovery history_import report page job draft words questions settings model_file manifest)
fi
if ! cargo +nightly fuzz --version >/dev/null 2>&1; then
  echo "skipped: fuzzing needs a nightly toolchain and cargo-fuzz (tests/fuzz/README.md)"
  exit 0
fi
logs=tests/fuzz/artifacts/logs
mkdir -p "$logs"
tests/fuzz/seeds.sh || exit 2
# No sanitizer: it is the memory of libraries in C that it would watch, and they are not built for it here.
fuzz=(nice -n 15 cargo +nightly fuzz)
options=(--fuzz-dir tests/fuzz -s none)
"${fuzz[@]}" build "${options[@]}" || exit 2
found=0
table=$(printf '%-15s %10s %8s %7s %8s %9s' target runs seconds corpus peak_MB findings)
for target in "${targets[@]}"; do
  largest=$((1 << 18))
  case $target in page | settings | questions | manifest | model_file) largest=4096 ;; esac
  log=$logs/$target.log
  begun=$(date +%s)
  # Of any input: at most 25 s (a pdf is given up after 20), 2 GB altogether; start.rs bounds the heap to 1 GB.
  "${fuzz[@]}" run "${options[@]}" "$target" -- -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 \
    -max_len=$largest -print_final_stats=1 >"$log" 2>&1
  code=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
  peak=$(sed -n 's/^stat::peak_rss_mb: *//p' "$log" | tail -1)
  findings=$(find "tests/fuzz/artifacts/$target" -type f 2>/dev/null | wc -l)
  [ "$code" -eq 0 ] || found=1
  table+=$'\n'$(printf '%-15s %10s %8s %7s %8s %9s' "$target" "${runs:-?}" "$(($(date +%s) - begun))" \
    "$(find "tests/fuzz/corpus/$target" -type f | wc -l)" "${peak:-?}" "$findings")
done
printf '%s\n' "$table"
exit $found
