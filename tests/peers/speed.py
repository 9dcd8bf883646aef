#!/usr/bin/env python3
"""aloud beside the programs people would use instead, on the same recordings and the same weights, in turn.

usage: speed.py [--parts transcription,signal,start,memory] [--rounds N] [--workload NAME] [--previous-text]
                [--cpu NAME] [--minutes N,...] [--aloud PATH] [--signal-seconds PATH] [--shared DIR]

Installs   the packages of requirements.txt into an environment of its own, once (environment.py).
Converts   models/ggml-base-q8_0.bin for faster-whisper (ggml_to_ctranslate2.py), so that both run the same weights.
Joins      answers from the shared recordings whose words are known (answers.py).
Runs, a round after the other, who is first changing each round:
  transcription  `aloud analyze FILES --jsonl --no-save` (everything it does) and faster-whisper (words alone: int8,
                 greedy, no VAD, 2 threads), whole processes, on one answer of 5 minutes, ten of 90 s, one of 20 s, and
                 5 minutes of which half is silent; erm once, on the 5 minutes. Words are counted by the shared
                 score_report.py, on both sides alike. "Without import" leaves out the time Python takes to import
                 faster-whisper; "by processor" compares processor seconds, which others on the machine disturb less.
  signal         on one core, in the process, without decoding: aloud's signal stage, and that with everything that
                 follows the transcript; Praat's pitch and intensity; librosa's pyin and rms (once: it is slow).
  start          20 runs each of what should start at once, with 22 answers kept.
  memory         not run unless asked for: the peak of `aloud analyze` on --minutes (10,60) of 48 kHz stereo.
Prints     every round, then medians, ranges and ratios as Markdown tables. Sets no bar.

Everything written goes into ${XDG_CACHE_HOME:-$HOME/.cache}/aloud-peers/speed. ffmpeg on the PATH; Linux or macOS.
"""
import datetime
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "checks"))
import answers  # noqa: E402
import common  # noqa: E402
import environment  # noqa: E402

MODEL = common.ROOT / "models/ggml-base-q8_0.bin"
PARTS = ("transcription", "signal", "start", "memory")
START_COMMANDS = (["--help"], ["history", "list"], ["progress"], ["questions", "list"])
START_RUNS = 20
# What --cpu takes: aloud's name of a kind of processor (ALOUD_CPU), and CTranslate2's (CT2_FORCE_CPU_ISA).
CPUS = {"plain": "GENERIC", "avx2": "AVX2", "avx-vnni": "AVX2", "avx512": "AVX512"}
REPEATS = 3  # of the signal stage in one process


class Run:
    """One finished process: its seconds, processor seconds, peak of resident memory and what it printed."""

    def __init__(self, command, one_core=False, variables=None):
        if one_core and shutil.which("taskset"):
            command = ["taskset", "-c", str(max(os.sched_getaffinity(0))), *command]
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            begun = time.monotonic()
            process = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       env=variables)
            _, status, used = os.wait4(process.pid, 0)
            self.seconds = time.monotonic() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_seconds = used.ru_utime + used.ru_stime
            self.peak_mb = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
            out.seek(0)
            self.printed = out.read().decode(errors="replace")
            if process.returncode != 0:
                err.seek(0)
                sys.exit(f"{' '.join(map(str, command))}\nended with {process.returncode}: "
                         + err.read().decode(errors="replace")[-2000:])


def main():
    ap = common.parser(__doc__)
    ap.add_argument("--parts", default="transcription,signal,start", help=f"of {', '.join(PARTS)}")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--workload", action="append", help="only this one of the transcription's; may be given again")
    ap.add_argument("--previous-text", action="store_true", help="faster-whisper's own default: the words so far are "
                    "given to it as it goes on; off, since it is slower with it")
    ap.add_argument("--cpu", choices=CPUS, help="hold both programs to the instructions of this kind of processor. "
                    "whisper.cpp's own code is held when it is built: give --aloud the program that `make portable` builds")
    ap.add_argument("--minutes", default="10,60", help="of the recordings for the part memory")
    ap.add_argument("--signal-seconds", type=Path, default=common.ROOT / "target/release/examples/signal-seconds",
                    metavar="PATH", help="built by: cargo build --release --locked --example signal-seconds")
    args = ap.parse_args()
    parts = args.parts.split(",")
    if unknown := set(parts) - set(PARTS):
        ap.error(f"no such part: {', '.join(sorted(unknown))}")
    if args.cpu:
        os.environ.update(ALOUD_CPU=args.cpu, CT2_FORCE_CPU_ISA=CPUS[args.cpu])
    speech = common.speech_or_skip(args)
    aloud = common.aloud_or_exit(args)
    if not shutil.which("ffmpeg"):
        print("ffmpeg is missing", file=sys.stderr)
        return 2
    python = environment.installed()
    if python is None:
        return 2
    work = environment.CACHE / "speed"
    truth = json.loads((speech / "truth.json").read_text(encoding="utf-8"))
    workloads = answers.make(speech, truth, work / "answers")

    print_machine(aloud, python, args.cpu)
    tables = []
    if "transcription" in parts:
        chosen = {name: w for name, w in workloads.items() if name in (args.workload or workloads)}
        tables.append(transcription(aloud, python, converted(python, work), chosen, args, work))
    if "signal" in parts:
        if args.signal_seconds.is_file():
            tables.append(signal(aloud, python, workloads["5 min"][0][0], args, work))
        else:
            print(f"signal skipped: no program at {args.signal_seconds}; build it with: "
                  "cargo build --release --locked --example signal-seconds")
    if "start" in parts:
        tables.append(start(aloud, speech, work))
    if "memory" in parts:
        tables.append(memory(aloud, workloads["5 min"][0][0], [int(m) for m in args.minutes.split(",")], work))
    print(f"\nLoad average at the end: {load()}\n")
    print("\n\n".join(tables))
    return 0


def print_machine(aloud, python, held_to):
    cpu = platform.processor() or "?"
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        named = {k.strip(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        cpu = f"{named.get('model name', '?')} (family {named.get('cpu family', '?')}, model {named.get('model', '?')})"
    commit = subprocess.run(["git", "-C", str(common.ROOT), "rev-parse", "--short", "HEAD"], capture_output=True,
                            encoding="utf-8").stdout.strip()
    built = datetime.datetime.fromtimestamp(aloud.stat().st_mtime).isoformat(" ", "minutes")
    print(f"{datetime.datetime.now().isoformat(' ', 'minutes')}, {cpu}, {os.cpu_count()} cores, load average {load()}"
          + (f", both held to {held_to}" if held_to else ""))
    print(f"aloud {environment.aloud_version(aloud)} built {built} (this checkout: {commit or '?'}), "
          + ", ".join(f"{name} {version}" for name, version in environment.versions(python).items())
          + f", Python {environment.said(python, 'import platform; print(platform.python_version())')}", flush=True)


def load():
    return " ".join(f"{x:.1f}" for x in os.getloadavg())


def converted(python, work):
    """The folder with the model for faster-whisper, made once for every content of the file."""
    folder = work / f"{MODEL.stem}-{hashlib.sha1(MODEL.read_bytes()).hexdigest()[:8]}"
    if not (folder / "model.bin").exists():
        Run([python, HERE / "ggml_to_ctranslate2.py", MODEL, folder])
    return folder


# Transcription

def transcription(aloud, python, model, workloads, args, work):
    scorer = load_scorer(args.shared)
    peer_options = ["--previous-text"] if args.previous_text else []
    rows = []
    for name, recordings in workloads.items():
        files, sound_s = [f for f, _ in recordings], sum(answers.seconds(f) for f, _ in recordings)
        ours, theirs, shares = [], [], []

        def run_aloud():
            run = Run([aloud, "analyze", *files, "--jsonl", "--no-save", "--model", MODEL])
            reports = [json.loads(line) for line in run.printed.splitlines()]
            run.errors = errors(scorer, recordings, [" ".join(w["text"] for w in r["transcript"]["words"]) for r in reports])
            ours.append(run)

        def run_peer():
            run = Run([python, HERE / "run_faster_whisper.py", model, *files, *peer_options])
            said = json.loads(run.printed)
            run.errors = errors(scorer, recordings, said["texts"])
            theirs.append(run)
            shares.append((said["import_s"], said["load_s"], sum(said["seconds"])))

        for i in range(args.rounds):
            for run in (run_peer, run_aloud) if i % 2 == 0 else (run_aloud, run_peer):
                run()
            mine, peer, share = ours[-1], theirs[-1], shares[-1]
            print(f"{name:19} round {i + 1}: faster-whisper {peer.seconds:6.2f} s (import {share[0]:.2f}, load {share[1]:.2f}, "
                  f"words {share[2]:.2f}; processor {peer.cpu_seconds:.1f})   aloud {mine.seconds:6.2f} s (processor "
                  f"{mine.cpu_seconds:.1f})   load {load()}", flush=True)
        ours_s = statistics.median(r.seconds for r in ours)
        base = [name, f"{sound_s:.0f}"]
        rows.append([*base, "aloud analyze", *figures([r.seconds for r in ours], ours), "", "", ""])
        without_import = [r.seconds - s[0] for r, s in zip(theirs, shares)]
        cpu = statistics.median(r.cpu_seconds for r in ours)
        ratios = [ours_s / statistics.median(r.seconds for r in theirs), ours_s / statistics.median(without_import),
                  cpu / statistics.median(r.cpu_seconds for r in theirs)]
        rows.append([*base, "faster-whisper", *figures([r.seconds for r in theirs], theirs), *(f"{r:.2f}" for r in ratios)])
        if name == "5 min":
            cuts = work / "erm.json"
            command, variables = environment.erm_command(python, files[0], model, cuts)
            run = Run(command, variables=variables)
            found = len(json.loads(cuts.read_text(encoding="utf-8"))["cuts"])
            print(f"{name:19} once:    erm {run.seconds:6.2f} s (processor {run.cpu_seconds:.1f}), {found} cuts", flush=True)
            rows.append([*base, "erm, same weights", *figures([run.seconds], [run]), f"{ours_s / run.seconds:.2f}", "",
                         f"{cpu / run.cpu_seconds:.2f}"])
    return table(["workload", "sound, s", "program", "median, s", "range, s", "processor, s", "peak, MB", "WER, %",
                  "aloud / it", "without import", "by processor"], rows)


def load_scorer(shared):
    spec = importlib.util.spec_from_file_location("score_report", shared.resolve() / "eval/score_report.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def errors(scorer, recordings, texts):
    """Wrong words and words in all."""
    if len(texts) != len(recordings):
        sys.exit(f"{len(texts)} transcripts of {len(recordings)} recordings")
    wrong = said = 0
    for (_, words), text in zip(recordings, texts):
        true = scorer.norm(words)
        wrong, said = wrong + scorer.edits(true, scorer.norm(text)), said + len(true)
    return wrong, said


def figures(seconds, runs):
    """The middle columns: median and range of the seconds, processor time, peak memory, word error rate."""
    rates = sorted({100 * r.errors[0] / r.errors[1] for r in runs if hasattr(r, "errors")})
    rate = "-" if not rates else f"{rates[0]:.1f}" if len(rates) == 1 else f"{rates[0]:.1f} to {rates[-1]:.1f}"
    return [f"{statistics.median(seconds):.2f}", spread(seconds), f"{statistics.median(r.cpu_seconds for r in runs):.1f}",
            f"{max(r.peak_mb for r in runs):.0f}", rate]


# Signal

def signal(aloud, python, recording, args, work):
    report = work / "five_minutes.json"
    report.write_text(Run([aloud, "analyze", recording, "--json", "--no-save", "--model", MODEL]).printed, encoding="utf-8")
    took = {}

    def add(name, seconds):
        took.setdefault(name, []).append(statistics.median(seconds))

    def run_aloud():
        stages = json.loads(Run([args.signal_seconds, recording, report, REPEATS], one_core=True).printed)
        add("aloud: signal", stages["signal"])
        add("aloud: signal, measures, score", [a + b for a, b in zip(stages["signal"], stages["report"])])
        add("aloud: decoding", stages["decode"])

    def run_peer(peer, name, repeats):
        add(name, json.loads(Run([python, HERE / "run_signal_peer.py", peer, recording, repeats], one_core=True).printed))

    def run_praat():
        run_peer("praat", "Praat: pitch, intensity", REPEATS)

    for i in range(args.rounds):
        for run in (run_praat, run_aloud) if i % 2 == 0 else (run_aloud, run_praat):
            run()
        print(f"signal round {i + 1}: " + ", ".join(f"{name} {s[-1]:.3f} s" for name, s in took.items())
              + f"   load {load()}", flush=True)
    run_peer("librosa", "librosa: pyin, rms", 1)
    praat = statistics.median(took["Praat: pitch, intensity"])
    rows = [[name, f"{statistics.median(s):.3f}", spread(s, 3), f"{statistics.median(s) / praat:.2f}"]
            for name, s in took.items()]
    return table([f"{answers.seconds(recording):.0f} s of sound, one core", "median, s", "range, s", "of Praat's"], rows)


# Start

def start(aloud, speech, work):
    folder = work / "home"
    shutil.rmtree(folder, ignore_errors=True)
    variables = {**os.environ, "XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
    kept = sorted((speech / "librispeech").glob("*.flac"))
    Run([aloud, "analyze", *kept, "--jsonl", "--model", MODEL], variables=variables)
    rows = []
    for command in START_COMMANDS:
        took = [1000 * Run([aloud, *command], variables=variables).seconds for _ in range(START_RUNS)]
        rows.append([f"`aloud {' '.join(command)}`", f"{statistics.median(took):.1f}", spread(took, 1)])
        print(f"start: {' '.join(command):16} {rows[-1][1]} ms ({rows[-1][2]})   load {load()}", flush=True)
    return table([f"start, {len(kept)} answers kept", "median, ms", "range, ms"], rows)


# Memory

def memory(aloud, source, minutes, work):
    rows = []
    for length in minutes:
        recording = answers.long_stereo(source, length, work / "long.wav")
        run = Run([aloud, "analyze", recording, "--json", "--no-save", "--model", MODEL])
        recording.unlink()
        rows.append([f"{length} min", f"{run.peak_mb:.0f}", f"{run.seconds:.0f}", f"{run.cpu_seconds:.0f}"])
        print(f"memory: {length} min, peak {run.peak_mb:.0f} MB, {run.seconds:.0f} s   load {load()}", flush=True)
    return table(["48 kHz stereo", "peak, MB", "seconds", "processor, s"], rows)


# Tables

def spread(numbers, digits=2):
    return f"{min(numbers):.{digits}f} to {max(numbers):.{digits}f}"


def table(head, rows):
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows])


if __name__ == "__main__":
    sys.exit(main())
