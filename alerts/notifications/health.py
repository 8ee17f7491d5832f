"""Health: a destination that has failed for long is paused, its people are told otherwise, and what waits is kept.

While it is paused, one message is tried every quarter of an hour (see `claim`); the first that arrives ends the pause,
and so does `resume`. What waited then goes out by itself, since its rows are due. After a day a waiting message fails.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from alerts.contacts.models import Address
from alerts.notifications import letters
from alerts.notifications.claim import PROBE_EVERY
from alerts.notifications.direct import Letter, send_directly
from alerts.notifications.models import Destination, Notification
from alerts.notifications.recipients import Recipient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FAILURES_TO_PAUSE = 5
FAILING_TO_PAUSE = timedelta(hours=1)
"""A destination is paused after so many failures in a row, when the first of them is so long ago."""
LONGEST_WAIT = timedelta(hours=24)
"""How long a message waits for a paused destination."""
GIVEN_UP = (
    "The destination is paused, because it kept failing, and the message waited for 24 hours. Resume it, send again."
)

PAUSED: Mapping[str, letters.Words] = {
    "en": letters.Words(
        "KMS Console cannot reach you at {masked}",
        (
            "Messages for the alert contact “{contact}” of the account “{account}” have failed at {masked} "
            "{failures} times in a row, since {since} UTC. "
            "Nothing more is sent there for now, except for one try every 15 minutes.",
            "What waits is sent as soon as the address answers again, and kept for 24 hours until then. "
            "Mend the address or the system behind it, or change it here:",
        ),
        "Open the contact",
        (),
    ),
    "zh-hans": letters.Words(
        "KMS Console 无法通过 {masked} 联系到您",
        (
            "发往账号“{account}”的报警联系人“{contact}”（{masked}）的消息自 {since} UTC 起已连续失败 {failures} 次。"
            "现已暂停向该地址发送，仅每 15 分钟重试一次。",
            "地址恢复后，等待中的消息将立即发送；等待中的消息最多保留 24 小时。"
            "请修复该地址或其背后的系统，或在此处修改：",
        ),
        "打开联系人",
        (),
    ),
}


def look(
    notification: Notification, failures: int, failing_since: datetime | None, paused_at: datetime | None, *,
    now: datetime,
) -> None:  # fmt: skip
    """Decide what is to become of a destination after a try: `failures` in a row, the first at `failing_since`."""
    if failing_since is None:
        return
    if paused_at is not None:
        expire(now=now, destination=notification.destination)
    elif failures >= FAILURES_TO_PAUSE and now - failing_since >= FAILING_TO_PAUSE:
        pause(notification.account_id, notification.destination, now=now)


@transaction.atomic
def pause(account: str, destination: str, *, now: datetime) -> None:
    """Send nothing more there but a try every quarter of an hour; tell its people once."""
    running = Destination.objects.filter(account=account, destination=destination, paused_at=None)
    if running.update(paused_at=now, probe_at=now + PROBE_EVERY):
        row = Destination.objects.select_related("account").get(account=account, destination=destination)
        for recipient in others_of(row):
            send_directly(row.account, recipient, _notice(row, recipient), purpose=Notification.Purpose.NOTICE, now=now)


@transaction.atomic
def resume(destination: Destination, *, now: datetime) -> bool:
    """End the pause of a destination and return whether there was one; the bell for what waited is the caller's."""
    del now
    paused = Destination.objects.filter(pk=destination.pk, paused_at__isnull=False)
    return bool(paused.update(paused_at=None, probe_at=None, failures=0, failing_since=None, last_outcome=""))


def expire(*, now: datetime, destination: str = "") -> int:
    """Give up what has waited for a day for a paused destination (one, or any); return how many messages."""
    paused = Destination.objects.filter(paused_at__isnull=False)
    if destination:
        paused = paused.filter(destination=destination)
    given_up = 0
    for row in paused.values("account", "destination"):
        due = Notification.objects.due(now=now).filter(due_at__lte=now - LONGEST_WAIT, **row)
        given_up += due.update(state=Notification.State.FAILED, finished_at=now, answer=GIVEN_UP)
    return given_up


def others_of(paused: Destination) -> list[Recipient]:
    """Return by which other ways the contacts behind a destination are told that it is paused: not by telephone, unless
    there is nothing else, and not by addresses that are paused as well."""
    addresses = Address.objects.filter(contact__account=paused.account_id).select_related("contact")
    ways: dict[int, list[Recipient]] = {}
    for address in addresses:
        ways.setdefault(address.contact_id, []).extend(_ways(address))
    broken = {row.destination for row in Destination.objects.filter(account=paused.account_id, paused_at__isnull=False)}
    reached = (found for found in ways.values() if any(each.destination == paused.destination for each in found))
    chosen = (each for found in reached for each in _chosen([way for way in found if way.destination not in broken]))
    return list({each.destination: each for each in chosen}.values())


def _ways(address: Address) -> Iterator[Recipient]:
    channels = ("sms", "voice") if address.kind == Address.Kind.PHONE else (address.kind,)
    for channel in channels if address.usable else ():
        yield Recipient(channel, address.fields, address.contact.name, address.contact)


def _chosen(ways: Sequence[Recipient]) -> Sequence[Recipient]:
    written = [each for each in ways if each.channel not in {"sms", "voice"}]
    return written or [each for each in ways if each.channel == "sms"]


def _notice(row: Destination, recipient: Recipient) -> Letter:
    contact = recipient.contact
    assert contact is not None
    assert row.failing_since is not None
    return letters.letter(
        PAUSED,
        language=contact.language,
        url=settings.SITE_URL + reverse("cloudmonitor:contact", args=[contact.pk]),
        contact=contact.name,
        account=row.account.name,
        masked=row.masked,
        failures=str(row.failures),
        since=f"{row.failing_since:%Y-%m-%d %H:%M}",
    )
