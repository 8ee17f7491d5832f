"""The rule book finds what asking every rule finds."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from alerts.rules.book import Entry, compiled
from alerts.rules.hours import Hours
from alerts.rules.pattern import Pattern
from tests.rules.test_pattern import ARN, EVENT, Event

WORDS = ("", "ab", "rds", "RDS-Prod", "prod-app", "nothing", "凭据轮转", "key/1")
RESOURCES = (ARN, "acs:kms:cn-shanghai:1:key/1", "key/1", "x")
GLOBS = (*RESOURCES, "*", "acs:kms:*", "acs:*:secret/rds-????-app", "??", "*app", "key/?")
FILTERS = (
    "", "rds", "ab or prod", "level = CRITICAL", "level in (WARN, INFO) and nothing", "not rds",
    "resource like 'acs:%'",
    "(name = a or name = b) and status != Failed", "content.n = 1", "content.failureInfo.errorCode = 'Kms:Forbidden'",
    "content.failureInfo.errorCode = 'Kms:Forbidden' or region = cn-shanghai", "type = Notification",
    "rds and (x or key)",
)  # fmt: skip


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


patterns = st.builds(
    Pattern,
    product=st.sampled_from(["", "KMS", "ECS"]),
    event_types=some(("Exception", "Notification", "StatusNotification")),
    levels=some(("CRITICAL", "WARN", "*")),
    names=some((EVENT.name, "a", "b")),
    statuses=some(("Failed", "Normal")),
    keywords=some(WORDS[1:]),
    keywords_none=st.booleans(),
    sql_filter=st.sampled_from(FILTERS),
    resources=some(GLOBS),
)
events = st.builds(
    Event,
    event_type=st.sampled_from(["Exception", "Notification"]),
    level=st.sampled_from(["CRITICAL", "WARN"]),
    name=st.sampled_from([EVENT.name, "a", "b"]),
    status=st.sampled_from(["Failed", "Normal"]),
    resource=st.sampled_from(RESOURCES),
    content=st.sampled_from([EVENT.content, {"n": 1}, {}]),
    search_text=st.lists(st.sampled_from(WORDS), max_size=3).map(lambda words: "\n".join(words).lower()),
)


def entry(number: int, pattern: Pattern) -> Entry:
    return Entry(number, f"rule {number}", 1, pattern, Hours(), 300)


@given(st.lists(patterns, max_size=8), st.lists(events, min_size=1, max_size=4))
def test_a_book_finds_what_asking_every_rule_finds(wanted: list[Pattern], happened: list[Event]) -> None:
    entries = [entry(number, pattern) for number, pattern in enumerate(wanted)]
    book = compiled(reversed(entries))
    for event in happened:
        assert book.matching(event) == [each for each in entries if each.pattern.matches(event)]


def test_a_thousand_rules_about_a_thousand_secrets_are_hardly_asked() -> None:
    book = compiled(entry(n, Pattern(levels=("CRITICAL",), keywords=(f"secret-{n:04d}",))) for n in range(1000))
    event = replace(EVENT, search_text="rotation of secret-0417 failed")
    assert len(list(book.candidates(event))) < 20
    assert [each.rule for each in book.matching(event)] == [417]
