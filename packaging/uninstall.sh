#!/bin/sh
# Removes what install.sh installed, and nothing else: your answers, recordings and settings stay.
# usage: uninstall.sh [--quietly]
set -eu
records=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
to=${records%/share/aloud}
if [ ! -f "$records/installed.files" ] || [ "$to" = "$records" ]; then
  echo "There is no list of installed files beside this script, so nothing was removed." >&2
  exit 1
fi
files=$(cat "$records/installed.files")
folders=$(cat "$records/installed.folders" 2>/dev/null || true)
printf '%s\n' "$files" | while IFS= read -r file; do
  rm -f "$to/$file"
done
# Folders that were made for it, the innermost first, unless something else is in them by now.
printf '%s\n' "$folders" | while IFS= read -r folder; do
  [ -z "$folder" ] || rmdir "$folder" 2>/dev/null || true
done
[ "${1:-}" = --quietly ] || echo "aloud is removed. Your answers, recordings and settings are still there, if you kept any."
