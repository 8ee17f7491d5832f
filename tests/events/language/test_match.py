"""What is found in one event, with the value that decided; and `like` as PostgreSQL reads it."""

import time
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.events.language import Finding, explain, matches, parse
from alerts.events.language.like import like
from tests.events.language.samples import a_failure

PATTERNS = st.lists(st.sampled_from(["a", "b", "%", "_", "\\%", "\\_", "\\\\", "\\a", "ß", "\n"]), max_size=8).map(
    "".join
)


def test_each_part_is_explained_by_the_value_that_decided() -> None:
    tree = parse(
        "(level = 'INFO' or not RDS-prod) and content.attempts > 2 and content.digits = 12 and content.void is null"
        " and content.failureInfo != x and nowhere"
    )
    event = a_failure(content={"attempts": 3, "digits": "12", "void": None, "failureInfo": {"a": "密"}})
    assert explain(tree, event) == (
        Finding("level = 'INFO'", holds=False, found='"CRITICAL"'),
        Finding("RDS-prod", holds=True, found="000000000001:secret/rds-prod\nrds-prod\n{\"attempts"),
        Finding("content.attempts > 2", holds=True, found="3"),
        Finding("content.digits = 12", holds=False, found='"12"'),
        Finding("content.void is null", holds=True, found=None),
        Finding("content.failureInfo != 'x'", holds=True, found='{"a": "密"}'),
        Finding("nowhere", holds=False, found=None),
    )  # fmt: skip


def test_what_was_found_is_shown_in_part() -> None:
    found = explain(parse("content.a = x and xx"), a_failure(content={"a": "x" * 9_000}))
    assert [len(each.found or "") for each in found] == [200, 42]


@pytest.mark.parametrize(
    ("asked", "has", "found"),
    [
        ("Notification", "StatusNotification", True),
        ("StatusNotification", "Notification", True),
        ("Exception", "Notification", False),
    ],
)
def test_notification_and_status_notification_answer_to_each_other(asked: str, has: str, *, found: bool) -> None:
    event = a_failure(event_type=has)
    assert matches(parse(f"type = {asked}"), event) is found
    assert matches(parse(f"type in ({asked}, Maintenance)"), event) is found
    assert matches(parse(f"type != {asked}"), event) is not found
    assert matches(parse(f"type not in ({asked})"), event) is not found
    assert matches(parse(f"type like {asked}"), event) is (asked == has)


def test_what_no_database_can_hold_is_no_number() -> None:
    event = a_failure(content={"n": float("inf"), "m": float("nan"), "deep": ({"x": 10**400},)})
    assert not matches(parse("content.n > 0 or content.m < 1 or content.m >= 1"), event)
    assert matches(parse("content.n is not null and content.m != 1 and content.deep.0.x > 1e399"), event)


def test_content_that_is_no_object_has_no_places() -> None:
    for content in (None, "text", 5, ["x"]):
        event = SimpleNamespace(content=content)
        assert matches(parse("content.a is null"), event)


@given(st.text("ab%_\\ß\n", max_size=10), PATTERNS)
def test_like_agrees_with_a_naive_reading(text: str, pattern: str) -> None:
    assert like(text, pattern) is naively_like(text, pattern)


def naively_like(text: str, pattern: str) -> bool:
    """Return what the definition says, however long that takes."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(naively_like(text[start:], pattern[1:]) for start in range(len(text) + 1))
    literal = pattern[1] if pattern[0] == "\\" else pattern[0]
    width = 2 if pattern[0] == "\\" else 1
    fits = bool(text) and (pattern[0] == "_" or text[0] == literal)
    return fits and naively_like(text[1:], pattern[width:])


@pytest.mark.parametrize("pattern", ["%a" * 400 + "%b", "%" * 900 + "b", "%_" * 400 + "b", "%a_" * 300 + "b"])
def test_no_pattern_takes_long(pattern: str) -> None:
    started = time.thread_time()
    assert not like("a" * 20_000, pattern)
    assert time.thread_time() - started < 0.5
