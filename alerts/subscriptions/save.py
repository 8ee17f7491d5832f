"""Save: the verbs that change policies, configurations, push channels and digests, each in one transaction.

A policy keeps its versions. Bundles that are open live on by the terms with which they began; those of a policy that is
disabled are closed by the next look at them, which their `due_at` asks for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.contacts.models import ContactGroup
from alerts.estate.refusal import Refused
from alerts.rules.models import ResourceGroup
from alerts.rules.save import Change
from alerts.rules.shelf import new_edition
from alerts.subscriptions.document import policy_document
from alerts.subscriptions.models import (
    Bundle,
    EscalationStep,
    NotificationConfiguration,
    PolicyVersion,
    PushChannel,
    SubscriptionPolicy,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from alerts.subscriptions.models import GroupDigest

Versioned = TypeVar("Versioned", SubscriptionPolicy, NotificationConfiguration, PushChannel)


@transaction.atomic
def save_policy(
    policy: SubscriptionPolicy, *, push_channels: Iterable[PushChannel] | None = None, now: datetime, by: str = "",
    change: str = "", opened: int | None = None,
) -> SubscriptionPolicy:  # fmt: skip
    """Create or modify a policy; push channels stay as they are when None. `opened`: the version that was looked at.

    Raises Refused at `name` when another policy of the account has it, and at `opened` when somebody else changed the
    policy since it was looked at, or deleted it. What changes nothing makes no version.
    """
    stored = _locked(SubscriptionPolicy.objects.all(), policy, opened=opened)
    if push_channels is not None:
        push_channels = list(push_channels)
    if stored and policy_document(stored) == policy_document(policy, push_channels=push_channels):
        return policy
    _hold_named(policy, push_channels or ())
    policy.changed_at, policy.version = now, stored.version + 1 if stored else 1
    if not stored:
        policy.created_at = now
    _write(policy, _("There is a subscription policy of this name already."))
    if push_channels is not None:
        policy.push_channels.set(push_channels)
    _note(policy, change=change or (Change.MODIFY if stored else Change.CREATE), by=by, now=now)
    if policy.state != SubscriptionPolicy.State.ENABLED:
        _wake(policy, now=now)
    return policy


def _locked(rows: QuerySet[Versioned], row: Versioned, *, opened: int | None) -> Versioned | None:
    """Return the row as it is stored, locked so that versions follow each other; None for a new one."""
    if not row.pk:
        return None
    stored = rows.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if stored is None:
        raise Refused(_("Somebody deleted this since you opened it. Copy what you need."), field="opened")
    if opened is not None and opened != stored.version:
        raise Refused(_("Somebody changed this since you opened it; nothing was saved."), field="opened")
    return stored


def _hold_named(policy: SubscriptionPolicy, push_channels: Iterable[PushChannel]) -> None:
    """Keep what a policy names from being deleted before it is stored."""
    if not _held(NotificationConfiguration.objects.all(), {policy.configuration_id}):
        said = _("Somebody deleted the notification configuration: choose another.")
        raise Refused(said, field="configuration")
    if not _held(PushChannel.objects.all(), {channel.pk for channel in push_channels}):
        raise Refused(_("Somebody deleted a push channel: choose again."), field="push_channels")
    if not _held(ResourceGroup.objects.all(), {policy.resource_group_id}):
        raise Refused(_("There is no such resource group any more: choose another."), field="resource_group")


def _held(rows: QuerySet[Any], keys: Iterable[int | None]) -> bool:
    """Lock these rows, in one order, against being deleted; tell whether all of them are there."""
    wanted = set(keys) - {None}
    found = rows.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    return not wanted or len(found) == len(wanted)


def _write(row: Versioned, taken: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(taken, field="name") from error
    new_edition([row.account_id])


def _note(policy: SubscriptionPolicy, *, change: str, by: str, now: datetime) -> None:
    PolicyVersion.objects.create(
        account_id=policy.account_id, policy=policy, policy_name=policy.name, number=policy.version, change=change,
        made_at=now, made_by=by, document=json.dumps(policy_document(policy)),
    )  # fmt: skip


def _wake(policy: SubscriptionPolicy, *, now: datetime) -> None:
    Bundle.objects.filter(policy=policy, closed_at=None).update(due_at=now)


@transaction.atomic
def set_policy_state(policy: SubscriptionPolicy, *, state: str, now: datetime, by: str = "") -> None:
    """Enable or disable a policy. What a disabled one has gathered is never told."""
    stored = _locked(SubscriptionPolicy.objects.all(), policy, opened=None)
    if stored is None or stored.state == state:
        return
    policy.state, policy.changed_at, policy.version = state, now, stored.version + 1
    policy.save(update_fields=["state", "changed_at", "version"])
    new_edition([policy.account_id])
    _note(policy, change=Change.ENABLE if state == SubscriptionPolicy.State.ENABLED else Change.DISABLE, by=by, now=now)
    if state != SubscriptionPolicy.State.ENABLED:
        _wake(policy, now=now)


@transaction.atomic
def delete_policy(policy: SubscriptionPolicy) -> None:
    """Delete a policy with its open bundles. Its decisions, batches, messages and versions stay, under its name."""
    account = policy.account_id
    SubscriptionPolicy.objects.select_for_update().filter(pk=policy.pk).first()
    policy.delete()
    new_edition([account])


@transaction.atomic
def save_configuration(
    configuration: NotificationConfiguration, *, steps: Sequence[EscalationStep] | None = None, now: datetime,
    opened: int | None = None,
) -> NotificationConfiguration:  # fmt: skip
    """Create or modify a notification configuration; its steps stay when None, and are numbered by their order.

    Raises Refused like `save_policy`.
    """
    _date(configuration, _locked(NotificationConfiguration.objects.all(), configuration, opened=opened), now=now)
    named = (configuration.group_id, configuration.critical_group_id, configuration.warn_group_id,
             configuration.info_group_id, *(step.group_id for step in steps or ()))  # fmt: skip
    if not _held(ContactGroup.objects.all(), named):
        raise Refused(_("Somebody deleted a contact group that is told here: choose another."))
    _write(configuration, _("There is a notification configuration of this name already."))
    if steps is not None:
        configuration.steps.all().delete()
        for number, step in enumerate(steps, 1):
            step.pk, step.configuration, step.number = None, configuration, number
        EscalationStep.objects.bulk_create(steps)
    return configuration


def _date(row: NotificationConfiguration | PushChannel, stored: Any, *, now: datetime) -> None:
    row.changed_at, row.version = now, stored.version + 1 if stored else 1
    if not stored:
        row.created_at = now


@transaction.atomic
def save_push_channel(
    channel: PushChannel, *, address: Mapping[str, str] | None = None, now: datetime, opened: int | None = None
) -> PushChannel:
    """Create or modify a push channel; the address stays when None. Raises Refused like `save_policy`."""
    _date(channel, _locked(PushChannel.objects.all(), channel, opened=opened), now=now)
    if address is not None:
        channel.address = json.dumps(dict(address))
    _write(channel, _("There is a push channel of this name already."))
    return channel


@transaction.atomic
def delete_unused(row: NotificationConfiguration | PushChannel) -> None:
    """Delete a configuration or a push channel. Raises Refused, naming them, while policies use it."""
    # Whoever saves a policy holds what it names, so nobody can begin to use the row from here on.
    list(type(row).objects.select_for_update().filter(pk=row.pk))
    names = list(row.policies.order_by("name").values_list("name", flat=True)[:5])
    if names:
        raise Refused(_("Still used by: %(names)s.") % {"names": ", ".join(names)})
    row.delete()


def save_digest(digest: GroupDigest, *, now: datetime) -> GroupDigest:
    """Store when a contact group gets its digest; the first one is the next such moment."""
    digest.due_at, digest.changed_at = digest.moment_after(now), now
    digest.save()
    return digest
