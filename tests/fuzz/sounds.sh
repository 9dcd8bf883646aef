#!/usr/bin/env bash
# A piece of a sample answer in every container and codec: sounds.sh FOLDER [SECONDS] [SAMPLE]. Needs ffmpeg.
# tests/fixtures/sounds was made with: sounds.sh tests/fixtures/sounds 0.4
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:?sounds.sh FOLDER [SECONDS] [SAMPLE]}
seconds=${2:-0.4}
sample=${3:-good}
mkdir -p "$folder"
make() { # make NAME OPTIONS...
  local name=$1
  shift
  ffmpeg -v error -y -ss 1 -t "$seconds" -i "$root/samples/$sample.flac" "$@" -map_metadata -1 -fflags +bitexact -flags:a +bitexact "$folder/$name"
}
make s16.wav -c:a pcm_s16le
make u8_8k.wav -ar 8000 -c:a pcm_u8
make s24_stereo.wav -ac 2 -c:a pcm_s24le
make f32_8k.wav -ar 8000 -c:a pcm_f32le
make f64_8k.wav -ar 8000 -c:a pcm_f64le
make mulaw_8k.wav -ar 8000 -c:a pcm_mulaw
make alaw_8k.wav -ar 8000 -c:a pcm_alaw
make adpcm_ms.wav -c:a adpcm_ms
make adpcm_ima.wav -c:a adpcm_ima_wav
make rf64.wav -rf64 always -c:a pcm_s16le
make plain.flac -c:a flac
make stereo_24.flac -ac 2 -sample_fmt s32 -bits_per_raw_sample 24 -c:a flac
make plain.mp3 -c:a libmp3lame -b:a 32k
make joint_vbr.mp3 -ar 44100 -ac 2 -c:a libmp3lame -q:a 7
make plain.mp2 -c:a mp2 -b:a 48k
make plain.aac -c:a aac -b:a 32k
make plain.m4a -c:a aac -b:a 32k
make alac.m4a -c:a alac
make fragments.mp4 -c:a aac -b:a 32k -movflags frag_keyframe+empty_moov
make pcm.mov -c:a pcm_s16le
make vorbis.ogg -c:a libvorbis -q:a 0
make flac.ogg -c:a flac
make plain.opus -c:a libopus -b:a 16k
make opus.webm -c:a libopus -b:a 16k
make vorbis.mkv -c:a libvorbis -q:a 0
make pcm.mkv -c:a pcm_s16le
make plain.aiff -c:a pcm_s16be
make mulaw.aifc -f aiff -ar 8000 -c:a pcm_mulaw
make pcm.caf -c:a pcm_s16be
make alac.caf -c:a alac
make video.mp4 -f lavfi -t "$seconds" -i color=c=black:s=16x16:r=5 -c:v mpeg4 -c:a aac -b:a 32k -shortest
