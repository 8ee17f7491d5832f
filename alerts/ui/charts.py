"""The histogram of events by level over time, as SVG drawn on the server: no script, no inline style, no library.

The idea: the plot is an inner SVG stretched to whatever width there is (preserveAspectRatio="none"), with one path for
each level; labels stand outside it at percentages, so text keeps its size on a phone. Each bar that holds something is
a link that narrows the range; a table says the same for those who read with a screen reader or walk with the keyboard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.events.catalog import LEVELS
from alerts.ui import formats

DAY = timedelta(days=1)
PLOT = 100  # height of the plot in its own units
GAP = 0.18  # share of a slot left empty between two bars
LABELS = 6  # how many moments are written under a wide plot
LAST_LABEL = 0.95  # of the plot's width: a label that begins later would stand out of it
STEPS = (1, 2, 5)
DIGIT = 6  # pixels of a digit on the axis


@dataclass(frozen=True, slots=True)
class Bucket:
    """Events that occurred in [start, end), counted by level. Both moments are aware."""

    start: datetime
    end: datetime
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All events in it."""
        return sum(self.counts.values())


def histogram(
    buckets: Sequence[Bucket],
    *,
    link: Callable[[Bucket], str],
    width: int = 960,
    height: int = 150,
    title: str = "",
) -> SafeString:
    """Draw `buckets` (equal slots, oldest first, at most some hundred) as stacked bars.

    `link` gives the address that narrows the range to one bucket. `height` is in pixels; `width` is only the inner
    resolution of the plot, which always fills its place. The last slot may be shorter in time; it is drawn as wide as
    the others. Without any event the chart is one sentence.
    """
    totals = [(level, sum(bucket.counts.get(level, 0) for bucket in buckets)) for level in LEVELS]
    top, ticks = scale(max((bucket.total for bucket in buckets), default=0))
    context = {
        "title": title or _("Events by level over time"),
        "totals": totals,
        "total": sum(count for _level, count in totals),
        "width": width,
        "height": height,
        "plot_height": height - 30,
        "label_y": height - 4,
        "series": series(buckets, width=width, top=top),
        "ticks": [tick_line(tick, top=top, height=height - 30) for tick in ticks],
        "bars": [bar(bucket, at, link=link, slot=width / len(buckets)) for at, bucket in enumerate(buckets)],
        "moments": moments(buckets),
        "axis": 16 + DIGIT * max(len(formats.number(tick)) for tick in ticks),
        "slot": f"{width / max(len(buckets), 1):.2f}",
        "period": period(buckets),
    }
    return render_to_string("components/chart.html", context)


def scale(highest: int) -> tuple[int, list[int]]:
    """The top of the axis above `highest`, and two to five round values to draw lines at, all whole numbers."""
    step, power = 1, 1
    while step * 4 < highest:
        step = next((power * factor for factor in STEPS if power * factor * 4 >= highest), step)
        power *= 10
    top = step * max(1, -(-highest // step))
    return top, list(range(0, top + 1, step))


def series(buckets: Sequence[Bucket], *, width: int, top: int) -> list[tuple[str, str]]:
    """One path for each level, INFO at the foot and CRITICAL on top, each bar standing on the level below."""
    slot = width / max(len(buckets), 1)
    floor = [0.0] * len(buckets)
    paths: list[tuple[str, str]] = []
    for level in reversed(LEVELS):
        parts = []
        for at, bucket in enumerate(buckets):
            rise = bucket.counts.get(level, 0) / top * PLOT
            if rise:
                left, foot = (at + GAP / 2) * slot, PLOT - floor[at]
                parts.append(f"M{left:.2f} {foot:.2f}v{-rise:.2f}h{slot * (1 - GAP):.2f}v{rise:.2f}z")
                floor[at] += rise
        paths.append((level, "".join(parts)))
    return paths


def tick_line(value: int, *, top: int, height: int) -> dict[str, str]:
    """A line of the axis: the number, and where it stands in the plot (0–100) and in pixels."""
    share = 1 - value / top
    return {
        "text": formats.number(value),
        "y": f"{share * PLOT:.2f}",
        "pixel": f"{10 + share * height:.1f}",
        "text_pixel": f"{10 + share * height + 4:.1f}",
    }


def bar(bucket: Bucket, at: int, *, link: Callable[[Bucket], str], slot: float) -> dict[str, object]:
    """What is written about one bucket: its sentence, its link when it holds something, its place."""
    time = span(bucket) if bucket.total else ""
    return {
        "label": f"{time}: {sentence(bucket)}" if bucket.total else "",
        "span": time,
        "url": link(bucket) if bucket.total else "",
        "x": f"{at * slot:.2f}",
        "counts": [bucket.counts.get(level, 0) for level in LEVELS],
        "total": bucket.total,
    }


def span(bucket: Bucket) -> str:
    """The time of a bucket in the user's zone: `14 Nov 10:00–11:00 UTC`, or days when the bucket holds days."""
    start, end = localtime(bucket.start), localtime(bucket.end)
    if bucket.end - bucket.start >= DAY:
        last = end - timedelta(microseconds=1)
        days = day(start) if start.date() == last.date() else f"{day(start)} – {day(last)}"
        return f"{days} {formats.zone_name(start)}"
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{day(end)} {end:%H:%M}"
    return f"{day(start)} {start:%H:%M}–{until} {formats.zone_name(start)}"


def day(at: datetime) -> str:
    """A day without its year: `14 Nov`, in the user's language."""
    return formats.short_day(at)


def sentence(bucket: Bucket) -> str:
    """The counts of a bucket in words, the gravest first."""
    words = {
        "CRITICAL": lambda count: ngettext("%(count)s critical", "%(count)s critical", count),
        "WARN": lambda count: ngettext("%(count)s warning", "%(count)s warnings", count),
        "INFO": lambda count: ngettext("%(count)s info", "%(count)s info", count),
    }
    counts = [(level, bucket.counts.get(level, 0)) for level in LEVELS]
    said = [words[level](count) % {"count": formats.number(count)} for level, count in counts if count]
    return ", ".join(said) or _("no events")


def moments(buckets: Sequence[Bucket]) -> list[dict[str, object]]:
    """The moments written under the plot: at most LABELS, every second one marked minor so that a phone can drop it.

    Over more than two days they stand where days begin.
    """
    starts = [localtime(bucket.start) for bucket in buckets]
    long = bool(buckets) and buckets[-1].end - buckets[0].start > 2 * DAY
    places = [at for at, start in enumerate(starts) if not long or at == 0 or start.date() != starts[at - 1].date()]
    if len(places) > 2 and long and starts[0].date() == (starts[0] - (starts[1] - starts[0])).date():
        places = places[1:]  # the first day is cut off: its label would stand too near to the next
    found: list[dict[str, object]] = []
    for at in places[:: max(1, -(-len(places) // LABELS))]:
        if at / len(buckets) > LAST_LABEL:
            break
        text = day(starts[at]) if long else f"{starts[at]:%H:%M}"
        found.append({"text": text, "x": f"{at / len(buckets) * 100:.2f}%", "minor": len(found) % 2 == 1})
    return found


def period(buckets: Sequence[Bucket]) -> str:
    """The whole time drawn, in the user's zone."""
    if not buckets:
        return ""
    first, last = (
        formats.moment(buckets[0].start, precision="minute"),
        formats.moment(buckets[-1].end, precision="minute"),
    )
    return f"{first.text} – {last.text} {last.zone}"
