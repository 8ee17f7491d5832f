"""What is sent to the database: no value within the SQL, and no order but that of code points."""

from __future__ import annotations

import pytest

from alerts.events.language import parse
from alerts.events.language.query import events_q
from alerts.events.models import SystemEvent


@pytest.mark.parametrize(
    "text",
    [
        "canary",
        "level = canary",
        "level not in (canary, 'x')",
        "name < canary",
        "resource not like 'canary%'",
        "content.canary is null",
        "content.a.'canary' = 1",
        "content.a in ('canary', 5, true)",
        "content.a > 'canary'",
        "content.a not like '%canary'",
    ],
)
def test_every_value_is_a_parameter(text: str) -> None:
    sql, parameters = SystemEvent.objects.filter(events_q(parse(text))).query.sql_with_params()
    assert "canary" not in sql
    assert "canary" in str(parameters)


@pytest.mark.parametrize("text", ["level < 'x'", "content.a >= 'x'", "content.a like 'x'", "region not like 'x'"])
def test_texts_are_ordered_by_code_point_whatever_the_database_was_made_with(text: str) -> None:
    assert 'COLLATE "C"' in str(SystemEvent.objects.filter(events_q(parse(text))).query)
