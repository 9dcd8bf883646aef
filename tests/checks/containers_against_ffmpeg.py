#!/usr/bin/env python3
"""Every container times every oddity of its header: does aloud read what ffmpeg reads?

    containers_against_ffmpeg.py DECODE [FOLDER]      makes the files in FOLDER (a temporary one by default) and compares
    containers_against_ffmpeg.py DECODE --files DIR   compares over the files that are in DIR already, from anywhere

DECODE is the program `cargo build --release --example decode` makes; it decodes and does nothing else. Needs ffmpeg and numpy.
Of the files that it makes it knows what they hold, and counts for aloud and for ffmpeg: "same" is the same length within 20 ms and
a correlation of 0.9. An encoder's delay or padding that the file says nothing of (MP3 and AAC, up to 150 ms at 16 kHz for each part)
is counted apart. Of other files it is ffmpeg's sound that counts.
"""

import struct
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
RATE = 16_000
ALLOWED_S = 0.02
DELAY_S = 0.15


def run(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL)


class Maker:
    def __init__(self, folder):
        self.folder = folder
        self.wav = folder / "source.wav"
        self.other = folder / "other.wav"
        run("-ss", 1, "-t", 3, "-i", ROOT / "samples/good.flac", "-c:a", "pcm_s16le", "-ar", 16000, "-ac", 1, "-bitexact", self.wav)
        run("-ss", 4, "-t", 2, "-i", ROOT / "samples/rushed.flac", "-c:a", "pcm_s16le", "-ar", 44100, "-ac", 2, "-bitexact", self.other)
        self.made = []
        self.holds = {}
        self.a, self.b = ffmpeg(self.wav), ffmpeg(self.other)

    def path(self, name, holds=None):
        path = self.folder / name
        self.made.append(path)
        self.holds[path] = self.a if holds is None else holds
        return path

    def ff(self, name, *options, source=None):
        path = self.path(name, self.b if source == self.other else self.a)
        run("-i", source or self.wav, *options, path)
        return path

    def bytes(self, name, data, holds=None):
        self.path(name, holds).write_bytes(data)

    def joined(self, name, *parts, holds=None):
        if holds is not None:
            silence = np.zeros(0, "f4")
            holds = np.concatenate([{"a": self.a, "b": self.b, "r": self.a[::-1]}.get(part, silence) for part in holds])
        self.bytes(name, b"".join(p if isinstance(p, bytes) else Path(p).read_bytes() for p in parts), holds)

    def temporary(self, name, *options, source=None):
        path = self.folder / f"part_{name}"
        run("-i", source or self.wav, *options, path)
        return path


def wavs(m):
    whole = m.wav.read_bytes()
    data = whole.index(b"data")
    sound = whole[data + 8:]
    fmt = whole[12:36]

    def riff(*chunks, length=None):
        body = b"WAVE" + b"".join(chunks)
        return b"RIFF" + struct.pack("<I", len(body) if length is None else length) + body

    def chunk(name, body, length=None, pad=True):
        padding = b"\0" if pad and len(body) % 2 else b""
        return name + struct.pack("<I", len(body) if length is None else length) + body + padding

    for name, length in [("0", 0), ("ffffffff", 0xFFFFFFFF), ("7ffff000", 0x7FFFF000), ("7fffffff", 0x7FFFFFFF), ("ffffffdb", 0xFFFFFFDB), ("80000000", 0x80000000)]:
        m.bytes(f"wav_data_{name}.wav", riff(fmt, chunk(b"data", sound, length)))
        m.bytes(f"wav_riff_{name}.wav", riff(fmt, chunk(b"data", sound), length=length))
        m.bytes(f"wav_both_{name}.wav", riff(fmt, chunk(b"data", sound, length), length=length))
    m.bytes("wav_list_before.wav", riff(fmt, chunk(b"LIST", b"INFOISFT\x06\0\0\0aloud\0"), chunk(b"data", sound)))
    m.bytes("wav_list_long.wav", riff(fmt, chunk(b"LIST", b"INFOISFT\x06\0\0\0aloud\0", 400), chunk(b"data", sound)))
    m.bytes("wav_list_far_too_long.wav", riff(fmt, chunk(b"LIST", b"INFOISFT\x06\0\0\0aloud\0", 9_000_000), chunk(b"data", sound)))
    m.bytes("wav_list_inner_long.wav", riff(fmt, chunk(b"LIST", b"INFOISFT\x90\x01\0\0aloud\0"), chunk(b"data", sound)))
    m.bytes("wav_list_unpadded.wav", riff(fmt, chunk(b"LIST", b"INFOISFT\x05\0\0\0aloud", pad=False), chunk(b"data", sound)))
    m.bytes("wav_list_odd_padded.wav", riff(fmt, chunk(b"LIST", b"INFOISFT\x05\0\0\0aloud"), chunk(b"data", sound)))
    m.bytes("wav_junk_before_fmt.wav", riff(chunk(b"JUNK", bytes(28)), fmt, chunk(b"data", sound)))
    m.bytes("wav_junk_huge.wav", riff(chunk(b"junk", bytes(70_000)), fmt, chunk(b"data", sound)))
    m.bytes("wav_chunks_after.wav", riff(fmt, chunk(b"data", sound), chunk(b"LIST", b"INFOISFT\x06\0\0\0aloud\0"), chunk(b"id3 ", bytes(99))))
    m.bytes("wav_garbage_after.wav", riff(fmt, chunk(b"data", sound)) + b"\xff\xfe" * 333)
    m.bytes("wav_fmt_after_data.wav", riff(chunk(b"data", sound), fmt))
    m.bytes("wav_fmt_18.wav", riff(chunk(b"fmt ", fmt[8:] + b"\0\0"), chunk(b"data", sound)))
    m.bytes("wav_fmt_40_extra.wav", riff(chunk(b"fmt ", fmt[8:] + b"\x16\0" + bytes(22)), chunk(b"data", sound)))

    def form(tag=1, channels=1, rate=16000, per_second=32000, block=2, bits=16, extra=b""):
        return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, per_second, block, bits) + extra)

    for per_second in (0, 16000, 64000, 0xFFFFFFFF):
        m.bytes(f"wav_byterate_{per_second}.wav", riff(form(per_second=per_second), chunk(b"data", sound)))
    for block in (0, 1, 4, 7):
        m.bytes(f"wav_block_{block}.wav", riff(form(block=block), chunk(b"data", sound)))
    samples = np.frombuffer(sound, "<i2").astype(np.int32)
    for bits in (9, 12, 14, 15):
        cut = (samples >> (16 - bits) << (16 - bits)).astype("<i2").tobytes()
        m.bytes(f"wav_{bits}bit.wav", riff(form(bits=bits), chunk(b"data", cut)))
        guid = struct.pack("<HHI", 22, bits, 0) + b"\x01\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
        m.bytes(f"wav_{bits}bit_extensible.wav", riff(form(tag=0xFFFE, extra=guid), chunk(b"data", cut)))
    wide = b"".join(struct.pack("<i", s << 8)[:3] for s in samples.tolist())
    widest = (samples << 16).astype("<i4").tobytes()
    for bits in (17, 20, 22, 24):
        m.bytes(f"wav_{bits}bit.wav", riff(form(bits=bits, block=3, per_second=48000), chunk(b"data", wide)))
        guid = struct.pack("<HHI", 22, bits, 0) + b"\x01\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
        m.bytes(f"wav_{bits}bit_in_24_extensible.wav", riff(form(tag=0xFFFE, bits=24, block=3, per_second=48000, extra=guid), chunk(b"data", wide)))
        m.bytes(f"wav_{bits}bit_in_32_extensible.wav", riff(form(tag=0xFFFE, bits=32, block=4, per_second=64000, extra=guid), chunk(b"data", widest)))
    for codec in ("pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw", "adpcm_ms", "adpcm_ima_wav"):
        m.ff(f"wav_{codec}.wav", "-c:a", codec)
        m.ff(f"wav_{codec}_stereo.wav", "-c:a", codec, source=m.other)
    m.ff("wav_mp3_inside.wav", "-c:a", "libmp3lame")
    m.ff("wav_rf64.wav", "-rf64", "always")
    m.bytes("wav_bw64.wav", (m.folder / "wav_rf64.wav").read_bytes().replace(b"RF64", b"BW64", 1))
    m.ff("wav_w64.w64", "-f", "w64")
    w64 = (m.folder / "wav_w64.w64").read_bytes()
    at = w64.index(b"data\xf3\xac")
    for name, length in (("0", 0), ("ff", 2**64 - 1), ("long", 2**40)):
        m.bytes(f"w64_data_{name}.w64", w64[:at + 16] + struct.pack("<Q", length) + w64[at + 24:])
    m.bytes("wav_cut.wav", whole[: len(whole) // 2 + 1], m.a[: len(m.a) // 2])


def aiffs(m):
    m.ff("plain.aiff")
    whole = (m.folder / "plain.aiff").read_bytes()
    at = whole.index(b"SSND")
    for name, length in (("0", 0), ("ffffffff", 0xFFFFFFFF), ("long", len(whole) + 999), ("short_by_8", len(whole) - at - 16)):
        m.bytes(f"aiff_ssnd_{name}.aiff", whole[: at + 4] + struct.pack(">I", length) + whole[at + 8 :])
    for name, length in (("0", 0), ("ffffffff", 0xFFFFFFFF), ("long", len(whole) + 9999)):
        m.bytes(f"aiff_form_{name}.aiff", whole[:4] + struct.pack(">I", length) + whole[8:])
    comm = whole.index(b"COMM")
    for name, frames in (("0", 0), ("ffffffff", 0xFFFFFFFF), ("long", 96_000)):
        m.bytes(f"aiff_frames_{name}.aiff", whole[: comm + 10] + struct.pack(">I", frames) + whole[comm + 14 :])
    sound = whole[at:]
    m.bytes("aiff_ssnd_first.aiff", whole[:12] + sound + whole[12:at])
    m.bytes("aiff_name_unpadded.aiff", whole[:12] + b"NAME\0\0\0\x05aloud" + whole[12:])
    m.bytes("aiff_name_padded.aiff", whole[:12] + b"NAME\0\0\0\x05aloud\0" + whole[12:])
    m.bytes("aiff_12bit.aiff", whole[: comm + 14] + struct.pack(">H", 12) + whole[comm + 16 :])
    for codec in ("pcm_s8", "pcm_s16le", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be", "pcm_alaw", "pcm_mulaw", "adpcm_ima_qt"):
        m.ff(f"aifc_{codec}.aifc", "-f", "aiff", "-c:a", codec)
        m.ff(f"aifc_{codec}_stereo.aifc", "-f", "aiff", "-c:a", codec, source=m.other)
    for codec in ("pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be", "pcm_alaw", "pcm_mulaw"):
        m.ff(f"au_{codec}.au", "-c:a", codec)
    au = (m.folder / "au_pcm_s16be.au").read_bytes()
    for name, length in (("0", 0), ("ffffffff", 0xFFFFFFFF)):
        m.bytes(f"au_data_{name}.au", au[:8] + struct.pack(">I", length) + au[12:])


def cafs(m):
    for codec in ("pcm_s16be", "pcm_s16le", "pcm_s24le", "pcm_s32be", "pcm_f32le", "pcm_f64be", "pcm_alaw", "pcm_mulaw", "alac", "aac", "adpcm_ima_qt", "libopus"):
        try:
            m.ff(f"caf_{codec}.caf", "-c:a", codec)
            m.ff(f"caf_{codec}_stereo.caf", "-c:a", codec, source=m.other)
        except subprocess.CalledProcessError:
            m.made.pop()
    whole = (m.folder / "caf_pcm_s16be.caf").read_bytes()
    at = whole.index(b"data")
    for name, length in (("0", 0), ("unknown", -1), ("long", 99_999_999)):
        m.bytes(f"caf_data_{name}.caf", whole[: at + 4] + struct.pack(">q", length) + whole[at + 12 :])


def mp3s(m):
    mp3 = ("-c:a", "libmp3lame")
    a = m.temporary("a.mp3", *mp3, "-b:a", "48k")
    same = m.temporary("same.mp3", *mp3, "-b:a", "48k", "-af", "areverse")
    b = m.temporary("b.mp3", *mp3, "-q:a", 4, source=m.other)
    bare = m.temporary("bare.mp3", *mp3, "-b:a", "64k", "-write_xing", 0, "-id3v2_version", 0)
    bare_b = m.temporary("bare_b.mp3", *mp3, "-b:a", "64k", "-write_xing", 0, "-id3v2_version", 0, source=m.other)
    tag = b"TAG" + b"a title".ljust(125, b"\0")
    ape = b"APETAGEX" + struct.pack("<IIII", 2000, 32 + 7, 1, 0xA0000000) + bytes(8) + bytes(7) + b"APETAGEX" + struct.pack("<IIII", 2000, 32 + 7, 1, 0x80000000) + bytes(8)
    picture = bytes(range(256)) * 80 + b"\xff\xfb\x90\x64" * 40
    size = len(picture) + 10
    id3 = b"ID3\x03\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + b"APIC" + struct.pack(">I", len(picture)) + b"\0\0" + picture
    for name, parts in {
        "xing_xing": (a, same),
        "different": (a, b),
        "different_back": (b, a),
        "three": (a, b, a),
        "bare_bare": (bare, bare),
        "bare_xing": (bare, a),
        "xing_bare": (a, bare),
        "bare_other": (bare, bare_b),
        "id3v1_between": (a, tag, same),
        "ape_between": (a, ape, same),
        "ape_id3v1_between": (a, ape, tag, b),
        "id3v2_between": (a, id3, b),
        "zeros_between": (a, bytes(4096), same),
        "id3v1_after": (bare, tag),
        "ape_after": (bare, ape, tag),
        "id3_twice": (id3, id3, bare),
    }.items():
        letters = {a: "a", same: "r", b: "b", bare: "a", bare_b: "b"}
        holds = "".join(letters.get(part, "") for part in parts)
        m.joined(f"mp3_{name}.mp3", *parts, holds=holds)
    whole = bare.read_bytes()
    m.bytes("mp3_cut_middle.mp3", whole[5000:-777])
    for rate in (8000, 11025, 16000, 22050, 24000, 32000, 48000):
        m.ff(f"mp3_{rate}.mp3", *mp3, "-ar", rate)
    m.ff("plain.mp2", "-c:a", "mp2")
    aac = m.temporary("a.aac", "-c:a", "aac")
    aac_b = m.temporary("b.aac", "-c:a", "aac", source=m.other)
    m.joined("aac_joined.aac", aac, aac, holds="aa")
    m.joined("aac_different.aac", aac, aac_b, holds="ab")
    m.joined("aac_id3.aac", id3, aac, tag)


def oggs(m):
    parts = {}
    for codec, options in {"opus": ("libopus",), "vorbis": ("libvorbis",), "flac": ("flac",)}.items():
        parts[codec] = m.temporary(f"{codec}.ogg", "-c:a", *options)
        parts[codec + "_b"] = m.temporary(f"{codec}_b.ogg", "-c:a", *options, source=m.other)
        m.joined(f"ogg_{codec}.ogg", parts[codec])
        m.joined(f"ogg_{codec}_chained.ogg", parts[codec], parts[codec], holds="aa")
        m.joined(f"ogg_{codec}_chained_different.ogg", parts[codec], parts[codec + "_b"], holds="ab")
    m.joined("ogg_chained_mixed.ogg", parts["opus"], parts["vorbis"], parts["flac"], holds="aaa")
    m.ff("plain.flac")
    m.ff("flac_24_stereo.flac", "-sample_fmt", "s32", source=m.other)
    flac = (m.folder / "plain.flac").read_bytes()
    unknown = bytearray(flac)
    unknown[21] &= 0xF0
    unknown[22:26] = bytes(4)
    m.bytes("flac_unknown_length.flac", bytes(unknown))
    m.bytes("flac_id3v1_after.flac", flac + b"TAG".ljust(128, b"\0"))
    m.bytes("flac_id3v2_before.flac", b"ID3\x03\0\0\0\0\0\x0a" + bytes(10) + flac)


def matroskas(m):
    for ending in ("webm", "mkv"):
        for codec in ("libopus", "libvorbis"):
            m.ff(f"{ending}_{codec}.{ending}", "-c:a", codec)
            m.ff(f"{ending}_{codec}_live.{ending}", "-c:a", codec, "-live", 1, "-cluster_time_limit", 500)
            run("-i", m.wav, "-c:a", codec, "-f", ending.replace("mkv", "matroska"), "-cluster_time_limit", 500, m.path(f"{ending}_{codec}_pipe.{ending}"))
    for codec in ("aac", "flac", "libmp3lame", "pcm_s16le", "pcm_f32le", "alac"):
        m.ff(f"mkv_{codec}.mka", "-f", "matroska", "-c:a", codec)


def mp4s(m):
    for ending, codecs in {
        "m4a": ("aac", "alac"),
        "mp4": ("aac", "libmp3lame", "flac", "libopus", "alac", "mp2"),
        "mov": ("aac", "alac", "libmp3lame", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_f64be", "pcm_u8", "pcm_s8", "pcm_alaw", "pcm_mulaw", "adpcm_ima_qt", "adpcm_ms"),
        "3gp": ("aac",),
    }.items():
        for codec in codecs:
            for name, source in (("", None), ("_stereo", m.other)):
                try:
                    m.ff(f"{ending}_{codec}{name}.{ending}", "-c:a", codec, "-strict", -2, source=source)
                except subprocess.CalledProcessError:
                    m.made.pop()
    for codec in ("aac", "libopus", "flac", "libmp3lame"):
        for flags in ("frag_keyframe+empty_moov", "frag_keyframe+empty_moov+default_base_moof", "frag_keyframe+delay_moov", "dash+frag_keyframe"):
            m.ff(f"mp4_{codec}_{flags.replace('+', '_')}.mp4", "-c:a", codec, "-strict", -2, "-movflags", flags, "-frag_duration", 500_000)
    aac = m.folder / "m4a_aac.m4a"
    for flags in ("faststart", "rtphint", "disable_chpl"):
        m.ff(f"m4a_{flags}.m4a", "-c", "copy", "-movflags", flags, source=aac)
    m.ff("m4a_no_edits.m4a", "-c", "copy", "-use_editlist", 0, source=aac)
    for codec in ("aac", "libmp3lame", "libopus", "alac", "flac", "pcm_s16le"):
        ending = "mov" if codec == "pcm_s16le" else "mp4"
        whole = m.temporary(f"edit_{codec}.{ending}", "-c:a", codec, "-strict", -2)
        edits(m, f"{ending}_{codec}", ending, whole.read_bytes())
    m.path("mp4_late.mp4", np.concatenate([np.zeros(round(0.7 * RATE), "f4"), m.a]))
    run("-f", "lavfi", "-t", 3, "-i", "color=c=black:s=16x16:r=5", "-itsoffset", 0.7, "-i", m.wav, "-c:v", "mpeg4", "-c:a", "aac", m.folder / "mp4_late.mp4")
    m.path("mp4_first_silent.mp4")
    run("-f", "lavfi", "-t", 3, "-i", "anullsrc=r=16000:cl=mono", "-i", m.wav, "-map", 0, "-map", 1, "-c:a", "aac", m.folder / "mp4_first_silent.mp4")


def edits(m, name, ending, whole):
    """Cuts with an edit list: the middle out, pieces in another order, silence in front."""
    at = whole.index(b"elst") - 4
    length = struct.unpack(">I", whole[at : at + 4])[0]
    count = struct.unpack(">I", whole[at + 12 : at + 16])[0]
    first = struct.unpack(">Ii", whole[at + 16 : at + 24]) if count == 1 else struct.unpack(">Ii", whole[at + 28 : at + 36])
    start = first[1]
    rate = struct.unpack(">I", whole[(mdhd := whole.index(b"mdhd")) + 16 : mdhd + 20])[0]
    movie = struct.unpack(">I", whole[(mvhd := whole.index(b"mvhd")) + 16 : mvhd + 20])[0]
    for kind, pieces in {
        "cut_middle": [(0, 1.0), (2.0, 1.0)],
        "cut_start": [(0.5, 2.0)],
        "turned_round": [(2.0, 1.0), (0, 1.0)],
        "many": [(0, 0.4), (0.8, 0.4), (1.6, 0.4), (2.4, 0.4)],
        "silence_first": [(None, 0.5), (0, 2.0)],
        "silence_middle": [(0, 1.0), (None, 0.5), (1.0, 1.0)],
        "twice": [(0, 1.0), (0, 1.0)],
    }.items():
        entries = [struct.pack(">IiI", round(long * movie), -1 if s is None else start + round(s * rate), 0x10000) for s, long in pieces]
        elst = struct.pack(">I", 16 + 12 * len(entries)) + b"elst" + struct.pack(">II", 0, len(entries)) + b"".join(entries)
        new = bytearray(whole)
        new[at : at + length] = elst
        grown = len(elst) - length
        for box in (b"edts", b"trak", b"moov"):
            where = whole.rindex(box, 0, at) - 4
            new[where : where + 4] = struct.pack(">I", struct.unpack(">I", whole[where : where + 4])[0] + grown)
        sounds = [
            np.zeros(round(long * RATE), "f4") if s is None else m.a[round(s * RATE) : round((s + long) * RATE)]
            for s, long in pieces
        ]
        m.bytes(f"{name}_edit_{kind}.{ending}", bytes(new), np.concatenate(sounds))


def ffmpeg(path):
    """What ffmpeg plays, at 16 kHz in one channel."""
    played = subprocess.run(
        ["ffmpeg", "-v", "quiet", "-i", str(path), "-map", "0:a:0", "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"],
        capture_output=True, stdin=subprocess.DEVNULL,
    )
    return np.frombuffer(played.stdout, "<f4")


def alike(a, b):
    """The greatest correlation of two sounds, and the lag, within 150 ms."""
    n = min(len(a), len(b))
    if n < RATE // 10:
        return 1.0, 0.0
    a, b = a[:n] - a[:n].mean(), b[:n] - b[:n].mean()
    size = 1 << (2 * n - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    reach = round(DELAY_S * RATE)
    product = np.concatenate([product[-reach:], product[: reach + 1]])
    norm = np.sqrt((a**2).sum() * (b**2).sum())
    if norm < 1e-9:
        return 1.0, 0.0
    best = int(product.argmax())
    return float(product[best] / norm), (best - reach) / RATE


def verdict(sound, truth, damage="-"):
    """How a sound compares with what it should be, in a word and in figures."""
    late = (len(sound) - len(truth)) / RATE
    likeness, lag = alike(sound, truth)
    what = f"{late:+.3f} s, correlation {likeness:.3f} at {lag:+.3f} s"
    if len(sound) == 0:
        return "refused", what
    if abs(late) <= DELAY_S and damage != "-":
        return "called damaged", f"{what}, {damage}"
    if abs(late) <= DELAY_S and likeness < 0.9:
        return "other sound", what
    if abs(late) <= DELAY_S:
        return ("same" if abs(late) <= ALLOWED_S else "same but for a delay"), what
    return ("more" if late > 0 else "less"), what


def compare(path, decode, folder, holds):
    """The verdicts on aloud and on ffmpeg, and what was said of the file."""
    said = subprocess.run([decode, folder, str(path)], capture_output=True, text=True).stdout.rstrip("\n").split("\t")
    theirs = ffmpeg(path)
    truth = theirs if holds is None else holds
    if said[0] != "ok":
        return "both refuse" if len(theirs) == 0 else "refused", verdict(theirs, truth)[0], said[-1]
    ours = np.fromfile(Path(folder) / (path.name + ".f32"), "<f4")
    if holds is None and len(theirs) == 0:
        return "only aloud reads it", "refused", f"{len(ours) / RATE:.3f} s, {said[2]}, {said[3]}"
    word, what = verdict(ours, truth, said[3])
    return word, verdict(theirs, truth)[0], f"{what}, {said[2]}"


def main():
    decode = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        if "--files" in sys.argv:
            files = {p: None for p in sorted(Path(sys.argv[3]).rglob("*")) if p.is_file()}
        else:
            made = Path(sys.argv[2] if len(sys.argv) > 2 else folder)
            made.mkdir(parents=True, exist_ok=True)
            maker = Maker(made)
            for kind in (wavs, aiffs, cafs, mp3s, oggs, matroskas, mp4s):
                kind(maker)
            files = {path: maker.holds[path] for path in maker.made}
        counts, theirs = Counter(), Counter()
        out = Path(folder) / "out"
        out.mkdir()
        for path, holds in files.items():
            word, their_word, what = compare(path, decode, str(out), holds)
            counts[word] += 1
            theirs[their_word] += 1
            if word not in ("same", "both refuse"):
                print(f"{word:22} {path.name:50} {what} (ffmpeg: {their_word})")
        for name, counted in (("aloud", counts), ("ffmpeg", theirs)):
            print(f"{name}, {len(files)} files: " + ", ".join(f"{count} {word}" for word, count in counted.most_common()))


if __name__ == "__main__":
    main()
