#!/usr/bin/env python3
"""A CTranslate2 folder for faster-whisper from a whisper.cpp model file, so that both run the same weights.

usage: ggml_to_ctranslate2.py MODEL.bin FOLDER

Reads    a ggml file as whisper.cpp writes it: float32, float16 and q8_0 tensors, and the vocabulary.
Fills    ctranslate2.specs.WhisperSpec as ctranslate2's own converter fills it from a checkpoint: query, key and value
         fused, the projection tied to the embeddings, the alignment heads of the size.
Writes   model.bin (int8 by rows, as the published int8 models), config.json, vocabulary.json, and tokenizer.json: its
         merges are found again from the ranks, which are the order of the tokens.

The tokens to suppress are those that faster-whisper's own tokenizer names. Only models that have 80 mel bands.
Needs ctranslate2, faster-whisper and numpy: the environment of requirements.txt.
"""
import json
import math
import struct
import sys
from pathlib import Path

import ctranslate2
import numpy as np
import tokenizers
from ctranslate2.converters import utils
from ctranslate2.converters.transformers import _WHISPER_ALIGNMENT_HEADS
from ctranslate2.specs import common_spec, whisper_spec
from faster_whisper.tokenizer import Tokenizer

MAGIC = 0x67676D6C
MELS = 80
FIRST_ENGLISH_ONLY = 51865  # vocabularies smaller than this know English only
# In the order of their tokens.
LANGUAGES = """en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi iw uk el ms cs ro da hu ta no th ur hr bg lt la
mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi
lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su""".split()
TASKS = ["translate", "transcribe", "startoflm", "startofprev", "nocaptions", "notimestamps"]
SIZES = {4: "tiny", 6: "base", 12: "small", 24: "medium"}  # by the layers of the encoder


def read_ggml(path):
    """The header's numbers, the tokens as bytes and the tensors by name, as float32."""
    with open(path, "rb") as f:
        def ints(n):
            return struct.unpack(f"<{n}i", f.read(4 * n))

        magic, *numbers = ints(12)
        if magic != MAGIC:
            sys.exit(f"{path} is not a whisper.cpp model")
        header = dict(zip("vocab audio_ctx width heads encoder_layers text_ctx text_width text_heads decoder_layers mels "
                          "type".split(), numbers))
        if header["mels"] != MELS:
            sys.exit(f"{path} has {header['mels']} mel bands; only {MELS} are known here")
        bands, bins = ints(2)
        f.seek(4 * bands * bins, 1)
        tokens = [f.read(ints(1)[0]) for _ in range(ints(1)[0])]
        tensors = {}
        while head := f.read(12):
            rank, length, kind = struct.unpack("<3i", head)
            shape = ints(rank)[::-1]
            name = f.read(length).decode()
            tensors[name] = read_tensor(f, kind, math.prod(shape)).reshape(shape)
    return header, tokens, tensors


def read_tensor(f, kind, count):
    if kind == 0:
        return np.frombuffer(f.read(4 * count), "<f4")
    if kind == 1:
        return np.frombuffer(f.read(2 * count), "<f2").astype(np.float32)
    if kind == 8:  # q8_0: blocks of one scale and 32 numbers
        blocks = np.frombuffer(f.read(count // 32 * 34), [("scale", "<f2"), ("values", "i1", 32)])
        return (blocks["values"] * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)
    sys.exit(f"a tensor of ggml type {kind}; only f32, f16 and q8_0 are known here")


def spec_of(header, tensors):
    """The model as ctranslate2 wants it."""
    spec = whisper_spec.WhisperSpec(header["encoder_layers"], header["heads"],
                                    header["decoder_layers"], header["text_heads"])

    def norm(to, name):
        to.gamma, to.beta = tensors[name + ".weight"], tensors[name + ".bias"]

    def linear(to, name):
        to.weight = tensors[name + ".weight"]
        if name + ".bias" in tensors:
            to.bias = tensors[name + ".bias"]
        return to

    def attention(to, name, to_itself):
        query, key, value = (linear(common_spec.LinearSpec(), f"{name}.{part}") for part in ("query", "key", "value"))
        if to_itself:
            utils.fuse_linear(to.linear[0], [query, key, value])
        else:
            utils.fuse_linear(to.linear[0], [query])
            utils.fuse_linear(to.linear[1], [key, value])
        linear(to.linear[-1], name + ".out")

    def layer(to, name, reads_sound):
        norm(to.self_attention.layer_norm, name + ".attn_ln")
        attention(to.self_attention, name + ".attn", True)
        if reads_sound:
            norm(to.attention.layer_norm, name + ".cross_attn_ln")
            attention(to.attention, name + ".cross_attn", False)
        norm(to.ffn.layer_norm, name + ".mlp_ln")
        linear(to.ffn.linear_0, name + ".mlp.0")
        linear(to.ffn.linear_1, name + ".mlp.2")

    for i, conv in ((1, spec.encoder.conv1), (2, spec.encoder.conv2)):
        conv.weight, conv.bias = tensors[f"encoder.conv{i}.weight"], tensors[f"encoder.conv{i}.bias"].reshape(-1)
    spec.encoder.position_encodings.encodings = tensors["encoder.positional_embedding"]
    norm(spec.encoder.layer_norm, "encoder.ln_post")
    for i, to in enumerate(spec.encoder.layer):
        layer(to, f"encoder.blocks.{i}", False)
    spec.decoder.position_encodings.encodings = tensors["decoder.positional_embedding"]
    spec.decoder.embeddings.weight = tensors["decoder.token_embedding.weight"]
    spec.decoder.projection.weight = tensors["decoder.token_embedding.weight"]
    norm(spec.decoder.layer_norm, "decoder.ln")
    for i, to in enumerate(spec.decoder.layer):
        layer(to, f"decoder.blocks.{i}", True)
    return spec


def merges_of(tokens):
    """The merges of byte pair encoding: token n of more than one byte came about by joining the last two parts it is
    made of when only the tokens before it are known."""
    rank = {token: i for i, token in enumerate(tokens)}
    merges = []
    for limit, token in enumerate(tokens):
        parts = [bytes([b]) for b in token]
        if len(parts) < 2:
            continue
        while len(parts) > 2:
            joined = [rank.get(a + b, limit) for a, b in zip(parts, parts[1:])]
            i = joined.index(min(joined))
            if joined[i] >= limit:
                sys.exit(f"token {limit}, {token!r}, is not made of the tokens before it")
            parts[i:i + 2] = [parts[i] + parts[i + 1]]
        merges.append(parts)
    return merges


def tokenizer_of(tokens, special):
    """tokenizer.json as Hugging Face's tokenizers read it; `special` follow the tokens."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letter = {b: chr(b) for b in plain}
    letter.update({b: chr(256 + i) for i, b in enumerate(b for b in range(256) if b not in plain)})

    def text(token):
        return "".join(letter[b] for b in token)

    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None, "post_processor": None,
        "added_tokens": [{"id": len(tokens) + i, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True} for i, content in enumerate(special)],
        "pre_tokenizer": byte_level, "decoder": byte_level | {"add_prefix_space": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "", "fuse_unk": False,
                  "vocab": {text(token): i for i, token in enumerate(tokens)},
                  "merges": [[text(a), text(b)] for a, b in merges_of(tokens)]},
    }


def main(model, folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    header, tokens, tensors = read_ggml(model)
    english_only = header["vocab"] < FIRST_ENGLISH_ONLY
    if english_only:
        tokens = tokens[:-1]  # the last one is <|endoftext|>
    special = [f"<|{name}|>" for name in ["endoftext", "startoftranscript", *LANGUAGES, *TASKS]]
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer_of(tokens, special), ensure_ascii=False), encoding="utf-8")
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))

    def token(name):
        return tokenizer.token_to_id(f"<|{name}|>")

    spec = spec_of(header, tensors)
    spec.config.suppress_ids = [*Tokenizer(tokenizer, False).non_speech_tokens, token("startoftranscript"),
                                *map(token, TASKS[:-1])]
    spec.config.suppress_ids_begin = [*tokenizer.encode(" ", add_special_tokens=False).ids, token("endoftext")]
    spec.config.lang_ids = [token(name) for name in LANGUAGES]
    size = SIZES[header["encoder_layers"]] + (".en" if english_only else "")
    spec.config.alignment_heads = [list(head) for head in _WHISPER_ALIGNMENT_HEADS["openai/whisper-" + size]]

    vocabulary = [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]
    vocabulary += [f"<|{i * 0.02:.2f}|>" for i in range(header["vocab"] - len(vocabulary))]
    spec.register_vocabulary(vocabulary)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    print(f"{folder}: {size}, {header['vocab']} tokens, for ctranslate2 {ctranslate2.__version__}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
