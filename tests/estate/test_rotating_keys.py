"""Keys that rotate: their turn, what happens when nobody was there, and the quota."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.estate import keys
from alerts.estate.key_rotation import rotate_key
from alerts.estate.models import Key, Origin
from alerts.estate.refusal import Refused
from alerts.estate.waiting import end_waiting_periods
from tests.builders import NOW, REGION, an_account, an_instance

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WEEK = 7 * DAY


def a_rotating_key(**fields: object) -> Key:
    told: dict[str, object] = {"instance": None, "rotation_interval": WEEK, "now": NOW, **fields}
    return keys.create_key(an_account(), region=REGION, **told)  # type: ignore[arg-type]


def test_a_key_rotates_when_its_turn_has_come() -> None:
    key = a_rotating_key(instance=an_instance())
    before = key.primary_version
    assert end_waiting_periods(now=NOW + WEEK - timedelta(seconds=1)) == 0
    assert end_waiting_periods(now=NOW + WEEK) == 1
    assert end_waiting_periods(now=NOW + WEEK) == 0
    key.refresh_from_db()
    assert (key.versions, key.rotated_at, key.rotate_at) == (2, NOW + WEEK, NOW + 2 * WEEK)
    assert key.primary_version != before
    assert key.instance
    assert key.instance.usages.get().used == 2


def test_turns_that_nobody_was_there_for_make_one_version() -> None:
    a_rotating_key()
    assert end_waiting_periods(now=NOW + 3 * WEEK + DAY) == 1
    key = Key.objects.get()
    assert (key.versions, key.rotated_at, key.rotate_at) == (2, NOW + 3 * WEEK, NOW + 4 * WEEK)


def test_a_key_that_cannot_be_used_does_not_rotate() -> None:
    key = keys.disable_key(a_rotating_key(), now=NOW)
    assert key.rotation == "Suspended"
    assert end_waiting_periods(now=NOW + WEEK) == 0
    with pytest.raises(Refused, match="turn"):
        rotate_key(key, now=NOW + WEEK)
    key = keys.enable_key(key, now=NOW + WEEK)
    assert key.rotation == "Enabled"
    assert end_waiting_periods(now=NOW + WEEK) == 1


def test_what_was_seen_elsewhere_rotates_elsewhere() -> None:
    a_rotating_key()
    Key.objects.update(origin=Origin.OBSERVED)
    assert end_waiting_periods(now=NOW + WEEK) == 0
