#!/usr/bin/env bash
# The instructions of the stages beside the speech model, counted by valgrind: they show a slower commit on a noisy machine.
# usage: instructions.sh [FUNCTIONS]      prints a line a stage, and of the signal stage so many functions (default 15)
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v valgrind >/dev/null; then
  echo "skipped: valgrind is not installed"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bench=$(cargo bench --locked --bench stages --no-run --message-format=json 2>/dev/null |
  sed -n 's/.*"name":"stages".*"executable":"\([^"]*\)".*/\1/p')
count() {
  ALOUD_STAGE=$1 valgrind --tool=callgrind --callgrind-out-file="$folder/$1" "$bench" 2>&1 | sed -n 's/.*Collected : //p'
}
none=$(count none)
for stage in decode signal; do
  echo "$stage: $((($(count "$stage") - none) / 1000000)) million instructions"
done
callgrind_annotate "$folder/signal" 2>/dev/null | sed -n '/file:function/,$p' | cut -c1-140 | head -"$((${1:-15} + 2))"
