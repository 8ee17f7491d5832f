"""A subscription policy under fire: its group wait, escalation, repeat and recovery, while workers and beat are killed.

Every message arrives, each is one message however often it was tried, and the story is the one that a policy of the
same terms tells when nobody disturbs it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.test_the_line_survives import pids
from tests.installation import Installation, a_free_port
from tests.person import Person, Program, a_cloud_event, wait_for
from tests.receivers.http import HttpReceiver
from tests.receivers.smtp import SmtpReceiver

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

HERE = "/cloudmonitor/event-center/event-subscription"
SECRETS, OF_EACH = 3, 4
WAIT, STEP, REPEAT = 5, 30 * 60, 60 * 60
"""Seconds of the group wait, of the step of the escalation, and of the repeat."""
SOON = 3
"""Seconds until a step or a repeat is due, once the test has moved the moment from which it counts."""
VICTIMS = ("-Q line", "-Q deliveries", " beat ")
FAILED, SUCCEEDED = "kms.secret.rotation-failed", "kms.secret.rotation-succeeded"
FAILURE = {"secretType": "Rds", "failureInfo": {"errorCode": "Kms:AccountNotFound", "errorMessage": "no account"}}
Told = tuple[list[tuple[Any, ...]], Counter[str], Counter[str]]
MOVE = """
    UPDATE subscriptions_bundle SET due_at = now(), state = jsonb_set(state, %(path)s, to_jsonb(%(since)s::text))
    WHERE closed_at IS NULL
"""
BATCHES = (
    "SELECT kind, number, count, causes, step, level FROM subscriptions_batch WHERE policy_name = %s ORDER BY number"
)
UNSENT = """SELECT count(*) FROM notifications_notification n JOIN subscriptions_batch b ON b.id = n.batch_id
    WHERE b.policy_name = %s AND n.state <> 'SENT'"""
SENT = """SELECT n.delivery_id::text, n.channel FROM notifications_notification n
    JOIN subscriptions_batch b ON b.id = n.batch_id WHERE b.policy_name = %s"""
DECIDED = "SELECT count(*) FROM notifications_decision WHERE policy_name = %s"


@dataclass
class Watch:
    """An installation with a mail server, a system that is pushed to, and somebody who makes policies."""

    one: Installation
    person: Person
    mails: SmtpReceiver
    pushed: HttpReceiver

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what the database answers."""
        with psycopg.connect(self.one.database_url) as connection:
            return connection.execute(query, values).fetchall()

    def make_soon(self, name: str, seconds: int) -> None:
        """Move the moment from which a span of the open bundle counts, so that it is over soon."""
        since = datetime.now(UTC) - timedelta(seconds=seconds - SOON)
        with psycopg.connect(self.one.database_url) as connection:
            connection.execute(MOVE, {"path": f"{{{name}}}", "since": since.isoformat()})

    def choice(self, page: str, field: str, words: str) -> str:
        """Return the value of the choice of a form that has these words."""
        for each in self.person.open(page).select(f'[name="{field}"] option, label:has([name="{field}"])'):
            if words in each.text:
                box = each if each.name == "option" else each.select_one("input")
                assert box is not None
                return str(box["value"])
        raise AssertionError(f"{page} offers no {words} as {field}")


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory, tables_made: Path) -> Iterator[Watch]:
    """An empty installation whose mail server and push channel are receivers; Anna is told first, Ben if she sleeps."""
    with SmtpReceiver() as mails, HttpReceiver() as pushed:
        environ = {"KMSCONSOLE_DEMO": "0", "KMSCONSOLE_SMTP_URL": mails.url}
        data = tmp_path_factory.mktemp("watched") / "data"
        one = Installation(data, a_free_port(), environ, tables=tables_made)
        try:
            with Person(one.start()) as person:
                made = Watch(one, person, mails, pushed)
                staff(made)
                yield made
        finally:
            one.stop()


def staff(watch: Watch) -> None:
    """Make the people, how they are told, and the push channel."""
    send, contacts = watch.person.send, "/cloudmonitor/alerts/contact-groups/create/"
    for name in ("anna", "ben"):
        send("/cloudmonitor/alerts/contacts/create/", {"name": name.title(), "email": f"{name}@example.com"})
        who = watch.choice(contacts, "contacts", name.title())
        send(contacts, {"name": f"with {name}", "contacts": [who]})
    with psycopg.connect(watch.one.database_url) as connection:
        connection.execute("UPDATE contacts_address SET confirmed_at = now()")
    create = f"{HERE}/notification-configurations/create/"
    first, second = (watch.choice(create, "group", f"with {name}") for name in ("anna", "ben"))
    steps = {"steps-0-after": str(STEP // 60), "steps-0-group": second}
    send(create, {"name": "escalating", "mode": "DIRECT", "group": first, "recovery": "on", **steps})
    address = {"webhook-url": f"{watch.pushed.url}/in", "webhook-http_method": "POST", "webhook-data_format": "JSON"}
    send(f"{HERE}/push-channels/create/", {"name": "systems", "kind": "webhook", **address})


def a_policy(watch: Watch, name: str) -> None:
    """Make a policy for the secrets of this name, through its page."""
    create = f"{HERE}/policies/create/"
    fields = {
        "name": name, "kind": "SYSTEM", "denoise": "DIRECT_MUTED", "resource_words": f"{name}-",
        "group_wait_0": str(WAIT), "group_wait_1": "1", "repeat_interval_0": str(REPEAT), "repeat_interval_1": "1",
        "configuration": watch.choice(create, "configuration", "escalating"),
        "push_channels": watch.choice(create, "push_channels", "systems"),
    }  # fmt: skip
    watch.person.send(create, fields)


def story(watch: Watch, name: str, *, disturb: Callable[[], None]) -> Told:
    """Live through wait, escalation, repeat and recovery; return the batches, and how many messages came in where."""
    a_policy(watch, name)
    for inbox in (watch.mails, watch.pushed):
        inbox.reset()
    send(watch, FAILED, name, times=OF_EACH)
    disturb()
    until_told(watch, name, "FIRST")
    watch.make_soon("climb_from", STEP)
    disturb()
    until_told(watch, name, "ESCALATION")
    send(watch, FAILED, name, times=OF_EACH)
    disturb()
    known = 2 * OF_EACH * SECRETS
    wait_for(lambda: watch.ask(DECIDED, name) == [(known,)], seconds=90, what=f"{known} decisions")
    watch.make_soon("repeat_from", REPEAT)
    disturb()
    until_told(watch, name, "REPEAT")
    send(watch, SUCCEEDED, name, times=1)
    disturb()
    until_told(watch, name, "RECOVERY")
    time.sleep(2 * SOON)
    return received(watch, name)


def send(watch: Watch, kind: str, name: str, *, times: int) -> None:
    """Send facts about each of the policy's secrets in one call."""
    told = FAILURE if kind == FAILED else {"secretType": "Rds"}
    facts = [a_cloud_event(kind, f"secret/{name}-{each}", **told) for _ in range(times) for each in range(SECRETS)]
    with Program(watch.one) as program:
        assert program.send(facts)["accepted"] == len(facts)


def until_told(watch: Watch, name: str, kind: str) -> None:
    """Wait until a message of this kind has arrived wherever it is to go."""

    def arrived() -> bool:
        batches = watch.ask(BATCHES, name)
        return any(row[0] == kind for row in batches) and watch.ask(UNSENT, name) == [(0,)]

    wait_for(arrived, seconds=120, what=f"{kind} of {name}")


def received(watch: Watch, name: str) -> Told:
    """Return the batches, the subjects of the mails and the states pushed; every message counts once, by its id."""
    sent = dict(watch.ask(SENT, name))
    mails = {mail.message["Message-ID"].strip("<>").split("@")[0]: mail for mail in watch.mails.mails}
    pushed = {request.headers["webhook-id"]: request.json for request in watch.pushed.requests}
    assert {**mails, **pushed}.keys() == sent.keys()
    subjects = Counter(f"{mail.recipients[0]} {mail.subject.replace(name, 'it')}" for mail in mails.values())
    states = Counter(json.dumps([body["alert"]["alertStatus"], body["severity"]]) for body in pushed.values())
    return watch.ask(BATCHES, name), subjects, states


def test_kills_within_the_wait_and_the_escalation_change_nothing_of_what_is_received(watch: Watch) -> None:
    chance = random.Random(20_261_122)

    def kill_them() -> None:
        for victim in chance.sample(VICTIMS, len(VICTIMS)):
            time.sleep(chance.uniform(0.05, 1.2))
            for pid in pids(watch.one, victim):
                os.kill(pid, signal.SIGKILL)

    undisturbed = story(watch, "calm", disturb=lambda: None)
    disturbed = story(watch, "fire", disturb=kill_them)

    assert [row[0] for row in undisturbed[0]] == ["FIRST", "ESCALATION", "REPEAT", "RECOVERY"]
    assert [row[2] for row in undisturbed[0]] == [12, 12, 24, 24]
    assert disturbed == undisturbed
    assert watch.one.log.count("ended by SIGKILL") >= 5
    watch.one.wait_until_healthy(60)
