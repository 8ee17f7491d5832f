"""Every check, one after the other: `make test`, and with `--quick` the part that needs no servers: `make check`.

With other arguments it starts the servers and runs pytest with those: `python -m tests.gate tests/events -k crossing`.

A check that fails stops none of the others. The embedded servers are up, and their addresses set, before the first test
process reads the settings: started any later, tests would silently run on something else. The tests that start whole
installations mostly wait, so they run beside everything else, and are reported last.
"""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from kmsconsole import embedded, env, processes
from kmsconsole.processes import Program
from kmsconsole.unprivileged import Unusable
from tests import chromium

PYTHON = sys.executable
JOURNEYS = "line or browser or faults"
NEEDS_SERVERS = f"database or {JOURNEYS}"
BOLD, RED, GREEN, PLAIN = ("\033[1m", "\033[31m", "\033[32m", "\033[0m") if sys.stdout.isatty() else ("", "", "", "")


@dataclass(frozen=True)
class Check:
    """One command: it holds when it ends with 0."""

    name: str
    command: Sequence[str]


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module of the environment."""
    return (PYTHON, "-m", name, *arguments)


QUICK = (
    Check("format", module("ruff", "format", "--check", ".")),
    Check("lint", module("ruff", "check", ".")),
    Check("import contracts", (str(Path(PYTHON).with_name("lint-imports")),)),
    Check("types", module("mypy")),
    Check("template lint", module("djlint", "--lint", "--quiet", "templates")),
    Check("spelling", module("codespell_lib")),
    Check("dead code", module("vulture")),
)
WITH_SERVERS = (
    Check("system check", (PYTHON, "manage.py", "check", "--fail-level", "WARNING")),
    Check("migrations", (PYTHON, "manage.py", "makemigrations", "--check", "--dry-run")),
)


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Run a database (without fsync) and a broker in a temporary folder; yields the environment that names them."""
    with tempfile.TemporaryDirectory(prefix="kms-gate-") as place, (Path(place) / "servers.log").open("wb") as log:
        folder = Path(place)
        running = []
        try:
            both = (embedded.database(folder, durable=False), embedded.broker(folder))
            running = [processes.start(server.program, output=log) for server in both]
            for server in both:
                wait_for(server, Path(log.name))
            environment = environ(folder, *(server.url for server in both))
            # Pages name their static files by the manifest that this writes.
            subprocess.run((PYTHON, "manage.py", "collectstatic", "-v0", "--noinput"), env=environment, check=True)
            yield environment
        finally:
            for child in running:
                processes.stop(child)


def wait_for(server: embedded.Server, log: Path) -> None:
    """Wait up to a minute until a server answers. Raises `Unusable` with its log."""
    deadline = time.monotonic() + 60
    while not server.answers():
        if time.monotonic() > deadline:
            raise Unusable(f"The {server.program.name} does not answer:\n{log.read_text()}")
        time.sleep(0.05)


def environ(folder: Path, database: str, broker: str) -> dict[str, str]:
    """Return the environment of the checks: nothing of the caller's own settings, but for the path of Chromium."""
    own = {declared.name for declared in env.DECLARED} - {"KMSCONSOLE_CHROMIUM"}
    return {name: value for name, value in os.environ.items() if name not in own} | {
        "KMSCONSOLE_DATA": str(folder),
        "KMSCONSOLE_DATABASE_URL": database,
        "KMSCONSOLE_REDIS_URL": broker,
        "KMSCONSOLE_SECRET_KEY": secrets.token_hex(32),
        "KMSCONSOLE_ENCRYPTION_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright keeps an event loop in the thread of the tests
    }


def holds(check: Check, environment: dict[str, str], results: dict[str, str]) -> None:
    """Run one check under a heading and note how it went."""
    print(f"\n{BOLD}── {check.name}{PLAIN}", flush=True)
    started = time.monotonic()
    code = subprocess.run(check.command, env=environment, check=False).returncode
    result = "ok" if code == 0 else f"failed (code {code})"
    results[check.name] = f"{result}, {time.monotonic() - started:.0f} s"


def journeys_to_run(results: dict[str, str], environment: dict[str, str]) -> str:
    """Return the marks of the tests that start installations: without those of the browser when there is none.

    Then they are named as not run; with `CI` set that is a failure.
    """
    print(f"\n{BOLD}── looking for a Chromium{PLAIN}", flush=True)
    found = chromium.find()
    if found:
        print(found.path)
        return JOURNEYS
    listed = module("pytest", "-m", "browser", "--collect-only", "-q", "--no-header")
    names = subprocess.run(listed, env=environment, capture_output=True, text=True, check=False).stdout
    missing = [line for line in names.splitlines() if "::" in line]
    print("No Chromium here, and none could be had. NOT RUN:", *missing, sep="\n  ")
    word = "failed" if os.environ.get("CI") else "NOT RUN"
    results["browser journeys"] = f"{word}: {len(missing)} tests without a Chromium"
    return "line or faults"


def summary(results: dict[str, str]) -> int:
    """Print how each check went; returns the exit code."""
    print(f"\n{BOLD}── summary{PLAIN}")
    for name, result in results.items():
        colour = RED if result.startswith("failed") else GREEN if result.startswith("ok") else BOLD
        print(f"{colour}{name:<20} {result}{PLAIN}")
    return int(any(result.startswith("failed") for result in results.values()))


def quick() -> int:
    """Run the checks that need no servers."""
    results: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="kms-gate-") as place:
        environment = environ(Path(place), "postgresql:///none", "redis://localhost/0")
        for check in QUICK:
            holds(check, environment, results)
        holds(Check("pure tests", module("pytest", "-q", "-m", f"not ({NEEDS_SERVERS})")), environment, results)
    return summary(results)


def whole() -> int:
    """Run every check and every test; those that start installations run beside the others."""
    results: dict[str, str] = {}
    with servers() as environment, tempfile.TemporaryFile() as said:
        marks = journeys_to_run(results, environment)
        command = module("pytest", "-q", "-p", "no:cacheprovider", "-m", marks)
        journeys = processes.start(Program(name="journeys", command=command, environ=environment), output=said)
        try:
            for check in (*QUICK, *WITH_SERVERS):
                holds(check, environment, results)
            holds(Check("tests", module("pytest", "-q", "-m", f"not ({JOURNEYS})")), environment, results)
            print(f"\n{BOLD}── journeys{PLAIN}", flush=True)
            code = journeys.process.wait()
        finally:
            processes.stop(journeys)
        said.seek(0)
        print(said.read().decode(errors="replace"), end="")
        results["journeys"] = "ok" if code == 0 else f"failed (code {code})"
    return summary(results)


def some(arguments: list[str]) -> int:
    """Run pytest with these arguments, with servers."""
    with servers() as environment:
        return subprocess.run(module("pytest", *arguments), env=environment, check=False).returncode


def leave(_number: int, _frame: object) -> NoReturn:
    """End by unwinding, so that the running check and the servers are stopped and the temporary folder is removed."""
    raise SystemExit(143)


def main(arguments: list[str]) -> int:
    """Return 0 when every check holds."""
    signal.signal(signal.SIGTERM, leave)
    if "MAKELEVEL" in os.environ:
        processes.die_with_parent(signal.SIGTERM)
    if arguments == ["--quick"]:
        return quick()
    return some(arguments) if arguments else whole()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
