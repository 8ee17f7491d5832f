"""The database finds what the matcher takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.events import partitions
from alerts.events.models import SystemEvent
from alerts.events.record import record
from alerts.rules.globs import like_of
from alerts.rules.pattern import Pattern
from alerts.rules.query import pattern_q
from tests.builders import NOW, an_account
from tests.events.language.strategies import STORABLE, TREES
from tests.rules.pasts import ARNS, EVENTS, PATTERNS

if TYPE_CHECKING:
    from alerts.events.record import Draft


@pytest.mark.parametrize(
    ("glob", "like"), [("a*", "a%"), ("a?c", "a_c"), ("100%_*", r"100\%\_%"), ("\\*", "\\\\%"), ("plain", "plain")]
)
def test_wildcards_of_resources_become_those_of_like(glob: str, like: str) -> None:
    assert like_of(glob) == like


@pytest.mark.django_db
def test_the_database_finds_what_a_pattern_matches() -> None:
    an_account()
    partitions.ensure(now=NOW)
    resources = st.lists(
        st.sampled_from(ARNS) | STORABLE.filter(bool) | STORABLE.map(lambda text: f"*{text}?"), max_size=3
    )
    wilder = st.builds(Pattern, sql_filter=TREES.map(str), resources=resources.map(tuple))

    @settings(max_examples=40)
    @given(
        st.lists(EVENTS, min_size=6, max_size=12, unique_by=lambda draft: draft.id),
        st.lists(PATTERNS | wilder, min_size=4, max_size=10),
    )
    def check(drafts: list[Draft], patterns: list[Pattern]) -> None:
        with transaction.atomic():
            record(drafts, now=NOW)
            rows = list(SystemEvent.objects.all())
            for pattern in patterns:
                found = set(SystemEvent.objects.filter(pattern_q(pattern)).values_list("id", flat=True))
                assert found == {event.id for event in rows if pattern.matches(event)}, pattern
            transaction.set_rollback(True)

    check()
