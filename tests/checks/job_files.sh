#!/usr/bin/env bash
# Checks the job files in docs/: the Kubernetes Job against the schemas of its API, offline, and the Slurm script with shellcheck;
# where Slurm is installed and has a cluster, also with `sbatch --test-only`. Both must give every part from 1 to N once.
#
# usage: job_files.sh [--python PATH]
#
# Needs python3 with kubernetes-validate and PyYAML (requirements.txt) and shellcheck; it says which are missing.
# Exit 0 when all is well, 1 when it is not, 2 when it cannot run.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
python=python3
[ "${1:-}" != --python ] || python=${2:?--python needs a path}
"$python" -c 'import kubernetes_validate, yaml' 2>/dev/null ||
  { echo "missing: $python -m pip install -r tests/checks/requirements.txt" >&2; exit 2; }
command -v shellcheck >/dev/null || { echo "missing: shellcheck (on Debian: apt-get install shellcheck)" >&2; exit 2; }

"$python" - "$root/docs/kubernetes-job.yaml" <<'EOF'
import re, subprocess, sys
import kubernetes_validate, yaml
job = yaml.safe_load(open(sys.argv[1]))
version = kubernetes_validate.latest_version()
kubernetes_validate.validate(job, version, strict=True)
print(f"kubernetes-job.yaml  valid against the schemas of Kubernetes {version}")
# What the shell of each index would start.
(container,) = job["spec"]["template"]["spec"]["containers"]
parts = []
for index in range(job["spec"]["completions"]):
    script = container["args"][0].replace("exec aloud", "echo aloud")
    said = subprocess.run(["sh", "-c", script], env={"JOB_COMPLETION_INDEX": str(index)}, capture_output=True, text=True, check=True).stdout
    part, of, output = re.search(r"--shard (\d+)/(\d+) --output /reports/part-(\d+)\.jsonl", said).groups()
    assert part == output and int(of) == job["spec"]["completions"], said
    parts.append(int(part))
assert parts == list(range(1, len(parts) + 1)), parts
print(f"kubernetes-job.yaml  parts {parts[0]} to {parts[-1]} of {of}, each once")
EOF

shellcheck "$root/docs/slurm-array.sh"
echo "slurm-array.sh       shellcheck finds nothing"
array=$(sed -n 's/^#SBATCH --array=//p' "$root/docs/slurm-array.sh")
parts=$(sed -n 's/^parts=//p' "$root/docs/slurm-array.sh")
[ "$array" = "1-$parts" ] || { echo "slurm-array.sh: --array=$array is not 1-$parts" >&2; exit 1; }
echo "slurm-array.sh       parts 1 to $parts of $parts, each once"
if command -v sbatch >/dev/null && sinfo >/dev/null 2>&1; then
  sbatch --test-only "$root/docs/slurm-array.sh" /answers /reports
else
  echo "slurm-array.sh       no Slurm cluster here: sbatch --test-only was not asked"
fi
