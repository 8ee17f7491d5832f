"""The programs of an installation: how the preparation, the web server, the worker pools and beat are started.

They stop by rank: the web server first, so that nothing new comes in, then workers and beat, then broker and database.
"""

import os
import signal
import sys

from kmsconsole.env import Environment
from kmsconsole.keys import Keys
from kmsconsole.processes import Program

# Given to the preparation alone: nothing else needs them.
ONLY_AT_START = ("KMSCONSOLE_ADMIN_PASSWORD", "KMSCONSOLE_API_TOKEN", "KMSCONSOLE_ADMIN_ACCESS_KEY")

LONGEST_LINE = 128 * 1024  # bytes of "GET /…?… HTTP/1.1"


def base_environ(environment: Environment, keys: Keys, database: str, broker: str) -> dict[str, str]:
    """Return the environment of every program: that of the supervisor, with what it found filled in."""
    return dict(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "kmsconsole.settings",
        "KMSCONSOLE_DATA": str(environment.data),
        "KMSCONSOLE_DATABASE_URL": database,
        "KMSCONSOLE_REDIS_URL": broker,
        "KMSCONSOLE_SECRET_KEY": keys.secret_key,
        "KMSCONSOLE_ENCRYPTION_KEY": keys.encryption_key,
        "PYTHONUNBUFFERED": "1",
        # Celery warns of root at every start. Nothing here takes pickles, which is what the warning is about.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }


def preparation(environ: dict[str, str]) -> Program:
    """Return what runs once before the others."""
    return Program(name="prepare", command=(sys.executable, "-m", "kmsconsole.prepare"), environ=environ)


def kept_running(environment: Environment, environ: dict[str, str]) -> tuple[Program, ...]:
    """Return what is kept running, in the order of starting; it is stopped in the reverse order."""
    kept = {name: value for name, value in environ.items() if name not in ONLY_AT_START}
    return (
        _pool("line", "prefork", 2, kept),
        _pool("deliveries", "threads", 32, kept),
        _beat(environment, kept),
        _web(environment, kept),
    )


def _celery(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "--quiet", "-A", "kmsconsole", *arguments)


def _pool(queue: str, kind: str, size: int, environ: dict[str, str]) -> Program:
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
    options = ("-Q", queue, "--pool", kind, "--concurrency", str(size), "-n", f"{queue}@%h", *quiet)
    return Program(
        name=queue,
        command=_celery("worker", *options),
        environ=environ,
        rank=2,
        stop=((signal.SIGTERM, 3.0), (signal.SIGQUIT, 0.5)),  # warm shutdown, then cold; rows not done stay due
    )


def _beat(environment: Environment, environ: dict[str, str]) -> Program:
    schedule = environment.data / "beat-schedule"
    options = ("-S", "kmsconsole.celery.PulsingScheduler", "-s", str(schedule), "--pidfile=", "--loglevel", "WARNING")
    return Program(name="beat", command=_celery("beat", *options), environ=environ, rank=2)


def _web(environment: Environment, environ: dict[str, str]) -> Program:
    host = f"[{environment.bind}]" if ":" in environment.bind else environment.bind
    size = ("--worker-class", "kmsconsole.worker.Worker", "--workers", "3", "--threads", "24", "--keep-alive", "20")
    limits = ("--limit-request-line", str(LONGEST_LINE), "--graceful-timeout", "2")
    options = ("--bind", f"{host}:{environment.port}", *size, *limits, "--log-level", "warning")
    return Program(
        name="web",
        command=(sys.executable, "-m", "gunicorn", "kmsconsole.wsgi", "--preload", "--no-control-socket", *options),
        environ=environ,
        rank=3,
        stop=((signal.SIGTERM, 1.5), (signal.SIGQUIT, 0.5)),
        when_parent_dies=signal.SIGQUIT,  # its workers would notice its own SIGKILL only after seconds
    )
