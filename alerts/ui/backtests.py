"""Backtests of subscription policies, ready for templates: figures in a sentence, who is told, and a timeline picture.

The picture is one inner SVG stretched to whatever width there is: events by level as bars, and under them a mark for
each day with messages. Everything that it shows stands in a table as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.events.catalog import LEVELS
from alerts.subscriptions.backtest_report import series_of
from alerts.ui import formats
from alerts.ui.charts import Bucket, moments, scale, sentence, series, span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.utils.safestring import SafeString

    from alerts.subscriptions.backtest_report import Report, Series

SLICES = 90
WIDTH = 960
MARK = 4.0  # half the width of the mark of a message, in units of the plot


@dataclass(frozen=True, slots=True)
class Told:
    """What one policy would have done: a heading, the figures in a sentence, who is told how often, and the picture."""

    label: str
    said: str
    figures: Sequence[tuple[str, int, str]]
    people: Sequence[tuple[str, int]]
    systems: Sequence[tuple[str, int]]
    picture: SafeString


class Figures(NamedTuple):
    """What is counted of a report once, for there may be hundreds of thousands of messages."""

    report: Report
    sent: int
    night: int
    zone: str
    people: Sequence[tuple[str, int]]
    systems: Sequence[tuple[str, int]]


def counted(report: Report, *, zone: str) -> Figures:
    """Return the counts of a report. `sent`: the messages, those that a digest takes aside."""
    sent = sum(not each.digested for each in report.messages)
    return Figures(report, sent, report.at_night(zone), zone, report.by_person(), report.by_system())


def told_of(reports: Sequence[tuple[str, Report]], *, start: datetime, end: datetime, zone: str) -> list[Told]:
    """Return what policies would have done, drawn to one scale; each report goes with its heading."""
    found = [series_of(report, start=start, end=end, slices=SLICES) for _label, report in reports]
    highest = max((sum(each.events.values()) for slices in found for each in slices), default=0)
    told = []
    for (label, report), slices in zip(reports, found, strict=True):
        figures = counted(report, zone=zone)
        picture = picture_of(slices, end=end, highest=highest, title=label)
        told.append(Told(label, said_of(figures), figures_of(figures), figures.people, figures.systems, picture))
    return told


def said_of(figures: Figures) -> str:
    """Return the figures in a sentence: 37 events, 5 messages, 2 of them at night, to Ann and Bob."""
    events, messages = figures.report.events, figures.sent
    parts = [
        ngettext("%(count)s event", "%(count)s events", events) % {"count": formats.number(events)},
        ngettext("%(count)s message", "%(count)s messages", messages) % {"count": formats.number(messages)},
        _("%(count)s at night") % {"count": formats.number(figures.night)},
    ]
    names = [name for name, _count in (*figures.people, *figures.systems)]
    shown = ", ".join(names[:5]) + (_(" and %(count)s more") % {"count": len(names) - 5} if len(names) > 5 else "")
    to = _("to %(names)s") % {"names": shown} if names else _("to nobody")
    return f"{', '.join([*parts, to])}."


def figures_of(figures: Figures) -> list[tuple[str, int, str]]:
    """Return the figures: label, number, and a note."""
    report, digested = figures.report, len(figures.report.messages) - figures.sent
    return [
        (_("Events selected"), report.events, _("%(count)s outside the effective hours") % {
            "count": formats.number(report.outside)}),
        (_("Messages"), figures.sent, _("%(count)s more in digests") % {"count": formats.number(digested)}),
        (_("At night"), figures.night, _("from 22:00 to 7:00 in the zone %(zone)s") % {"zone": figures.zone}),
        (_("People"), len(figures.people), ngettext(
            "and %(count)s push channel", "and %(count)s push channels", len(figures.systems)
        ) % {"count": len(figures.systems)}),
    ]  # fmt: skip


def picture_of(slices: Sequence[Series], *, end: datetime, highest: int, title: str) -> SafeString:
    """Draw events and messages over time. `highest` is the most events of a slice among all that are compared."""
    ends = [each.start for each in slices[1:]] + [end]
    buckets = [Bucket(each.start, until, each.events) for each, until in zip(slices, ends, strict=True)]
    top, _ticks = scale(highest)
    slot = WIDTH / len(slices)
    context = {
        "title": title,
        "width": WIDTH,
        "series": series(buckets, width=WIDTH, top=top),
        "marks": [_mark(each, at, slot=slot) for at, each in enumerate(slices) if each.messages],
        "moments": moments(buckets),
        "top": top,
        "rows": [_row(bucket, each) for bucket, each in zip(buckets, slices, strict=True) if _any(bucket, each)],
    }
    return render_to_string("components/backtest.html", context)


def _mark(one: Series, at: int, *, slot: float) -> dict[str, Any]:
    found = {each.level for each in one.messages}
    gravest = next((level for level in LEVELS if level in found), "INFO")
    count = len(one.messages)
    said = ngettext("%(count)s message", "%(count)s messages", count) % {"count": count}
    return {
        "x": f"{at * slot + slot / 2 - MARK:.2f}",
        "level": gravest,
        "label": f"{formats.short_day(one.start)}: {said}",
    }


def _any(bucket: Bucket, one: Series) -> bool:
    return bool(bucket.total or one.messages)


def _row(bucket: Bucket, one: Series) -> tuple[str, str, int]:
    return span(bucket), sentence(bucket), len(one.messages)
