"""The database's reading of a pattern: the condition that finds the events which `Pattern.matches` would take.

It says exactly what the matcher says, so that a preview may let the indexes do the looking. Words of the content are
the exception: the database narrows to the events in whose text they occur, and the matcher has the last word.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from django.db.models import Q

from alerts.events.language import Comparison
from alerts.events.language.fields import SAME_TYPE, Field
from alerts.events.language.query import events_q
from alerts.rules.globs import WILD, like_of
from alerts.rules.pattern import ANY, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.rules.pattern import Pattern


def pattern_q(pattern: Pattern) -> Q:
    """Return the condition on system events that a pattern is; raises ExpressionError for a wrong SQL filter."""
    return reduce(and_, _further(pattern), counted_q(pattern))


def counted_q(pattern: Pattern) -> Q:
    """Return the part of the condition that events and hourly counts share: that of their kind."""
    wanted = {
        "product": (pattern.product,) if pattern.product else (),
        "event_type": (*pattern.event_types, *(SAME_TYPE[each] for each in pattern.event_types if each in SAME_TYPE)),
        "level": pattern.levels,
        "name": pattern.names,
        "status": pattern.statuses,
    }
    narrowed = {name: values for name, values in wanted.items() if values and ANY not in values}
    return Q(**{f"{name}__in": values for name, values in narrowed.items()})


def counted(pattern: Pattern) -> bool:
    """Tell whether a pattern asks for nothing but what hourly counts know."""
    words = pattern.content_words or pattern.resource_words
    return not (pattern.keywords or pattern.sql_filter or pattern.resources or words)


def _further(pattern: Pattern) -> Iterator[Q]:
    if pattern.keywords:
        words = _any_of([Q(search_text__contains=word.lower()) for word in pattern.keywords])
        yield ~words if pattern.keywords_none else words
    if pattern.sql_filter:
        yield events_q(tree_of(pattern.sql_filter))
    if pattern.resources:
        exact = [each for each in pattern.resources if not WILD.search(each)]
        globs = [events_q(Comparison(Field("resource"), "like", (like_of(each),))) for each in pattern.resources
                 if WILD.search(each)]  # fmt: skip
        yield _any_of([*([Q(resource__in=exact)] if exact else []), *globs])
    yield from _words(pattern)


def _words(pattern: Pattern) -> Iterator[Q]:
    if pattern.content_words and not pattern.content_black:
        yield _any_of([Q(search_text__contains=word.lower()) for word in pattern.content_words])
    if pattern.resource_words:
        occur = [Q(resource__icontains=word) for word in pattern.resource_words]
        yield ~reduce(and_, occur) if pattern.resource_black else _any_of(occur)


def _any_of(conditions: Sequence[Q]) -> Q:
    return reduce(or_, conditions)
