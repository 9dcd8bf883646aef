#!/usr/bin/env bash
# Runs every check here and the shared scorer, one after the other, and ends with a summary.
#
# usage: all.sh [--aloud PATH] [--shared DIR]
#
# Python packages go into a virtual environment in ${XDG_CACHE_HOME:-$HOME/.cache}/aloud-checks, the reports beside it.
# Exit 0 when every bar is met or the shared folder is absent, 1 when one is missed, 2 when the checks cannot run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
aloud=$root/target/release/aloud
shared=$root/../shared
while [ $# -gt 0 ]; do
  case $1 in
    --aloud) aloud=${2:?--aloud needs a path} ;;
    --shared) shared=${2:?--shared needs a folder} ;;
    *) echo "usage: all.sh [--aloud PATH] [--shared DIR]" >&2; exit 2 ;;
  esac
  shift 2
done
if [ ! -f "$shared/speech/truth.json" ]; then
  echo "skipped: the shared folder is absent (no speech/truth.json in $shared)"
  exit 0
fi
if [ ! -x "$aloud" ]; then
  echo "no program at $aloud; build it with: cargo build --release --locked" >&2
  exit 2
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/aloud-checks
reports=$cache/reports
mkdir -p "$cache"
if [ ! -x "$cache/venv/bin/python" ]; then
  python3 -m venv "$cache/venv" || { echo "python3 cannot make a virtual environment (on Debian: apt install python3-venv)" >&2; exit 2; }
fi
python=$cache/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" ||
  { echo "the packages in requirements.txt could not be installed; is there a network?" >&2; exit 2; }

summary=""
failed=0
check() { # check NAME COMMAND...
  local name=$1 code=0
  shift
  printf '\n== %s\n' "$name"
  "$@" || code=$?
  if [ "$code" -eq 0 ]; then
    summary+="pass  $name"$'\n'
  else
    summary+="FAIL  $name (exit code $code)"$'\n'
    failed=1
  fi
}
both=(--aloud "$aloud" --shared "$shared")
check make_reports "$python" "$here/make_reports.py" "$reports" "${both[@]}"
check "shared scorer (figures; no bar but that every report is there)" \
  "$python" "$shared/eval/score_report.py" "$shared/speech/truth.json" "$reports" --per-file
check syllables_against_dictionary "$python" "$here/syllables_against_dictionary.py" --reports "$reports" "${both[@]}"
check pause_places "$python" "$here/pause_places.py" --reports "$reports" "${both[@]}"
check formats_agree "$python" "$here/formats_agree.py" "${both[@]}"
check pitch_against_praat "$python" "$here/pitch_against_praat.py" "${both[@]}"
check exports_read_elsewhere "$python" "$here/exports_read_elsewhere.py" --aloud "$aloud"
check job_files "$here/job_files.sh" --python "$python"
check many_machines "$here/many_machines.sh" --aloud "$aloud"

printf '\n== summary\n%s' "$summary"
exit "$failed"
