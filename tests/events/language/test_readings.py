"""The two readings are one language: what matches an event is what the database finds, and nothing is slow."""

from __future__ import annotations

import gc
import time
from random import Random
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.events import partitions
from alerts.events.language import Expression, ExpressionError, matches, parse
from alerts.events.language.query import events_q
from alerts.events.models import SystemEvent
from alerts.events.record import record
from tests.builders import NOW, an_account, some_events
from tests.events.language.generated import a_grammatical_text, a_random_text, an_event_at_random
from tests.events.language.strategies import EVENTS, TREES, as_stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from alerts.events.record import Draft

SLOW = 0.05
GENERATED = 5_000
AT_ONCE = 40

pytestmark = pytest.mark.django_db


def test_what_matches_is_what_the_database_finds() -> None:
    an_account()
    partitions.ensure(now=NOW)

    @settings(max_examples=80)
    @given(
        st.lists(EVENTS, min_size=6, max_size=12, unique_by=lambda draft: draft.id),
        st.lists(TREES, min_size=4, max_size=10),
    )
    def check(drafts: list[Draft], trees: list[Expression]) -> None:
        with transaction.atomic():
            record(drafts, now=NOW)
            rows = {event.id: event for event in SystemEvent.objects.all()}
            for tree in trees:
                found = set(SystemEvent.objects.filter(events_q(tree)).values_list("id", flat=True))
                assert found == {pk for pk, event in rows.items() if matches(tree, event)}, str(tree)
                assert found == {draft.id for draft in drafts if matches(tree, draft)}, str(tree)
            transaction.set_rollback(True)

    check()


def test_ten_thousand_generated_texts_are_read_fast_and_alike() -> None:
    chance = Random(20261122)
    texts = [a_grammatical_text(chance) for _ in range(GENERATED)]
    texts += [a_random_text(chance, like=chance.choice(texts)) for _ in range(GENERATED)]
    parse("a")  # the lexer is built with the first text
    gc.freeze()  # what other tests left behind is not to be counted here
    trees = [tree for text in texts if (tree := read_fast(text))]
    gc.unfreeze()
    assert len(trees) > GENERATED
    an_account()
    events = {event.id: event for event in some_events(an_event_at_random(chance, number) for number in range(24))}
    held = 0
    for some in batches(trees):
        for pk, answers in answered(some):
            expected = [matches(tree, events[pk]) for tree in some]
            assert answers == expected, [str(tree) for tree, *both in zip(some, answers, expected, strict=True)]
            held += sum(answers)
    assert len(trees) < held < len(trees) * 20, "hardly anything was decided"


def read_fast(text: str) -> Expression | None:
    """Return the tree of a text, None where it is refused; neither takes long, nor ends in anything else."""
    started = time.thread_time()
    try:
        return parse(text)
    except ExpressionError:
        return None
    finally:
        assert time.thread_time() - started < SLOW, text


def batches(trees: Sequence[Expression]) -> Iterator[Sequence[Expression]]:
    """Cut the trees so that one question can hold them."""
    return (trees[start : start + AT_ONCE] for start in range(0, len(trees), AT_ONCE))


def answered(trees: Sequence[Expression]) -> Iterator[tuple[UUID, list[bool]]]:
    """Ask the database what each tree says of each event: true or false, never null."""
    conditions = {
        f"answer{number}": ExpressionWrapper(events_q(tree), BooleanField()) for number, tree in enumerate(trees)
    }
    for pk, *answers in SystemEvent.objects.annotate(**conditions).values_list("pk", *conditions):
        yield pk, answers


def test_content_comes_back_as_it_was_matched() -> None:
    content = {"a": [1, 2.5, -0.0, 1e22, 10**30, None, True, "\u00e4"], "": {"b": {}}}
    assert as_stored(content) == content
