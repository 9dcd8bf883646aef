#!/usr/bin/env python3
"""Compare aloud's pitch track with Praat's, and with tones of known pitch.

usage: pitch_against_praat.py [--aloud PATH] [--shared DIR]

Reads    speech/mfa/ (without mfa_whisper and mfa_creaky, which have no settled pitch), speech/librispeech/*.flac and the
         tones of speech/derived/ in the shared folder; of aloud the frames that
         `aloud analyze FILE --tracks T.json --no-save --json` writes (time_s, f0_hz or null).
         The frames may be a list of objects or an object of columns, bare or under "frames".
Praat    pitch by autocorrelation (Boersma 1993), 75-600 Hz, time step 0.01 s, all else default; its value at the time of
         each of aloud's frames. A frame is voiced where there is a value.
Counts   difference: semitones between the two, absolute, over frames that both call voiced;
         gross errors: share of those frames more than 20 % off;
         agreement: share of all frames that both call voiced or both call unvoiced.
Bars     over all recordings together: median difference < 0.25 semitone, gross errors < 3 %, agreement >= 90 %
         sine_220Hz, sawtooth_120Hz: median of the voiced frames within 0.5 %
         sawtooth_glide_100-300Hz_10s: within 2 % of 100 + 20 t Hz in at least 95 % of all frames (the glide is linear in
         time: Praat's own track of it stays within 0.13 % of that line)
         the frames of every file cover it in steps of 10 ms
Praat is a reference, not the truth. In the two cold takes (a hoarse voice, little of it periodic) it calls 6 % and 16 % of
frames voiced, many at its floor or near its ceiling; the line "all but the cold takes" shows what they cost.

Python 3.9. Needs: pip install praat-parselmouth
"""
import json
import math
import statistics
import sys
import tempfile
from pathlib import Path

import common

DIFFERENCE_BAR_SEMITONES, GROSS_BAR, AGREEMENT_BAR = 0.25, 0.03, 0.90
GROSS_OFF = 0.20
TONES_HZ = {"sine_220Hz_5s.wav": 220.0, "sawtooth_120Hz_5s.wav": 120.0}
TONE_OFF = 0.005
GLIDE, GLIDE_OFF, GLIDE_SHARE_BAR = "sawtooth_glide_100-300Hz_10s.wav", 0.02, 0.95
STEP_S, EDGE_S = 0.01, 0.1  # the first and last frame may lie this far inside the recording


def main():
    args = common.parser(__doc__).parse_args()
    speech = common.speech_or_skip(args)
    try:
        import parselmouth
    except ImportError:
        print("praat-parselmouth is missing; install it with: python3 -m pip install praat-parselmouth", file=sys.stderr)
        return 2
    aloud = common.aloud_or_exit(args)
    missed = []

    print(f"{'recording':40}{'frames':>7}{'voiced here/Praat':>19}{'semitones':>11}{'gross':>8}{'agree':>8}")
    pools, without_cold = {}, []
    for folder in ("mfa", "librispeech"):
        pools[folder] = []
        for file in recordings(speech / folder):
            name = str(file.relative_to(speech))
            sound = parselmouth.Sound(str(file))
            frames, why = tracked(aloud, file, sound.duration)
            if why:
                missed.append(f"{name}: {why}")
            if not frames:
                print(f"{name:40}  FAIL {why}", flush=True)
                continue
            praat = sound.to_pitch_ac(time_step=STEP_S, pitch_floor=75.0, pitch_ceiling=600.0)
            pairs = [(f0, voiced_or_none(praat.get_value_at_time(time))) for time, f0 in frames]
            pools[folder] += pairs
            if not file.name.startswith("cold_"):
                without_cold += pairs
            print_row(name, compare(pairs))
        print_row(f"{folder} together", compare(pools[folder]))
    print_row("all but the cold takes", compare(without_cold))
    together = compare(pools["mfa"] + pools["librispeech"])
    print_row("all together", together)
    print(f"bars: < {DIFFERENCE_BAR_SEMITONES} semitone, gross < {GROSS_BAR:.0%}, agreement >= {AGREEMENT_BAR:.0%}")
    if not together["difference"] < DIFFERENCE_BAR_SEMITONES:
        missed.append(f"median difference {together['difference']:.3f} semitones")
    if not together["gross"] < GROSS_BAR:
        missed.append(f"gross errors {together['gross']:.1%}")
    if not together["agreement"] >= AGREEMENT_BAR:
        missed.append(f"voicing agreement {together['agreement']:.1%}")

    print()
    for tone, check in [(tone, check_tone) for tone in TONES_HZ] + [(GLIDE, check_glide)]:
        file = speech / "derived" / tone
        frames, why = tracked(aloud, file, parselmouth.Sound(str(file)).duration)
        if why:
            missed.append(f"{tone}: {why}")
        said, good = check(tone, frames) if frames else (why, False)
        print(f"{tone:40}{'ok' if good else 'FAIL'}  {said}", flush=True)
        if frames and not good:
            missed.append(f"{tone}: {said}")
    return common.verdict(missed)


def recordings(folder):
    return sorted(file for file in folder.iterdir()
                  if file.suffix in (".wav", ".flac") and "whisper" not in file.name and "creaky" not in file.name)


def tracked(aloud, file, duration_s):
    """aloud's frames [(time_s, f0_hz or None)] of a recording, and what is wrong with them (None: nothing)."""
    with tempfile.TemporaryDirectory() as folder:
        tracks = Path(folder) / "tracks.json"
        _, why = common.report_of(common.analyze(aloud, file, "--tracks", tracks))
        if why:
            return [], why
        try:
            frames = read_frames(json.loads(tracks.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            return [], f"the tracks cannot be read: {error!r}"
    if not frames:
        return [], "the tracks have no frames"
    steps = [after[0] - before[0] for before, after in zip(frames, frames[1:])]
    if frames[0][0] > EDGE_S or frames[-1][0] < duration_s - EDGE_S or any(abs(step - STEP_S) > 0.1 * STEP_S for step in steps):
        return frames, f"frames from {frames[0][0]:.3f} to {frames[-1][0]:.3f} s do not cover {duration_s:.3f} s in 10 ms steps"
    return frames, None


def read_frames(tracks):
    """[(time_s, f0_hz or None)] from a list of frame objects or an object of columns, bare or under "frames"."""
    frames = tracks["frames"] if isinstance(tracks, dict) and "frames" in tracks else tracks
    if isinstance(frames, dict):
        times, pitches = frames["time_s"], frames["f0_hz"]
        if len(times) != len(pitches):
            raise ValueError(f"{len(times)} times but {len(pitches)} pitches")
        pairs = list(zip(times, pitches))
    else:
        pairs = [(frame["time_s"], frame["f0_hz"]) for frame in frames]
    for time, f0 in pairs:
        if f0 is not None and not f0 > 0:
            raise ValueError(f"f0_hz is {f0} at {time} s; an unvoiced frame is null")
    return pairs


def voiced_or_none(f0_hz):
    return None if math.isnan(f0_hz) else f0_hz


def compare(pairs):
    """Figures over [(ours, Praat's)], each a pitch in Hz or None; NaN where there is nothing to count."""
    both = [(ours, praat) for ours, praat in pairs if ours is not None and praat is not None]
    nan = float("nan")
    return {
        "frames": len(pairs),
        "ours": share(ours is not None for ours, _ in pairs),
        "praat": share(praat is not None for _, praat in pairs),
        "difference": statistics.median(abs(12 * math.log2(ours / praat)) for ours, praat in both) if both else nan,
        "gross": share(abs(ours / praat - 1) > GROSS_OFF for ours, praat in both),
        "agreement": share((ours is None) == (praat is None) for ours, praat in pairs),
    }


def share(answers):
    answers = list(answers)
    return sum(answers) / len(answers) if answers else float("nan")


def print_row(name, row):
    print(f"{name:40}{row['frames']:7}{row['ours']:12.1%}{row['praat']:7.1%}{row['difference']:11.3f}"
          f"{row['gross']:8.1%}{row['agreement']:8.1%}", flush=True)


def check_tone(tone, frames):
    voiced = [f0 for _, f0 in frames if f0 is not None]
    if not voiced:
        return "no frame is voiced", False
    median, true = statistics.median(voiced), TONES_HZ[tone]
    return (f"median {median:.2f} Hz, {median / true - 1:+.2%}, {len(voiced) / len(frames):.1%} of frames voiced; "
            f"bar: within {TONE_OFF:.1%}"), abs(median / true - 1) <= TONE_OFF


def check_glide(_, frames):
    near = share(f0 is not None and abs(f0 / (100 + 20 * time) - 1) <= GLIDE_OFF for time, f0 in frames)
    voiced = share(f0 is not None for _, f0 in frames)
    return (f"{near:.1%} of frames within {GLIDE_OFF:.0%}, {voiced:.1%} voiced; bar: {GLIDE_SHARE_BAR:.0%}",
            near >= GLIDE_SHARE_BAR)


if __name__ == "__main__":
    sys.exit(main())
