"""Backtests of subscription policies over a hundred thousand events: read from the database, replayed, and counted.

They run in a process of their own, as a thread of the web server would run them. In the place of p50 stands the time to
the first word of how far it is, in that of p95 the longest time from one such word to the next.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from types import MappingProxyType

import django

from alerts.events.catalog import LEVELS
from alerts.rules.pattern import Pattern
from alerts.subscriptions.backtest import Plan, Replay, Voices
from alerts.subscriptions.backtest_report import series_of
from alerts.subscriptions.terms import COUNT, Step, Terms
from bench.figures import Figure, Section
from bench.history import DAYS, History
from bench.server import Server
from kmsconsole import env
from kmsconsole.keys import keys_of
from kmsconsole.programs import base_environ
from tests.installation import ROOT

MOST = 100_000
VOICES = Voices(
    people=dict.fromkeys(LEVELS, ("Ann", "Bob")),
    mails=dict.fromkeys(LEVELS, 1),
    groups={group: dict.fromkeys(LEVELS, (f"Boss {group}",)) for group in (1, 2, 3)},
    systems=("hook",),
)
CLIMBS = Terms(
    wait=30, interval=300, repeat=3600, steps=(Step(900, 1), Step(1800, 2), Step(3600, 3)), rounds=2,
)  # fmt: skip
PLANS: Mapping[str, Plan] = MappingProxyType({
    "everything together, as a new policy is": Plan(Pattern(), Terms(), (), VOICES),
    "5 times in 5 minutes, by resource": Plan(Pattern(), Terms(denoise=COUNT), ("resource",), VOICES),
    "merged by resource": Plan(Pattern(), Terms(wait=30, interval=300), ("resource",), VOICES),
    "repeated and escalated, by resource": Plan(Pattern(), CLIMBS, ("resource",), VOICES),
})  # fmt: skip


def measure(server: Server, history: History) -> Iterator[Section]:
    """Yield the figures of every kind of policy, over as many of the newest events as there are, 100,000 at most."""
    count = min(MOST, history.count)
    environment = env.read({"KMSCONSOLE_DATA": str(server.installation.data)})
    environ = base_environ(environment, keys_of(environment), server.url, "")
    start = history.end - DAYS * count / history.count
    command = (sys.executable, "-m", "bench.backtests", history.account, start.isoformat(), history.end.isoformat())
    with server.meter.running() as spent:
        done = subprocess.run(command, env=dict(os.environ) | environ, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    told = json.loads(done.stdout)
    shared = spent.cpu / len(told)  # of the database; the process itself is not one of the installation
    figures = [
        Figure(f"{each['name']}: {each['messages']:,}", each["took"] / each["events"], each["events"] / each["took"],
               each["took"], (each["cpu"] + shared) / each["events"], each["first"], each["slowest"])
        for each in told
    ]  # fmt: skip
    yield Section(f"Backtests of {count:,} events: messages; p50 first, p95 slowest progress", None, None, figures)


def told_of(name: str, *, account: str, start: datetime, end: datetime) -> dict[str, object]:
    """Replay one policy; return its name, events, messages, and the seconds that it took."""
    begun, used, replay = time.perf_counter(), time.process_time(), Replay(PLANS[name])
    run = import_module("alerts.notifications.policy_backtest").run
    steps = run([replay], account=account, now=end, since=start)
    words = [begun, *(time.perf_counter() for _progress in steps)]
    report = replay.report
    series_of(report, start=start, end=end)
    report.at_night("Asia/Shanghai"), report.by_person(), report.by_system()
    slowest = max(after - before for before, after in itertools.pairwise(words))
    return {
        "name": name, "events": report.looked_at, "messages": len(report.messages), "first": words[1] - begun,
        "slowest": slowest, "took": time.perf_counter() - begun, "cpu": time.process_time() - used,
    }  # fmt: skip


if __name__ == "__main__":
    django.setup()
    since, until = (datetime.fromisoformat(each) for each in sys.argv[2:4])
    found = [told_of(name, account=sys.argv[1], start=since, end=until) for name in PLANS]
    sys.stdout.write(json.dumps(found))
