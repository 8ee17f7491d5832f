"""Who depends on a contact group or a resource group: neither goes while an alert rule or a policy counts on it."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import OuterRef, Q
from django.utils.translation import gettext as _

from alerts.contacts.models import ContactGroup
from alerts.estate.refusal import Refused
from alerts.rules import dependents, resources
from alerts.rules.dependents import quoted
from alerts.rules.models import ResourceGroup
from alerts.subscriptions.models import NotificationConfiguration, SubscriptionPolicy

if TYPE_CHECKING:
    from django.db.models import QuerySet


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


@transaction.atomic
def delete_group(group: ContactGroup) -> None:
    """Delete a contact group; its contacts stay.

    Raises Refused when a notification configuration or an alert rule tells it, or when it is the default group.
    """
    ContactGroup.objects.select_for_update().get(pk=group.pk)
    if names := list(configurations_of(group).values_list("name", flat=True)):
        said = _("This contact group is told by the notification configuration %(names)s.")
        raise Refused(said % {"names": quoted(names)})
    dependents.delete_group(group)


@transaction.atomic
def delete_resource_group(group: ResourceGroup) -> None:
    """Delete a resource group. Raises Refused when a subscription policy or an alert rule looks at it."""
    ResourceGroup.objects.select_for_update().get(pk=group.pk)
    policies = SubscriptionPolicy.objects.filter(resource_group=group).order_by("name")
    if names := list(policies.values_list("name", flat=True)):
        said = _("This resource group is looked at by the subscription policy %(names)s.")
        raise Refused(said % {"names": quoted(names)})
    resources.delete_resource_group(group)
