"""Answers of a wanted length, joined from the utterances of the shared recordings whose words are known.

Written as 16 kHz mono WAV, with the gaps that people leave between sentences; every join has its words beside it.
"""
import array
import random
import subprocess
import wave
from pathlib import Path

RATE = 16_000
FOLDERS = ("librispeech/", "mfa/", "ami/")
GAPS_S = (0.4, 0.9, 0.6, 1.2, 0.5)  # in turn
ROOM_LEVEL = 16  # standard deviation of the noise in the gaps: -66 dBFS


def utterances(speech, truth):
    """The recordings with known words, as (samples, words), in the order of their names."""
    found = []
    for name, known in sorted(truth.items()):
        if name.startswith(FOLDERS) and known.get("words"):
            command = ["ffmpeg", "-v", "error", "-i", str(speech / name), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
            decoded = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout
            found.append((array.array("h", decoded), known["words"]))
    return found


def make(speech, truth, out):
    """Writes the answers into a folder; gives, for each workload, its recordings as [(path, words)]."""
    all_of_them = utterances(speech, truth)
    random.seed(1)
    room = array.array("h", (round(random.gauss(0, ROOM_LEVEL)) for _ in range(40 * RATE)))
    out.mkdir(parents=True, exist_ok=True)

    def answer(name, least_s, first, silent_half=False):
        sound, words, i = array.array("h"), [], first
        while len(sound) < least_s * RATE:
            samples, said = all_of_them[i % len(all_of_them)]
            gap = len(samples) if silent_half else int(GAPS_S[i % len(GAPS_S)] * RATE)
            sound += samples + room[:gap]
            words.append(said)
            i += 1
        path = out / f"{name}.wav"
        unfinished = path.with_suffix(".part")
        with wave.open(str(unfinished), "wb") as f:
            f.setnchannels(1)
            f.setsampwidth(2)
            f.setframerate(RATE)
            f.writeframes(sound.tobytes())
        unfinished.replace(path)
        return path, " ".join(words)

    return {
        "5 min": [answer("five_minutes", 300, 0)],
        "10 x 90 s": [answer(f"ninety_seconds_{n}", 90, 5 * n) for n in range(10)],
        "20 s": [answer("twenty_seconds", 19, 7)],
        "5 min, half silent": [answer("half_silent", 300, 0, silent_half=True)],
    }


def seconds(path):
    """How long a WAV file is."""
    with wave.open(str(path), "rb") as f:
        return f.getnframes() / f.getframerate()


def long_stereo(source, minutes, out: Path):
    """A recording of so many minutes, 48 kHz stereo, made by repeating another one."""
    command = ["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", str(source), "-t", str(60 * minutes), "-ac", "2",
               "-ar", "48000", str(out)]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
    return out
