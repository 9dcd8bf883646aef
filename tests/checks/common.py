"""What the checks share: where aloud and the shared recordings are, and how one recording is analyzed.

Reads nothing by itself. Python 3.9, no packages.
"""
import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_RUN_S = 900  # one recording; the longest has 77 s of sound


def parser(doc):
    """An argument parser with the two options every check has."""
    ap = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--aloud", type=Path, default=ROOT / "target/release/aloud", metavar="PATH",
                    help="the program (default: target/release/aloud in the project)")
    ap.add_argument("--shared", type=Path, default=ROOT.parent / "shared", metavar="DIR",
                    help="the shared folder (default: ../shared beside the project)")
    return ap


def speech_or_skip(args):
    """The folder of shared recordings; ends the check with "skipped" where there is none."""
    speech = args.shared.resolve() / "speech"
    if not (speech / "truth.json").is_file():
        print(f"skipped: the shared folder is absent (no speech/truth.json in {args.shared})")
        sys.exit(0)
    return speech


def aloud_or_exit(args):
    """The program's path; ends with exit code 2 where it is missing."""
    if not (args.aloud.is_file() and os.access(args.aloud, os.X_OK)):
        print(f"no program at {args.aloud}; build it with: cargo build --release --locked", file=sys.stderr)
        sys.exit(2)
    return args.aloud.resolve()


def analyze(aloud, recording, *options):
    """Runs `aloud analyze RECORDING --no-save --json OPTIONS`; gives the finished process, whatever came of it."""
    command = [str(aloud), "analyze", str(recording), "--no-save", "--json", *map(str, options)]
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
                              errors="replace", timeout=LONGEST_RUN_S)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, -1, "", f"no end after {LONGEST_RUN_S} s")


def report_of(run):
    """The report a run printed, and None; or None and the reason there is none."""
    if run.returncode != 0:
        said = (run.stderr.strip().splitlines() or ["nothing on stderr"])[-1]
        return None, f"exit code {run.returncode}: {said}"
    try:
        report = json.loads(run.stdout)
    except ValueError:
        return None, "stdout is not one JSON document"
    if not isinstance(report, dict) or report.get("schema") != "aloud.report/1":
        return None, "stdout is not an aloud.report/1"
    return report, None


def field(report, section, name):
    """report[section][name], None where the section or the field is null or missing."""
    return (report.get(section) or {}).get(name)


def verdict(missed):
    """Prints what was missed, one a line, then PASS or FAIL; gives the check's exit code."""
    for what in missed:
        print(f"missed: {what}")
    print(f"FAIL: {len(missed)} missed" if missed else "PASS")
    return 1 if missed else 0
