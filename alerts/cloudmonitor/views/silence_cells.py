"""The cells of silences: what one does now, when it hides, what it hid, and in which words its windows are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from alerts.cloudmonitor.views.rule_cells import kinds_of
from alerts.notifications.models import Decision
from alerts.silences.outlook import clock_days, next_windows
from alerts.silences.schedule import Recurring, cover
from alerts.silences.words import EXAMPLES
from alerts.ui import formats
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from alerts.silences.models import Silence
    from alerts.silences.outlook import ClockDay, Effect
    from alerts.silences.schedule import Schedule, Window

SHOWN_RESOURCES = 2


def with_hidden(silences: QuerySet[Silence]) -> QuerySet[Silence]:
    """Add how many events each silence has hidden (`hidden`)."""
    decisions = Decision.objects.filter(silence_id=OuterRef("pk"), verdict=Decision.Verdict.SILENCED).order_by()
    counted = decisions.values("silence_id").annotate(count=Count("event_id", distinct=True)).values("count")
    return silences.annotate(hidden=Coalesce(Subquery(counted, output_field=IntegerField()), 0))


def state_of(silence: Silence, *, now: datetime) -> tuple[str, str, str]:
    """Return what a silence does at a moment: code, tone and word."""
    if silence.ends_at and silence.ends_at <= now:
        return "ENDED", "neutral", _("Ended")
    if cover(silence.schedule(), now):
        return "ACTIVE", "warn", _("Active")
    if silence.starts_at > now:
        return "COMING", "busy", _("Coming")
    return "WAITING", "busy", _("Between its windows")


def name_cell(silence: Silence) -> SafeString:
    """Draw the name as a link to its page, over the reason."""
    return format_html(
        '<span class="stacked" data-name><a href="{}">{}</a><small>{}</small></span>',
        reverse("cloudmonitor:silence", args=[silence.pk]), silence.name, silence.reason,
    )  # fmt: skip


def hides_cell(silence: Silence) -> SafeString:
    """Draw what it hides: levels as badges, the rest in words."""
    levels = format_html_join(" ", "{}", ([ui.level(level)] for level in silence.levels))
    badges = format_html("<span>{}</span>", levels) if levels else ""
    lines = format_html_join("", "<small>{}</small>", ([line] for line in selected(silence)))
    return format_html('<span class="stacked" data-selects>{}{}</span>', badges, lines)


def selected(silence: Silence) -> list[str]:
    """Return what it hides besides levels, a line for each part."""
    lines = kinds_of(silence)
    if silence.resource_group:
        lines.append(_("Resources: %(group)s") % {"group": silence.resource_group.name})
    elif silence.resources:
        more = len(silence.resources) - SHOWN_RESOURCES
        named = ", ".join(silence.resources[:SHOWN_RESOURCES])
        lines.append(named + (_(" and %(count)s more") % {"count": more} if more > 0 else ""))
    return lines


def state_cell(now: datetime) -> Callable[[Silence], SafeString]:
    """Return the cell of the state at a moment."""

    def draw(silence: Silence) -> SafeString:
        code, tone, word = state_of(silence, now=now)
        return ui.state(code, tone=tone, label=word)

    return draw


def when_cell(silence: Silence) -> SafeString:
    """Draw from when to when, or how it recurs."""
    end = ui.moment(silence.ends_at, precision="minute") if silence.ends_at else _("no end")
    if silence.recurring:
        return format_html(
            '<span class="stacked"><span>{}</span><small>{}</small></span>', recurs_in_words(silence), end
        )
    start = ui.moment(silence.starts_at, precision="minute")
    return format_html('<span class="stacked nowrap"><span>{}</span><small>– {}</small></span>', start, end)


def recurs_in_words(silence: Silence) -> str:
    """Return how a silence recurs: the days (an RRULE that is no example as it is), the time, the length, the zone."""
    rule = dict(EXAMPLES).get(silence.rule, silence.rule)
    first = silence.starts_at.astimezone(ZoneInfo(silence.time_zone))
    return _("%(days)s, at %(time)s for %(length)s, %(zone)s") % {
        "days": rule, "time": f"{first:%H:%M}", "length": formats.duration(silence.lasts_for),
        "zone": silence.time_zone,
    }  # fmt: skip


EXPORTED = (
    Column("Name", "Name", attribute("name")),
    Column("Reason", "Reason", attribute("reason")),
    Column("Author", "Author", attribute("author")),
    Column("Product", "Product", attribute("product")),
    Column("EventTypes", "EventTypes", attribute("event_types")),
    Column("Levels", "Levels", attribute("levels")),
    Column("Names", "Names", attribute("names")),
    Column("Statuses", "Statuses", attribute("statuses")),
    Column("Keywords", "Keywords", attribute("keywords")),
    Column("SqlFilter", "SqlFilter", attribute("sql_filter")),
    Column("ResourceGroup", "ResourceGroup", attribute("resource_group.name")),
    Column("Resources", "Resources", attribute("resources")),
    Column("StartsAt", "StartsAt", attribute("starts_at")),
    Column("EndsAt", "EndsAt", attribute("ends_at")),
    Column("Recurrence", "Recurrence", attribute("rule")),
    Column("Duration", "Duration", lambda silence: silence.lasts_for and int(silence.lasts_for.total_seconds())),
    Column("TimeZone", "TimeZone", attribute("time_zone")),
    Column("Hidden", "Hidden", attribute("hidden"), numeric=True),
)


def windows_said(schedule: Schedule, *, now: datetime) -> list[dict[str, Any]]:
    """Return the next windows: in the zone of the silence, and as moments, which pages show in the reader's."""
    if not isinstance(schedule, Recurring):
        return []
    zone = ZoneInfo(schedule.zone)
    return [
        {"local": _said(window, zone), "start": window.start, "length": formats.duration(window.end - window.start)}
        for window in next_windows(schedule, now=now)
    ]


def _said(window: Window, zone: ZoneInfo) -> str:
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{date_format(start, 'D')} {start:%Y-%m-%d %H:%M} – {until}"


def clocks_said(schedule: Schedule, *, now: datetime) -> list[str]:
    """Return what happens on the next two days on which clocks change, a sentence for each window that is touched."""
    if not isinstance(schedule, Recurring):
        return []
    days = clock_days(schedule, now=now)
    if not days:
        return [_("In the zone %(zone)s clocks do not change within a year.") % {"zone": schedule.zone}]
    return [sentence for day in days for sentence in _day_said(day, schedule)]


def _day_said(day: ClockDay, schedule: Recurring) -> list[str]:
    zone = ZoneInfo(schedule.zone)
    at = day.change.at.astimezone(zone)
    forward = day.change.forward.days >= 0
    before = at.replace(tzinfo=None) - day.change.forward
    known = {"day": f"{at:%Y-%m-%d}", "from": f"{before:%H:%M}", "to": f"{at:%H:%M}"}
    begin = (
        _("%(day)s: clocks go forward from %(from)s to %(to)s.")
        if forward
        else _("%(day)s: clocks go back from %(from)s to %(to)s.")
    ) % known
    effects = [_effect_said(effect) for effect in day.effects]
    return [f"{begin} {effect}" for effect in effects or [_("No window is touched.")]]


def _effect_said(effect: Effect) -> str:
    known = {"time": f"{effect.wall:%Y-%m-%d %H:%M}"}
    if effect.window is None:
        return _("The window of %(time)s lies in the hour that is left out, and does not take place.") % known
    length = formats.duration(effect.window.end - effect.window.start)
    difference = formats.duration(abs(effect.longer))
    known |= {"length": length, "difference": difference}
    if effect.longer.days < 0:
        return _("The window of %(time)s is %(difference)s shorter: it lasts %(length)s.") % known
    return _("The window of %(time)s is %(difference)s longer: it lasts %(length)s.") % known
