"""RRULEs: what is read, and at which part what is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.silences.recurrence import RecurrenceError, read

WRONG = [
    ("", "frequency-missing", ""),
    ("BYDAY=MO", "frequency-missing", "BYDAY=MO"),
    ("every monday", "form", "EVERY MONDAY"),
    ("FREQ=WEEKLY;BYDAY", "form", "BYDAY"),
    ("FREQ=WEEKLY;BYDAY=", "form", "BYDAY="),
    ("FREQ=SOMETIMES", "frequency", "FREQ=SOMETIMES"),
    ("FREQ=HOURLY", "often", "FREQ=HOURLY"),
    ("FREQ=SECONDLY;INTERVAL=1", "often", "FREQ=SECONDLY"),
    ("FREQ=DAILY;FREQ=WEEKLY", "twice", "FREQ"),
    ("FREQ=DAILY;COUNT=5", "elsewhere", "COUNT"),
    ("FREQ=DAILY;UNTIL=20270101", "elsewhere", "UNTIL"),
    ("FREQ=DAILY;BYHOUR=3", "elsewhere", "BYHOUR"),
    ("FREQ=DAILY;COLOUR=RED", "unknown", "COLOUR"),
    ("FREQ=WEEKLY;BYDAY=MO,XX", "day", "BYDAY=XX"),
    ("FREQ=MONTHLY;BYDAY=0TU", "day", "BYDAY=0TU"),
    ("FREQ=MONTHLY;BYDAY=99TU", "day", "BYDAY=99TU"),
    ("FREQ=WEEKLY;BYDAY=3TU", "ordinal", "BYDAY=3TU"),
    ("FREQ=WEEKLY;BYMONTHDAY=1", "month-day", "BYMONTHDAY=1"),
    ("FREQ=MONTHLY;BYMONTHDAY=32", "number", "BYMONTHDAY=32"),
    ("FREQ=MONTHLY;BYMONTHDAY=0", "number", "BYMONTHDAY=0"),
    ("FREQ=YEARLY;BYMONTH=13", "number", "BYMONTH=13"),
    ("FREQ=DAILY;INTERVAL=0", "number", "INTERVAL=0"),
    ("FREQ=DAILY;INTERVAL=9999", "number", "INTERVAL=9999"),
    ("FREQ=DAILY;INTERVAL=١", "number", "INTERVAL=١"),
    ("FREQ=MONTHLY;BYSETPOS=3", "position", "BYSETPOS=3"),
    ("FREQ=WEEKLY;WKST=1", "day", "WKST=1"),
    ("FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2", "never-day", "BYMONTHDAY=31"),
    ("FREQ=YEARLY;BYMONTH=4,6,9,11;BYMONTHDAY=-31", "never-day", "BYMONTHDAY=-31"),
    ("FREQ=YEARLY;BYDAY=53MO;BYMONTH=2;BYMONTHDAY=29;INTERVAL=366", "never-ordinal", "BYDAY=53MO"),
    ("FREQ=MONTHLY;BYDAY=6MO,-7TU", "never-ordinal", "BYDAY=6MO,-7TU"),
    ("FREQ=DAILY;BYMONTHDAY=30;BYMONTH=3;BYSETPOS=366", "never-position", "BYSETPOS=366"),
    ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-366", "never-position", "BYSETPOS=-366"),
    ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3", "never-position", "BYSETPOS=3"),
    ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=32", "never-position", "BYSETPOS=32"),
    ("FREQ=DAILY;" + "BYMONTH=1," * 40, "long", "FREQ=DAILY;BYMONTH=1"),
]


@pytest.mark.parametrize(("text", "code", "part"), WRONG)
def test_what_makes_no_sense_is_refused_at_its_part(text: str, code: str, part: str) -> None:
    with pytest.raises(RecurrenceError) as error:
        read(text)
    assert (error.value.code, error.value.part) == (code, part)


@pytest.mark.parametrize(
    "text", ["FREQ=DAILY", "rrule:freq=weekly;byday=mo,fr", "FREQ=MONTHLY;BYDAY=-1FR;WKST=SU", "FREQ=DAILY;"]
)
def test_what_calendars_write_is_read(text: str) -> None:
    assert read(text).frequency in {"DAILY", "WEEKLY", "MONTHLY"}


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(RecurrenceError):
        assert read(text).interval >= 1
