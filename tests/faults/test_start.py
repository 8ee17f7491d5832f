"""A start that must not go on: one sentence, an exit code, and nothing left behind."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installation import ROOT, a_free_port

pytestmark = pytest.mark.faults


def start(data: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    given = {"KMSCONSOLE_DATA": str(data), "KMSCONSOLE_DATABASE_URL": "", "KMSCONSOLE_REDIS_URL": ""} | environ
    plain = {name: value for name, value in os.environ.items() if name != "MAKELEVEL"}
    command = [sys.executable, "-m", "kmsconsole.run"]
    return subprocess.run(command, cwd=ROOT, env=plain | given, capture_output=True, text=True, timeout=60, check=False)


def test_a_bad_value_stops_the_start_before_anything_is_written(tmp_path: Path) -> None:
    ended = start(tmp_path / "data", PORT="many")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "PORT ('many') must be a whole number from 1 to 65535.\n"
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_is_named_before_anything_is_started(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ended = start(tmp_path / "data", PORT=str(port))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"PORT {port} is in use on 127.0.0.1: ")
    assert not (tmp_path / "data" / "postgresql").exists()


def test_a_database_address_that_does_not_answer_is_named(tmp_path: Path) -> None:
    nowhere = f"postgresql://user:sesame-open@127.0.0.1:{a_free_port()}/name"
    ended = start(tmp_path / "data", PORT=str(a_free_port()), KMSCONSOLE_DATABASE_URL=nowhere)
    assert ended.returncode == 1
    assert ended.stderr.startswith("KMSCONSOLE_DATABASE_URL names no PostgreSQL that answers: ")
    assert "sesame-open" not in ended.stderr + ended.stdout


def test_a_broker_address_that_does_not_answer_is_named(tmp_path: Path) -> None:
    nowhere = f"redis://:sesame-open@127.0.0.1:{a_free_port()}/0"
    ended = start(tmp_path / "data", PORT=str(a_free_port()), KMSCONSOLE_REDIS_URL=nowhere)
    assert ended.returncode == 1
    assert ended.stderr.startswith("KMSCONSOLE_REDIS_URL names no Redis or Valkey that answers: ")
    assert "sesame-open" not in ended.stderr + ended.stdout


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = start(tmp_path / "file" / "data")
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"KMSCONSOLE_DATA ({tmp_path}/file/data) cannot be written by this user ")


def test_data_of_another_postgresql_are_refused(tmp_path: Path) -> None:
    cluster = tmp_path / "data" / "postgresql"
    cluster.mkdir(parents=True, mode=0o700)
    (cluster / "PG_VERSION").write_text("12\n")
    ended = start(tmp_path / "data", PORT=str(a_free_port()))
    assert ended.returncode == 1
    assert f"The data in {cluster} were made by PostgreSQL 12 and this is " in ended.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_data_of_another_user_are_refused(tmp_path: Path) -> None:
    cluster = tmp_path / "data" / "postgresql"
    cluster.mkdir(parents=True)
    os.chown(cluster, 4321, 4321)
    ended = start(tmp_path / "data", PORT=str(a_free_port()))
    assert ended.returncode == 1
    assert "belong to uid 4321 and this is uid 0: run as that user" in ended.stderr
