"""The expressions by hand: each says of the event what the file expects, to both readings."""

from __future__ import annotations

import pytest

from alerts.events.language import ExpressionError, matches, parse
from alerts.events.language.query import events_q
from alerts.events.models import SystemEvent
from tests.builders import an_account, some_events
from tests.events.language.samples import a_failure, cases

CASES = tuple(cases())
READABLE = tuple((verdict == "+", expression) for verdict, expression in CASES if verdict in "+-")
REFUSED = tuple((int(verdict), expression) for verdict, expression in CASES if verdict not in "+-")


def test_there_are_many() -> None:
    assert len(READABLE) > 200
    assert len(REFUSED) > 70
    assert len({expression for _verdict, expression in CASES}) == len(CASES)


@pytest.mark.parametrize(("holds", "expression"), READABLE)
def test_an_expression_holds_or_does_not(holds: bool, expression: str) -> None:  # noqa: FBT001 - a table's column
    tree = parse(expression)
    assert matches(tree, a_failure()) is holds
    assert parse(str(tree)) == tree


@pytest.mark.parametrize(("column", "expression"), REFUSED)
def test_a_mistake_is_pointed_at(column: int, expression: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(expression)
    assert caught.value.position == column
    assert caught.value.message.startswith(f"Column {column}: ")
    assert caught.value.message.endswith((".", "?"))


@pytest.mark.django_db
def test_the_database_reads_them_alike() -> None:
    an_account()
    some_events([a_failure()])
    found = {text for _holds, text in READABLE if SystemEvent.objects.filter(events_q(parse(text))).exists()}
    assert found == {text for holds, text in READABLE if holds}
