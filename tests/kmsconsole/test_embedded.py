"""The embedded servers: started over what a crash left, in awkward places, and as root."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from kmsconsole import embedded, processes, unprivileged
from kmsconsole.processes import Child
from kmsconsole.unprivileged import Unusable

pytestmark = pytest.mark.faults


@contextmanager
def running(server: embedded.Server) -> Iterator[Child]:
    server.tidy()
    child = processes.start(server.program, output=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    try:
        while not server.answers():
            assert child.lives
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield child
    finally:
        processes.stop(child)


def rows(server: embedded.Server) -> list[tuple[int]]:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        return connection.execute("INSERT INTO kept VALUES (1) RETURNING (SELECT count(*)::int FROM kept)").fetchall()


def test_a_killed_database_starts_again_with_its_rows(tmp_path: Path) -> None:
    server = embedded.database(tmp_path)
    with running(server) as child:
        assert rows(server) == [(0,)]
        os.kill(child.pid, signal.SIGKILL)
    with running(embedded.database(tmp_path)):
        assert rows(server) == [(1,)]


def test_a_process_id_that_now_belongs_to_another_does_not_hinder_the_start(tmp_path: Path) -> None:
    server = embedded.database(tmp_path)
    with running(server):
        kept = (tmp_path / "postgresql" / "postmaster.pid").read_text()
    other = kept.replace(kept.split("\n", 1)[0], str(os.getpid()), 1)
    (tmp_path / "postgresql" / "postmaster.pid").write_text(other)
    with running(server):
        assert rows(server) == [(0,)]


def test_the_database_has_what_the_product_needs(tmp_path: Path) -> None:
    server = embedded.database(tmp_path, durable=False)
    with running(server), psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        asked = (
            "SELECT current_setting('fsync'), current_setting('listen_addresses'), current_setting('server_encoding')"
        )
        assert connection.execute(asked).fetchone() == ("off", "", "UTF8")


@pytest.mark.skipif(os.geteuid() != 0, reason="this is how root does it")
def test_where_namespaces_are_forbidden_root_runs_it_as_an_unprivileged_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = unprivileged._runs
    with running(embedded.database(tmp_path)):
        pass
    monkeypatch.setattr(unprivileged, "_runs", lambda *command: command[0] != "unshare" and runs(*command))
    server = embedded.database(tmp_path)
    with running(server) as child:
        assert rows(server) == [(0,)]
        assert Path(f"/proc/{child.pid}").stat().st_uid == unprivileged.UNPRIVILEGED


@pytest.mark.skipif(os.geteuid() != 0, reason="this is how root does it")
def test_where_nothing_helps_root_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unprivileged, "_runs", lambda *_: False)
    with pytest.raises(Unusable, match="KMSCONSOLE_DATABASE_URL"):
        embedded.database(tmp_path)


def test_the_broker_listens_on_its_socket_alone_and_forgets_nothing_to_make_room(tmp_path: Path) -> None:
    server = embedded.broker(tmp_path)
    with running(server) as child:
        command = Path(f"/proc/{child.pid}/cmdline").read_text()
        assert ":0" not in server.url
        assert "valkey.sock" in command
        inodes = {part.split()[9] for part in Path("/proc/net/tcp").read_text().splitlines()[1:]}
        held = {os.readlink(fd) for fd in Path(f"/proc/{child.pid}/fd").iterdir()}  # noqa: PTH115 - socket:[inode]
        assert not {f"socket:[{inode}]" for inode in inodes} & held


def test_a_folder_for_sockets_that_somebody_else_prepared_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = tmp_path / ("d" * 120)
    place = embedded.sockets_of(folder)
    assert place.parent == tmp_path
    place.chmod(0o777)
    with pytest.raises(Unusable, match="is not this user's alone"):
        embedded.sockets_of(folder)
