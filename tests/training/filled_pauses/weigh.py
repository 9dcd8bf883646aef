#!/usr/bin/env python3
"""Fit how much each witness of a filled pause counts, and write the weights.

usage: weigh.py VOICES_DIR [--out FILE] [--shared DIR] [--check]

Reads    the recordings that voices.py made and their truth.json; those of the shared folder (mfa/, ami/, horse/, librispeech/,
         derived/cold*) and their truth. From the first, synthesizers; from the second, people.
Runs     target/release/examples/filled_pause_evidence, which names every place that may be a filled pause, and what the
         transcript, the recogniser's expectation and the sound say of it.
Prints   the weights; and for each part of the shared folder, with weights that were fitted without its speaker, how many of the
         places are told rightly (as single places: what is made of them together is the business of the program).
Writes   FILE (models/filled_pauses.json). --check writes nothing.

A logistic regression; every copy of the same talk (other codecs, noises) counts for a fifth.
"""
import argparse
import json
import subprocess
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parents[3]
COLLAR_S = 0.25
COPY = 0.2
KINDS = ("written", "unwritten")
PARTS = ("mfa/", "ami/", "horse/", "librispeech/", "derived/cold")


def speaker(name):
    """Who speaks in a recording of the shared folder."""
    part, file = name.split("/", 1)
    return {"mfa": "mfa", "derived": "mfa", "horse": "horse", "librispeech": file.split("-")[0]}.get(part, name)


def is_one(place, true):
    starts = abs(place["start_s"] - true[0]) <= COLLAR_S or true[0] <= place["start_s"] < true[1]
    return starts and place["end_s"] - place["start_s"] <= 3 * (true[1] - true[0]) + COLLAR_S


def labels(places, filled, ignored):
    """1 for a filled pause, 0 for none, None where nothing is to be learned."""
    away = lambda p: p["evidence"]["outside"] + p["evidence"]["away"]  # noqa: E731
    nearest = {}
    for p in places:
        if p["word"] is not None and any(is_one(p, t) for t in filled):
            nearest[p["word"]] = min(away(p), nearest.get(p["word"], np.inf))
    for p in places:
        touches = lambda spans: any(p["start_s"] < b and a < p["end_s"] for a, b, *_ in spans)  # noqa: E731
        if any(is_one(p, t) for t in filled):
            # Of several sounds near a written one, the nearest is it.
            yield 1 if p["word"] is None or away(p) <= nearest[p["word"]] + 0.05 else None
        else:
            yield None if touches(filled) or touches(ignored) else 0


def fitted(examples):
    rows = [(x, y, weight) for _, weight, places in examples for x, y in places if y is not None]
    values, wanted, weights = zip(*rows)
    model = LogisticRegression(fit_intercept=False, max_iter=5000)  # one of the values is always 1
    return model.fit(np.array(values), wanted, sample_weight=weights).coef_[0]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("voices", type=Path, metavar="VOICES_DIR")
    ap.add_argument("--out", type=Path, default=ROOT / "models/filled_pauses.json")
    ap.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    ap.add_argument("--check", action="store_true")
    args = ap.parse_args()

    truth = {}
    for name, t in json.loads((args.voices / "truth.json").read_text(encoding="utf-8")).items():
        truth[args.voices / f"{name}.flac"] = (f"voice {t['speaker']}", "voices", 1.0, t["filled"], [])
    speech = args.shared / "speech"
    for name, t in json.loads((speech / "truth.json").read_text(encoding="utf-8")).items():
        if name.startswith(PARTS) and t.get("filled") is not None:
            weight = COPY if name.startswith("derived/") else 1.0
            part = name.split("/")[0]
            truth[speech / name] = (speaker(name), part, weight, t["filled"], t.get("ignore") or [])

    program = ROOT / "target/release/examples/filled_pause_evidence"
    printed = subprocess.run([program, *truth], check=True, stdout=subprocess.PIPE, encoding="utf-8", cwd=ROOT).stdout
    names, examples, parts = None, {kind: [] for kind in KINDS}, {}
    for line in printed.splitlines():
        read = json.loads(line)
        who, part, weight, filled, ignored = truth[Path(read["path"])]
        places = read["candidates"]
        if not places:
            continue
        names = list(places[0]["evidence"])
        labelled = list(zip(places, labels(places, filled, ignored)))
        for kind in KINDS:
            rows = [([p["evidence"][n] for n in names], y) for p, y in labelled if (p["word"] is None) == (kind == "unwritten")]
            examples[kind].append((who, weight, rows))
            parts.setdefault((part, kind), []).append(examples[kind][-1])

    print("places told rightly by weights that never saw the speaker: of filled pauses, of others")
    for (part, kind), these in parts.items():
        told = {0: [], 1: []}
        for example in these:
            weights = fitted([e for e in examples[kind] if e[0] != example[0]])
            for x, y in example[2]:
                if y is not None:
                    told[y].append((np.dot(weights, x) > 0) == bool(y))
        print(f"{part:<12} {kind:<9} {sum(told[1])} of {len(told[1])}, {sum(told[0])} of {len(told[0])}")
    weights = {kind: {n: round(float(w), 3) for n, w in zip(names, fitted(examples[kind]))} for kind in KINDS}
    print(json.dumps(weights, indent=2))
    if not args.check:
        args.out.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
