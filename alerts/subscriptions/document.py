"""Policies, configurations and push channels as plain documents, for versions and for files of rules.

What a document refers to stands in it by name. Without `secrets`, masks stand in the place of what is secret.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from alerts.channels import BY_KIND
from alerts.channels.base import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import time

    from alerts.subscriptions.models import NotificationConfiguration, PushChannel, SubscriptionPolicy

Document = dict[str, Any]
TEXTS = ("name", "description", "state", "kind", "product", "content_mode", "resource_mode", "denoise", "time_zone")
LISTS = ("event_types", "names", "levels", "content_words", "resource_words", "quotas", "merge_by", "weekdays")
NUMBERS = (
    "denoise_count", "denoise_period", "denoise_mute", "group_wait", "group_interval", "repeat_interval", "repeat_most",
)  # fmt: skip
CLOCK = "%H:%M"
SECRETS = frozenset({"url", "secret", "previous_secret", "headers"})


def policy_document(policy: SubscriptionPolicy, *, push_channels: Iterable[PushChannel] | None = None) -> Document:
    """Return the document of a policy, with these push channels; with those that are stored when None."""
    pushed = policy.push_channels.all() if push_channels is None else push_channels
    return {
        **{field: getattr(policy, field) for field in TEXTS},
        **{field: list(getattr(policy, field)) for field in LISTS},
        "resource_group": policy.resource_group.name if policy.resource_group else "",
        **{field: getattr(policy, field) for field in NUMBERS},
        "effective_start": _clock(policy.effective_start),
        "effective_end": _clock(policy.effective_end),
        "configuration": policy.configuration.name if policy.configuration else "",
        "methods": dict(policy.methods),
        "push_channels": sorted(channel.name for channel in pushed),
    }


def _clock(moment: time | None) -> str:
    return moment.strftime(CLOCK) if moment else ""


def configuration_document(configuration: NotificationConfiguration) -> Document:
    """Return the document of a stored notification configuration."""
    groups = ("group", "critical_group", "warn_group", "info_group")
    found = {name: getattr(configuration, name) for name in groups}
    return {
        "name": configuration.name,
        "description": configuration.description,
        "mode": configuration.mode,
        **{name: group.name if group else "" for name, group in found.items()},
        "steps": [
            {"after": step.after, "group": step.group.name}
            for step in configuration.steps.select_related("group").order_by("number")
        ],
        "rounds": configuration.rounds,
        "recovery": configuration.recovery,
    }


def push_document(channel: PushChannel, *, secrets: bool = False) -> Document:
    """Return the document of a push channel."""
    fields = dict(channel.fields)
    if not secrets:
        hidden = dict.fromkeys(SECRETS & fields.keys(), MASK)
        fields |= hidden | ({"url": BY_KIND[channel.kind].mask(channel.fields)} if "url" in fields else {})
    return {
        "name": channel.name, "description": channel.description, "kind": channel.kind, "template": channel.template,
        "address": json.loads(json.dumps(fields)),
    }  # fmt: skip
