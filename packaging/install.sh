#!/bin/sh
# Installs aloud from the folder that this script lies in. Needs neither root nor a network.
# usage: install.sh [FOLDER]
# FOLDER is where it goes, ~/.local if not given: the program to FOLDER/bin, the rest to FOLDER/share.
set -eu
from=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
case ${1:-} in
  -*)
    sed -n '2,4s/^# //p' "$0"
    exit 2
    ;;
  "") to=${HOME:?is not set; name a folder to install to}/.local ;;
  /*) to=${1%/} ;;
  *) to=$PWD/${1%/} ;;
esac
if [ "$to" = "$from" ]; then
  echo "aloud is here already: name another folder to install to." >&2
  exit 2
fi

# Before anything is written: does it run here?
if ! "$from/bin/aloud" --version >/dev/null; then
  echo "aloud does not start on this computer (the reason is above), so nothing was installed. See $from/share/doc/aloud/docs/guide.md, \"Install\"." >&2
  exit 1
fi

records=$to/share/aloud
made=""
folder() { # folder PATH: makes it, and remembers what was not there before
  [ ! -d "$1" ] || return 0
  folder "$(dirname "$1")"
  mkdir "$1"
  made="$1
$made"
}
folder "$records"
files=$(cd "$from" && find bin share -type f)
# What an earlier version left behind goes, and is known as ours from the first file on.
[ ! -f "$records/uninstall.sh" ] || sh "$records/uninstall.sh" --quietly
folder "$records"
printf '%s\n' "$files" installed.files installed.folders | sed 's,^installed,share/aloud/&,' >"$records/installed.files"
printf '%s' "$made" >"$records/installed.folders"
printf '%s\n' "$files" | while IFS= read -r file; do
  made=""
  folder "$(dirname "$to/$file")"
  if [ -n "$made" ]; then
    { printf '%s' "$made"; cat "$records/installed.folders"; } >"$records/installed.new"
    mv "$records/installed.new" "$records/installed.folders"
  fi
  # A new file in place of the old one: a running program keeps its own.
  cp -p "$from/$file" "$to/$file.new"
  mv -f "$to/$file.new" "$to/$file"
done

echo "aloud is installed in $to. To remove it: $records/uninstall.sh"
case ":$PATH:" in
  *":$to/bin:"*) echo "Try it: aloud doctor" ;;
  *) echo "Add $to/bin to your PATH to run aloud by its name. Try it: $to/bin/aloud doctor" ;;
esac
