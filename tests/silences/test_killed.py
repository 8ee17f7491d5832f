"""SIGKILL in the middle of a verb, for real: what was not committed never was, what was committed holds."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from alerts.notifications import silence_ends
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision, Notification
from alerts.notifications.silence_ends import tell_ends
from alerts.silences import keep
from alerts.silences.models import Silence, SilenceWindow
from tests.builders import NOW, a_rule, an_event
from tests.silences.quiet import HOUR, a_silence

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)


def killed(*_args: object, **_kwargs: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_process_that_dies(work: Callable[[], object]) -> None:
    """Run it in a process of its own with a session of its own; the process must end by SIGKILL."""
    child = os.fork()
    if child == 0:
        try:
            connection.connection = None  # the parent's session is not ours to close
            connection.run_on_commit = []
            work()
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def test_killed_before_its_commit_a_silence_never_was(monkeypatch: pytest.MonkeyPatch) -> None:
    a_rule()
    with monkeypatch.context() as patched:
        patched.setattr(keep, "new_edition", killed)
        in_a_process_that_dies(a_silence)
    assert not Silence.objects.exists()
    an_event(at=NOW)
    dispatch_batch(now=NOW)
    assert Decision.objects.get().verdict == Decision.Verdict.TOLD


def test_killed_right_after_its_commit_a_silence_holds() -> None:
    a_rule()

    def work() -> None:
        with transaction.atomic():
            a_silence()
        killed()

    in_a_process_that_dies(work)
    an_event(at=NOW)
    dispatch_batch(now=NOW)
    assert Decision.objects.get().silence_id == Silence.objects.get().pk


@pytest.mark.parametrize("step", ["_notify", "next_end", "rules_with_recipients"])
def test_killed_at_any_step_of_telling_what_it_hid_the_outcome_is_the_same(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_rule()
    a_silence()
    an_event(at=NOW + timedelta(minutes=1))
    dispatch_batch(now=NOW)
    with monkeypatch.context() as patched:
        patched.setattr(silence_ends, step, killed)
        in_a_process_that_dies(lambda: tell_ends(now=NOW + 2 * HOUR))
    assert (SilenceWindow.objects.count(), Notification.objects.count()) == (0, 0)
    while tell_ends(now=NOW + 2 * HOUR):
        pass
    assert [window.hidden for window in SilenceWindow.objects.all()] == [1]
    assert Notification.objects.count() == 1
