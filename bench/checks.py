"""Checks of an alert rule before it is saved, over ninety days of events: its preview, by the kind of rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from bench.calls import Call, one_after_the_other
from bench.figures import Figure, Section
from bench.history import ABSENT, RARE, RARE_LEVEL, RARE_NAME, History
from bench.lists import WARM_UP
from bench.server import Server
from tests.person import Person

CREATE = "/cloudmonitor/event-center/alert-rules/create/"
CHECKS = "/cloudmonitor/event-center/alert-rules/checks/"
Fields = dict[str, str]


def rules(account: str) -> dict[str, Fields]:
    """Return what is typed: selective rules first, then those that have to be sampled."""
    resource = f"resource = 'acs:kms:cn-hangzhou:{account}:secret/rds-17-app'"
    return {
        "selective: rare keyword": {"keywords": RARE},
        "selective: absent keyword": {"keywords": ABSENT},
        "selective: one resource": {"sql_filter": resource},
        "selective: error code in the content": {"sql_filter": f"content.failureInfo.errorCode = '{RARE}'"},
        f"counted: name {RARE_NAME}": {"names": RARE_NAME},
        f"counted: level {RARE_LEVEL}": {"levels": RARE_LEVEL},
        "counted: everything": {},
        "sampled: frequent keyword": {"keywords": "throttling"},
        "sampled: a value that most contents have": {"sql_filter": "content.secretType = 'Rds'"},
    }


def measure(server: Server, history: History, *, repeats: int) -> list[Section]:
    """Return the figures of every preview, asked for again and again by somebody who is signed in."""
    with Person(server.installation) as person:
        token = person.open(CREATE).select_one("[name=csrfmiddlewaretoken]")
        assert token is not None
        cookies = "; ".join(f"{name}={value}" for name, value in person.web.cookies.items())
    headers = {"Cookie": cookies, "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
    typed = {"csrfmiddlewaretoken": str(token["value"]), "name": "bench", "mute_for": "3600", "time_zone": "UTC"}
    figures = [
        _figure(server, name, headers, typed | fields, repeats) for name, fields in rules(history.account).items()
    ]
    title = f"Preview of a rule at {history.count:,} events over 90 days, one client"
    return [Section(title, None, None, figures)]


def _figure(server: Server, name: str, headers: Mapping[str, str], fields: Fields, repeats: int) -> Figure:
    call = Call(CHECKS, method="POST", body=urlencode(fields).encode(), headers=headers)
    calls: Sequence[Call] = [call] * repeats
    return one_after_the_other(name, server, calls, warm=[call] * WARM_UP)
