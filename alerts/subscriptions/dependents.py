"""Who depends on contacts, contact groups and resource groups: none goes while a rule or a policy counts on it."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import OuterRef, Q
from django.utils.translation import gettext as _

from alerts.contacts.models import Contact, ContactGroup
from alerts.estate.refusal import Refused
from alerts.rules import dependents, resources
from alerts.rules.dependents import quoted
from alerts.rules.models import ResourceGroup
from alerts.subscriptions.models import NotificationConfiguration, SubscriptionPolicy
from alerts.subscriptions.reach import reached_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

LEVELS = ("CRITICAL", "WARN", "INFO")

GROUPS = ("group", "critical_group", "warn_group", "info_group", "steps__group")
"""Where a notification configuration names contact groups."""


def configurations_of(group: ContactGroup | OuterRef) -> QuerySet[NotificationConfiguration]:
    """Return the notification configurations that tell a group, at once or in a step, by name; also for `OuterRef`."""
    told = reduce(or_, (Q(**{name: group}) for name in GROUPS))
    return NotificationConfiguration.objects.filter(told).distinct().order_by("name")


def policies_telling(groups: Any) -> QuerySet[SubscriptionPolicy]:
    """Return the policies whose configuration tells one of these contact groups, each once; also for `OuterRef`."""
    lookup = "" if isinstance(groups, OuterRef) else "__in"
    told = reduce(or_, (Q(**{f"configuration__{name}{lookup}": groups}) for name in GROUPS))
    return SubscriptionPolicy.objects.filter(told).distinct()


def reached_through(contact: Contact) -> dict[str, set[str]]:
    """Return of which levels each policy that tells this contact, and no system, tells somebody at once; by name."""
    return {policy.name: _reached(policy) for policy in _telling(contact)}


def silenced_without(contact: Contact) -> list[str]:
    """Return the names of the policies that would have nobody to tell of events of some level without this contact."""
    return [policy.name for policy in _telling(contact) if _reached(policy) - _reached(policy, but=contact)]


def _telling(contact: Contact) -> Iterable[SubscriptionPolicy]:
    """Return the policies that tell a group of this contact and no system, by name."""
    told = policies_telling(contact.groups.all()).filter(push_channels=None).order_by("name")
    groups = (f"configuration__{name}__contacts__addresses" for name in GROUPS[:-1])
    return told.select_related("configuration").prefetch_related(*groups)


def _reached(policy: SubscriptionPolicy, *, but: Contact | None = None) -> set[str]:
    """Return the levels of events of which a policy tells somebody else than this contact at once."""
    configuration = policy.configuration
    groups = {level: configuration.group_of(level) for level in policy.levels or LEVELS} if configuration else {}
    return {
        level for level, group in groups.items() if group
        for contact, _way, _fields in reached_in(group, level=level, methods=policy.methods) if contact != but
    }  # fmt: skip


@transaction.atomic
def delete_contact(contact: Contact) -> None:
    """Delete a contact; what it was told stays in the history.

    Raises Refused when a group would be empty (the default group may be), or when a policy or an alert rule
    would have nobody to tell.
    """
    # Whoever is just putting it into a group ends first.
    Contact.objects.select_for_update().filter(pk=contact.pk).first()
    # Two people who each delete one of two contacts must not both see the other one left.
    list(contact.groups.select_for_update().order_by("pk"))
    names, said = silenced_without(contact), _("Nobody would be left to tell for the subscription policy %(names)s.")
    dependents.delete_contact(contact, further=[said % {"names": quoted(names)}] if names else [])


@transaction.atomic
def delete_group(group: ContactGroup) -> None:
    """Delete a contact group; its contacts stay. One that somebody else has just deleted is gone, which is enough.

    Raises Refused when a notification configuration or an alert rule tells it, or when it is the default group.
    """
    if not ContactGroup.objects.select_for_update().filter(pk=group.pk):
        return
    if names := list(configurations_of(group).values_list("name", flat=True)):
        said = _("This contact group is told by the notification configuration %(names)s.")
        raise Refused(said % {"names": quoted(names)})
    dependents.delete_group(group)


@transaction.atomic
def delete_resource_group(group: ResourceGroup) -> None:
    """Delete a resource group. Raises Refused when a subscription policy or an alert rule looks at it."""
    if not ResourceGroup.objects.select_for_update().filter(pk=group.pk):
        return
    policies = SubscriptionPolicy.objects.filter(resource_group=group).order_by("name")
    if names := list(policies.values_list("name", flat=True)):
        said = _("This resource group is looked at by the subscription policy %(names)s.")
        raise Refused(said % {"names": quoted(names)})
    resources.delete_resource_group(group)
