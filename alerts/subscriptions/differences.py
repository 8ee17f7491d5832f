"""Differences between two documents of a policy, field by field and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from alerts.channels import BY_KIND
from alerts.rules.differences import Difference, compared
from alerts.rules.differences import said as said_of_rule
from alerts.subscriptions.fields import Span
from alerts.subscriptions.forms import FIELDS, PolicyForm
from alerts.subscriptions.models import SubscriptionPolicy
from alerts.subscriptions.noise import NoiseForm
from alerts.subscriptions.spans import span_in_words
from alerts.subscriptions.words import DIMENSION_NAMES, QUOTA_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.subscriptions.document import Document

COMPARED = ("name", "state", *FIELDS, "methods", "push_channels")
SPANS = {name for name, field in NoiseForm.base_fields.items() if isinstance(field, Span)}
CHOICES: dict[str, Any] = {
    "state": SubscriptionPolicy.State.choices, "kind": SubscriptionPolicy.Kind.choices,
    "content_mode": SubscriptionPolicy.Words.choices, "resource_mode": SubscriptionPolicy.Words.choices,
    "denoise": SubscriptionPolicy.Denoise.choices, "quotas": QUOTA_NAMES.items(), "merge_by": DIMENSION_NAMES.items(),
}  # fmt: skip


def differences(before: Document, after: Document) -> list[Difference]:
    """Return what differs, in the order of the page."""
    return compared(before, after, COMPARED, label=_label, said=said)


def _label(field: str) -> str:
    if field in ("state", "methods"):
        return _("State") if field == "state" else _("Custom notification method")
    return str(PolicyForm.base_fields[field].label)


def said(field: str, value: Any) -> str:
    """Return the value of a field as a person reads it."""
    if field in SPANS:
        return span_in_words(value or 0)
    if field in CHOICES:
        names = {code: str(label) for code, label in CHOICES[field]}
        return ", ".join(
            names.get(str(each), str(each)) for each in (value if isinstance(value, list) else [value]) if each
        )
    if field == "methods":
        return "; ".join(_method(channel, stored) for channel, stored in (value or {}).items())
    return said_of_rule(field, value)


def _method(channel: str, stored: Mapping[str, Any]) -> str:
    texts = _("own text") if stored.get("body") else ""
    said = ", ".join(filter(None, [*stored.get("levels", ()), texts])) or _("never")
    return f"{_(BY_KIND[channel].label) if channel in BY_KIND else channel}: {said}"
