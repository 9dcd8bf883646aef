"""The other programs, in a virtual environment of their own: made once, used by every script here.

Reads requirements.txt beside it. Everything goes into ${XDG_CACHE_HOME:-$HOME/.cache}/aloud-peers.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aloud-peers"


def installed():
    """The interpreter of the environment that holds the packages; None, with a word why, where it cannot be made."""
    wanted = (HERE / "requirements.txt").read_text(encoding="utf-8")
    stamp = CACHE / "installed.txt"
    python = CACHE / "venv" / "bin" / "python"
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    if sys.version_info < (3, 11):
        print("erm needs Python 3.11 or newer to be installed", file=sys.stderr)
        return None
    CACHE.mkdir(parents=True, exist_ok=True)
    print(f"installing into {CACHE}", file=sys.stderr)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", "--clear", str(CACHE / "venv")],
                    [*pip, "-r", str(HERE / "requirements.txt")]):
        if subprocess.run(command).returncode != 0:
            print("the packages could not be installed; is there a network? (on Debian also: apt install python3-venv)",
                  file=sys.stderr)
            return None
    stamp.write_text(wanted, encoding="utf-8")
    return python


def said(python, code):
    """What a line of Python prints in the environment."""
    return subprocess.run([str(python), "-c", code], capture_output=True, encoding="utf-8", check=True).stdout.strip()


def versions(python):
    """The versions of the packages of requirements.txt, by name."""
    names = re.findall(r"^([\w-]+)==", (HERE / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    code = f"from importlib.metadata import version as v; print(*(v(n) for n in {names!r}))"
    return dict(zip(names, said(python, code).split()))


def aloud_version(aloud):
    """Its version, "?" where it does not say."""
    words = subprocess.run([str(aloud), "--version"], capture_output=True, encoding="utf-8").stdout.split()
    return words[1] if len(words) > 1 else "?"


def erm_command(python, recording, model, cuts_file):
    """The command that makes erm list its cuts of a recording, and the variables it is run with. --dry-run lists them
    without cutting; without denoising it finds the same ones and writes nothing beside the recording."""
    command = [str(python.with_name("erm")), str(recording), "--model", str(model), "--device", "cpu", "--denoise", "none",
               "--dry-run", "--json", str(cuts_file)]
    offline = {"HF_HUB_OFFLINE": "1"} if Path(model).is_dir() else {}
    return command, {**os.environ, **offline}
