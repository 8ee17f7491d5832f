"""How fast one fact after the other is taken in: the answer 202, which is sent after the commit."""

from __future__ import annotations

from bench import database, facts
from bench.calls import at_a_time, one_after_the_other
from bench.figures import Figure, Section
from bench.line import wait_until_idle
from bench.server import Server

EMPTY = "405 of the same address"
POST = "POST of one CloudEvent"


def measure(server: Server, *, count: int, clients: int) -> list[Section]:
    """Return the figures for one client and for several; the line works on what comes in meanwhile."""
    with database.scratch(server.url):
        bare = database.one_row_inserts(server, count)
        bare_many = database.one_row_inserts(server, count, clients=clients)
    alone = _alone(server, count)
    wait_until_idle(server.url)
    together = _together(server, count, clients)
    wait_until_idle(server.url)
    return [
        Section("One fact a call, one client", alone[0], bare, alone[1:]),
        Section(f"One fact a call, {clients} clients at a time", together[0], bare_many, together[1:]),
    ]


def _alone(server: Server, count: int) -> list[Figure]:
    calls, warm = facts.singles(count), facts.singles(50)
    empty = one_after_the_other(EMPTY, server, facts.refused(calls), warm=facts.refused(warm))
    return [empty, one_after_the_other(POST, server, calls, warm=warm)]


def _together(server: Server, count: int, clients: int) -> list[Figure]:
    calls, warm = facts.singles(count), facts.singles(clients * 20)
    empty = at_a_time(EMPTY, server, facts.refused(calls), clients=clients, warm=facts.refused(warm))
    return [empty, at_a_time(POST, server, calls, clients=clients, warm=warm)]
