#!/usr/bin/env python3
"""How long the report takes after a take has ended, at a microphone that hears the samples.

usage: after_the_take.py [--aloud PATH] [--takes N] [--lengths 30,60,120] [--pause S] [--busy N] [--later]

Plays    pieces of the samples, joined to the length, into PulseAudio's null sink, and records them with `aloud record --json`.
Ends     the take with Ctrl-C, so many seconds after the last sound (--pause; people take about one to reach for the key).
Measures the clock from the Ctrl-C to the end of the program, and the processor time before and after it; the report against that
         of `aloud analyze` of the same file: words, fillers and score; missing frames.
--busy   so many processes keep processors busy meanwhile. --later reads the take only after its end, for comparison.
Needs    PulseAudio with ALSA's plugin, and ffmpeg. Prints a line a take and a summary; sets no bar. Python 3.9, no packages.
"""
import argparse, json, os, random, re, resource, signal, statistics, subprocess, sys, tempfile, time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RATE_HZ = 48_000
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def samples(length_s, seed):
    """So many seconds of the samples from some place on, as 16-bit mono."""
    files = sorted(ROOT.glob("samples/*.flac"))
    random.Random(seed).shuffle(files)
    sound, begin_s = b"", random.Random(seed).uniform(0, 15)
    for file in files * 9:
        decode = ["ffmpeg", "-v", "error", "-ss", str(begin_s), "-i", str(file), "-f", "s16le", "-ac", "1", "-ar", str(RATE_HZ), "-"]
        sound += subprocess.run(decode, check=True, capture_output=True).stdout
        begin_s = 0
        if len(sound) >= length_s * RATE_HZ * 2:
            return sound[: int(length_s * RATE_HZ) * 2]


def home():
    folder = tempfile.TemporaryDirectory()
    at = lambda name: str(Path(folder.name) / name)
    Path(at("cookie")).write_bytes(bytes([7] * 256))
    Path(at(".asoundrc")).write_text("pcm.!default { type pulse }\nctl.!default { type pulse }\n")
    env = dict(os.environ, HOME=folder.name, XDG_CONFIG_HOME=at("config"), XDG_DATA_HOME=at("data"), XDG_RUNTIME_DIR=folder.name,
               PULSE_RUNTIME_PATH=folder.name, PULSE_STATE_PATH=folder.name, PULSE_COOKIE=at("cookie"), PULSE_SERVER="unix:" + at("native"))
    server = subprocess.Popen(
        ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes",
         "-L", f"module-native-protocol-unix socket={at('native')} auth-anonymous=1",
         "-L", f"module-null-sink sink_name=mic rate={RATE_HZ} channels=1 channel_map=mono"],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not Path(at("native")).exists():
        time.sleep(0.02)
    return folder, env, server


def processor_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def take(aloud, env, folder, sound, pause_s, later):
    path = Path(folder) / "take.wav"
    path.unlink(missing_ok=True)
    command = [aloud, "record", "--json", "--no-save", "-o", str(path)] + (["--later"] if later else [])
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not path.exists():
        time.sleep(0.02)
    play = ["paplay", "--raw", "--format=s16le", f"--rate={RATE_HZ}", "--channels=1", "--device=mic", "--latency-msec=50"]
    subprocess.run(play, input=sound, env=env, check=True)
    time.sleep(pause_s)
    before_s, ended = processor_s(process.pid), time.monotonic()
    process.send_signal(signal.SIGINT)
    used_before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out, err = process.communicate()
    clock_s = time.monotonic() - ended
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    all_s = used.ru_utime + used.ru_stime - used_before.ru_utime - used_before.ru_stime
    if process.returncode != 0:
        sys.exit(err.decode())
    return path, json.loads(out), clock_s, all_s - before_s, all_s, err.decode()


def told(report):
    words = [(w["text"], w["start_s"], w["end_s"], w["confidence"]) for w in report["transcript"]["words"]]
    return {"words": words, "fillers": report["fillers"], "score": report["score"], "story": report["story"], "speakers": report["speakers"]}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--aloud", default=str(ROOT / "target/release/aloud"))
    ap.add_argument("--takes", type=int, default=5)
    ap.add_argument("--lengths", default="30,60,120")
    ap.add_argument("--pause", type=float, default=1.0)
    ap.add_argument("--busy", type=int, default=0)
    ap.add_argument("--later", action="store_true")
    args = ap.parse_args()
    folder, env, server = home()
    busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(args.busy)]
    try:
        for length_s in map(float, args.lengths.split(",")):
            clocks, works, others, missing, ratios = [], [], 0, 0, []
            for seed in range(args.takes):
                path, report, clock_s, after_s, all_s, said = take(args.aloud, env, folder.name, samples(length_s, seed), args.pause, args.later)
                used = resource.getrusage(resource.RUSAGE_CHILDREN)
                analyzed = subprocess.run([args.aloud, "analyze", "--json", "--no-save", str(path)], env=env, check=True, capture_output=True)
                later = resource.getrusage(resource.RUSAGE_CHILDREN)
                analysis_s = later.ru_utime + later.ru_stime - used.ru_utime - used.ru_stime
                same = told(report) == told(json.loads(analyzed.stdout))
                lost = re.search(r"(\d+) frames went missing", said)
                print(f"{length_s:.0f} s, take {seed + 1}: {clock_s:.2f} s after the end, {after_s:.2f} s of processor time; {all_s:.1f} s in all, "
                      f"analysis alone {analysis_s:.1f} s; report {'the same' if same else 'DIFFERS'}; {lost[1] if lost else 0} frames missing", flush=True)
                clocks.append(clock_s), works.append(after_s), ratios.append(all_s / analysis_s)
                others += not same
                missing += int(lost[1]) if lost else 0
            clocks.sort()
            print(f"{length_s:.0f} s: median {statistics.median(clocks):.2f} s, slowest {clocks[-1]:.2f} s; processor time after the end "
                  f"{statistics.median(works):.2f} s; in all {statistics.median(ratios):.2f} of the analysis alone; {others} reports differ; {missing} frames missing", flush=True)
    finally:
        for process in [*busy, server]:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
