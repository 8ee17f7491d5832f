"""Effective hours in words, and the place of a mistake in a SQL filter."""

from __future__ import annotations

from datetime import time

import pytest

from alerts.rules.fields import spot
from alerts.rules.hours import Hours
from alerts.rules.words import in_words

NIGHT = (time(22), time(6))
OFFICE = (time(8), time(18, 30))


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        (Hours(), "At any time, on every day."),
        (Hours(time(8), time(8)), "At any time, on every day."),
        (Hours(*OFFICE), "Every day, from 08:00 to 18:30, in the zone UTC."),
        (Hours(*OFFICE, (1, 2, 3, 4, 5)), "Monday to Friday, from 08:00 to 18:30, in the zone UTC."),
        (Hours(*NIGHT, (5,), "Asia/Shanghai"),
         "Friday, from 22:00 to 06:00 on the following day, in the zone Asia/Shanghai."),
        (Hours(weekdays=(6, 7)), "Saturday, Sunday, the whole day, in the zone UTC."),
        (Hours(weekdays=(1, 3, 4, 5, 7)), "Monday, Wednesday to Friday, Sunday, the whole day, in the zone UTC."),
    ],
)  # fmt: skip
def test_hours_are_said_as_a_person_would(hours: Hours, sentence: str) -> None:
    assert in_words(hours) == sentence


@pytest.mark.parametrize(
    ("text", "position", "place"),
    [
        ("a = ", 4, ("a =", " ", "")),
        ("(a", 1, ("", "(", "a")),
        ("one\r\ntwo (x", 9, ("two ", "(", "x")),
        ("one\ntwo", 4, ("one", "\n", "")),
        ("", 1, ("", " ", "")),
        ("abc", 99, ("abc", " ", "")),
    ],
)
def test_the_place_of_a_mistake_is_one_character_of_one_line(
    text: str, position: int, place: tuple[str, str, str]
) -> None:
    found = spot(text, position)
    assert "\n" not in found[1]
    assert found == (place[0], place[1].replace("\n", " "), place[2])
