"""A whole installation that is stopped, killed, started again, and robbed of its children."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kmsconsole import env
from tests.conftest import Maker
from tests.installation import ROOT, Installation, patience

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]


def until(condition: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def ready_after(installation: Installation) -> int:
    return int(re.findall(r"ready after (\d+) s", installation.log)[-1])


def child(installation: Installation, mark: str) -> int:
    """Return the pid of the supervisor's own child whose command holds `mark`."""
    assert installation.process
    for pid, command in installation.processes().items():
        status = Path(f"/proc/{pid}/status").read_text()
        if mark in command and f"PPid:\t{installation.process.pid}\n" in status:
            return pid
    raise AssertionError(f"no {mark} among {installation.processes()}")


def test_a_signal_stops_everything_and_the_second_start_is_quick(an_installation: Maker) -> None:
    one = an_installation().start()
    assert len(one.processes()) > 8
    took = one.signal(signal.SIGTERM)
    assert took < 10
    assert one.process
    assert one.process.returncode == 0
    assert one.processes() == {}
    assert not list((one.data / "run").glob("*.sock"))
    one.start()
    assert ready_after(one) < patience(10)
    assert one.signal(signal.SIGINT) < 10
    assert one.processes() == {}


def test_killed_it_leaves_no_orphans_and_starts_again_at_once(an_installation: Maker) -> None:
    one = an_installation(KMSCONSOLE_DEMO="0").start()
    one.signal(signal.SIGKILL)
    assert until(lambda: not one.processes(), seconds=patience(5)), one.processes()
    one.start()
    assert one.get("/healthz")[0] == 200


def test_data_in_use_are_refused_to_a_second_start(a_sturdy_installation: Installation) -> None:
    one = a_sturdy_installation
    other = Installation(one.data, one.port + 1)
    assert one.process
    other.start(wait=False)
    assert other.process
    assert other.process.wait(20) == 1
    sentence = f"The data in {one.data} are in use by another start (pid {one.process.pid}): stop that one, "
    assert sentence in one.log
    assert one.get("/healthz")[0] == 200


def test_each_child_that_dies_is_started_again(a_sturdy_installation: Installation) -> None:
    one = a_sturdy_installation
    for mark, name in {
        "postgres -D": "database",
        "valkey-server": "broker",
        "-Q line": "line",
        "-Q deliveries": "deliveries",
        "celery --quiet -A kmsconsole beat": "beat",
        "gunicorn": "web",
    }.items():
        killed = child(one, mark)
        os.kill(killed, signal.SIGKILL)
        one.wait_for(f"{name} ended by SIGKILL", seconds=10)
        assert until(lambda mark=mark, killed=killed: _other(one, mark, killed), seconds=patience(20)), mark  # type: ignore[misc]
    one.wait_until_healthy()


def _other(installation: Installation, mark: str, killed: int) -> bool:
    try:
        return child(installation, mark) != killed
    except (AssertionError, OSError):
        return False


def test_a_generated_password_is_shown_once(an_installation: Maker) -> None:
    one = an_installation(KMSCONSOLE_DEMO="0", KMSCONSOLE_ADMIN_PASSWORD="", KMSCONSOLE_API_TOKEN="").start()
    first = one.log
    assert re.search(r"Password +\S{12,}   \(generated; shown only now\)", first)
    assert re.search(r"API token +\S{16,}   \(generated; shown only now\)", first)
    one.stop()
    one.start()
    again = one.log[len(first) :]
    assert re.search(r"Password +as set at the first start", again)
    assert re.search(r"API token +as set at the first start", again)


def test_an_interrupted_start_on_a_long_path_stops_cleanly_and_is_made_good(an_installation: Maker) -> None:
    one = an_installation(tables=None, KMSCONSOLE_DEMO="0")
    one.data = one.data / ("d" * 60) / "e f'\",ü" / ("g" * 60)
    one.data.parent.mkdir(parents=True)
    one.start(wait=False)
    one.wait_for("preparing tables", seconds=30)
    assert one.signal(signal.SIGINT) < 10
    assert one.process
    assert one.process.returncode == 0
    assert one.processes() == {}
    one.start()
    one.stop()
    assert one.processes() == {}
    assert not (one.data / "run").exists(), "so long a path has its sockets elsewhere"


def test_a_command_beside_it_finds_its_database_and_keys(a_sturdy_installation: Installation) -> None:
    own = {declared.name for declared in env.DECLARED}
    plain = {name: value for name, value in os.environ.items() if name not in own}
    command = [sys.executable, "manage.py", "rules", "export"]
    given = plain | {"KMSCONSOLE_DATA": str(a_sturdy_installation.data)}
    ended = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "Default Contact Group" in ended.stdout
    bad = given | {"PORT": "many"}
    ended = subprocess.run(command, cwd=ROOT, env=bad, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (1, "PORT ('many') must be a whole number from 1 to 65535.\n")
