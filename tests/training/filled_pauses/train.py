#!/usr/bin/env python3
"""Train the network that hears filled pauses, and write its weights.

usage: train.py VOICES_DIR [--out FILE] [--shared DIR] [--check]

Reads    the recordings that voices.py made and their truth.json; aloud's own description of their frames, from
         target/release/examples/filled_pause_frames.
Prints   how well frames of filled pauses are told from all others near speech, as area under the ROC curve and average
         precision: for a quarter of the voices that the network was not trained on, and for the real recordings of the
         shared folder (mfa/, ami/, copies of one in derived/), which it is never trained on.
Writes   FILE (models/hesitation.weights), trained on all voices: little-endian 32-bit numbers in the order in which
         src/signal/filled_pause.rs reads them. --check writes nothing.

Three networks of 16 units each start from different numbers and are joined into one of 48 whose log-odds are their mean.
While training, every recording is disturbed in another way: its pitch lost as in a creaky voice, its vowels partly missed,
all values a little off.
"""
import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neural_network import MLPClassifier

ROOT = Path(__file__).resolve().parents[3]
INPUTS, BANDS = 18, 13
AROUND = np.array([-36, -24, -16, -10, -5, 0, 5, 10, 16, 24, 36])
LEVEL, PITCH, VOICED, SONORANT = BANDS, BANDS + 2, BANDS + 3, BANDS + 4
NETWORKS, UNITS, EPOCHS = 3, 16, 6
STEP_S = 0.01
OTHERS = 0.35  # the share of frames without a filled pause that is trained on


def described(recordings):
    """Each recording's frames as aloud describes them; those with too little of a voice are left out."""
    with tempfile.TemporaryDirectory() as out:
        program = ROOT / "target/release/examples/filled_pause_frames"
        subprocess.run([program, out, *recordings], check=True)
        files = {r: Path(out) / (r.stem + ".f32") for r in recordings}
        return {r: np.fromfile(f, np.float32).reshape(-1, INPUTS) for r, f in files.items() if f.exists()}


def in_context(frames):
    return frames[np.clip(np.arange(len(frames))[:, None] + AROUND, 0, len(frames) - 1)].reshape(len(frames), -1)


def labels(frames, filled, ignored=()):
    """1 inside a filled pause, 0 outside near speech, -1 where nothing is to be learned."""
    time_s = np.arange(len(frames)) * STEP_S
    label = np.zeros(len(frames), int)
    near = np.convolve((frames[:, SONORANT] > 0) | (frames[:, LEVEL] > -1.8), np.ones(41), "same") > 0
    label[~near] = -1
    for start_s, end_s, *_ in filled:
        label[(time_s > start_s - 0.04) & (time_s < end_s + 0.04)] = -1
        label[(time_s >= start_s + 0.02) & (time_s <= end_s - 0.02)] = 1
    for start_s, end_s, *_ in ignored:
        label[(time_s > start_s - 0.1) & (time_s < end_s + 0.1)] = -1
    return label


def disturbed(frames, rng):
    frames = frames.copy()
    what = rng.random()
    if what < 0.35:  # no measurable pitch at all
        frames[:, [PITCH, VOICED]] = 0
    elif what < 0.6:  # lost now and then
        at = 0
        while at < len(frames):
            length = int(rng.integers(5, 60))
            if rng.random() < 0.5:
                frames[at : at + length, [PITCH, VOICED]] = 0
            at += length
    frames[rng.random(len(frames)) < rng.uniform(0, 0.35), SONORANT] = 0
    return frames + rng.normal(0, rng.uniform(0.05, 0.25), frames.shape).astype(np.float32)


def trained(examples):
    """The joined networks, from [(frames, labels), ...]."""
    networks = []
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        inputs, wanted = [], []
        for frames, label in examples:
            taken = (label == 1) | ((label == 0) & (rng.random(len(label)) < OTHERS))
            inputs.append(in_context(disturbed(frames, rng))[taken])
            wanted.append(label[taken])
        network = MLPClassifier((UNITS,), alpha=1e-2, max_iter=EPOCHS, batch_size=256, random_state=seed)
        networks.append(network.fit(np.concatenate(inputs), np.concatenate(wanted)))
    return (
        np.concatenate([n.coefs_[0] for n in networks], 1),
        np.concatenate([n.intercepts_[0] for n in networks]),
        np.concatenate([n.coefs_[1][:, 0] for n in networks]) / NETWORKS,
        np.mean([n.intercepts_[1][0] for n in networks]),
    )


def log_odds(network, frames):
    hidden, hidden_bias, output, output_bias = network
    return np.maximum(in_context(frames) @ hidden + hidden_bias, 0) @ output + output_bias


def judged(name, network, examples):
    odds = np.concatenate([log_odds(network, frames)[label >= 0] for frames, label in examples])
    label = np.concatenate([label[label >= 0] for _, label in examples])
    print(f"{name:<28} {roc_auc_score(label, odds):.3f} / {average_precision_score(label, odds):.3f}", flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("voices", type=Path, metavar="VOICES_DIR")
    ap.add_argument("--out", type=Path, default=ROOT / "models/hesitation.weights")
    ap.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    ap.add_argument("--check", action="store_true")
    args = ap.parse_args()

    truth = json.loads((args.voices / "truth.json").read_text(encoding="utf-8"))
    frames = described([args.voices / f"{name}.flac" for name in truth])
    examples = {r: (f, labels(f, truth[r.stem]["filled"])) for r, f in frames.items()}
    apart = lambda r: truth[r.stem]["speaker"] % 4 == 0  # noqa: E731
    network = trained([e for r, e in examples.items() if not apart(r)])
    print("area under the curve / average precision, by frames")
    judged("voices not trained on", network, [e for r, e in examples.items() if apart(r)])
    speech = args.shared / "speech"
    if speech.is_dir():
        real = json.loads((speech / "truth.json").read_text(encoding="utf-8"))
        for part in ("mfa/", "ami/", "derived/cold"):
            names = [n for n, t in real.items() if n.startswith(part) and t.get("filled") is not None]
            real_frames = described([speech / n for n in names])
            told = {n: real_frames.get(speech / n) for n in names}
            judged(part, network, [(f, labels(f, real[n]["filled"], real[n].get("ignore", []))) for n, f in told.items() if f is not None])
    else:
        print("skipped: the real recordings of the shared folder are not here")
    if not args.check:
        network = trained(list(examples.values()))
        args.out.write_bytes(b"".join(np.ascontiguousarray(part, dtype="<f4").tobytes() for part in network))
        print(f"written: {args.out}")


if __name__ == "__main__":
    main()
