#!/usr/bin/env bash
# Memory errors on either side of the boundary to C and C++: the whole program under valgrind, while whisper.cpp reads,
# libopus decodes and encodes, and SQLite keeps.
#
# usage: memory_errors.sh [--model PATH]
#
# The model is ../shared/models/ggml-tiny.en-q8_0.bin where that is there, else the default one: the code is the same, and
# valgrind makes it some fifty times slower. valgrind does not know AVX-512, which whisper.cpp's build takes from the
# processor it is built on; so this builds a program of its own without, in target/valgrind.
#
# Bar: no read or write where nothing is, no use of what was never set, nothing lost for good ("definitely lost"), exit
# codes as without valgrind. What is not ours to mend is named, with its reason, in memory_errors.supp. Exit 0 when met, 1
# when missed, 0 with "skipped" where valgrind is not installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
model=../shared/models/ggml-tiny.en-q8_0.bin
[ -f "$model" ] || model=models/ggml-base-q8_0.bin
while [ $# -gt 0 ]; do
  case $1 in
    --model) model=${2:?--model needs a path} ;;
    *) echo "usage: memory_errors.sh [--model PATH]" >&2; exit 2 ;;
  esac
  shift 2
done
if ! command -v valgrind >/dev/null; then
  echo "skipped: valgrind is not installed"
  exit 0
fi
# Without -march=native, ggml still takes AVX2 and FMA, and so do the kernels that are used on most machines.
GGML_NATIVE=OFF CFLAGS=-g CXXFLAGS=-g CARGO_PROFILE_RELEASE_DEBUG=line-tables-only CARGO_TARGET_DIR=target/valgrind \
  cargo build --release --locked --bin aloud
root=$PWD
aloud=$root/target/valgrind/release/aloud
model=$(realpath "$model")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work XDG_RUNTIME_DIR=$work XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config
cd "$work"
missed=0
watched() { # watched NAME CODE ARGUMENT...: runs the program, which must end with this exit code
  local name=$1 expected=$2 code=0 begun=$SECONDS
  shift 2
  valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    --fair-sched=try --num-callers=30 --suppressions="$root/tests/checks/memory_errors.supp" --log-file="$work/$name.log" \
    "$aloud" "$@" </dev/null >"$work/$name.out" 2>"$work/$name.said" || code=$?
  local errors
  errors=$(grep -cE '^==[0-9]+== [A-Z0-9]' "$work/$name.log" || true)
  echo "$name: exit code $code, $errors findings, $((SECONDS - begun)) s"
  if [ "$code" -ne "$expected" ] || [ -s "$work/$name.log" ]; then
    missed=1
    cat "$work/$name.said" "$work/$name.log"
  fi
}

# An answer, whole: decoding, the model, the story, the history, the page with its sound.
watched analysis 0 analyze "$root/samples/too_short.flac" --model "$model" --trust-model --html "$work/page.html"
grep -q '</html>' page.html || { echo "no page was written"; missed=1; }

# Damaged recordings. Opus is decoded by a library in C; the containers around it and FLAC are read by ours.
mkdir damaged
python3 - "$root/tests/fixtures/sounds" damaged <<'PY'
import pathlib, random, sys

chance = random.Random(10)
for source in ("plain.opus", "opus.webm", "plain.flac"):
    whole = (pathlib.Path(sys.argv[1]) / source).read_bytes()
    kinds = {"cut": whole[: len(whole) * 2 // 3]}
    for i in range(3):
        flipped = bytearray(whole)
        for _ in range(1 + i * 4):
            # Behind the headers, so that it is the codec that sees it.
            flipped[chance.randrange(len(whole) // 3, len(whole))] ^= 1 << chance.randrange(8)
        kinds[f"flipped{i}"] = bytes(flipped)
    for kind, data in kinds.items():
        stem, ending = source.split(".")
        (pathlib.Path(sys.argv[2]) / f"{stem}-{kind}.{ending}").write_bytes(data)
PY
# Ogg has checksums: what was flipped there is refused before it is decoded, hence exit code 1. Matroska has none, and it is.
watched damaged 1 analyze damaged --jobs 1 --jsonl --model "$model" --trust-model --no-save
exit $missed
