"""Pitch and level by Praat or librosa, as speed.py starts it.

usage: run_signal_peer.py praat|librosa RECORDING ROUNDS

praat    pitch by autocorrelation, 75 to 600 Hz, and intensity, every 10 ms
librosa  pyin, 75 to 600 Hz, and root mean square, every 10 ms
Prints JSON: the seconds of every round. Reading the file and importing are not in them.
"""
import json
import sys
import time

peer, recording, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
if peer == "praat":
    import parselmouth

    sound = parselmouth.Sound(recording)

    def work():
        sound.to_pitch_ac(time_step=0.01, pitch_floor=75.0, pitch_ceiling=600.0)
        sound.to_intensity(minimum_pitch=75.0, time_step=0.01)
else:
    import librosa

    samples, rate = librosa.load(recording, sr=None)
    librosa.pyin(samples[:rate], fmin=75, fmax=600, sr=rate, hop_length=rate // 100)  # compiles itself the first time

    def work():
        librosa.pyin(samples, fmin=75, fmax=600, sr=rate, hop_length=rate // 100)
        librosa.feature.rms(y=samples, hop_length=rate // 100)

seconds = []
for _ in range(rounds):
    begun = time.monotonic()
    work()
    seconds.append(time.monotonic() - begun)
print(json.dumps(seconds))
