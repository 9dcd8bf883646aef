#!/usr/bin/env python3
"""Compare the pauses aloud finds, and the place it gives each, with pauses marked by hand.

usage: pause_places.py [--reports DIR] [--aloud PATH] [--shared DIR]

Reads    pause_places.json beside this script, the marked recordings in speech/ of the shared folder and, with
         --reports DIR, the reports that make_reports.py wrote (DIR/mfa__NAME.wav.json); without it every marked
         recording is analyzed now.
Marks    silences of at least 0.25 s between words, from the word times that come with the recordings, their edges set by
         eye on the energy between 150 and 3700 Hz and the spectrogram. They are not all the pauses of a recording: what
         aloud finds besides is not counted. Breaths count as silence, coughs and noises between words do not. `before`
         and `after` are the words around the silence, filled pauses included. The places were set from the words alone,
         before any report was seen, by these rules:
           A clause has one finite verb. between_sentences: a complete sentence ends there (the end the transcriber
           marked, where there is one); an answer of one word is a sentence too. between_clauses: a clause ends and
           another of the same sentence begins (coordinated, relative, a speaker who gives up one and starts another).
           within_clause: everywhere else, also where a phrase is taken up again, and after the "and" or "why" that
           opens a clause. A filled pause beside the silence changes nothing. "and" goes on with the same sentence.
         `arguable` is a second place that one could defend; `note` is for the reader.
Counts   a marked pause is found when a pause of the report overlaps it by at least half of the shorter one; one to one,
         the largest overlap first. Accuracy: of those found, the share that has the marked place. The share that has
         the marked or the arguable place is for information. A recording without a report is named.
Bar      accuracy 0.80, and no report missing.

Python 3.9, no packages.
"""
import json
import sys
from pathlib import Path

import common

BAR = 0.80
PLACES = ("within_clause", "between_clauses", "between_sentences")
MARKS = Path(__file__).with_name("pause_places.json")


def pairs(marked, heard):
    """The report's pause for each marked one: {index among marked: heard pause}."""
    near = []
    for i, mark in enumerate(marked):
        for j, pause in enumerate(heard):
            overlap = min(mark["end_s"], pause["end_s"]) - max(mark["start_s"], pause["start_s"])
            shorter = min(mark["end_s"] - mark["start_s"], pause["end_s"] - pause["start_s"])
            if overlap > 0 and overlap >= shorter / 2:
                near.append((-overlap, i, j))
    found, taken = {}, set()
    for _, i, j in sorted(near):
        if i not in found and j not in taken:
            found[i] = heard[j]
            taken.add(j)
    return found


def main():
    ap = common.parser(__doc__)
    ap.add_argument("--reports", type=Path, metavar="DIR", help="read reports instead of making them")
    args = ap.parse_args()
    speech = common.speech_or_skip(args)
    aloud = None if args.reports else common.aloud_or_exit(args)

    marks = json.loads(MARKS.read_text(encoding="utf-8"))
    table = {true: dict.fromkeys((*PLACES, "no place"), 0) for true in PLACES}
    found_in_all = right = defensible = 0
    missed, wrong, unfound = [], [], []
    print(f"{'recording':36}{'marked':>7}{'found':>7}{'right':>7}")
    for name in sorted({mark["file"] for mark in marks}):
        marked = [mark for mark in marks if mark["file"] == name]
        if aloud:
            report, why = common.report_of(common.analyze(aloud, speech / name))
        else:
            report, why = read_report(args.reports / (name.replace("/", "__") + ".json"))
        heard = common.field(report, "pauses", "events") if report else []
        if heard is None:
            why, heard = "pauses.events is null", []
        if why:
            missed.append(f"{name}: {why}")
        found = pairs(marked, heard)
        right_here = 0
        for i, mark in enumerate(marked):
            where = f"{name} {mark['start_s']:.2f}-{mark['end_s']:.2f} {mark['before']} | {mark['after']}"
            if i not in found:
                unfound.append(where)
                continue
            place = found[i].get("place")
            table[mark["place"]][place if place in PLACES else "no place"] += 1
            right_here += place == mark["place"]
            defensible += place in (mark["place"], mark.get("arguable"))
            if place != mark["place"]:
                arguable = " (arguable)" if place == mark.get("arguable") else ""
                wrong.append(f"{where}: {mark['place']}, aloud says {place}{arguable}")
        found_in_all += len(found)
        right += right_here
        print(f"{name:36}{len(marked):7}{len(found):7}{right_here:7}", flush=True)

    print(f"\nfound: {found_in_all} of {len(marks)}")
    for where in unfound:
        print(f"  not found: {where}")
    columns = [*PLACES, "no place"]
    print(f"\n{'marked, down; aloud, across':28}" + "".join(f"{place:>19}" for place in columns))
    for true in PLACES:
        print(f"{true:28}" + "".join(f"{table[true][place]:19}" for place in columns))
    for what in wrong:
        print(f"  other place: {what}")
    accuracy = right / found_in_all if found_in_all else 0.0
    either = defensible / found_in_all if found_in_all else 0.0
    print(f"\naccuracy among those found: {accuracy:.3f}   bar: {BAR:.2f}   (with the arguable places: {either:.3f})")
    if accuracy < BAR:
        missed.append(f"accuracy of the places {accuracy:.3f}")
    return common.verdict(missed)


def read_report(file):
    try:
        return json.loads(file.read_text(encoding="utf-8")), None
    except (OSError, ValueError) as error:
        return None, f"no report: {error}"


if __name__ == "__main__":
    sys.exit(main())
