"""Audience: whom a subscription policy tells of an event level: people of a contact group, its digest, and systems."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.contacts.models import ContactGroup
from alerts.notifications.recipients import Recipient
from alerts.subscriptions.models import EscalationStep, GroupDigest, SubscriptionPolicy
from alerts.subscriptions.reach import reached_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from alerts.subscriptions.models import NotificationConfiguration

DIGESTED = "INFO"
"""The event level that a digest takes."""
MAIL = "email"


@dataclass(slots=True)
class Audience:
    """One policy with everybody whom it may tell. `groups` and `digests` are by the key of the group."""

    policy: SubscriptionPolicy
    groups: Mapping[int, ContactGroup]
    digests: Mapping[int, GroupDigest]
    _found: dict[tuple[int, str], list[Recipient]] = field(default_factory=dict)

    def people(self, level: str) -> list[Recipient]:
        """Return whom the first message about events of this level goes to, each destination once."""
        group = self.policy.configuration.group_of(level) if self.policy.configuration else None
        return self.people_in(group.pk, level) if group else []

    def people_in(self, group: int, level: str) -> list[Recipient]:
        """Return who in a contact group is told of events of this level; nobody where there is no such group.

        A bundle that began by an earlier configuration may ask for a group that the present one does not name.
        """
        found = self._found.get((group, level))
        if found is None:
            known = self.groups.get(group) or _group_of(self.policy.account_id, group)
            reached = reached_in(known, level=level, methods=self.policy.methods) if known else ()
            found = _once(Recipient(way, fields, contact.name, contact) for contact, way, fields in reached)
            self._found[group, level] = found
        return found

    def digest(self, level: str) -> GroupDigest | None:
        """Return the digest that takes messages of this level instead of the people, if their group has one."""
        group = self.policy.configuration.group_of(level) if self.policy.configuration else None
        return self.digests.get(group.pk) if group and level == DIGESTED else None

    def systems(self) -> list[Recipient]:
        """Return the push channels as recipients."""
        return _once(Recipient(each.kind, each.fields, each.name) for each in self.policy.push_channels.all())

    def reaches(self, level: str) -> bool:
        """Tell whether anybody at all is told of events of this level."""
        return bool(self.people(level) or self.policy.push_channels.all())

    def mails(self, level: str) -> int:
        """Return how many e-mails a message of this level makes."""
        return 0 if self.digest(level) else sum(each.channel == MAIL for each in self.people(level))

    @property
    def tells_recovery(self) -> bool:
        """Whether people hear that what they were told of is over."""
        return self.policy.configuration is not None and self.policy.configuration.recovery


def _group_of(account: str, group: int) -> ContactGroup | None:
    rows = ContactGroup.objects.filter(account=account, pk=group)
    return rows.prefetch_related("contacts__addresses").first()


def _once(recipients: Iterable[Recipient]) -> list[Recipient]:
    return list({each.destination: each for each in recipients}.values())


def audiences_of(policies: Collection[SubscriptionPolicy]) -> dict[int, Audience]:
    """Return the audience of each policy, by its key, with as many queries for many as for one."""
    configurations = {policy.configuration_id for policy in policies if policy.configuration_id}
    steps = EscalationStep.objects.filter(configuration__in=configurations).values_list("group", flat=True)
    wanted = {group for policy in policies for group in _groups_of(policy.configuration)} | set(steps)
    groups = ContactGroup.objects.filter(pk__in=wanted).prefetch_related("contacts__addresses")
    found = {group.pk: group for group in groups} if wanted else {}
    digests = {each.group_id: each for each in GroupDigest.objects.filter(group__in=wanted, enabled=True)}
    return {policy.pk: Audience(policy, found, digests) for policy in policies}


def _groups_of(configuration: NotificationConfiguration | None) -> Sequence[int]:
    if configuration is None:
        return ()
    keys = (
        configuration.group_id, configuration.critical_group_id, configuration.warn_group_id,
        configuration.info_group_id,
    )  # fmt: skip
    return [key for key in keys if key]


def locked_policies(keys: Collection[int], *, skip_locked: bool = False) -> list[SubscriptionPolicy]:
    """Return policies, locked in the order of their keys until the transaction ends: first of all locks on bundles."""
    rows = SubscriptionPolicy.objects.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)
    wanted = rows.filter(pk__in=keys).order_by("pk").select_related(
        "configuration__group", "configuration__critical_group", "configuration__warn_group",
        "configuration__info_group",
    )  # fmt: skip
    return list(wanted.prefetch_related("push_channels", "configuration__steps"))
