"""Make `.venv` from a lock, once: `python requirements/install.py base|cloud|dev`.

A stamp inside says which lock, which Python and which place it was made for; when one of them changed, or when the last
run was interrupted, it is made anew. `dev` contains `cloud`, the extra, which contains `base`; an extra that was added
stays when its base is made anew. Runs before anything is installed: standard library only.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".venv"
CONTAINS = {"base": ("base",), "cloud": ("cloud", "base"), "dev": ("dev", "cloud", "base")}


def expected(kind: str) -> str:
    """Return what the stamp of an up-to-date environment says."""
    digest = hashlib.sha256((HERE / f"{kind}.lock").read_bytes()).hexdigest()
    return f"{digest}\n{VENV}\n"


def stamp(kind: str) -> Path:
    """Return the file that says that this lock is installed."""
    return VENV / f".installed-{kind}"


def is_installed(kind: str) -> bool:
    """Tell whether the environment holds this lock as it is now, and its Python still runs."""
    try:
        if stamp(kind).read_text() != expected(kind):
            return False
        ran = subprocess.run([VENV / "bin" / "python", "-c", "pass"], capture_output=True, check=False)
    except OSError:
        return False
    return ran.returncode == 0


def install(kind: str) -> None:
    """Install the lock into the environment; raises `subprocess.CalledProcessError` after pip has said why."""
    lock = HERE / f"{kind}.lock"
    total = len(re.findall(r"^[a-z0-9][^\s=]*==", lock.read_text(), re.MULTILINE))
    say(f"installing {total} packages from requirements/{kind}.lock …")
    command = [
        VENV / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--no-input",
        "--no-warn-script-location",
    ]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", lock]
    if not os.access(Path.home(), os.W_OK):
        command.append("--no-cache-dir")  # a user without a home has no cache, and pip would warn of that
    # Some packages come as source only; how pip builds them is its own affair, and a warning that nobody can act on.
    environ = os.environ | {"PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as pip:
        follow(pip, total)
    if pip.returncode:
        raise subprocess.CalledProcessError(pip.returncode, "pip")


def follow(pip: subprocess.Popen, total: int) -> None:
    """Show every ten seconds how far pip is."""
    found, shown = 0, time.monotonic()
    for line in pip.stdout or ():
        found += line.startswith("Collecting ")
        if line.startswith("Installing collected"):
            say("  fetched, unpacking …")
        elif time.monotonic() - shown > 10:
            shown = time.monotonic()
            say(f"  {found} of {total} …")


def say(sentence: str) -> None:
    """Tell the person at the terminal."""
    print(f"setup    | {sentence}", flush=True)


def make(kind: str) -> None:
    """Make or complete the environment."""
    started = time.monotonic()
    if not any(is_installed(part) for part in CONTAINS[kind] if part != kind):
        if VENV.exists():
            say("making .venv anew: a lock, the Python or the place changed, or the last set-up was interrupted")
            shutil.rmtree(VENV)
        say(f"making .venv with Python {sys.version.split()[0]} …")
        venv.create(VENV, with_pip=True, symlinks=True)
    for part in CONTAINS:
        stamp(part).unlink(missing_ok=True)
    install(kind)
    for part in CONTAINS[kind]:
        stamp(part).write_text(expected(part))
    say(f"ready after {time.monotonic() - started:.0f} s")


def main() -> int:
    """Return 0 when the environment is ready."""
    kind = sys.argv[1]
    lock = os.open(HERE, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` at once: the second waits and finds it done
    if is_installed(kind):
        return 0
    if kind == "base" and stamp("cloud").exists():
        kind = "cloud"
    try:
        make(kind)
    except PermissionError as error:
        say(f"{error.filename} cannot be written by this user: make the clone yours, or remove .venv as its owner.")
        return 1
    except subprocess.CalledProcessError as error:
        say(f"the set-up failed ({error}); the lines above say why.")
        return 1
    except KeyboardInterrupt:
        say("interrupted; the next make starts it anew.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
