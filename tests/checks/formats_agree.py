#!/usr/bin/env python3
"""Check that the container, rate, depth and level of a recording do not change what is measured, and that broken or
speechless files get a clear answer.

usage: formats_agree.py [--aloud PATH] [--shared DIR]

Reads    every audio file of speech/derived/ and speech/formats/ in the shared folder, and speech/mfa/cold_corpus.wav;
         of each report pace.words, pace.words_per_minute, pauses.count, transcript.words, score.overall, warnings.
Bars     1. every file but the broken ones gets a report (exit code 0, one aloud.report/1 on stdout)
         2. each copy of cold_corpus in another format or rate agrees with the original:
            words within 1, words per minute within 2 %, pauses within 1
         3. empty_file, header_only, not_audio: exit code 1, exactly one line on stderr, nothing on stdout
         4. truncated: a report with at least one warning
         5. 0.3 s of sound, silence, white noise, tones: no words, score.overall null, and a warning with a message
Prints   a table of all files and what each missed. Exit 1 when anything was missed.

Python 3.9, no packages.
"""
import sys

import common

AUDIO = {".wav", ".flac", ".mp3", ".m4a", ".mp4", ".aac", ".ogg", ".opus", ".webm", ".aiff"}
COPIES = {"cold.aiff", "cold.flac", "cold.m4a", "cold.mp3", "cold.ogg", "cold.opus", "cold.webm", "cold_24bit.wav",
          "cold_44k_stereo.wav", "cold_48k.wav", "cold_8k.wav", "cold_8k_mulaw.wav", "cold_dcoffset.wav", "cold_f32.wav",
          "cold_padded_5s_before_8s_after.wav", "cold_stereo_right_silent.wav", "cold_u8.wav"}
BROKEN = {"empty_file.wav", "header_only.wav", "not_audio.wav"}
SPEECHLESS = {"cold_short_0.3s.wav", "silence_10s.wav", "whitenoise_-50dB_10s.wav", "sine_220Hz_5s.wav",
              "sawtooth_120Hz_5s.wav", "sawtooth_glide_100-300Hz_10s.wav"}
WORDS_OFF, RATE_OFF, PAUSES_OFF = 1, 0.02, 1


def main():
    args = common.parser(__doc__).parse_args()
    speech = common.speech_or_skip(args)
    aloud = common.aloud_or_exit(args)
    files = [speech / "mfa/cold_corpus.wav"]  # the original first: the copies are compared with it
    for folder in ("derived", "formats"):
        files += sorted(file for file in (speech / folder).iterdir() if file.suffix in AUDIO)
    absent = sorted((COPIES | BROKEN | SPEECHLESS | {"truncated.wav"}) - {file.name for file in files})
    missed = [f"{name} is not in the shared folder" for name in absent]

    print(f"{'file':60}{'words':>6}{'words/min':>10}{'pauses':>7}  result")
    original = None
    for file in files:
        name = str(file.relative_to(speech))
        run = common.analyze(aloud, file)
        if file.name in BROKEN:
            report, wrong = None, wrong_with_error(run)
            said = (run.stderr.strip().splitlines() or [""])[0]
        else:
            report, why = common.report_of(run)
            wrong = [why] if report is None else []
            said = " ".join(str(warning.get("code")) for warning in report.get("warnings") or []) if report else ""
        if report:
            if original is None and file == files[0]:
                original = report
            elif file.name in COPIES:
                wrong += wrong_with_copy(report, original)
            elif file.name in SPEECHLESS:
                wrong += wrong_with_speechless(report)
            elif file.name == "truncated.wav" and not report.get("warnings"):
                wrong.append("no warning")
        result = "FAIL " + ", ".join(wrong) if wrong else "ok"
        print(f"{name:60}{figures(report)}  {result}" + (f"  [{said}]" if said else ""), flush=True)
        if wrong:
            missed.append(f"{name}: {', '.join(wrong)}")

    print(f"\n{len(files)} files")
    return common.verdict(missed)


def wrong_with_error(run):
    wrong = []
    lines = run.stderr.strip().splitlines()
    if run.returncode != 1:
        wrong.append(f"exit code {run.returncode}, not 1")
    if len(lines) != 1:
        wrong.append(f"{len(lines)} lines on stderr, not 1")
    if run.stdout:
        wrong.append("something on stdout")
    return wrong


def wrong_with_copy(report, original):
    if original is None:
        return ["the original has no report to compare with"]
    words, rate, pauses = measures(report)
    true_words, true_rate, true_pauses = measures(original)
    if None in (words, rate, pauses, true_words, true_rate, true_pauses):
        return ["words, words per minute or pauses are null"]
    wrong = []
    if abs(words - true_words) > WORDS_OFF:
        wrong.append(f"words {words - true_words:+d}")
    if abs(rate - true_rate) > RATE_OFF * true_rate:
        wrong.append(f"words per minute {rate / true_rate - 1:+.1%}")
    if abs(pauses - true_pauses) > PAUSES_OFF:
        wrong.append(f"pauses {pauses - true_pauses:+d}")
    return wrong


def wrong_with_speechless(report):
    wrong = []
    heard = common.field(report, "transcript", "words") or []
    if heard or common.field(report, "pace", "words"):
        wrong.append("words: " + " ".join(str(word.get("text")) for word in heard)[:60])
    if common.field(report, "score", "overall") is not None:
        wrong.append(f"score {common.field(report, 'score', 'overall')}")
    if not any(warning.get("message") for warning in report.get("warnings") or []):
        wrong.append("no warning that says why")
    return wrong


def measures(report):
    return (common.field(report, "pace", "words"), common.field(report, "pace", "words_per_minute"),
            common.field(report, "pauses", "count"))


def figures(report):
    words, rate, pauses = measures(report) if report else (None, None, None)
    return "".join("-".rjust(width) if value is None else format(value, f"{width}{kind}")
                   for value, width, kind in ((words, 6, ""), (rate, 10, ".1f"), (pauses, 7, "")))


if __name__ == "__main__":
    sys.exit(main())
