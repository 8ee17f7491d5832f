"""How a source is drawn: its state, its lag, how far each thing of it has been read, and what a check found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from alerts.mirrors.check import Permission, found_of, places_of
from alerts.mirrors.models import Cursor, Reads, Source
from alerts.mirrors.poll import progress
from alerts.mirrors.standing import Standing, advice_on, lag_of, standing_of
from alerts.ui import formats
from alerts.ui.tables import Column, Value, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from datetime import timedelta

TONES = {
    Standing.PAUSED: "neutral", Standing.SILENT: "critical", Standing.FAILING: "warn", Standing.READING: "busy",
    Standing.ACTIVE: "good",
}  # fmt: skip
OUTCOME_TONES = {
    "granted": "good", "missing": "critical", "refused": "critical", "untried": "neutral", "unknown": "warn",
}  # fmt: skip
SHOWN_REGIONS, FEW_REGIONS = 3, 2
WELL = frozenset({"good", "neutral", "busy"})


def state_cell(source: Source) -> SafeString:
    """Draw what it does now."""
    standing = standing_of(source)
    return ui.state(standing.value, tone=TONES[standing], label=str(standing.label))


def name_cell(source: Source) -> SafeString:
    """Draw the name, which leads to its page, over the regions."""
    more = len(source.regions) - SHOWN_REGIONS
    regions = [[each] for each in source.regions[:SHOWN_REGIONS]] + ([[f"+{more}"]] if more > 0 else [])
    return format_html(
        '<span class="stacked"><a class="breakable" href="{}"><strong>{}</strong></a><span>{}</span></span>',
        reverse("cloudmonitor:source", args=[source.pk]),
        source.name,
        format_html_join(" ", '<span class="tag">{}</span>', regions),
    )


def lag_words(source: Source, *, now: datetime) -> str:
    """Return how old the last whole reading is."""
    lag = lag_of(source, now=now)
    return formats.duration(lag) if lag is not None else _("nothing read yet")


def lag_cell(now: datetime) -> Value:
    """Return what draws the last whole reading and how old it is."""

    def cell(source: Source) -> SafeString | str:
        if source.polled_at is None:
            return format_html('<span class="muted">{}</span>', _("nothing read yet"))
        return format_html(
            '<span class="stacked"><span>{}</span><small>{}</small></span>',
            ui.moment(source.polled_at),
            _("%(lag)s behind") % {"lag": lag_words(source, now=now)},
        )

    return cell


def error_cell(source: Source) -> SafeString | str:
    """Draw what went wrong last, and since nothing went well what it asks for."""
    if not source.error:
        return "–"
    return format_html('<span class="source-error breakable">{}</span>', source.error)


def next_cell(source: Source) -> SafeString | str:
    """Draw when it is read next."""
    if source.paused_at:
        return _("when it is resumed")
    return _("under way") if source.begun_at and not source.error else ui.moment(source.next_at, relative=True)


def exported(now: datetime) -> tuple[Column, ...]:
    """Return the columns of exports; no part of a key is among them."""

    def lag(source: Source) -> int | None:
        found: timedelta | None = lag_of(source, now=now)
        return int(found.total_seconds()) if found is not None else None

    return (
        Column("Name", "", attribute("name")),
        Column("Account", "", attribute("account_id")),
        Column("Regions", "", attribute("regions")),
        Column("Reads", "", attribute("reads")),
        Column("State", "", lambda source: standing_of(source).value),
        Column("LastSuccess", "", attribute("polled_at")),
        Column("LagSeconds", "", lag),
        Column("Error", "", attribute("error")),
        Column("ErrorAt", "", attribute("error_at")),
        Column("NextReading", "", lambda source: "" if source.paused_at else source.next_at),
        Column("WhoTells", "", attribute("teller")),
    )


Count = tuple[str, str, int]
"""Tone, word, and how many."""


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs to one region: rows, and how many of them came to what. `opened`: it is shown without a click."""

    region: str
    counts: list[Count]
    rows: list[Any]
    opened: bool


@dataclass(frozen=True, slots=True)
class Part:
    """How far one thing of one region has been read. `total` is 0 where it is not known; then there is no bar."""

    region: str
    tone: str
    word: str
    what: str
    done: int
    total: int
    until: datetime | None
    last: datetime | None
    error: str
    advice: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What trying one permission came to."""

    region: str
    tone: str
    word: str
    action: str
    said: str


def grouped(rows: Sequence[Part | Answer]) -> list[Group]:
    """Return the rows by region. Of many regions, only the first in which not all is well is open."""
    by_region: dict[str, list[Any]] = {}
    for row in rows:
        by_region.setdefault(row.region, []).append(row)
    few = len(by_region) <= FEW_REGIONS
    unwell = next((name for name, held in by_region.items() if any(each.tone not in WELL for each in held)), None)
    return [
        Group(name or _("All regions"), counted(held), held, opened=few or name == unwell)
        for name, held in by_region.items()
    ]


def counted(rows: Sequence[Part | Answer]) -> list[Count]:
    """Return how many rows came to each outcome."""
    found = Counter((row.tone, row.word) for row in rows)
    return [(tone, word, count) for (tone, word), count in found.items()]


def parts_of(source: Source) -> list[Part]:
    """Return everything that is read, as far as it is."""
    rows = progress(source)
    reading = source.begun_at is not None and not source.paused_at
    current = next((row for row in rows if _is_left(row, source)), None) if reading else None
    return [_part(row, source, current) for row in rows]


def _is_left(row: Cursor, source: Source) -> bool:
    since = source.begun_at
    return row.ended_at is None and (row.failed_at is None or since is None or row.failed_at < since)


def _part(row: Cursor, source: Source, current: Cursor | None) -> Part:
    failed = row.failed_at is not None and row.ended_at is None
    if row.ended_at:
        tone, word = "good", _("Read")
    elif row == current:
        tone, word = "busy", _("Being read")
    elif failed:
        tone, word = "warn", _("Failed, will be tried again")
    else:
        tone, word = "neutral", _("Waits for its turn")
    events, own = row.what == Reads.EVENTS, failed and row.error != source.error
    return Part(
        region=row.region, tone=tone, word=word, what=str(Reads(row.what).label), done=row.done,
        total=0 if events else max(row.total, row.done), until=row.through if events else None,
        last=row.last_whole_at, error=row.error if own else "", advice=advice_on(row.error_code) if own else "",
    )  # fmt: skip


def outcome_words(each: Permission) -> str:
    """Return the outcome of one permission in words."""
    return {
        "granted": _("Granted"), "missing": _("Missing"), "refused": _("Refused"),
        "untried": _("Nothing to try it on"), "unknown": _("Not known"),
    }[each.outcome]  # fmt: skip


def answers_of(source: Source) -> list[Answer]:
    """Return what the check has found so far, by place."""
    found: list[Answer] = []
    for each in found_of(source):
        said = each.said or (_("Not tried, after what is said above.") if each.outcome == "unknown" else "")
        tone = OUTCOME_TONES[each.outcome]
        found.append(Answer(each.region, tone, outcome_words(each), each.action or "–", said))
    return found


def places_left(source: Source) -> tuple[int, int]:
    """Return how many places of a check under way are done, and how many there are."""
    every = len(places_of(source))
    return max(0, every - len(source.check_left)), every
