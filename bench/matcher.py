"""The matcher by itself: ten thousand rules, compiled to a book, and how many events a second meet theirs."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass

from alerts.events.catalog import CATALOG
from alerts.rules.book import Entry, compiled
from alerts.rules.hours import Hours
from alerts.rules.pattern import Pattern
from bench.figures import Figure, Section

ACCOUNT = "1000000000000001"
RESOURCES = 20_000
ALWAYS = Hours()


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the matcher meets it: with its search text made already, as a stored one has it."""

    event_type: str
    level: str
    name: str
    status: str
    resource: str
    instance_name: str
    content: Mapping[str, object]
    search_text: str
    product: str = "KMS"
    region: str = "cn-hangzhou"
    group_id: str = ""


def an_event(chance: random.Random) -> Event:
    """Return an event of some type about one of twenty thousand resources."""
    record, local = chance.choice(CATALOG), f"key-{chance.randrange(RESOURCES):05d}"
    resource = f"acs:kms:cn-hangzhou:{ACCOUNT}:{record.resource_kind}/{local}"
    failure = {"errorCode": "Kms:AccountNotFound", "errorMessage": "The account does not exist."}
    text = "\n".join((record.name, record.title, record.level, resource, local, *failure.values()))
    return Event(
        record.event_type, record.level, record.name, record.status, resource, local,
        {"secretName": local, "failureInfo": failure}, text.lower(),
    )  # fmt: skip


def pattern(chance: random.Random, number: int) -> Pattern:
    """Return the pattern of a rule: about one resource by keyword, name, wildcard or filter, or about an error."""
    record, local = chance.choice(CATALOG), f"key-{chance.randrange(RESOURCES):05d}"
    kinds = (
        Pattern(product="KMS", names=(record.name,), keywords=(local,)),
        Pattern(product="KMS", resources=(f"acs:kms:cn-hangzhou:{ACCOUNT}:{record.resource_kind}/{local}",)),
        Pattern(product="KMS", names=(record.name,), resources=(f"acs:kms:*:{ACCOUNT}:*/{local[:-1]}?",)),
        Pattern(sql_filter=f"level = {record.level} and {local}"),
        Pattern(
            levels=(record.level,), sql_filter=f"content.failureInfo.errorCode like 'Kms:A%' and region = r{number}"
        ),
    )
    return kinds[number % len(kinds)]


def measure(*, rules: int, count: int) -> list[Section]:
    """Return how long it takes to compile the rules, and to match the events, on one processor."""
    chance = random.Random(20261122)
    entries = [Entry(number, str(number), 1, pattern(chance, number), ALWAYS, 300) for number in range(rules)]
    happened = [an_event(chance) for _ in range(count)]
    started, used = time.perf_counter(), time.process_time()
    book = compiled(entries)
    compiling = _figure(f"compile {rules:,} rules", rules, started, used)
    started, used = time.perf_counter(), time.process_time()
    found = sum(len(book.matching(event)) for event in happened)
    matching = _figure(f"match {count:,} events ({found:,} matches)", count, started, used)
    return [Section(f"The matcher with {rules:,} rules, one process", None, None, [compiling, matching])]


def _figure(name: str, count: int, started: float, used: float) -> Figure:
    took, cpu = time.perf_counter() - started, time.process_time() - used
    return Figure(name, took / count, count / took, took, cpu / count)
