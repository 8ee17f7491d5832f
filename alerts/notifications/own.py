"""Own texts: an account's templates of messages, their check, and their preview on a real event.

A row of MessageTemplate is one kind of text (`texts.KINDS`) in one language; its subject may be empty for the default.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from alerts.accounts.models import CloudAccount
from alerts.events.catalog import BY_NAME
from alerts.events.models import SystemEvent
from alerts.notifications.direct import language_of
from alerts.notifications.facts import Reader, facts_of
from alerts.notifications.message import html_of
from alerts.notifications.models import Decision, MessageTemplate
from alerts.notifications.rows import fetch_prepared
from alerts.notifications.texts import KIND_OF, Mistake, Source, Texts, default_source, mistakes_in, texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.notifications.models import Notification

EXAMPLE = "Secret:RotateSecret:Failure"
EXAMPLE_RULES = {"en": "example_rule", "zh-hans": "示例规则"}
"""What stands for the name of an alert rule, by the language of the text: nobody shall look for it among the rules."""
OWN = """
SELECT subject, body FROM notifications_messagetemplate
WHERE account_id = %(account)s AND channel = %(kind)s AND language = %(language)s
"""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a message would say. `mistakes` tell why it would be the default text instead of the account's own."""

    subject: str
    text: str
    html: str
    mistakes: Sequence[Mistake]


def own_source(notification: Notification) -> Source | None:
    """Return the account's own text for this channel and language, if it has one."""
    kind = KIND_OF.get(notification.channel)
    if kind is None:
        return None
    language = language_of(notification.language)
    row = fetch_prepared((OWN, {"account": notification.account_id, "kind": kind, "language": language}))
    return Source(*row) if row else None


def check(subject: str, body: str) -> list[Mistake]:
    """Return what is wrong with templates: what can be seen without an event, and what fails on an example."""
    source = Source(subject.strip() or default_source("email", "en").subject, body)
    event = example()
    return list(mistakes_in(source, facts_of(event, Reader("Li.Na", "en"), decision=_decision(event, "en"))))


def render_preview(template: MessageTemplate, event: SystemEvent, *, language: str, zone: str) -> Preview:
    """Return what a template, saved or not, makes of an event for somebody who reads in this language and zone."""
    reader = Reader("Li.Na", language_of(language), zone)
    facts = facts_of(event, reader, decision=_decision(event, reader.language))
    source = Source(
        template.subject.strip() or default_source(template.channel, reader.language).subject, template.body
    )
    texts: Texts = texts_of(template.channel, reader.language, facts, own=source)
    html = html_of(texts, facts, reader) if template.channel == "email" else ""
    return Preview(texts.subject, texts.text, html, () if texts.own else tuple(mistakes_in(source, facts)))


def example() -> SystemEvent:
    """Return the event that a text is tried on where an account has none of its own; it is not stored."""
    known = BY_NAME[EXAMPLE]
    account = CloudAccount(uid="1000000000000001", name="Example", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    return SystemEvent(
        id=uuid.UUID(int=0),
        account=account,
        product=known.product,
        name=known.name,
        event_type=known.event_type,
        level=known.level,
        status=known.status,
        region="cn-hangzhou",
        resource=f"acs:kms:cn-hangzhou:{account.uid}:secret/rds-prod-app",
        instance_name="rds-prod-app",
        occurred_at=datetime(2026, 1, 5, 10, 15, 2, tzinfo=UTC),
        content=dict(known.sample),
    )


def _decision(event: SystemEvent, language: str) -> Decision:
    return Decision(
        account_id=event.account_id,
        rule_name=EXAMPLE_RULES.get(language, EXAMPLE_RULES["en"]),
        event_name=event.name,
        resource=event.resource,
        level=event.level,
        occurred_at=event.occurred_at,
        test=event.test_of is not None,
    )


def keep_text(account: CloudAccount, kind: str, language: str, source: Source, *, by: str, now: datetime) -> None:
    """Let an account say messages of this kind and language in its own words."""
    MessageTemplate.objects.update_or_create(
        account=account,
        channel=kind,
        language=language,
        defaults={"subject": source.subject, "body": source.body, "changed_at": now, "changed_by": by},
    )


def forget_text(account: CloudAccount, kind: str, language: str) -> bool:
    """Let an account use the default text again; return whether it had one of its own."""
    deleted, _ = MessageTemplate.objects.filter(account=account, channel=kind, language=language).delete()
    return bool(deleted)
