"""A search that is written out once answers as the search itself does, for whichever account and time it is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.datastructures import MultiValueDict

from alerts.events.filters import Seen, SystemEventFilter
from alerts.events.forms import Period
from alerts.events.models import SystemEvent
from alerts.events.repeated import ACCOUNT, Question, written_out
from tests.builders import NOW, OTHER_UID, UID, a_draft, an_account, some_events

pytestmark = pytest.mark.django_db
FIELDS = ("id", "occurred_at", "name", "level", "content")
FAILED, SYNC = "Secret:RotateSecret:Failure", "Key:SyncKey:Success"
SEARCHES: list[dict[str, list[str]]] = [
    {},
    {"product": ["KMS"], "level": ["CRITICAL"]},
    {"name": [FAILED, SYNC], "status": ["Failed"]},
    {"event_type": ["Exception"], "level": ["CRITICAL", "INFO"], "product": ["KMS", "%s", "100%"]},
]


def a_search(account: str, data: dict[str, list[str]], **more: list[str]) -> SystemEventFilter:
    events = SystemEvent.objects.filter(account=account).real()
    search = SystemEventFilter(MultiValueDict({**data, **more}), queryset=events, now=NOW, seen=Seen())
    assert search.is_valid(), search.errors
    return search


def asked(question: Question, account: str, period: Period) -> list[dict[str, Any]]:
    return question.page(account, period, first=1, last=4)


@pytest.mark.parametrize("data", SEARCHES, ids=str)
def test_a_question_answers_as_its_search_does(data: dict[str, list[str]]) -> None:
    owners = an_account(UID), an_account(OTHER_UID)
    names = (FAILED, SYNC, "Key:DeleteKey:Success")
    some_events(
        [
            a_draft(names[each % 3], account=owners[each % 2], at=NOW - timedelta(minutes=each), content={"each": each})
            for each in range(24)
        ]
    )
    question, found = written_out(a_search(ACCOUNT, data), FIELDS), 0
    for account in (UID, OTHER_UID, "nobody"):
        for start, end in ((90, 0), (15, 3), (4, 3)):
            times = NOW - timedelta(minutes=start), NOW - timedelta(minutes=end)
            search = a_search(account, data, start=[times[0].isoformat()], end=[times[1].isoformat()])
            there = list(search.qs.newest_first().values(*FIELDS)[1:4])
            assert asked(question, account, Period(*times)) == there
            found += len(there)
    assert found
