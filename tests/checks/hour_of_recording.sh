#!/usr/bin/env bash
# An hour of 48 kHz stereo through a real sound server: the recorder's memory must stay flat and no frame go missing.
#
# usage: hour_of_recording.sh [--aloud PATH] [--minutes N]
#
# Bars: resident memory at the end within 4 MB of that after the first half minute; the length within 0.5 s of the
# clock; nothing missing. Exit 0 when met, 1 when missed, 0 with "skipped" where PulseAudio is not installed.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
aloud=$root/target/release/aloud
minutes=60
while [ $# -gt 0 ]; do
  case $1 in
    --aloud) aloud=${2:?--aloud needs a path} ;;
    --minutes) minutes=${2:?--minutes needs a number} ;;
    *) echo "usage: hour_of_recording.sh [--aloud PATH] [--minutes N]" >&2; exit 2 ;;
  esac
  shift 2
done
if ! command -v pulseaudio >/dev/null || ! command -v paplay >/dev/null; then
  echo "skipped: pulseaudio and paplay are not installed"
  exit 0
fi

work=$(mktemp -d)
export HOME=$work XDG_RUNTIME_DIR=$work XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config
export PULSE_RUNTIME_PATH=$work PULSE_STATE_PATH=$work PULSE_COOKIE=$work/cookie PULSE_SERVER=unix:$work/native
head -c 256 /dev/urandom >"$PULSE_COOKIE"
started=()
cleanup() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
pulseaudio -n --daemonize=no --use-pid-file=no --exit-idle-time=-1 --disable-shm=yes --log-level=error \
  -L "module-native-protocol-unix socket=$work/native auth-anonymous=1" \
  -L "module-null-sink sink_name=mic rate=48000 channels=2 format=s16le" 2>/dev/null &
started+=($!)
for _ in $(seq 50); do [ -S "$work/native" ] && break; sleep 0.1; done
(while paplay "$root/samples/good.flac" 2>/dev/null; do :; done) &
started+=($!)

"$aloud" record --output "$work/hour.wav" </dev/null >"$work/report" 2>"$work/said" &
recorder=$!
started+=($recorder)
# A null sink that was idle takes up to 2 s to deliver its first sound.
until [ "$(stat -c %s "$work/hour.wav" 2>/dev/null || echo 0)" -gt 1000 ]; do sleep 0.01; done
begun=$(date +%s.%N)
rss() { awk '/VmRSS/ {print $2}' "/proc/$recorder/status"; }
sleep 30
first=$(rss)
echo "resident after 0.5 minutes: $first kB"
end=$((minutes * 60))
for ((at = 30; at < end; at += 30)); do
  sleep "$(python3 -c "import time; print(max(0, $begun + $at + 30 - time.time()))")"
  last=$(rss) || { cat "$work/said"; echo "the recorder ended early"; exit 1; }
  if (((at + 30) % 600 == 0)); then echo "resident after $(((at + 30) / 60)) minutes: $last kB"; fi
done
taken=$(python3 -c "import time; print(time.time() - $begun)")
kill -INT "$recorder" 2>/dev/null || true
sleep 1
kill -INT "$recorder" 2>/dev/null || true
wait "$recorder" || true
cat "$work/said"
python3 - "$work/hour.wav" "$taken" "$first" "${last:-$first}" <<'PY'
import json, struct, sys

path, taken, first, last = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
with open(path, "rb") as wav:
    head = wav.read(128)
    at = head.index(b"data")
    (length,) = struct.unpack("<I", head[at + 4 : at + 8])
    frame, rate = struct.unpack("<H", head[32:34])[0], struct.unpack("<I", head[24:28])[0]
    wav.seek(at + 8 + length)
    chunk = wav.read()
gaps = json.loads(chunk[8:])["gaps"]
seconds = length / frame / rate
print(f"{seconds:.2f} s recorded in {taken:.2f} s, {sum(g['frames'] for g in gaps)} frames missing, resident {first} -> {last} kB")
sys.exit(not (abs(seconds - taken) < 0.5 and not gaps and last - first < 4096))
PY
