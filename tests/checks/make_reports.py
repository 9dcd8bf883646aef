#!/usr/bin/env python3
"""Write one report for every recording of the shared truth, for the shared scorers to read.

usage: make_reports.py DIR [--model NAME] [--only PREFIX] [--aloud PATH] [--shared DIR]

Reads    speech/truth.json of the shared folder for the names, and the recordings.
Runs     `aloud analyze FILE... --jsonl --no-save`, once for all of them.
Writes   DIR/<name with / as __>.json, for example DIR/mfa__cold_corpus.wav.json. A line belongs to the recording that its
         recording.path names; lines without one (errors) are passed over. Reports of an earlier run are removed first.
Prints   how many reports were written and which recordings got none. Exit 1 when any got none.

Then:    python3 ../shared/eval/score_report.py ../shared/speech/truth.json DIR --per-file
Python 3.9, no packages.
"""
import json
import subprocess
import sys
from pathlib import Path

import common


def main():
    ap = common.parser(__doc__)
    ap.add_argument("out", type=Path, metavar="DIR", help="where the reports go")
    ap.add_argument("--model", help="passed on to aloud")
    ap.add_argument("--only", default="", metavar="PREFIX", help="only recordings whose name starts so, such as librispeech/")
    args = ap.parse_args()
    speech = common.speech_or_skip(args)
    aloud = common.aloud_or_exit(args)

    truth = json.loads((speech / "truth.json").read_text(encoding="utf-8"))
    names = sorted(name for name in truth if name.startswith(args.only))
    if not names:
        print(f"no recording in truth.json starts with {args.only!r}", file=sys.stderr)
        return 2
    args.out.mkdir(parents=True, exist_ok=True)
    report_file = {name: args.out / (name.replace("/", "__") + ".json") for name in names}
    for old in report_file.values():
        old.unlink(missing_ok=True)

    name_of = {(speech / name).resolve(): name for name in names}
    command = [str(aloud), "analyze", *(str(speech / name) for name in names), "--jsonl", "--no-save"]
    if args.model:
        command += ["--model", args.model]
    written = set()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8") as process:
        for line in process.stdout:
            try:
                report = json.loads(line)
                name = name_of[Path(report["recording"]["path"]).resolve()]
            except (ValueError, KeyError, TypeError):
                print(f"not a report of a recording asked for: {line.strip()[:200]}", file=sys.stderr)
                continue
            report_file[name].write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
            written.add(name)

    print(f"reports written: {len(written)} of {len(names)}, in {args.out}; aloud ended with exit code {process.returncode}")
    without = [name for name in names if name not in written]
    return common.verdict(["no report for " + ", ".join(without)] if without else [])


if __name__ == "__main__":
    sys.exit(main())
