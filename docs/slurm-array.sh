#!/bin/bash
# Analyzes a folder of answers in eight parts, as an array of Slurm jobs. docs/many-machines.md says how to use it.
#
# usage: sbatch docs/slurm-array.sh ANSWERS REPORTS
#SBATCH --job-name=aloud
#SBATCH --array=1-8
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=04:00:00
#SBATCH --requeue
set -euo pipefail
answers=${1:?name the folder of answers}
reports=${2:?name the folder for the reports, which all machines can write}

# As many as the array above has. Slurm's own count is not used: it changes when some parts are sent again (--array=3).
parts=8

# Parts count from 1, and so does this array.
exec aloud analyze "$answers" --jsonl --no-save --jobs "${SLURM_CPUS_PER_TASK:-1}" \
  --shard "$SLURM_ARRAY_TASK_ID/$parts" --output "$reports/part-$SLURM_ARRAY_TASK_ID.jsonl"
