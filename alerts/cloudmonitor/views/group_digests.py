"""Alerts › Alert Contacts › Alert Contact Group › Digest: INFO events as one message a day or a week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from alerts.accounts.models import Role
from alerts.contacts.models import ContactGroup
from alerts.events.catalog import BY_NAME
from alerts.notifications.digests import waiting_for
from alerts.notifications.facts import name_of
from alerts.subscriptions.digest_form import DigestForm
from alerts.subscriptions.models import GroupDigest
from alerts.subscriptions.save import save_digest
from alerts.ui import formats
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.notifications.batch_facts import CauseTold

MOST_CAUSES = 20


class ContactGroupDigest(FormPage):
    """The digest of one group."""

    template = "cloudmonitor/group_digest.html"
    verb = "contact_group.digest"
    needs = Role.OPERATOR

    @cached_property
    def group(self) -> ContactGroup:
        """The group that the address names, if it is one of this account."""
        return get_object_or_404(ContactGroup, account=self.account, pk=self.kwargs["pk"])

    @cached_property
    def digest(self) -> GroupDigest | None:
        """What is stored, if anything is."""
        return GroupDigest.objects.filter(group=self.group).first()

    def form(self, data: Any = None) -> DigestForm:
        """Return the form, in the reader's own zone where nothing is stored."""
        zone = timezone.get_current_timezone_name()
        return DigestForm(data, group=self.group, digest=self.digest, zone=zone)

    def act(self, form: DigestForm, *, now: datetime) -> str:
        """Store it."""
        self.subject = self.group.name
        self.saved = save_digest(form.wanted(), now=now)
        return reverse("cloudmonitor:contact_group_digest", args=[self.group.pk])

    def done(self) -> str:
        """Say when the next one comes."""
        if not self.saved.enabled:
            return _("The contact group “%(name)s” takes no digest.") % {"name": self.subject}
        when = formats.moment(self.saved.due_at, precision="minute")
        return _("The next digest for “%(name)s” comes at %(moment)s.") % {
            "name": self.subject, "moment": f"{when.text} {when.zone}",
        }  # fmt: skip

    def context(self) -> dict[str, Any]:
        """Return what frames the form, and what waits for the next digest."""
        back, digest = reverse("cloudmonitor:contact_groups"), self.digest
        waiting = waiting_for(digest, most=MOST_CAUSES) if digest else None
        return {
            "title": _("Digest of “%(name)s”") % {"name": self.group.name},
            "lead": _(
                "INFO events of which alert rules and policies would tell this group come as one message instead."
            ),
            "trail": [{"label": _("Alert Contact Group"), "url": back}, {"label": _("Digest"), "url": ""}],
            "back": back,
            "digest": digest if digest and digest.enabled else None,
            "waiting": waiting,
            "causes": [cause_row(each) for each in waiting.newest] if waiting else [],
            "more": waiting.causes - len(waiting.newest) if waiting else 0,
        }


def cause_row(cause: CauseTold) -> dict[str, Any]:
    """Return a line of what waits."""
    record = BY_NAME.get(cause.event_name)
    return {
        "title": _(record.title) if record else cause.event_name, "name": name_of(cause.resource),
        "resource": cause.resource, "events": cause.events, "last_at": cause.last_at,
    }  # fmt: skip
