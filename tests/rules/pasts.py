"""Patterns, and events that happened to a few resources within some days: so alike that they often meet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from alerts.rules.pattern import Pattern
from tests.builders import NOW, UID
from tests.events.language.samples import a_failure

if TYPE_CHECKING:
    from alerts.events.record import Draft

START = NOW.replace(minute=0, second=0) - timedelta(days=4)
NAMES = ("Secret:RotateSecret:Failure", "Key:DeleteKey:Success", "a")
ARNS = (f"acs:kms:cn-hangzhou:{UID}:secret/rds-prod", "acs:kms:cn-shanghai:1:key/1_%", "key/1", "acs:密")
GLOBS = (*ARNS, "*", "acs:kms:*", "acs:*:secret/rds-????", "??", "*prod", "key/?", "acs:?", "*_%", "\\*")
WORDS = ("rds", "RDS-Prod", "nothing", "密钥", "100%", "a_b", "\\")
FILTERS = (
    "", "rds", "rds or nothing", "level = CRITICAL", "level in (WARN, INFO) and not rds", "resource like 'acs:%'",
    "type = Notification", "content.n = 1", "content.n > 0 or content.text like 'a\\_%'", "not (content.n is null)",
)  # fmt: skip


def _some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


PATTERNS = st.builds(
    Pattern,
    product=st.sampled_from(["", "KMS", "ECS", "*"]),
    event_types=_some(("Exception", "Notification", "StatusNotification", "*")),
    levels=_some(("CRITICAL", "WARN", "*")),
    names=_some(NAMES),
    statuses=_some(("Failed", "Normal")),
    keywords=_some(WORDS),
    keywords_none=st.booleans(),
    sql_filter=st.sampled_from(FILTERS),
    resources=_some(GLOBS),
)


def _drafted(number: int, minutes: int, **fields: Any) -> Draft:
    return a_failure(occurred_at=START + timedelta(minutes=minutes), occurrence=str(number), **fields)


EVENTS = st.builds(
    _drafted,
    st.integers(0, 2**60),
    st.integers(0, 4 * 24 * 60) | st.integers(0, 90),
    product=st.sampled_from(["KMS", "ECS"]),
    name=st.sampled_from(NAMES),
    event_type=st.sampled_from(["Exception", "Notification", "StatusNotification"]),
    level=st.sampled_from(["CRITICAL", "WARN"]),
    status=st.sampled_from(["Failed", "Normal"]),
    resource=st.sampled_from(ARNS),
    content=st.sampled_from([{}, {"n": 1}, {"n": 0, "text": "a_b 100%"}, {"text": "aXb 密钥 \\"}]),
)
