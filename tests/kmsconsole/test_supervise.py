"""The supervisor with small programs: lines, restarts, stopping."""

import io
import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from kmsconsole.processes import Program
from kmsconsole.supervise import Ended, Stopped, Supervisor

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (2, 15, 1, signal.SIGCHLD)}
    yield
    for number, action in before.items():
        signal.signal(number, action)


def a_program(code: str, *, name: str = "small", rank: int = 0) -> Program:
    return Program(name=name, command=(sys.executable, "-c", code), rank=rank, stop=((signal.SIGTERM, 0.3),))


def test_each_line_stands_under_the_name_of_its_program() -> None:
    out = io.StringIO()
    with Supervisor(out) as supervisor:
        supervisor.keep(a_program("import time; print('one\\ntwo', flush=True); time.sleep(60)"))
        assert supervisor.until(lambda: "two" in out.getvalue(), seconds=10)
    assert "small      | one\nsmall      | two\n" in out.getvalue()


def test_a_program_that_dies_is_started_again() -> None:
    out = io.StringIO()
    with Supervisor(out) as supervisor:
        supervisor.keep(a_program("print('born', flush=True); raise SystemExit(3)"))
        assert supervisor.until(lambda: out.getvalue().count("born") == 3, seconds=20)
    assert "small ended with code 3" in out.getvalue()
    assert "starting it again in 0.5 s" in out.getvalue()
    assert "starting it again in 1 s" in out.getvalue()


def test_what_a_dead_program_had_started_does_not_outlive_it() -> None:
    code = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    out = io.StringIO()
    with Supervisor(out) as supervisor:
        supervisor.keep(a_program(code))
        assert supervisor.until(lambda: "|" in out.getvalue(), seconds=10)
        grandchild = int(out.getvalue().split("|")[1])
        child = supervisor.kept[0].child
        assert child
        os.kill(child.pid, signal.SIGKILL)
        assert supervisor.until(lambda: out.getvalue().count("small      |") == 2, seconds=10)
        with pytest.raises(ProcessLookupError):
            _signal_zero(grandchild)


def _signal_zero(pid: int) -> None:
    time.sleep(0.1)
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123 - a zombie waiting for init counts as gone
        if file.read().rsplit(")", 1)[1].split()[0] == "Z":
            raise ProcessLookupError
    os.kill(pid, 0)


def test_one_that_does_not_listen_is_killed_after_its_steps() -> None:
    out = io.StringIO()
    with Supervisor(out) as supervisor:
        supervisor.keep(a_program(STUBBORN))
        assert supervisor.until(lambda: "deaf" in out.getvalue(), seconds=10)
        started = time.monotonic()
    assert 0.3 <= time.monotonic() - started < 2


def test_the_highest_rank_stops_first() -> None:
    code = (
        "import signal, time; signal.signal(15, lambda *_: exit(print('bye', flush=True))); print('up'); time.sleep(60)"
    )
    out = io.StringIO()
    with Supervisor(out) as supervisor:
        for name, rank in (("low", 0), ("high", 2), ("mid", 1)):
            supervisor.keep(Program(name=name, command=(sys.executable, "-uc", code), rank=rank))
        assert supervisor.until(lambda: out.getvalue().count("up") == 3, seconds=10)
    said = [line.split()[0] for line in out.getvalue().splitlines() if line.endswith("bye")]
    assert said == ["high", "mid", "low"]


def test_a_signal_ends_any_wait() -> None:
    with Supervisor(io.StringIO()) as supervisor:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped):
            supervisor.until(lambda: False, seconds=60)


def test_a_program_run_once_gives_its_lines_and_its_errors_are_shown() -> None:
    out = io.StringIO()
    with Supervisor(out) as supervisor:
        lines = supervisor.once(a_program("import sys; print('{}'); print('told', file=sys.stderr)"))
    assert lines == ["{}"]
    assert "small      | told" in out.getvalue()
    assert "{}" not in out.getvalue()


def test_a_program_run_once_that_fails_is_named() -> None:
    with Supervisor(io.StringIO()) as supervisor, pytest.raises(Ended, match="small ended with code 4"):
        supervisor.once(a_program("raise SystemExit(4)"))


def test_a_very_long_line_without_an_end_is_shown_in_parts() -> None:
    out = io.StringIO()
    with Supervisor(out) as supervisor:
        supervisor.once(a_program("import sys; sys.stderr.write('x' * 300_000)"))
    assert out.getvalue().count("x") == 300_000


def test_a_reader_that_went_away_stops_nothing() -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    with Supervisor(Gone()) as supervisor:
        assert supervisor.once(a_program("print('kept')")) == ["kept"]
