"""Previews and explanations of alert rules, ready for templates and for JSON: days, levels, words for every clause."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.channels import BY_KIND
from alerts.events.partitions import RETENTION
from alerts.rules.models import MUTE_CHOICES
from alerts.rules.words import in_words
from alerts.ui import event_cells as cells
from alerts.ui import formats
from alerts.ui.charts import Bucket, histogram

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.safestring import SafeString
    from django_stubs_ext import StrOrPromise

    from alerts.events.models import SystemEvent
    from alerts.notifications.explain import Explanation
    from alerts.notifications.past import Past
    from alerts.notifications.recipients import Recipient
    from alerts.notifications.unreached import Unreached
    from alerts.rules.pattern import Clause, Pattern

DAY = timedelta(days=1)
CHART_HEIGHT = 110
CLAUSES: Mapping[str, StrOrPromise] = {
    "product": gettext_lazy("Product type"),
    "event_type": gettext_lazy("Event type"),
    "level": gettext_lazy("Event level"),
    "name": gettext_lazy("Event name"),
    "status": gettext_lazy("Event status"),
    "keywords": gettext_lazy("Keywords"),
    "sql_filter": gettext_lazy("SQL filter"),
    "resource": gettext_lazy("Resource range"),
    "content_words": gettext_lazy("Event content"),
    "resource_words": gettext_lazy("Event resource"),
}
SEARCHED = {"product": "product", "event_types": "event_type", "levels": "level", "names": "name", "statuses": "status"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation: what was asked, what was found, whether it holds (None: it was not asked)."""

    label: StrOrPromise
    wanted: str
    found: str
    holds: bool | None
    findings: Sequence[Any] = ()


def chart_of(past: Past, pattern: Pattern, *, now: datetime) -> SafeString:
    """Draw matches by day and level; each day leads to the search that comes nearest to the rule."""
    by_day: dict[Any, Counter[str]] = defaultdict(Counter)
    for (hour, level), count in past.counts.items():
        by_day[localtime(hour).date()][level] += count  # type: ignore[assignment]
    midnight = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [midnight - day * DAY for day in reversed(range(RETENTION // DAY + 1))]
    buckets = [
        Bucket(start, start + DAY, {level: round(n) for level, n in by_day[start.date()].items()}) for start in starts
    ]
    return histogram(
        buckets,
        link=lambda bucket: search_url(pattern, bucket),
        height=CHART_HEIGHT,
        title=_("Matches by day and level"),
    )


def search_url(pattern: Pattern, bucket: Bucket) -> str:
    """Return the search for the kinds of events that a pattern asks for, within one bar."""
    query = [(name, value) for field, name in SEARCHED.items() for value in _listed(getattr(pattern, field))]
    times = [("start", bucket.start.isoformat()), ("end", bucket.end.isoformat())]
    return f"{reverse('cloudmonitor:system_events')}?{urlencode([*query, *times])}"


def _listed(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) and value else value or ()


def event_line(event: SystemEvent) -> dict[str, Any]:
    """Return an event as one line of a list."""
    return {
        "event": event,
        "title": cells.title_of(event),
        "resource": cells.resource_name(event),
        "url": reverse("cloudmonitor:system_event", args=[event.pk]),
    }


def recipient_line(recipient: Recipient) -> str:
    """Return who is told by which channel where, as pages may show it."""
    return _("%(name)s by %(channel)s: %(address)s") % {
        "name": recipient.name, "channel": _(BY_KIND[recipient.channel].label), "address": recipient.masked,
    }  # fmt: skip


def unreached_line(one: Unreached) -> str:
    """Return who is not told, and why, in a sentence."""
    said = {
        "empty-group": _("The contact group %(group)s has no contact."),
        "no-address": _("%(contact)s of %(group)s has no address."),
        "unconfirmed": _("%(contact)s of %(group)s has not confirmed the address yet."),
        "method": _("%(contact)s of %(group)s has no address that the method %(method)s uses."),
    }
    return said[one.reason] % {"group": one.group, "contact": one.contact, "method": one.method}


def lines_of(found: Explanation) -> list[Line]:
    """Return an explanation line by line: the clauses, then hours, mute and recipients as far as they are asked."""
    lines = [clause_line(clause) for clause in found.clauses]
    return [*lines, *(_further(found) if found.selected else ())]


def clause_line(clause: Clause) -> Line:
    """Return one clause in words."""
    wanted = ", ".join(clause.wanted) if clause.wanted else _("any")
    return Line(CLAUSES[clause.name], wanted, clause.found, clause.holds, clause.findings)


def _further(found: Explanation) -> list[Line]:
    event, hours, mute = found.event, found.entry.hours, dict(MUTE_CHOICES).get(found.entry.mute_for)
    told = formats.moment(found.told_at) if found.told_at else None
    last = _("told last at %(moment)s") % {"moment": f"{told.text} {told.zone}"} if told else _("not told of it before")
    happened = formats.moment(event.occurred_at)
    reached = ngettext("%(count)s way", "%(count)s ways", len(found.recipients)) % {"count": len(found.recipients)}
    nobody = " ".join(unreached_line(each) for each in found.unreached)
    return [
        Line(_("Recipients"), _("somebody who can be told"), reached if found.recipients else nobody or reached,
             bool(found.recipients)),
        Line(_("Effective hours"), in_words(hours), f"{happened.text} {happened.zone}", found.within),
        Line(_("Mute"), str(mute or formats.duration(found.entry.mute_for)), last,
             found.heard or (found.decided is not None and found.decided.verdict == "TOLD")),
    ]  # fmt: skip


def summary_of(found: Explanation) -> str:
    """Return in a sentence what a rule makes of an event; the first thing that stands against it is named."""
    if found.misses:
        return _("Not selected: %(clause)s does not hold.") % {"clause": CLAUSES[found.misses[0].name]}
    said = {
        "TOLD": _("Selected, and told."),
        "MUTED": _("Selected, but muted: the same was told shortly before."),
        "OUTSIDE": _("Selected, but outside the effective hours."),
        "NOBODY": _("Selected, but nobody can be told."),
        "ACKED": _("Selected, but somebody has taken the incident on or put it off."),
        "SILENCED": _("Selected, but a silence hid it."),
        "INHIBITED": _("Selected, but another event says it better."),
    }
    return said[found.decided.verdict if found.decided and found.decided.verdict in said else found.verdict]


def document_of(found: Explanation) -> dict[str, Any]:
    """Return an explanation as programs read it; addresses are masked."""
    entry = found.entry
    return {
        "rule": {"id": entry.rule, "name": entry.name, "version": entry.version},
        "eventId": str(found.event.pk),
        "verdict": found.verdict,
        "decided": found.decided and {"verdict": found.decided.verdict, "at": found.decided.decided_at},
        "clauses": [
            {"name": each.name, "wanted": each.wanted, "found": each.found, "holds": each.holds,
             "findings": [{"text": one.text, "holds": one.holds, "found": one.found} for one in each.findings]}
            for each in found.clauses
        ],
        "effectiveHours": {"always": entry.hours.always, "holds": found.within},
        "mute": {"seconds": entry.mute_for, "toldAt": found.told_at, "holds": found.heard},
        "recipients": [{"name": each.name, "channel": each.channel, "address": each.masked}
                       for each in found.recipients],
        "unreached": [{"group": each.group, "contact": each.contact, "method": each.method, "reason": each.reason}
                      for each in found.unreached],
    }  # fmt: skip
