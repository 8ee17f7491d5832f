"""The supervisor: one thread that starts programs, prints their lines, starts them again when they die, and stops them.

Nothing blocks: it waits in `carry`, which moves log lines, notices deaths and does restarts that are due. Everything
that takes long waits inside `until`, so that a signal ends it at any moment.
"""

import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from kmsconsole import processes
from kmsconsole.processes import Child, Program

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_WAIT = 30.0  # seconds between a death and the next start, at most
SETTLED_AFTER = 30.0  # seconds of life after which earlier deaths are forgotten
LONGEST_LINE = 65536
COLOURS = {"web": 36, "line": 32, "deliveries": 33, "beat": 35, "broker": 34, "database": 90, "kms-console": 1}


class Stopped(Exception):
    """A signal asked for the end."""


class Ended(Exception):
    """A program that should run once ended with an error. The message names it."""


@dataclass
class Kept:
    """A program that is kept running."""

    program: Program
    tidy: Callable[[], None]
    child: Child | None = None
    deaths: int = 0
    start_at: float = 0.0


class Supervisor:
    """Keeps programs running. Use it as a context: leaving it stops everything, the highest rank first."""

    def __init__(self, out: IO[str] = sys.stdout) -> None:
        """Take the signals over; `out` is where the lines go, with colours when it is a terminal."""
        self.out = out
        self.kept: list[Kept] = []
        self.signals = 0
        self.signal = ""
        self._lines: dict[int, tuple[str, bytearray, list[str] | None]] = {}
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.settimeout(0)
        self._selector.register(self._woken, selectors.EVENT_READ)

    def __enter__(self) -> "Supervisor":
        """Take the signals over."""
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything, last started first, those of one rank together."""
        started = time.monotonic()
        for rank in sorted({kept.program.rank for kept in self.kept}, reverse=True):
            self._stop([s.child for s in self.kept if s.program.rank == rank and s.child is not None])
        self._move_lines(0)
        self._close()
        if self.kept:
            self.say(f"stopped after {time.monotonic() - started:.1f} s")

    def _close(self) -> None:
        signal.set_wakeup_fd(-1)
        for pipe in self._lines:
            os.close(pipe)
        for end in (self._woken, self._waker, self._selector):
            end.close()

    def _on_signal(self, number: int, _frame: object) -> None:
        self.signals += 1
        self.signal = signal.Signals(number).name

    def _stop(self, children: list[Child]) -> None:
        """Stop children with patience, unless a second signal asks for the end at once."""

        def wait(seconds: float) -> None:
            self._move_lines(seconds)
            if self.signals > 1:
                for child in children:
                    child.signal_group(signal.SIGKILL)

        processes.stop(*children, wait=wait)

    # --- what it tells --------------------------------------------------------------------------------------------

    def say(self, sentence: str, *, name: str = "kms-console") -> None:
        """Print a line under a name. A reader that has gone away stops nothing."""
        head = f"{name:<11}|"
        if self.out.isatty():
            head = f"\033[{COLOURS.get(name, 37)}m{head}\033[0m"
        with suppress(OSError, ValueError):
            self.out.write(f"{head} {sentence}\n")
            self.out.flush()

    def _move_lines(self, seconds: float) -> None:
        """Print what the programs wrote; waits up to `seconds` for it."""
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._woken:
                with suppress(BlockingIOError):
                    self._woken.recv(4096)
            else:
                self._read(key.fd)

    def _read(self, pipe: int) -> None:
        name, buffer, kept = self._lines[pipe]
        received = os.read(pipe, 65536)
        buffer += received
        *lines, rest = bytes(buffer).split(b"\n")
        if not received or len(rest) > LONGEST_LINE:
            lines, rest = [*lines, rest] if rest else lines, b""
        buffer[:] = rest
        for line in lines:
            shown = line.decode(errors="replace").rstrip()
            if kept is not None:
                kept.append(shown)
            elif shown:
                self.say(shown, name=name)
        if not received:
            self._selector.unregister(pipe)
            os.close(pipe)
            del self._lines[pipe]

    def _pipe(self, name: str, kept: list[str] | None = None) -> int:
        """Return the writing end of a pipe whose lines are printed under `name`, or put into `kept`."""
        reading, writing = os.pipe()
        self._lines[reading] = (name, bytearray(), kept)
        self._selector.register(reading, selectors.EVENT_READ)
        return writing

    # --- what it keeps running ------------------------------------------------------------------------------------

    def keep(self, program: Program, *, tidy: Callable[[], None] = lambda: None) -> None:
        """Start a program and start it again whenever it dies; `tidy` clears away what its last life left."""
        kept = Kept(program, tidy)
        self.kept.append(kept)
        self._start(kept)

    def _start(self, kept: Kept) -> None:
        kept.tidy()
        output = self._pipe(kept.program.name)
        kept.child = processes.start(kept.program, output=output)
        os.close(output)

    def carry(self, seconds: float) -> None:
        """Move lines for up to `seconds`, then see to those that died. Raises `Stopped` after a signal."""
        self._move_lines(seconds)
        if self.signals:
            self.say(f"stopping after {self.signal}; a second signal ends everything at once")
            raise Stopped
        for kept in self.kept:
            if kept.child is not None and not kept.child.lives:
                self._mourn(kept, kept.child)
            if kept.child is None and time.monotonic() >= kept.start_at:
                self._start(kept)

    def _mourn(self, kept: Kept, child: Child) -> None:
        child.signal_group(signal.SIGKILL)  # what it had started must not live beside its successor
        kept.deaths = 1 if child.lived_for > SETTLED_AFTER else kept.deaths + 1
        wait = min(LONGEST_WAIT, 0.25 * 2**kept.deaths)
        kept.child, kept.start_at = None, time.monotonic() + wait
        code = child.process.returncode
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
        self.say(f"{kept.program.name} ended {how} after {child.lived_for:.0f} s; starting it again in {wait:g} s")

    def until(self, condition: Callable[[], bool], *, seconds: float, every: float = 0.05, what: str = "") -> bool:
        """Carry on until the condition holds; False when it does not within `seconds`. `what` is said every 5 s."""
        started = said = time.monotonic()
        while not condition():
            now = time.monotonic()
            if now - started > seconds:
                return False
            if what and now - said > 5:
                said = now
                self.say(f"{what} … {now - started:.0f} s")
            self.carry(every)
        return True

    def once(self, program: Program, *, seconds: float = 600.0, what: str = "") -> list[str]:
        """Run a program to its end and return the lines of its standard output. Raises `Ended`, `Stopped`."""
        kept: list[str] = []
        output, errors = self._pipe(program.name, kept), self._pipe(program.name)
        child = processes.start(program, output=output, errors=errors)
        os.close(output)
        os.close(errors)
        try:
            self.until(lambda: not child.lives, seconds=seconds, what=what)
        finally:
            processes.stop(child, wait=self._move_lines)
        self._move_lines(0.05)
        self._move_lines(0)
        if child.process.returncode:
            raise Ended(f"{program.name} ended with code {child.process.returncode}; the lines above say why")
        return kept
