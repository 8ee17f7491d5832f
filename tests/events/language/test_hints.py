"""What a comparison says of the search text: never wrong, so that the index over texts may be asked first."""

from __future__ import annotations

import pytest
from hypothesis import given

from alerts.events.language import Comparison, Expression, matches, parse
from alerts.events.language.hints import implied
from alerts.events.language.query import events_q
from alerts.events.language.tree import leaves
from alerts.events.models import SEARCH_TEXT_LENGTH, SystemEvent
from alerts.events.record import Draft
from tests.builders import an_account, some_events
from tests.events.language.samples import a_failure
from tests.events.language.strategies import EVENTS, TREES


@pytest.mark.parametrize(
    ("comparison", "texts"),
    [
        ("content.a = 'Kms:Gone'", ("kms:gone",)),
        ("content.a in ('Kms:Gone', 'other')", ("kms:gone", "other")),
        ("content.a in ('Kms:Gone', 'ab')", ()),
        ("content.a in ('Kms:Gone', 5)", ()),
        ("content.a like '%Kms:_one\\%%'", ("kms:",)),
        ("content.a like '%ab%cd%'", ()),
        ("content.a = 'say \"hello\" to\\ß Ärzte'", ("hello",)),
        ("content.a != 'Kms:Gone'", ()),
        ("content.a not like 'Kms:Gone'", ()),
        ("content.a > 'Kms:Gone'", ()),
        ("content.a is null", ()),
        ("content.a = 12345", ()),
        ("resource like '%:secret/RDS'", (":secret/rds",)),
        ("resource = 'acs:kms'", ()),
        ("instanceName = 'rds-prod'", ("rds-prod",)),
        ("level = 'CRITICAL'", ()),
        ("groupId like 'group-1%'", ()),
    ],
)
def test_a_comparison_implies_texts(comparison: str, texts: tuple[str, ...]) -> None:
    tree = parse(comparison)
    assert isinstance(tree, Comparison)
    assert implied(tree) == texts


@given(TREES, EVENTS)
def test_what_is_implied_occurs_wherever_the_comparison_holds(tree: Expression, event: Draft) -> None:
    for leaf in leaves(tree):
        texts = implied(leaf) if isinstance(leaf, Comparison) else ()
        if texts and matches(leaf, event) and len(event.search_text) < SEARCH_TEXT_LENGTH:
            assert any(text in event.search_text for text in texts)


@pytest.mark.django_db
def test_what_the_search_text_has_no_room_for_is_found_all_the_same() -> None:
    an_account()
    content = {"long": "x" * SEARCH_TEXT_LENGTH, "zone": "Kms:Gone"}
    event, other = some_events([a_failure(content=content), a_failure(content={"zone": "Kms:There"}, occurrence="2")])
    assert "kms:gone" not in event.search_text
    for text in ("content.zone = 'Kms:Gone'", "content.zone like '%:Gone'", "content.zone in (Kms:Gone, Kms:Here)"):
        assert [found.pk for found in SystemEvent.objects.filter(events_q(parse(text)))] == [event.pk]
        assert [found.pk for found in SystemEvent.objects.filter(events_q(parse(f"not {text}")))] == [other.pk]
