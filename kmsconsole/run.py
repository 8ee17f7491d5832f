"""`make run`: everything this product needs, in the foreground, from one command.

Read the environment, lock the data folder, start database and broker, prepare them, start the worker pools, beat and
the web server, wait until `/healthz` says that all are alive, and print one block. Then keep them
running until a signal.
"""

import json
import os
import signal
import sys
import time
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from kmsconsole import embedded, env
from kmsconsole.embedded import Server
from kmsconsole.env import Environment
from kmsconsole.keys import keys_of
from kmsconsole.preconditions import Refused, lock_data, outside_broker, outside_database, port_is_free
from kmsconsole.processes import die_with_parent
from kmsconsole.programs import base_environ, kept_running, preparation
from kmsconsole.supervise import Ended, Stopped, Supervisor
from kmsconsole.unprivileged import Unusable

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 180.0  # seconds from the start of the workers until all must be alive


def start_server(supervisor: Supervisor, server: Server) -> str:
    """Start an embedded server and return its address once it answers. Raises `Refused`."""
    supervisor.keep(server.program, tidy=server.tidy)
    name = server.program.name
    if not supervisor.until(server.answers, seconds=120, what=f"waiting for the {name}"):
        raise Refused(f"The {name} does not answer after two minutes; its lines above say why.")
    return server.url


def start_servers(supervisor: Supervisor, environment: Environment) -> tuple[str, str]:
    """Return the addresses of database and broker: those of the environment, or of the embedded ones, started here."""
    if environment.database_url:
        database = outside_database(environment.database_url)
    else:
        supervisor.say("starting the database …")
        database = start_server(supervisor, embedded.database(environment.data, say=supervisor.say))
    if environment.redis_url:
        return database, outside_broker(environment.redis_url)
    return database, start_server(supervisor, embedded.broker(environment.data))


def health(environment: Environment) -> str:
    """Return "" when every part is alive, else what is missing, as `/healthz` says it."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(environment.bind, environment.bind)  # noqa: S104 - read, not bound
    connection = HTTPConnection(host, environment.port, timeout=3)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        response = connection.getresponse()
        body = response.read()
    except (OSError, HTTPException):
        return "web"
    finally:
        connection.close()
    if response.status == 200:
        return ""
    with suppress(ValueError, AttributeError):
        return ", ".join(name for name, state in json.loads(body)["checks"].items() if state != "ok")
    return f"web (status {response.status})"


def credential(made: str | None, *, given: str, name: str) -> str:
    """Return what the block says of a password or token: itself when just generated, else where it is from."""
    if given:
        return f"as {name} says"
    return f"{made}   (generated; shown only now)" if made else "as set at the first start"


def closing_block(environment: Environment, made: dict[str, str], seconds: float) -> list[str]:
    """Return the lines of the one block: where, who, with what, and how to end it."""
    rows = {
        "Address": f"{environment.site_url}/",
        "User": made.get("user") or environment.admin_user,
        "Password": credential(
            made.get("password"), given=environment.admin_password, name="KMSCONSOLE_ADMIN_PASSWORD"
        ),
        "API token": credential(made.get("token"), given=environment.api_token, name="KMSCONSOLE_API_TOKEN"),
        "Data": str(environment.data),
        "Stop": "Ctrl-C, or SIGTERM to this process",
    }
    rule = "─" * 72
    shown = [f"  {name:<10} {value}" for name, value in rows.items()]
    return ["", rule, f"  KMS Console is ready after {seconds:.0f} s", "", *shown, rule, ""]


def run(supervisor: Supervisor, environment: Environment, started: float) -> None:
    """Start everything, print the block, and keep it running until a signal. Raises what the steps raise."""
    if not supervisor.until(lambda: port_is_free(environment), seconds=3):
        raise Refused(
            f"PORT {environment.port} is in use on {environment.bind}: stop the program that listens there, "
            "or set PORT to another number."
        )
    database, broker = start_servers(supervisor, environment)
    environ = base_environ(environment, keys_of(environment), database, broker)
    supervisor.say("preparing tables, static files, account and estate …")
    lines = supervisor.once(preparation(environ), what="preparing")
    made = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    supervisor.say("starting workers, beat and web server …")
    for program in kept_running(environment, environ):
        supervisor.keep(program)
    if not supervisor.until(lambda: not health(environment), seconds=PATIENCE, every=0.2, what="waiting for all parts"):
        raise Refused(f"Not alive after {PATIENCE:.0f} s: {health(environment)}; the lines above say why.")
    for line in closing_block(environment, made, time.monotonic() - started):
        supervisor.out.write(line + "\n")
    supervisor.out.flush()
    supervisor.until(lambda: False, seconds=float("inf"), every=1.0)


def main() -> int:
    """Return the exit code: 0 after a signal, 1 when the start was refused, 2 for a bad variable."""
    started = time.monotonic()
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)  # make itself may be killed
    try:
        environment = env.read(os.environ)
    except env.Invalid as invalid:
        sys.stderr.write(f"{invalid}\n")
        return 2
    os.chdir(ROOT)
    try:
        with lock_data(environment.data), ExitStack() as afterwards, Supervisor() as supervisor:
            afterwards.callback(embedded.forget_sockets, environment.data)
            run(supervisor, environment, started)
    except Stopped:
        return 0
    except (Refused, Ended, Unusable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
