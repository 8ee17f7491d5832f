"""Check of texts that a policy or a push channel brings: what fails on an example, before it is stored."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from liquid.exceptions import LiquidError

from alerts.notifications.batch_facts import batch_facts
from alerts.notifications.envelope import envelope
from alerts.notifications.facts import Reader
from alerts.notifications.own import example
from alerts.notifications.own_json import NotJson, read_json
from alerts.notifications.sandbox import mistake_of, rendered
from alerts.notifications.texts import UNFORESEEN, Source, batch_source, mistakes_in
from alerts.subscriptions.models import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator


def _facts() -> dict[str, Any]:
    """Return the variables of a message about one event, which is not stored."""
    event = example()
    batch = Batch(
        id=uuid.UUID(int=0), account=event.account, policy_name="night_watch", number=1, kind=Batch.Kind.FIRST,
        level=event.level, count=1, since=event.occurred_at, until=event.occurred_at, made_at=event.occurred_at,
        newest_event_id=event.id,
    )  # fmt: skip
    facts = batch_facts(batch, event, Reader("Li.Na", "en"), channel="webhook")
    return {**facts, "envelope": envelope(batch, event, account_name=event.account.name, pattern=None)}


def check_words(subject: str, body: str) -> Iterator[tuple[str, str]]:
    """Yield field (subject, body) and sentence of what is wrong with the words of a notification method."""
    source = Source(subject.strip() or batch_source("email").subject, body)
    for mistake in mistakes_in(source, _facts()):
        place = _("Line %(line)s: %(said)s") % {"line": mistake.line, "said": mistake.said}
        yield mistake.field, place if mistake.line else mistake.said


def check_push_template(template: str) -> Iterator[str]:
    """Yield what is wrong with the template of a push channel, in sentences; it has to make a JSON object."""
    try:
        made = rendered(template, _facts())
        found = read_json(made)
    except LiquidError as error:
        line, said = mistake_of(error)
        yield _("Line %(line)s: %(said)s") % {"line": line, "said": said} if line else said
    except json.JSONDecodeError as error:
        said = _("For an example it makes no JSON: line %(line)s, column %(column)s of what it makes: %(what)s.")
        yield said % {"line": error.lineno, "column": error.colno, "what": error.msg}
    except NotJson:
        yield _("For an example it makes what JSON does not know: NaN, Infinity, too large a number, half a character.")
    except UNFORESEEN as error:
        yield _("%(error)s in the template.") % {"error": type(error).__name__}
    else:
        if not isinstance(found, dict):
            yield _("For an example it makes no JSON object: { … }.")
