#!/usr/bin/env bash
# Installs, runs and removes the packages of `make packages` on fresh systems that have nothing but the essentials: no network
# once it begins, no Rust, no compiler, no sound library.
#
# usage: packages.sh [--packages FOLDER] [--suites "SUITE..."] [--roots FOLDER]
#
# The packages are in target/packages if not said otherwise. A suite is a name that debootstrap knows: stable, testing and
# jammy (Ubuntu 22.04) if not said otherwise. Fresh systems are kept in --roots (${XDG_CACHE_HOME:-$HOME/.cache}/aloud-checks/roots), and made there
# where missing, which needs a network; each run uses a copy, which is removed at the end.
#
# Bar: on every system the report is printed and doctor finds the model; after the removal, nothing is there that was not there
# before but what the user's answers need, and what dpkg writes down. Exit 0 when met, 1 when missed, 2 when it cannot run.
# shellcheck disable=SC2016,SC2317 # scripts for a shell in the chroot are quoted; functions are called by name through `holds`
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
packages=$root/target/packages
suites="stable testing jammy"
roots=${XDG_CACHE_HOME:-$HOME/.cache}/aloud-checks/roots
while [ $# -gt 0 ]; do
  case $1 in
    --packages) packages=$(realpath "${2:?--packages needs a folder}") ;;
    --suites) suites=${2:?--suites needs names} ;;
    --roots) roots=${2:?--roots needs a folder} ;;
    *) echo "usage: packages.sh [--packages FOLDER] [--suites \"SUITE...\"] [--roots FOLDER]" >&2; exit 2 ;;
  esac
  shift 2
done
PATH=$PATH:/usr/sbin:/sbin
missing=""
[ "$(id -u)" = 0 ] || missing+=" root"
for program in debootstrap unshare chroot setpriv xz; do
  command -v "$program" >/dev/null || missing+=" $program"
done
if [ -n "$missing" ]; then
  echo "missing:$missing (on Debian: apt-get install debootstrap util-linux xz-utils, and run as root)" >&2
  exit 2
fi
if ! (cd "$packages" 2>/dev/null && sha256sum --quiet --check SHA256SUMS); then
  echo "no whole packages in $packages; make them with: make packages" >&2
  exit 2
fi
deb=$(ls "$packages"/*.deb)
tarball=$(ls "$packages"/*.tar.xz)

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
failed=0
holds() { # holds WHAT COMMAND...: says whether something is as it should be
  local what=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    echo "  holds   $what"
  else
    echo "  FAILS   $what"
    sed 's/^/          /' "$work/said"
    failed=1
  fi
}
# Runs a script in the system, as root or as somebody without rights, with neither a network nor this machine's processes.
inside() { # inside USER SCRIPT
  local as=()
  [ "$1" = root ] || as=(setpriv --reuid 1000 --regid 1000 --clear-groups)
  unshare --net --mount --pid --fork sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$system" \
    "${as[@]}" env -i HOME="$([ "$1" = root ] && echo /root || echo /home/somebody)" PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C.UTF-8 \
    sh -euc "$2"
}
# Everything on the system but what runs and what dpkg writes down.
listed() {
  (cd "$system" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./var/lib/dpkg -o -path ./var/log \
    -o -path ./var/cache -o -path ./tmp \) -prune -o -printf '%p %y\n' | LC_ALL=C sort)
}
as_before() { # as_before LIST [PATTERN]: nothing was added to it but what has this pattern, and nothing taken away
  listed >"$work/after"
  diff "$1" "$work/after" | grep '^[<>]' | grep -vE "${2:-^$}" && return 1
  return 0
}
# What is the user's after an answer was kept.
own='^> ./home/somebody(/\.local(/share(/aloud(/history(/.*)?)?)?)?)? [dfl]$'

for suite in $suites; do
  if [ ! -f "$roots/$suite/bin/sh" ]; then
    mkdir -p "$roots"
    if ! debootstrap --variant=minbase "$suite" "$roots/$suite.new" >"$work/debootstrap" 2>&1; then
      rm -rf --one-file-system "$roots/$suite.new"
      echo "$suite: debootstrap cannot make it: $(tail -n 1 "$work/debootstrap")" >&2
      exit 2
    fi
    mv "$roots/$suite.new" "$roots/$suite"
  fi
  system=$work/$suite
  cp -a "$roots/$suite" "$system"
  echo "$suite: $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' "$system/etc/os-release")"
  mkdir -p "$system/home/somebody"
  chown 1000:1000 "$system/home/somebody"
  cp "$root/samples/too_short.flac" "$deb" "$tarball" "$system/tmp/"
  # Not every fresh system has xz, with which the tarball is unpacked.
  xz -dc "$tarball" | tar -C "$system/tmp" --no-same-owner -xf -
  chmod -R a+rX "$system/tmp"
  unpacked=/tmp/$(basename "$tarball" .tar.xz)
  listed >"$work/before"

  bare() { inside root '! command -v cargo && ! command -v cc && ! command -v c++ && ! ls /usr/lib/*/libasound.so.2'; }
  offline() { inside root '[ "$(ls /sys/class/net 2>/dev/null | grep -v lo | wc -l)" = 0 ] && ! grep -q : /proc/net/route'; }
  report() { # report PROGRAM: the report of a sample, as somebody without rights, and kept
    inside somebody "$1 analyze /tmp/too_short.flac --question hard-problem" >"$work/report" || return 1
    cat "$work/report"
    grep -q 'What you said' "$work/report" && inside somebody "$1 history show 1" >/dev/null
  }
  doctor() { # doctor PROGRAM MODEL: doctor finds the model there, and no microphone
    inside somebody "$1 doctor" >"$work/doctor" 2>&1 || true
    cat "$work/doctor"
    grep -qE "^model +base-q8_0: $2" "$work/doctor" && grep -q '^microphone *none found' "$work/doctor"
  }
  helped() { # helped SHARE ZSH: manual pages and completions are in place
    inside root "ls $1/man/man1/aloud.1* $1/man/man1/aloud-analyze.1* $1/bash-completion/completions/aloud $1/zsh/$2/_aloud $1/fish/vendor_completions.d/aloud.fish $1/doc/aloud"
  }

  holds "the system has no compiler, no Rust and no sound library" bare
  holds "the .deb is installed" inside root "dpkg -i /tmp/$(basename "$deb")"
  holds "its files are as packed" inside root 'test -z "$(dpkg --verify aloud)"'
  holds "a report is printed and kept" report aloud
  holds "doctor finds the model" doctor aloud '/usr/(bin/\.\./)?share/aloud/models'
  holds "manual pages and completions are there" helped /usr/share vendor-completions
  holds "it is removed" inside root 'dpkg --purge aloud'
  holds "only the user's own is left" as_before "$work/before" "$own"
  rm -rf "$system/home/somebody/.local"

  home=/home/somebody
  holds "the tarball is installed without root" inside somebody "$unpacked/install.sh"
  rm -rf "${system:?}$unpacked"
  holds "a report is printed and kept" report $home/.local/bin/aloud
  holds "doctor finds the model" doctor $home/.local/bin/aloud "$home/.local/(bin/\.\./)?share/aloud/models"
  holds "manual pages and completions are there" helped $home/.local/share site-functions
  holds "it is removed" inside somebody "$home/.local/share/aloud/uninstall.sh"
  holds "only the user's own is left" as_before "$work/before" "$own"
  holds "the answer is still there" test -s "$system$home/.local/share/aloud/history/history.db"
  rm -rf --one-file-system "$system"
done
exit "$failed"
