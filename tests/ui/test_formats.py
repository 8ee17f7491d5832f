"""How values read: each row is one example of what a person sees."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from alerts.ui import formats

AT = datetime(2026, 11, 14, 2, 3, 4, 567_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0, "0 s"),
        (0.34, "340 ms"),
        (59, "59 s"),
        (90, "1 min 30 s"),
        (5400, "1 h 30 min"),
        (timedelta(days=7), "7 d"),
        (timedelta(days=1, seconds=3601), "1 d 1 h"),
        (-60, "−1 min"),
    ],
)
def test_a_duration_shows_its_two_largest_units(value: timedelta | float | None, text: str) -> None:
    assert formats.duration(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1234, "1,234"), (10_000, "10,000"), (10_001, "10,000+")],
)
def test_a_count_is_exact_up_to_ten_thousand(value: int, text: str) -> None:
    assert formats.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (912, "912 B"), (1024, "1.0 KiB"), (1_500_000, "1.4 MiB"), (5 * 1024**5, "5120.0 TiB")],
)
def test_a_size_is_shown_in_the_largest_unit_that_fits(value: int | None, text: str) -> None:
    assert formats.size(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("", ""), ("short", "••••••••"), ("sk-0123456789abcdef", "••••••••cdef")],
)
def test_a_secret_shows_at_most_its_last_four_characters(value: str, text: str) -> None:
    assert formats.masked(value) == text


@pytest.mark.parametrize(
    ("code", "text"),
    [("PendingDeletion", "Pending deletion"), ("sync_failed", "Sync failed"), ("INFO", "INFO"), ("Enabled", "Enabled")],
)
def test_a_code_becomes_words(code: str, text: str) -> None:
    assert formats.spoken(code) == text


@pytest.mark.parametrize(
    ("zone", "text", "name"),
    [
        ("UTC", "2026-11-14 02:03:04", "UTC"),
        ("Asia/Shanghai", "2026-11-14 10:03:04", "CST"),
        ("America/Sao_Paulo", "2026-11-13 23:03:04", "UTC-03"),
    ],
)
def test_a_moment_is_shown_in_the_readers_zone_and_names_it(zone: str, text: str, name: str) -> None:
    with timezone.override(ZoneInfo(zone)):
        shown = formats.moment(AT)
    assert (shown.text, shown.zone) == (text, name)
    assert shown.utc == "2026-11-14 02:03:04 UTC"
    assert shown.machine == "2026-11-14T02:03:04.567000+00:00"


@pytest.mark.parametrize(
    ("precision", "text"),
    [("day", "2026-11-14"), ("minute", "2026-11-14 02:03"), ("millisecond", "2026-11-14 02:03:04.567")],
)
def test_a_moment_is_as_exact_as_asked(precision: str, text: str) -> None:
    with timezone.override(UTC):
        assert formats.moment(AT, precision=precision).text == text


@pytest.mark.parametrize(
    ("distance", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=26), "1 d ago"),
        (timedelta(seconds=-5), "in a moment"),
        (timedelta(days=-2), "in 2 d"),
    ],
)
def test_a_distance_is_said_in_its_largest_unit(distance: timedelta, text: str) -> None:
    assert formats.ago(AT, now=AT + distance) == text


def test_json_is_indented_and_text_that_is_none_stays_as_it_is() -> None:
    assert formats.pretty_json('{"a": {"b": "密钥"}}') == '{\n  "a": {\n    "b": "密钥"\n  }\n}'
    assert formats.pretty_json({"at": AT}).startswith('{\n  "at": "2026-11-14')
    assert formats.pretty_json("no json") == "no json"


@pytest.mark.parametrize(("code", "tone"), [("Failed", "critical"), ("Enabled", "good"), ("Whatever", "neutral")])
def test_a_state_has_a_tone_and_an_unknown_one_is_neutral(code: str, tone: str) -> None:
    assert formats.tone(code) == tone


def test_numbers_and_days_are_said_in_words() -> None:
    assert (formats.number(None), formats.number(1234.5), formats.days(1), formats.days(180)) == (
        "",
        "1,234.5",
        "1 day",
        "180 days",
    )
