"""Scope and terms: what a stored policy selects and how it lives, in the words of the matcher and of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.events.catalog import CATALOG, PRODUCT
from alerts.events.triggers import FallsBack, Reaches
from alerts.rules.pattern import Pattern
from alerts.subscriptions.models import SubscriptionPolicy
from alerts.subscriptions.terms import Step, Terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from alerts.subscriptions.models import EscalationStep

QUOTAS = ("qps", "key", "secret", "vpc")
"""The quotas that threshold-based events are about."""


def usage_names(quotas: Collection[str] = ()) -> tuple[str, ...]:
    """Return the names of the events about usage of these quotas; of all of them for none."""
    return tuple(
        record.name
        for record in CATALOG
        if isinstance(record.trigger, Reaches | FallsBack) and (not quotas or record.trigger.resource_type in quotas)
    )


def pattern_of(policy: SubscriptionPolicy) -> Pattern:
    """Return the pattern of a policy; looks up its resource group, if there is one."""
    threshold = policy.kind == SubscriptionPolicy.Kind.THRESHOLD
    group = policy.resource_group
    return Pattern(
        product=PRODUCT if threshold else policy.product,
        event_types=() if threshold else tuple(policy.event_types),
        levels=tuple(policy.levels),
        names=usage_names(policy.quotas) if threshold else tuple(policy.names),
        resources=tuple(group.patterns) if group else (),
        content_words=tuple(policy.content_words),
        content_black=policy.content_mode == SubscriptionPolicy.Words.BLACK,
        resource_words=tuple(policy.resource_words),
        resource_black=policy.resource_mode == SubscriptionPolicy.Words.BLACK,
    )


def terms_of(policy: SubscriptionPolicy, *, steps: Iterable[EscalationStep] | None = None) -> Terms:
    """Return the terms of a policy, with the stored steps of its configuration unless others are given."""
    configuration = policy.configuration
    if steps is None:
        steps = configuration.steps.all() if configuration else ()
    return Terms(
        denoise=policy.denoise,
        count=policy.denoise_count,
        period=policy.denoise_period,
        mute=policy.denoise_mute,
        wait=policy.group_wait,
        interval=policy.group_interval,
        repeat=policy.repeat_interval,
        repeat_most=policy.repeat_most,
        steps=tuple(Step(each.after * 60, each.group_id) for each in sorted(steps, key=lambda step: step.number)),
        rounds=configuration.rounds if configuration else 1,
        hours=policy.hours(),
    )
