"""faster-whisper on recordings, as speed.py starts it: greedy, int8, two threads, no VAD, no second try.

usage: run_faster_whisper.py FOLDER RECORDING... [--previous-text] [--threads N]

Prints JSON: the seconds of import, of loading and of each recording, and their texts.
"""
import argparse
import json
import time

begun = time.monotonic()
from faster_whisper import WhisperModel  # noqa: E402

imported = time.monotonic()
ap = argparse.ArgumentParser()
ap.add_argument("folder")
ap.add_argument("recordings", nargs="+")
ap.add_argument("--previous-text", action="store_true")
ap.add_argument("--threads", type=int, default=2)
args = ap.parse_args()
model = WhisperModel(args.folder, device="cpu", compute_type="int8", cpu_threads=args.threads)
loaded = time.monotonic()
texts, seconds = [], []
for recording in args.recordings:
    start = time.monotonic()
    segments, _ = model.transcribe(recording, language="en", beam_size=1, temperature=0.0, vad_filter=False,
                                   condition_on_previous_text=args.previous_text)
    texts.append(" ".join(segment.text.strip() for segment in segments))
    seconds.append(time.monotonic() - start)
print(json.dumps({"import_s": imported - begun, "load_s": loaded - imported, "seconds": seconds, "texts": texts}))
