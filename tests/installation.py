"""A whole installation for a test: `python -m kmsconsole.run` with own data and port, read from its own words.

What a person would do at a terminal is what happens here: start it, read the block, send a signal, start it again.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from kmsconsole import embedded, env
from kmsconsole.processes import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a-password-for-tests"
TOKEN = "a-token-for-tests-0123456789"
ACCOUNT = "1000000000000001"


def patience(seconds: float) -> float:
    """Return a limit that a machine busy with other things may stretch: times the load of each core, at least once."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def a_free_port() -> int:
    """Return a port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """One installation: where it lives, and how it is reached.

    With `tables`, a data folder of `tests.tables.make`, its first start finds them made; without, it makes its own.
    """

    data: Path
    port: int
    environ: dict[str, str] = field(default_factory=dict)
    user: str = "admin"
    password: str = PASSWORD
    token: str = TOKEN
    account: str = ACCOUNT
    tables: Path | None = None
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything it has printed, over all its starts."""
        place = self.data.with_suffix(".log")
        return place.read_text(errors="replace") if place.exists() else ""

    @property
    def database_url(self) -> str:
        """The address of its embedded database."""
        return embedded.database_url(self.data)

    def start(self, *, wait: bool = True, seconds: float = 300) -> "Installation":
        """Start it, and wait until it says that it is ready. Raises `AssertionError` with its log when it does not."""
        if self.tables is not None and not self.data.exists():
            shutil.copytree(self.tables, self.data)
        with self.data.with_suffix(".log").open("ab") as log:
            begin = len(self.log)
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kmsconsole.run"],
                cwd=ROOT,
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - no other threads fork here
            )
        if wait:
            self.wait_for("KMS Console is ready", since=begin, seconds=seconds)
        return self

    def _environ(self) -> dict[str, str]:
        own = {declared.name for declared in env.DECLARED}
        plain = {name: value for name, value in os.environ.items() if name not in own and name != "MAKELEVEL"}
        given = {"KMSCONSOLE_ADMIN_PASSWORD": self.password, "KMSCONSOLE_API_TOKEN": self.token}
        place = {"PORT": str(self.port), "KMSCONSOLE_DATA": str(self.data)}
        return plain | given | place | {"KMSCONSOLE_OUTGOING_ALLOW": "127.0.0.0/8"} | self.environ

    def wait_for(self, words: str, *, since: int = 0, seconds: float = 60) -> None:
        """Wait until these words stand in the log after position `since`."""
        deadline = time.monotonic() + seconds
        while words not in self.log[since:]:
            ended = self.process is not None and self.process.poll() is not None
            assert not ended, f"It ended with code {self.process and self.process.returncode}:\n{self.log[since:]}"
            assert time.monotonic() < deadline, f"{words!r} did not appear within {seconds:g} s:\n{self.log[since:]}"
            time.sleep(0.05)

    def signal(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send the supervisor a signal and wait for its end; returns the seconds that it took."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - started

    def stop(self) -> None:
        """Stop it if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.signal()

    def processes(self) -> dict[int, str]:
        """Return every process that belongs to it, the supervisor aside: pid and command line."""
        found = {}
        mark = re.compile(re.escape(f"KMSCONSOLE_DATA={self.data}\0").encode())
        for place in Path("/proc").glob("[0-9]*"):
            try:
                command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                belongs = mark.search((place / "environ").read_bytes() + b"\0") is not None
            except OSError:
                continue
            if command and (belongs or str(self.data) in command) and int(place.name) != os.getpid():
                found[int(place.name)] = command
        if self.process is not None:
            found.pop(self.process.pid, None)
        return found

    def get(self, path: str, *, token: bool = False) -> tuple[int, str]:
        """Return status and body of a GET; status 0 when nobody listens."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"} if token else {})
            response = connection.getresponse()
            return response.status, response.read().decode()
        except (OSError, HTTPException):
            return 0, ""
        finally:
            connection.close()

    def wait_until_healthy(self, seconds: float = 60) -> None:
        """Wait until `/healthz` answers 200."""
        deadline = time.monotonic() + seconds
        while (answer := self.get("/healthz"))[0] != 200:
            assert time.monotonic() < deadline, f"not healthy after {seconds:g} s: {answer}\n{self.log[-3000:]}"
            time.sleep(0.1)
