"""Child processes that end with their parent, however it ends.

A `Program` says how something is started and stopped; `start` makes a `Child` of it: in a session of its own (so that
Ctrl-C in a terminal reaches the supervisor alone), and with a signal that the kernel sends it when its parent dies
(`PR_SET_PDEATHSIG`), so that even SIGKILL leaves no orphans.
"""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)

# A step of stopping: the signal, and how many seconds to wait before the next step. SIGKILL follows the last one.
Step = tuple[signal.Signals, float]


@dataclass(frozen=True, kw_only=True)
class Program:
    """How something is started and stopped. `name` heads its log lines; of several, the highest `rank` stops first."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] | None = None
    rank: int = 0
    stop: tuple[Step, ...] = ((signal.SIGTERM, 2.0),)
    when_parent_dies: signal.Signals = signal.SIGKILL


@dataclass
class Child:
    """A running program."""

    program: Program
    process: subprocess.Popen[bytes]
    started_at: float = field(default_factory=time.monotonic)

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its group and session."""
        return self.process.pid

    @property
    def lives(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    @property
    def lived_for(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started_at

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the program and everything it started in its session."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program alone, which tells its own children."""
        self.process.send_signal(number)


def start(program: Program, *, output: int | IO[bytes], errors: int | IO[bytes] = subprocess.STDOUT) -> Child:
    """Start the program with its output going to `output`; standard error joins it unless `errors` says otherwise."""
    process = subprocess.Popen(
        program.command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        env=program.environ,
        start_new_session=True,
        preexec_fn=_tied_to(os.getpid(), program.when_parent_dies),  # noqa: PLW1509 - no threads here when this runs
    )
    return Child(program, process)


def die_with_parent(number: signal.Signals) -> None:
    """Ask the kernel to send this process `number` when its parent dies. Elsewhere than on Linux nothing happens."""
    with suppress(AttributeError):
        LIBC.prctl(PR_SET_PDEATHSIG, int(number))


def _tied_to(parent: int, number: signal.Signals) -> Callable[[], None]:
    def tie() -> None:
        die_with_parent(number)
        if os.getppid() != parent:  # it died between fork and here
            os._exit(1)

    return tie


def stop(*children: Child, wait: Callable[[float], None] = time.sleep) -> None:
    """Stop children side by side, each by its steps, then by SIGKILL, and whatever is left of their groups too.

    `wait` is called with a few hundredths of a second, again and again, while they end; the supervisor carries its log
    lines on in it.
    """
    steps = {child.pid: iter((*child.program.stop, (signal.SIGKILL, 2.0))) for child in children}
    until = dict.fromkeys(steps, 0.0)
    while living := [child for child in children if child.lives]:
        for child in living:
            if time.monotonic() >= until[child.pid]:
                number, seconds = next(steps[child.pid], (signal.SIGKILL, 2.0))
                until[child.pid] = time.monotonic() + seconds
                child.send(number)
        wait(0.02)
    for child in children:
        child.signal_group(signal.SIGKILL)
