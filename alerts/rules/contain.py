"""Containment: whether everything that one pattern matches is matched by another, as far as that can be told from them.

Pure. A yes is certain, a no may only mean that it cannot be told. And whether an SQL filter can hold at all beside the
lists of its pattern.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alerts.events.catalog import LEVELS
from alerts.events.language import And, Comparison, Expression, fold
from alerts.events.language.fields import SAME_TYPE
from alerts.events.language.match import wanted
from alerts.events.language.tree import leaves
from alerts.rules.pattern import ANY, Pattern, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alerts.events.language.tree import Leaf

LISTED = {"product": "product", "type": "event_types", "level": "levels", "name": "names", "status": "statuses"}
"""Lists of a pattern by the name of the field in the filter language."""
OTHER = "\0any other"
NO_WORDS = ((), ())


def contains(wider: Pattern, narrower: Pattern) -> bool:
    """Tell whether every event that `narrower` matches is surely matched by `wider`."""
    return (
        all(_list_contains(of, wider, narrower) for of in LISTED)
        and _keywords_contain(wider, narrower)
        and _filter_contains(wider.sql_filter, narrower.sql_filter)
        and _resources_contain(wider.resources, narrower.resources)
        and _words_of(wider) in (NO_WORDS, _words_of(narrower))
    )


def _words_of(pattern: Pattern) -> tuple[object, ...]:
    content = (pattern.content_words, pattern.content_black) if pattern.content_words else ()
    return content, (pattern.resource_words, pattern.resource_black) if pattern.resource_words else ()


def _values(pattern: Pattern, of: str) -> frozenset[str] | None:
    """Return the values that a list of a pattern takes; None for any."""
    found = getattr(pattern, LISTED[of])
    listed: Sequence[str] = [found] if isinstance(found, str) else found
    if not any(listed) or ANY in listed:
        return None
    return frozenset((*listed, *(SAME_TYPE[each] for each in listed if of == "type" and each in SAME_TYPE)))


def _list_contains(of: str, wider: Pattern, narrower: Pattern) -> bool:
    wide, narrow = _values(wider, of), _values(narrower, of)
    return wide is None or (narrow is not None and narrow <= wide)


def _keywords_contain(wider: Pattern, narrower: Pattern) -> bool:
    wide, narrow = ([word.lower() for word in each.keywords] for each in (wider, narrower))
    if not wide:
        return True
    if not narrow or wider.keywords_none != narrower.keywords_none:
        return False
    if wider.keywords_none:  # what lacks “rds” lacks “rds-prod” too
        return all(any(short in long for short in narrow) for long in wide)
    return all(any(short in long for short in wide) for long in narrow)


def _filter_contains(wider: str, narrower: str) -> bool:
    if not wider:
        return True
    return bool(narrower) and _parts(tree_of(wider)) <= _parts(tree_of(narrower))


def _parts(tree: Expression) -> set[Expression]:
    return set(tree.parts) if isinstance(tree, And) else {tree}


def _resources_contain(wider: Sequence[str], narrower: Sequence[str]) -> bool:
    return not wider or (bool(narrower) and all(any(_glob_contains(w, n) for w in wider) for n in narrower))


def _glob_contains(wider: str, narrower: str) -> bool:
    # A star takes in whatever stands there, wildcards too; a question mark only what is surely one character.
    if "?" in wider:
        return wider == narrower
    shape = ".*".join(re.escape(part) for part in wider.split("*"))
    return re.fullmatch(shape, narrower, re.DOTALL) is not None


def never_holds(pattern: Pattern) -> str:
    """Return the name of the field by which the SQL filter can never hold beside the lists; empty where it may."""
    if not pattern.sql_filter:
        return ""
    tree = tree_of(pattern.sql_filter)
    asked = {leaf.field.name for leaf in leaves(tree) if isinstance(leaf, Comparison) and not leaf.field.path}
    return next((of for of in LISTED if of in asked and not _may_hold(tree, pattern, of)), "")


def _may_hold(tree: Expression, pattern: Pattern, of: str) -> bool:
    """Tell whether the filter may hold for some value of one field; what depends on others is not known."""
    listed = _values(pattern, of)
    mentioned = {value for leaf in leaves(tree) if _about(leaf, of) for value in _texts(leaf)}
    values = listed if listed is not None else {*mentioned, OTHER, *(LEVELS if of == "level" else ())}
    return any(_read(tree, of, value) is not False for value in values)


def _about(leaf: Leaf, of: str) -> bool:
    return isinstance(leaf, Comparison) and leaf.field.name == of and not leaf.field.path


def _texts(leaf: Leaf) -> Iterable[str]:
    return [value for value in wanted(leaf) if isinstance(value, str)] if isinstance(leaf, Comparison) else ()


def _read(tree: Expression, of: str, value: str) -> bool | None:
    """Return what the filter says where the field has this value; None where that depends on something else."""

    def leaf(each: Leaf) -> bool | None:
        if not isinstance(each, Comparison) or not _about(each, of) or each.operator not in {"=", "!=", "in", "not in"}:
            return None
        return (value in wanted(each)) == (each.operator in {"=", "in"})

    def all_(results: Iterable[bool | None]) -> bool | None:
        found = list(results)
        return False if False in found else None if None in found else True

    def any_(results: Iterable[bool | None]) -> bool | None:
        found = list(results)
        return True if True in found else None if None in found else False

    return fold(tree, leaf=leaf, all_=all_, any_=any_, none=lambda result: None if result is None else not result)
