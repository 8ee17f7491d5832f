"""What a message says when an incident is over, and when it is flapping; English and Chinese, by the kind of channel.

A phone gets one sentence, chats some lines, a mail all of it, and machines the same as fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from alerts.events.catalog import CAUSES
from alerts.events.models import SystemEvent
from alerts.notifications.direct import Letter, language_of
from alerts.notifications.facts import name_of, title_of, zoned_time
from alerts.notifications.plain import line
from alerts.notifications.texts import KIND_OF
from alerts.notifications.wording import wording_of
from alerts.subscriptions.denoise import GOOD_NEWS

if TYPE_CHECKING:
    from datetime import timedelta

    from alerts.incidents.models import Incident
    from alerts.notifications.models import Notification


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language; what stands in braces is filled in."""

    resolved: str
    over: str
    """It is over, and by what: for an end that is no good news."""
    flapping: str
    short: str
    lasted: str
    region: str
    events: str
    ended: str
    by: str
    quiet: str
    units: tuple[str, str, str, str]
    """Days, hours, minutes, seconds."""


ENGLISH = Words(
    resolved="Resolved: {title} · {name}",
    over="{ending}: {name} (after: {title})",
    flapping="Flapping: {title} · {name}",
    short="{subject}, lasted {lasted}.",
    lasted="It lasted {lasted}: from {since} to {until}.",
    region="Region: {region}",
    events="Events that told of it: {count}",
    ended="What ended it: {ending}",
    by="Closed by {by}.",
    quiet="It has begun {count} times. You will hear no more of it until it has been calm for a while.",
    units=("{} d", "{} h", "{} min", "{} s"),
)
CHINESE = Words(
    resolved="已恢复：{title} · {name}",
    over="{ending}：{name}（此前：{title}）",
    flapping="反复波动：{title} · {name}",
    short="{subject}，持续{lasted}。",
    lasted="持续{lasted}：从 {since} 到 {until}。",
    region="地域：{region}",
    events="相关事件数：{count}",
    ended="结束于事件：{ending}",
    by="由 {by} 关闭。",
    quiet="该故障已反复出现 {count} 次。在其稳定一段时间之前，您不会再收到相关消息。",
    units=("{} 天", "{} 小时", "{} 分钟", "{} 秒"),
)
BY_LANGUAGE: Mapping[str, Words] = {"en": ENGLISH, "zh-hans": CHINESE}


def recovery_letter(incident: Incident, told: Notification) -> Letter:
    """Return what somebody is told who was told of an incident that is over now."""
    assert incident.closed_at is not None
    words = _words(told)
    lasted = span(incident.closed_at - incident.opened_at, words)
    ending, good = _ending(incident, told)
    subject = (words.resolved if good else words.over).format(**_of(incident, told), ending=ending)
    if KIND_OF.get(told.channel) == "phone":
        return _letter(incident, told, subject, words.short.format(subject=subject, lasted=lasted))
    since, until = (zoned_time(at, told.time_zone) for at in (incident.opened_at, incident.closed_at))
    lines = [words.lasted.format(lasted=lasted, since=since, until=until), words.events.format(count=incident.count)]
    if ending:
        lines.append(words.ended.format(ending=ending))
    if incident.closed_by:
        lines.append(words.by.format(by=line(incident.closed_by)))
    return _letter(
        incident, told, subject, "\n".join([subject, "", *lines, words.region.format(region=incident.region)])
    )


def flapping_letter(incident: Incident, told: Notification) -> Letter:
    """Return what somebody is told, once, of an incident that begins and ends too often to be told each time."""
    words = _words(told)
    subject = words.flapping.format(**_of(incident, told))
    return _letter(incident, told, subject, f"{subject}\n\n{words.quiet.format(count=incident.openings)}")


def span(lasted: timedelta, words: Words = ENGLISH) -> str:
    """Return a duration by its two largest units."""
    seconds = max(0, int(lasted.total_seconds()))
    parts = (seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)
    first = next((place for place, amount in enumerate(parts) if amount), len(parts) - 1)
    both = list(zip(parts, words.units, strict=True))[first : first + 2]
    return " ".join(unit.format(amount) for amount, unit in both if amount) or words.units[-1].format(0)


def _words(told: Notification) -> Words:
    return BY_LANGUAGE.get(language_of(told.language), ENGLISH)


def _of(incident: Incident, told: Notification) -> dict[str, str]:
    record = CAUSES.get(incident.cause)
    words = wording_of(language_of(told.language))
    title = title_of(record.name, words) if record else line(incident.cause)
    return {"title": title, "name": name_of(incident.resource, incident.instance_name)}


def _ending(incident: Incident, told: Notification) -> tuple[str, bool]:
    """Return the title of the event that ended an incident, if one did, and whether it is good news."""
    event = SystemEvent.objects.filter(pk=incident.closing).only("name", "level").first() if incident.closing else None
    if event is None:
        return "", True
    return title_of(event.name, wording_of(language_of(told.language))), event.level == GOOD_NEWS


def _letter(incident: Incident, told: Notification, subject: str, text: str) -> Letter:
    url = settings.SITE_URL + reverse("cloudmonitor:incident", args=[incident.pk])
    said = f"{text}\n\n{url}\n" if KIND_OF.get(told.channel) == "email" else text
    return Letter(subject[:200], said, "", url, {"incident": _fields(incident)})


def _fields(incident: Incident) -> dict[str, object]:
    return {
        "id": incident.pk,
        "state": incident.state,
        "cause": incident.cause,
        "level": incident.level,
        "resourceId": incident.resource,
        "regionId": incident.region,
        "userId": incident.account_id,
        "count": incident.count,
        "openedAt": incident.opened_at.isoformat(),
        "closedAt": incident.closed_at.isoformat() if incident.closed_at else None,
    }
