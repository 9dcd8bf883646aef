#!/usr/bin/env bash
# Fills tests/fuzz/corpus with what each target begins with: sounds, resumes, reports and what was found before.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
fixtures=$root/tests/fixtures
corpus=$root/tests/fuzz/corpus
for target in decode wav_recovery model_file manifest settings questions resume job draft words history_import report page; do
  mkdir -p "$corpus/$target"
  if [ -d "$fixtures/found/$target" ]; then
    cp "$fixtures/found/$target"/* "$corpus/$target/"
  fi
done
cp "$fixtures/sounds"/* "$corpus/decode/"
# A take of aloud's own, with a gap, and notes as they stand beside one that was cut short.
python3 - "$root" <<'PYTHON'
import json, pathlib, struct, sys
root = pathlib.Path(sys.argv[1])
corpus, fixtures = root / "tests/fuzz/corpus", root / "tests/fixtures"
wav = (fixtures / "sounds/s16.wav").read_bytes()
gaps = json.dumps({"schema": "aloud.take/1", "gaps": [{"at_frame": 800, "frames": 160}]}).encode()
gaps += b" " * (len(gaps) % 2)
(corpus / "decode/take.wav").write_bytes(wav + b"alou" + struct.pack("<I", len(gaps)) + gaps)
note = b'{"at_frame":100,"frames":50}\n'
for name, sound in {"whole": wav, "cut": wav[:1001], "header": wav[:44], "chunk": wav + b"alou" + struct.pack("<I", len(gaps)) + gaps}.items():
    (corpus / f"wav_recovery/{name}").write_bytes(note + sound)
kinds = {".txt": 0, ".md": 1, ".docx": 2, ".pdf": 3}
for path in [*(fixtures / "practice/resumes").rglob("*"), *(fixtures / "practice/hostile").iterdir()]:
    if path.suffix in kinds and path.stat().st_size < 200_000:
        (corpus / f"resume/{path.name}").write_bytes(bytes([kinds[path.suffix]]) + path.read_bytes())
for path in (fixtures / "practice/jobs").glob("*.txt"):
    (corpus / f"job/{path.name}").write_bytes(path.read_bytes())
for path in (fixtures / "practice/answers").glob("*.txt"):
    (corpus / f"draft/{path.name}").write_bytes(path.read_bytes())
(corpus / "draft/marks.md").write_text("# A *heading*\n\n- one `two`\n- three\n\n> said <b>so</b> [link](http://x)\n\n```\ncode\n```\n")
for kind, name in enumerate(["textgrid", "vtt", "srt"]):
    text = (root / f"src/app/export/snapshots/aloud__app__export__tests__{name}.snap").read_text().split("---\n", 2)[2]
    (corpus / f"words/{name}").write_bytes(bytes([kind]) + text.encode())
report = json.loads((fixtures / "report.json").read_text())
flat = json.dumps(report)
(corpus / "report/whole").write_text(flat)
(corpus / "report/edits").write_bytes(b"!\x10\0\1\2\x20\1\3\0\x40\2\5\x07")
for part in ["transcript", "pace", "fillers", "pauses", "length", "voice", "story"]:
    (corpus / f"report/without_{part}").write_text(json.dumps({**report, part: None}))
line = {"schema": "aloud.attempt/1", "speaker": "Ana", "answered_at": "2026-11-01T18:00:00Z", "kept_at": "2026-11-01T18:00:00Z", "recorded_here": False, "report": report, "machine_report": report, "earlier_scores": [], "contours": None}
(corpus / "history_import/report").write_text(flat)
(corpus / "history_import/line").write_text(json.dumps(line) + "\n" + flat + "\n")
for name, text in {"plain": "Ana's answer", "marks": "</script><b>&amp;\x1b[31m\u202e", "long": "um, " * 50}.items():
    (corpus / f"page/{name}").write_text(text)
(corpus / "settings/all").write_text('model = "base-q8_0"\nvocabulary = ["Kubernetes"]\nfillers = ["basically"]\n')
(corpus / "questions/own").write_text('# mine\n[[question]]\nid = "why"\ntext = "Why?"\nkind = "motivation"\ntarget_s = [30.0, 60]\nneeds = ["a"]\nfollow_ups = ["b"]\n')
(corpus / "manifest/manifest").write_bytes((root / "models/manifest.toml").read_bytes())
(corpus / "model_file/header").write_bytes((root / "models/ggml-base-q8_0.bin").open("rb").read(256))
PYTHON
