#!/usr/bin/env bash
# Analyzes a folder on two machines with GNU parallel over ssh, one of which is struck down in the middle, and compares with
# one run on one machine. The machines are two sshd on the loopback, each with its own keys, port and data folder, all of it
# in a temporary folder that is removed at the end. Nothing outside of it is changed, nobody else's ssh is used.
#
# usage: many_machines.sh [--aloud PATH] [--files FOLDER] [--model NAME|PATH]
#
# Needs parallel, ssh, sshd and ssh-keygen (Debian: parallel openssh-client openssh-server); it says which are missing.
# Exit 0 when all holds, 1 when it does not, 2 when it cannot run.
# shellcheck disable=SC2317 # functions are called by name through `holds` and `trap`
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
aloud=$root/target/release/aloud
files=$root/samples
model=()
while [ $# -gt 0 ]; do
  case $1 in
    --aloud) aloud=$(realpath "${2:?--aloud needs a path}") ;;
    --files) files=$(realpath "${2:?--files needs a folder}") ;;
    --model) model=(--model "${2:?--model needs a name or a path}") ;;
    *) echo "usage: many_machines.sh [--aloud PATH] [--files FOLDER] [--model NAME|PATH]" >&2; exit 2 ;;
  esac
  shift 2
done
PATH=$PATH:/usr/sbin
missing=""
for program in parallel ssh sshd ssh-keygen; do
  command -v "$program" >/dev/null || missing+=" $program"
done
if [ -n "$missing" ]; then
  echo "missing:$missing (on Debian: apt-get install parallel openssh-client openssh-server)" >&2
  exit 2
fi
if [ ! -x "$aloud" ]; then
  echo "no program at $aloud; build it with: cargo build --release --locked" >&2
  exit 2
fi

place=$(mktemp -d)
cleanup() {
  for pid in "$place"/*/sshd.pid; do
    [ -f "$pid" ] && kill "$(cat "$pid")" 2>/dev/null
  done
  rm -rf "$place"
}
trap cleanup EXIT
# Of a sshd that root starts, an empty folder is asked for.
[ "$(id -u)" != 0 ] || mkdir -p /run/sshd

# Two machines.
ssh-keygen -q -t ed25519 -N "" -f "$place/key"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
for host in one two; do
  mkdir -p "$place/$host/data"
  port=$(free_port)
  ssh-keygen -q -t ed25519 -N "" -f "$place/$host/host_key"
  cat > "$place/$host/sshd_config" <<EOF
ListenAddress 127.0.0.1
Port $port
HostKey $place/$host/host_key
PidFile $place/$host/sshd.pid
AuthorizedKeysFile $place/key.pub
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
SetEnv XDG_DATA_HOME=$place/$host/data
EOF
  "$(command -v sshd)" -f "$place/$host/sshd_config" -E "$place/$host/sshd.log"
  echo "$host $(cut -d' ' -f1,2 "$place/$host/host_key.pub")" >> "$place/known_hosts"
  cat >> "$place/ssh_config" <<EOF
Host $host
  HostName 127.0.0.1
  Port $port
  HostKeyAlias $host
  IdentityFile $place/key
  IdentitiesOnly yes
  UserKnownHostsFile $place/known_hosts
  StrictHostKeyChecking yes
EOF
done

failed=0
holds() { # holds WHAT COMMAND...: says whether something is as it should be
  local what=$1
  shift
  if "$@"; then echo "holds   $what"; else echo "FAILS   $what"; failed=1; fi
}

echo "one run"
begun=$(date +%s)
export XDG_DATA_HOME=$place/alone
"$aloud" analyze "$files" --jsonl --no-save "${model[@]}" --output "$place/alone.jsonl"
echo "  $(wc -l < "$place/alone.jsonl") files, $(($(date +%s) - begun)) s"

echo "four parts on two machines"
begun=$(date +%s)
export PARALLEL_HOME=$place/parallel
mkdir -p "$PARALLEL_HOME" && touch "$PARALLEL_HOME/will-cite"
parallel --ssh "ssh -F $place/ssh_config" --sshlogin 1/one,1/two --jobs 1 --retries 3 --joblog "$place/log" \
  "$aloud" analyze "$files" --jsonl --no-save "${model[@]}" --shard {}/4 --output "$place/part-{}.jsonl" ::: 1 2 3 4 &
all=$!
# One part is struck down as soon as it has finished a file.
struck=""
while [ -z "$struck" ] && kill -0 "$all" 2>/dev/null; do
  for part in "$place"/part-*.jsonl; do
    if [ -s "$part" ]; then
      worker=$(pgrep -f -- "^$aloud .*--output $part" || true)
      # shellcheck disable=SC2086 # one word a process
      [ -n "$worker" ] && kill -9 $worker && struck=$(basename "$part") && break
    fi
  done
  sleep 0.05
done
wait "$all" || true
echo "  $(($(date +%s) - begun)) s; $(tail -n +2 "$place/log" | wc -l) jobs, struck down: ${struck:-none}"
tail -n +2 "$place/log" | cut -f1,2,4,7,8

export XDG_DATA_HOME=$place/merged
"$aloud" history import "$place"/part-*.jsonl
export XDG_DATA_HOME=$place/alone
"$aloud" history import "$place/alone.jsonl"
measures() { XDG_DATA_HOME=$place/$1 "$aloud" history export | cut -d, -f2- | sort; }
same_lines() { cmp <(sort "$place/alone.jsonl") <(cat "$place"/part-*.jsonl | sort); }
same_history() { cmp <(measures alone) <(measures merged); }
both_hosts() { [ "$(tail -n +2 "$place/log" | cut -f2 | sort -u | wc -l)" = 2 ]; }
was_struck() { [ -n "$struck" ]; }
holds "both machines had work" both_hosts
holds "one part was struck down and done again" was_struck
holds "the parts have the lines of the one run, byte for byte" same_lines
holds "one history of the parts is that of the one run" same_history
exit "$failed"
