#!/usr/bin/env python3
"""Measure the story on authors it has not seen: learn without a set, analyze that set with the program, score it; each set in turn.

usage: evaluate.py [SET...] [--keep-weights] [--robustness] [--aloud PATH] [--train PATH] [--shared DIR] [--work DIR]

SET            set_a, set_b, set_c (the default: the three-way figure), own_1 to own_3, fresh_1 to fresh_3
--keep-weights use DIR/SET.json of an earlier run where it is there
--robustness   run tests/program/story_holds.rs too, on each set with the weights that have not seen it (needs cargo)

Reads    answers/*.jsonl and coaching/*.jsonl beside this (coach_*.jsonl is what coaches said of them); every set is learned without itself, from all others.
Runs     target/release/examples/train-story (cargo build --release --locked --example train-story) and `aloud analyze
         --story-weights`, and the shared eval/score_stories.py and score_coaching.py, which say how they count.
Writes   DIR/SET.json (weights) and DIR/SET/<id>.json (reports); DIR is target/story by default.
Prints   the scorer's lines for each set, the means, and whether the bars are met (accuracy .82, macro F1 .79, order .98, every stuffed answer
         below its middling sibling). Exit 1 when one is missed, 0 with "skipped" without the shared folder.
Python 3.9, no packages.
"""
import argparse
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COACHING = ("criticism with ground", "praise without a fault", "statements true", "in priorities", "quotes on the right sentence",
            "first priority", "among the priorities", "said of what is true")
BARS = (("accuracy", 0.82), ("macro F1", 0.79), ("order", 0.98), ("stuffed", 1.0))


def analyze(aloud, weights, answers, out):
    """Writes a report for each answer; one run for the answers of one question."""
    out.mkdir(parents=True, exist_ok=True)
    asked = defaultdict(list)
    for answer in answers:
        path = out / f"{answer['id']}.txt"
        path.write_text(" ".join(s["text"] for s in answer["sentences"]) + "\n", encoding="utf-8")
        asked[answer["question"]].append(path)
    for question, paths in asked.items():
        command = [aloud, "analyze", *paths, "--question", question, "--jsonl", "--story-weights", weights]
        run = subprocess.run(list(map(str, command)), capture_output=True, encoding="utf-8", check=True)
        for path, line in zip(paths, run.stdout.splitlines()):
            path.with_suffix(".json").write_text(line + "\n", encoding="utf-8")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("sets", nargs="*", default=["set_a", "set_b", "set_c"])
    ap.add_argument("--keep-weights", action="store_true")
    ap.add_argument("--robustness", action="store_true")
    ap.add_argument("--aloud", type=Path, default=ROOT / "target/release/aloud")
    ap.add_argument("--train", type=Path, default=ROOT / "target/release/examples/train-story")
    ap.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    ap.add_argument("--work", type=Path, default=ROOT / "target/story")
    args = ap.parse_args()
    if not (args.shared / "eval").is_dir():
        print(f"skipped: there are no scorers in {args.shared}")
        return 0
    here = Path(__file__).parent
    files = {f.stem: f for folder in ("answers", "coaching") for f in sorted((here / folder).glob("*.jsonl"))}
    args.work.mkdir(parents=True, exist_ok=True)
    figures, coaching = [], []
    if not args.keep_weights and len(args.sets) > 1:  # every sentence is encoded once
        turns = [x for name in args.sets for x in ("--hold-out", name)]
        subprocess.run([args.train, "--each", args.work, *turns, "--out", args.work / "all.json", *files.values()], check=True)
        args.keep_weights = True
    for name in args.sets:
        weights = args.work / f"{name}.json"
        if not (args.keep_weights and weights.is_file()):
            subprocess.run([args.train, "--hold-out", name, "--out", weights, *files.values()], check=True)
        answers = [json.loads(line) for line in files[name].read_text(encoding="utf-8").splitlines() if line.strip()]
        analyze(args.aloud, weights, answers, args.work / name)
        scored = subprocess.run([sys.executable, args.shared / "eval/score_stories.py", files[name], args.work / name],
                                capture_output=True, encoding="utf-8").stdout
        print(f"{name}\n{scored}", end="", flush=True)
        coach = files[f"coach_{name}"] if f"coach_{name}" in files else files[f"coach_{name.removeprefix('set_')}"]
        said = subprocess.run([sys.executable, args.shared / "eval/score_coaching.py", files[name], coach, args.work / name],
                              capture_output=True, encoding="utf-8").stdout
        print(said, end="", flush=True)
        shares = [float(x) for x in re.findall(r"\(([\d.]+)\)", said)]
        coaching.append(shares[:len(COACHING)])
        found = re.search(r"accuracy ([\d.]+)  macro F1 ([\d.]+)[\s\S]*?right \(([\d.]+)\)  stuffed below middling (\d+) of (\d+)", scored)
        accuracy, f1, order, low, stuffed = map(float, found.groups())
        figures.append((accuracy, f1, order, low / stuffed if stuffed else 1.0))
    if args.robustness:
        for name in args.sets:
            print(f"\n{name}, robustness", flush=True)
            test = ["cargo", "test", "--release", "--locked", "--quiet", "--test", "program", "story_holds::", "--", "--ignored", "--nocapture"]
            env = dict(os.environ, ALOUD_STORY_WEIGHTS=str(args.work.resolve() / f"{name}.json"), ALOUD_STORY_ANSWERS=str(files[name].resolve()))
            out = subprocess.run(test, cwd=ROOT, env=env, capture_output=True, encoding="utf-8").stdout
            print("\n".join(line for line in out.splitlines() if line[:2] in ("0.", "1.") or line.startswith("       ")))
    for what, column in zip(COACHING, zip(*coaching)):
        print(f"mean of the sets, {what}: {sum(column) / len(column):.3f}")
    means = [sum(column) / len(column) for column in zip(*figures)]
    print("mean of the sets: " + ", ".join(f"{what} {mean:.3f}" for (what, _), mean in zip(BARS, means)))
    missed = [f"{what} {mean:.3f}, bar {bar}" for (what, bar), mean in zip(BARS, means) if mean < bar]
    print("missed: " + "; ".join(missed) if missed else "PASS")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
