"""Facts of a batch: what a message of a policy may say besides the facts of its newest event, for templates.

Everything of `facts` is there, about the newest event; `url` and `reason` are those of the whole message. And `batch`:

| Name | What it is |
|---|---|
| `kind`, `mark`, `number`, `step`, `over` | FIRST, MORE, REPEAT, ESCALATION, RECOVERY or DIGEST, and the mark of it |
| `headline`, `intro`, `over_note` | one line, one sentence, and the sentence that all of it is over, if it is |
| `count`, `causes`, `since`, `until`, `lasted` | how many, since when, and how long |
| `single` | whether it tells of one event alone |
| `lines` | the causes, the most urgent first, each with `level`, `title`, `name`, `count`, `time`, and all as `line` |
| `more`, `more_note` | how many causes are left out, and the sentence that says so |
| `open`, `listed` | words for the link and for the list |
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Case, Count, Max, Min, Value, When
from django.urls import reverse

from alerts.channels import BY_KIND
from alerts.events.models import SystemEvent
from alerts.incidents.models import Incident
from alerts.notifications.batch_words import ENDED, PART, BatchWording, batch_words
from alerts.notifications.facts import Reader, facts_of, name_of, title_of, zoned_time
from alerts.notifications.models import Decision
from alerts.notifications.plain import line
from alerts.subscriptions.denoise import GOOD_NEWS
from alerts.subscriptions.models import Batch, BundleMember

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

MOST_CAUSES = 100
USUAL_BYTES = 32_000
"""What a channel without a limit of its own is taken to bear."""
URGENCY = Case(When(level="CRITICAL", then=Value(0)), When(level="WARN", then=Value(1)), default=Value(2))


class CauseTold(NamedTuple):
    """One cause in a batch: the kind of event, the resource, and how often and when last it happened."""

    event_name: str
    resource: str
    level: str
    events: int
    last_at: datetime


def causes_of(batch: Batch, *, most: int = MOST_CAUSES) -> list[CauseTold]:
    """Return the causes that a batch tells of, the most urgent and newest first."""
    if batch.kind in (Batch.Kind.FIRST, Batch.Kind.MORE, Batch.Kind.DIGEST) or batch.bundle_id is None:
        told = Decision.objects.filter(account=batch.account_id)
        digest = batch.kind == Batch.Kind.DIGEST
        mine = told.filter(batch__digest_items__told_in=batch) if digest else told.filter(batch=batch)
        return causes_among(mine, most=most)
    members = BundleMember.objects.filter(bundle=batch.bundle_id).exclude(pk__in=batch.left_out)
    newest = members.order_by(URGENCY, "-last_at")[:most]
    return [CauseTold(each.event_name, each.resource, each.level, each.count, each.last_at) for each in newest]


def causes_among(decisions: QuerySet[Decision], *, most: int) -> list[CauseTold]:
    """Return the causes of the events that these decisions are about, likewise; each event counts once."""
    found = decisions.values("event_name", "resource").annotate(
        urgency=Min(URGENCY), count=Count("event_id", distinct=True), last=Max("occurred_at")
    )
    rows = found.order_by("urgency", "-last", "event_name", "resource")[:most]
    levels = ("CRITICAL", "WARN", "INFO")
    return [CauseTold(r["event_name"], r["resource"], levels[r["urgency"]], r["count"], r["last"]) for r in rows]


def batch_facts(batch: Batch, event: SystemEvent, reader: Reader, *, channel: str) -> dict[str, Any]:
    """Return the variables of a message about a batch, whose newest event is given."""
    stand_in = Decision(
        account_id=batch.account_id, rule_name=batch.policy_name, event_name=event.name, resource=event.resource,
        level=batch.level, occurred_at=event.occurred_at, test=batch.test,
    )  # fmt: skip
    words, facts = batch_words(reader.language), facts_of(event, reader, decision=stand_in)
    single = batch.count == 1 and batch.kind in (Batch.Kind.FIRST, Batch.Kind.MORE)
    reason = words.digest_reason if batch.kind == Batch.Kind.DIGEST else words.reason
    facts |= {
        "level": batch.level,
        "reason": reason.format(recipient=line(reader.name), policy=line(batch.policy_name)),
        "url": facts["url"] if single else url_of(batch),
        "batch": _told(batch, event, reader, words) | {"single": single},
    }
    rows = [] if single else causes_of(batch)
    facts["batch"] |= _listed(rows, batch, reader, words, room=_room(channel))
    return facts


def url_of(batch: Batch) -> str:
    """Return the address of the search that shows exactly the events of a batch."""
    start, end = batch.since.replace(microsecond=0), batch.until.replace(microsecond=0) + timedelta(seconds=1)
    query = urlencode({"batch": str(batch.pk), "start": start.isoformat(), "end": end.isoformat()})
    return f"{settings.SITE_URL}{reverse('cloudmonitor:system_events')}?{query}"


def _told(batch: Batch, event: SystemEvent, reader: Reader, words: BatchWording) -> dict[str, Any]:
    count, since, until = batch.count, zoned_time(batch.since, reader.zone), zoned_time(batch.until, reader.zone)
    lasted = _lasted(batch.made_at - batch.since, words)
    endings = endings_of(batch, reader)
    mark = words.marks[ENDED] if endings else words.marks.get(batch.kind, "")
    one = words.one_event.format(
        title=title_of(event.name, reader.words), name=name_of(event.resource, event.instance_name)
    )
    several = words.events.format(count=count, policy=line(batch.policy_name))
    digest = batch.kind == Batch.Kind.DIGEST
    alone = digest and count == 1
    intro = (words.intro_alone if alone else words.intro[PART if batch.left_out else batch.kind]).format(
        counted=words.counted(count, batch.causes), since=since, until=until, lasted=lasted, step=batch.step,
        causes=batch.causes, whole=batch.causes + len(batch.left_out),
    )  # fmt: skip
    if endings:
        intro = f"{intro} {words.ended.format(endings=' · '.join(endings))}"
    return {
        "kind": batch.kind, "mark": mark, "number": batch.number, "step": batch.step, "over": batch.over,
        "headline": one if alone or (batch.causes == 1 and not digest) else several, "intro": intro,
        "over_note": words.over if batch.over and batch.kind != Batch.Kind.RECOVERY else "", "count": count,
        "causes": batch.causes, "since": since, "until": until, "lasted": lasted, "open": words.open,
        "listed": words.listed,
    }  # fmt: skip


def endings_of(batch: Batch, reader: Reader) -> list[str]:
    """Return the titles of what ended the incidents of a recovery, where that is no good news: it resolves nothing."""
    if batch.kind != Batch.Kind.RECOVERY:
        return []
    over = Incident.objects.filter(pk__in=BundleMember.objects.filter(bundle=batch.bundle_id).values("incident_id"))
    ends = SystemEvent.objects.filter(pk__in=over.exclude(closing=None).values("closing")).exclude(level=GOOD_NEWS)
    return [title_of(name, reader.words) for name in ends.values_list("name", flat=True).distinct().order_by("name")]


def _lasted(span: timedelta, words: BatchWording) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    numbers = (minutes // 1440, minutes // 60 % 24, minutes % 60)
    said = [unit.format(count=number) for unit, number in zip(words.units, numbers, strict=True) if number]
    return " ".join(said[:2])


def _listed(
    rows: Sequence[CauseTold], batch: Batch, reader: Reader, words: BatchWording, *, room: int
) -> dict[str, Any]:
    """Return as many causes as there is room for, in bytes, and how many are left out."""
    lines: list[dict[str, object]] = []
    for row in rows:
        told = _line(row, reader, words)
        room -= len(str(told["line"]).encode()) + 3
        if room < 0 and lines:
            break
        lines.append(told)
    more = max(0, batch.causes - len(lines)) if lines else 0
    return {"lines": lines, "more": more, "more_note": words.more.format(count=more) if more else ""}


def _line(row: CauseTold, reader: Reader, words: BatchWording) -> dict[str, object]:
    title, name = title_of(row.event_name, reader.words), name_of(row.resource)
    time = zoned_time(row.last_at, reader.zone)
    times = f" · {words.line_times.format(count=row.events)}" if row.events > 1 else ""
    return {
        "level": row.level, "title": title, "name": name, "count": row.events, "time": time,
        "line": f"[{row.level}] {title} · {name}{times} · {time}",
    }  # fmt: skip


def _room(channel: str) -> int:
    """Return how many bytes the list may have: half of what the channel bears."""
    known = BY_KIND.get(channel)
    most = known.limits.max_bytes if known else None
    return min(most or USUAL_BYTES, USUAL_BYTES) // 2
