#!/usr/bin/env python3
"""Check that the programs of the field read what `aloud analyze --export` writes, with the report's times and texts.

usage: exports_read_elsewhere.py [--aloud PATH] [--shared DIR] [FILE...]

Reads    the samples, or the files that are named; of each the report and every export, with
         TextGrid   praat-parselmouth (Praat itself) and textgrid
         ELAN       pympi-ling
         WebVTT     webvtt-py
         SubRip     srt
         labels     a reader of its own: Audacity's form is three columns
         tables     pandas; several answers in one table too
Bars     every word, filler, pause, part and sentence of the report is there once, with its text; times are the
         report's to the last printed digit, or its milliseconds where the format has no finer ones; a time stamp of
         WebVTT is the start of its word; frames are those of `--tracks`; an export that comes back, also saved by
         Praat in its long or short form, changes nothing; a word that is mended in Praat changes that word alone
Prints   a line a file. Exit 1 when anything was missed.

Python 3.9, and the packages in requirements.txt.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas
import parselmouth
import pympi
import srt
import textgrid
import webvtt

import common

KINDS = ("words", "fillers", "pauses", "parts", "sentences")
FORMULA = re.compile("^' *[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")  # the escape of docs/exports.md


def main():
    ap = common.parser(__doc__)
    ap.add_argument("files", nargs="*", type=Path, metavar="FILE")
    args = ap.parse_args()
    aloud = common.aloud_or_exit(args)
    files = [file.resolve() for file in args.files] or sorted((common.ROOT / "samples").glob("*.flac"))
    missed, reports = [], []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        run = Program(aloud, folder / "home")
        everything = folder / "all.csv"
        run("analyze", *files, "--export", "csv", "--output", everything)
        kept = {answer["path"]: answer["id"] for answer in json.loads(run("history", "list", "--json"))}
        for file in files:
            number = kept[str(file)]
            report = json.loads(run("history", "show", number, "--json"))
            reports.append(report)
            wrong = []
            for check, kind, extension in CHECKS:
                to = folder / f"answer.{extension}"
                run("history", "show", number, "--export", kind, "--output", to)
                wrong += [f"{check.__name__}: {what}" for what in check(to, report)]
            to, tracks = folder / "frames.csv", folder / "tracks.json"
            run("analyze", file, "--no-save", "--export", "frames", "--output", to, "--tracks", tracks)
            wrong += [f"frames: {what}" for what in frames(to, json.loads(tracks.read_text()))]
            wrong += [f"import: {what}" for what in imports(run, number, folder, report)]
            counts = ", ".join(f"{len(found)} {kind}" for kind, found in annotations(report).items())
            print(f"{file.name:32}{counts}  {'FAIL' if wrong else 'ok'}", flush=True)
            missed += [f"{file.name}: {what}" for what in wrong]
        missed += [f"all in one table: {what}" for what in table(everything, *reports)]
    return common.verdict(missed)


class Program:
    """aloud with a home of its own, so that what it keeps is kept there."""

    def __init__(self, aloud, home):
        self.aloud, self.home = aloud, home

    def __call__(self, *arguments):
        environment = {**os.environ, "HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / "config"),
                       "XDG_DATA_HOME": str(self.home / "data")}
        return subprocess.run([str(self.aloud), *map(str, arguments)], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout


def annotations(report):
    """What the report has, by kind: (start, end, text) in the order of the report."""
    words = (report["transcript"] or {}).get("words") or []
    fillers = (report["fillers"] or {}).get("events") or []
    pauses = (report["pauses"] or {}).get("events") or []
    sentences = (report["story"] or {}).get("sentences") or []
    times = lambda x: (x["start_s"], x["end_s"])
    return {
        "words": [(*times(w), w["text"]) for w in words],
        "fillers": [(*times(f), f"{f['kind']}: {f['text']}") for f in fillers],
        "pauses": [(*times(p), p["place"]) for p in pauses],
        "parts": [(*times(s), s["part"]) for s in sentences],
        "sentences": [(*times(s), s["text"]) for s in sentences],
    }


def milliseconds(rows):
    return [(round(start * 1000), round(end * 1000), text) for start, end, text in rows]


def compared(found, report, form=list):
    """What differs between the annotations found, by kind, and the report's."""
    wrong = []
    for kind, rows in annotations(report).items():
        expected, got = sorted(form(rows)), sorted(found.get(kind, []))
        if got != expected:
            first = next((pair for pair in zip(got, expected) if pair[0] != pair[1]), (len(got), len(expected)))
            wrong.append(f"{kind}: {first[0]}, and not {first[1]}")
    return wrong


def kind_of(tier):
    """"fillers" of "fillers 2" and "fillers points"."""
    return tier.split(" ")[0]


def praat(to, report):
    grid = parselmouth.read(str(to))
    call = parselmouth.praat.call
    found = {}
    for tier in range(1, call(grid, "Get number of tiers") + 1):
        rows = found.setdefault(kind_of(call(grid, "Get tier name...", tier)), [])
        if call(grid, "Is interval tier...", tier):
            for i in range(1, call(grid, "Get number of intervals...", tier) + 1):
                label = call(grid, "Get label of interval...", tier, i)
                if label:
                    rows.append((call(grid, "Get start time of interval...", tier, i),
                                 call(grid, "Get end time of interval...", tier, i), label))
        else:
            for i in range(1, call(grid, "Get number of points...", tier) + 1):
                time = call(grid, "Get time of point...", tier, i)
                rows.append((time, time, call(grid, "Get label of point...", tier, i)))
    if abs(call(grid, "Get total duration") - report["recording"]["duration_s"]) > 1e-9:
        return ["not as long as the recording"]
    return compared(found, report)


def textgrid_package(to, report):
    found = {}
    for tier in textgrid.TextGrid.fromFile(str(to)):
        rows = found.setdefault(kind_of(tier.name), [])
        if isinstance(tier, textgrid.IntervalTier):
            rows += [(float(i.minTime), float(i.maxTime), i.mark) for i in tier if i.mark]
        else:
            rows += [(float(p.time), float(p.time), p.mark) for p in tier]
    return compared(found, report)


def elan(to, report):
    eaf = pympi.Elan.Eaf(str(to))
    found = {}
    for tier in eaf.get_tier_names():
        found.setdefault(kind_of(tier), []).extend(a[:3] for a in eaf.get_annotation_data_for_tier(tier))
    return compared(found, report, milliseconds)


def audacity(to, report):
    found = {}
    for line in to.read_text(encoding="utf-8").splitlines():
        start, end, label = line.split("\t")
        kind, text = next(((k, label[len(k) + 1:]) for k in KINDS[1:] if label.startswith(f"{k[:-1]}: ")), ("words", label))
        found.setdefault(kind, []).append((float(start), float(end), text))
    return compared(found, report)


def captions(found, report):
    """What is wrong with captions (start, end, words): each runs from its first word to its last."""
    wrong = []
    words = annotations(report)["words"]
    at = 0
    for start, end, text in found:
        these = words[at:at + len(text.split())]
        at += len(these)
        if text.split() != [w[2] for w in these]:
            wrong.append(f"{text}, and not {' '.join(w[2] for w in these)}")
            break
        starts, ends = milliseconds(these)[0][0], max(w[1] for w in milliseconds(these))
        if (start, end) != (starts, max(ends, starts + 1)):
            wrong.append(f"{text}: from {start} to {end}, and not from {starts} to {ends}")
    if at != len(words):
        wrong.append(f"{at} of {len(words)} words")
    return wrong


def seconds(stamp):
    hours, minutes, rest = stamp.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(rest)) * 1000)


def vtt(to, report):
    found, stamped = [], {}
    for caption in webvtt.read(str(to)):
        found.append((seconds(caption.start), seconds(caption.end), " ".join(unescaped(caption.text).split())))
        words = len(" ".join(text for *_, text in found[:-1]).split())
        for piece in re.split("(?=<[0-9:.]+>)", caption.raw_text):
            stamp = re.match("<([0-9:.]+)>", piece)
            if stamp:
                stamped[words] = seconds(stamp.group(1))
            words += len(re.sub("<.*?>", "", piece).split())
    starts = [start for start, *_ in milliseconds(annotations(report)["words"])]
    wrong = [f"word {i} is stamped {ms}, and not {starts[i]}" for i, ms in stamped.items() if ms != starts[i]]
    return wrong + captions(found, report)


def unescaped(text):
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def srt_package(to, report):
    ms = lambda time: round(time.total_seconds() * 1000)
    found = srt.parse(to.read_text(encoding="utf-8"))
    return captions([(ms(c.start), ms(c.end), " ".join(c.content.split())) for c in found], report)


def table(to, *reports):
    rows = pandas.read_csv(to, keep_default_na=False, na_values=[""], dtype={"text": str})
    wrong = []
    for report in reports:
        of_file = rows[rows["file"] == report["recording"]["path"]]
        found = {}
        for row in of_file.itertuples():
            text = "" if pandas.isna(row.text) else row.text
            text = text[1:] if FORMULA.match(text) else text
            times = (row.start_s, row.end_s)
            if row.kind == "word":
                found.setdefault("words", []).append((*times, text))
            elif row.kind == "filler":
                found.setdefault("fillers", []).append((*times, f"{row.type}: {text}"))
            elif row.kind == "pause":
                found.setdefault("pauses", []).append((*times, row.type))
            else:
                found.setdefault("parts", []).append((*times, row.type))
                found.setdefault("sentences", []).append((*times, text))
        wrong += compared(found, report)
        words = of_file[of_file["kind"] == "word"]
        expected = [w["confidence"] for w in (report["transcript"] or {}).get("words") or []]
        if list(words["confidence"]) != expected:
            wrong.append("confidence of the words")
        for row in of_file[of_file["kind"] == "filler"].itertuples():
            event = report["fillers"]["events"][row.index]
            if row.heard_by.split() != event["heard_by"] or int(row.words) != event["words"]:
                wrong.append(f"filler {row.index}")
    if len(rows) != sum(len(found) for report in reports for kind, found in annotations(report).items() if kind != "parts"):
        wrong.append(f"{len(rows)} rows")
    return wrong


def imports(run, number, folder, report):
    """What is wrong when exports come back: as they were, as Praat saves them, and with one word mended in Praat."""
    wrong = []
    words = (report["transcript"] or {}).get("words") or []
    if not words:
        return wrong
    grid = parselmouth.read(str(folder / "answer.TextGrid"))
    grid.save_as_text_file(str(folder / "long.TextGrid"))
    grid.save_as_short_text_file(str(folder / "short.TextGrid"))
    for name in ("answer.TextGrid", "long.TextGrid", "short.TextGrid", "answer.vtt", "answer.srt"):
        run("history", "edit", number, "--words", folder / name)
        if json.loads(run("history", "show", number, "--json")) != report:
            wrong.append(f"{name} is unchanged, but the report is not")
    call = parselmouth.praat.call
    at = next(i for i in range(len(words) // 2, len(words)) if words[i]["end_s"] > words[i]["start_s"])
    start, end = words[at]["start_s"], words[at]["end_s"]
    interval = call(grid, "Get interval at time...", 1, (start + end) / 2)
    call(grid, "Set interval text...", 1, interval, "na\u00efvet\u00e9")  # Praat saves it in UTF-16
    grid.save_as_text_file(str(folder / "mended.TextGrid"))
    run("history", "edit", number, "--words", folder / "mended.TextGrid")
    mended = json.loads(run("history", "show", number, "--json"))["transcript"]["words"]
    others = lambda words: [{**w, "filler": None} for i, w in enumerate(words) if i != at]
    if others(mended) != others(words):
        wrong.append("another word than the mended one changed")
    if not re.fullmatch("na\u00efvet\u00e9[.,?!]?", mended[at]["text"], re.IGNORECASE) or mended[at]["start_s"] != start:
        wrong.append(f"the mended word is {mended[at]}")
    run("history", "edit", number, "--undo")
    return wrong


def frames(to, tracks):
    rows = pandas.read_csv(to)
    wrong = [name for name in ("time_s", "level_db", "speech") if list(rows[name]) != tracks[name]]
    f0 = [None if pandas.isna(hz) else hz for hz in rows["f0_hz"]]
    return wrong + ([] if f0 == tracks["f0_hz"] else ["f0_hz"])


CHECKS = (
    (praat, "textgrid", "TextGrid"),
    (textgrid_package, "textgrid", "TextGrid"),
    (elan, "elan", "eaf"),
    (audacity, "audacity", "txt"),
    (vtt, "vtt", "vtt"),
    (srt_package, "srt", "srt"),
    (table, "csv", "csv"),
)

if __name__ == "__main__":
    sys.exit(main())
