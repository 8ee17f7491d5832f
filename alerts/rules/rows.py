"""The kinds of rows in the alert rule panel, in its order. To add one: a target kind, a row, and a line here."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from alerts.rules.machines import FunctionRow, LogRow, QueueRow, UrlRow
from alerts.rules.models import RuleTarget
from alerts.rules.targets import GroupRow, Row


class Kind(NamedTuple):
    """One kind: its name in forms and documents, the target it makes, its row, its words, and how many empty rows."""

    name: str
    target: str
    row: type[Row]
    label: Any
    more: Any
    empty: int = 0


KINDS = (
    Kind("groups", RuleTarget.Kind.CONTACT_GROUP, GroupRow, _("Alert notification"), _("Add a contact group"), 1),
    Kind("queues", RuleTarget.Kind.QUEUE, QueueRow, _("Simple Message Queue"), _("Add a queue")),
    Kind("functions", RuleTarget.Kind.FUNCTION, FunctionRow, _("Function Compute"), _("Add a function")),
    Kind("urls", RuleTarget.Kind.WEBHOOK, UrlRow, _("URL callback"), _("Add a URL"), 1),
    Kind("logs", RuleTarget.Kind.LOG, LogRow, _("Simple Log Service"), _("Add a Logstore")),
)
