"""What must hold before anything is started, each with the sentence that says what to do when it does not."""

import fcntl
import os
import socket
from pathlib import Path
from typing import IO

import psycopg
import redis

from kmsconsole.env import Environment
from kmsconsole.unprivileged import UNPRIVILEGED


class Refused(Exception):
    """The start cannot go on. The message is one sentence that says what to do."""


def lock_data(folder: Path) -> IO[str]:
    """Make the data folder and take it for this process alone; keep the file open to keep it. Raises `Refused`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        cluster = folder / "postgresql"
        owner = cluster.stat().st_uid if cluster.exists() else os.geteuid()
        file = (folder / "lock").open("a+")
    except OSError as error:
        raise Refused(
            f"KMSCONSOLE_DATA ({folder}) cannot be written by this user (uid {os.geteuid()}): {error.strerror}."
        ) from None
    if owner not in {os.geteuid(), UNPRIVILEGED if os.geteuid() == 0 else os.geteuid()}:
        raise Refused(
            f"The data in {folder} belong to uid {owner} and this is uid {os.geteuid()}: run as that user, "
            "or set KMSCONSOLE_DATA to another folder."
        )
    return _locked(file, folder)


def _locked(file: IO[str], folder: Path) -> IO[str]:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise Refused(
            f"The data in {folder} are in use by another start (pid {file.read().strip() or 'unknown'}): "
            "stop that one, or set KMSCONSOLE_DATA to another folder."
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def port_is_free(environment: Environment) -> bool:
    """Tell whether the web server could listen."""
    family = socket.AF_INET6 if ":" in environment.bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((environment.bind, environment.port))
        except OSError:
            return False
    return True


def outside_database(url: str) -> str:
    """Return the address when a PostgreSQL answers there. Raises `Refused`."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise Refused(f"KMSCONSOLE_DATABASE_URL names no PostgreSQL that answers: {reason}") from None
    return url


def outside_broker(url: str) -> str:
    """Return the address when a Redis or Valkey answers there. Raises `Refused`."""
    try:
        client = redis.Redis.from_url(url.replace("redis+socket://", "unix://", 1), socket_connect_timeout=5)
        client.ping()
    except (redis.RedisError, ValueError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise Refused(f"KMSCONSOLE_REDIS_URL names no Redis or Valkey that answers: {reason}") from None
    return url
