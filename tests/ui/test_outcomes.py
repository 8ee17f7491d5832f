"""Every decision, outcome and attempt has a look, with an icon that exists."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.db.models import TextChoices

from alerts.notifications.models import Attempt, Decision, Notification
from alerts.ui.outcomes import OUTCOMES, STATES, VERDICTS, reason_of
from alerts.ui.templatetags.ui import icon


@pytest.mark.parametrize(
    ("words", "looks"),
    [(Decision.Verdict, VERDICTS), (Notification.State, STATES), (Attempt.Outcome, OUTCOMES)],
)
def test_each_word_has_a_look(words: type[TextChoices], looks: Mapping[str, tuple[str, str]]) -> None:
    assert set(looks) == set(words.values)
    assert all(tone and "<svg" in icon(drawn) for tone, drawn in looks.values())


def test_what_waits_says_until_when_and_what_was_told_does_not() -> None:
    waits = Decision(verdict=Decision.Verdict.GATHERED, reason="waits:2026-11-22T16:05:00+00:00", policy_name="p")
    assert reason_of(waits) == "To be told at 2026-11-22 16:05:00 UTC at the earliest."
    waits.verdict = Decision.Verdict.TOLD
    assert reason_of(waits) == ""
