"""The first page of both lists over ninety days of events: as it opens, narrowed, far down, and for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

import psycopg

from alerts.events.identity import first_id
from bench import database
from bench.calls import Call, Client, one_after_the_other
from bench.figures import Figure, Section
from bench.history import ABSENT, RARE, RARE_LEVEL, RARE_NAME, History
from bench.server import Server
from tests.person import Person

CLOUDMONITOR = "/cloudmonitor/event-center/system-events/"
KMS = "/kms/cn-hangzhou/alert-events/"
WARM_UP = 4
DEEP = 0.9
AT_DEPTH = "SELECT id FROM events_systemevent WHERE account_id = %s ORDER BY id DESC OFFSET %s LIMIT 1"


def pages(deep: str) -> dict[str, tuple[str, Mapping[str, str]]]:
    """Return what is opened: its name, the list, and the parameters."""
    days = {"period": "90d"}
    return {
        "CloudMonitor, as it opens (7 days)": (CLOUDMONITOR, {}),
        "CloudMonitor, 90 days": (CLOUDMONITOR, days),
        f"CloudMonitor, 90 days, level {RARE_LEVEL}": (CLOUDMONITOR, days | {"level": RARE_LEVEL}),
        f"CloudMonitor, 90 days, name {RARE_NAME}": (CLOUDMONITOR, days | {"name": RARE_NAME}),
        "CloudMonitor, 90 days, region cn-beijing": (CLOUDMONITOR, days | {"region": "cn-beijing"}),
        "CloudMonitor, 90 days, rare keyword": (CLOUDMONITOR, days | {"keywords": RARE}),
        "CloudMonitor, 90 days, frequent keyword": (CLOUDMONITOR, days | {"keywords": "throttling"}),
        "CloudMonitor, 90 days, absent keyword": (CLOUDMONITOR, days | {"keywords": ABSENT}),
        f"CloudMonitor, 90 days, {DEEP:.0%} down": (CLOUDMONITOR, days | {"before": deep}),
        "CloudMonitor, as JSON (1,000 events)": (CLOUDMONITOR, days | {"format": "json"}),
        "KMS, one region, as it opens (7 days)": (KMS, {}),
        "KMS, one region, 90 days": (KMS, days),
    }


def measure(server: Server, history: History, *, repeats: int) -> list[Section]:
    """Return the figures of every page, opened again and again by somebody who is signed in."""
    with Person(server.installation) as person:
        headers = {"Cookie": f"sessionid={person.web.cookies['sessionid']}"}
    empty = _figure(server, "list without a result", f"{CLOUDMONITOR}?region=nowhere", headers, repeats)
    with psycopg.connect(server.url) as connection:
        found = connection.execute(AT_DEPTH, (history.account, int(history.count * DEEP))).fetchone()
    assert found is not None
    bare = database.newest(
        server,
        history.account,
        first=str(first_id(history.start)),
        last=str(first_id(history.end)),
        repeats=max(repeats, 50),
    )
    wanted = {name: f"{path}?{urlencode(query)}" for name, (path, query) in pages(str(found[0])).items()}
    figures = [_figure(server, name, address, headers, repeats) for name, address in wanted.items()]
    return [Section(f"Lists at {history.count:,} events over 90 days, one client", empty, bare, figures)]


def _figure(server: Server, name: str, address: str, headers: Mapping[str, str], repeats: int) -> Figure:
    call = Call(address, headers=headers)
    expected = "nowhere" not in address
    with Client(server.port) as client:
        glue = "&" if "?" in address else "?"
        document = client.send(Call(f"{address}{glue}format=json", headers=headers))
    assert bool(json.loads(document)["events"]) == expected, f"{address}: {document[:200]!r}"
    return one_after_the_other(name, server, [call] * repeats, warm=[call] * WARM_UP)
