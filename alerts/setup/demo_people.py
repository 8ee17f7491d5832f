"""Who is told in the demonstration: two contacts in the default group and two rules. Nothing leaves the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.contacts.directory import keep_contact
from alerts.contacts.models import DEFAULT_GROUP, Contact, ContactGroup
from alerts.events.catalog import PRODUCT
from alerts.rules.models import AlertRule, RuleTarget

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.accounts.models import CloudAccount

CONTACTS = (
    ("Li.Na", "li.na@example.com", "Asia/Shanghai", "Key management on call"),
    ("Anna.Schmidt", "anna.schmidt@example.com", "Europe/Berlin", "Security operations"),
)
RULES = (
    ("critical_events", ("CRITICAL",), (), 3 * 3600),
    ("deletions", ("WARN",), ("Key:ScheduleKeyDeletion:Success", "Key:DeleteKey:Success",
                              "Secret:ScheduleSecretDeletion:Success", "Secret:DeleteSecret:Success"), 5 * 60),
)  # fmt: skip


def make_people(account: CloudAccount, *, now: datetime) -> None:
    """Make contacts, their group and the rules, once."""
    if account.alert_rules.exists():
        return
    group, _ = ContactGroup.objects.get_or_create(account=account, name=DEFAULT_GROUP, defaults={"created_at": now})
    for name, email, zone, description in CONTACTS:
        contact = Contact(account=account, name=name, time_zone=zone, description=description)
        group.contacts.add(keep_contact(contact, addresses={"email": {"email": email}}, confirmed=True, now=now))
    for name, levels, names, mute_for in RULES:
        rule = AlertRule.objects.create(
            account=account, name=name, product=PRODUCT, levels=list(levels), names=list(names), mute_for=mute_for,
            created_at=now, changed_at=now,
        )  # fmt: skip
        RuleTarget.objects.create(rule=rule, kind=RuleTarget.Kind.CONTACT_GROUP, group=group)
