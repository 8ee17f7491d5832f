"""Restore: a policy is written from a document, through the form that the page has: one validation path for all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from alerts.estate.refusal import Refused
from alerts.events.filters import Seen
from alerts.rules.document import key_named
from alerts.rules.models import ResourceGroup
from alerts.rules.save import Change
from alerts.subscriptions.document import LISTS, NUMBERS, TEXTS
from alerts.subscriptions.forms import PolicyForm
from alerts.subscriptions.models import NotificationConfiguration, PushChannel
from alerts.subscriptions.reach import PEOPLE
from alerts.subscriptions.save import save_policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from alerts.accounts.models import CloudAccount
    from alerts.subscriptions.document import Document
    from alerts.subscriptions.methods import Check
    from alerts.subscriptions.models import PolicyVersion, SubscriptionPolicy

COUNTS = ("denoise_count", "repeat_most")
LINES = ("content_words", "resource_words")
CLOCKS = ("effective_start", "effective_end")


def form_of(
    document: Document, *, account: CloudAccount, policy: SubscriptionPolicy | None, check: Check | None = None
) -> PolicyForm:
    """Return the form, filled with a document, for a stored policy or a new one. Check `missing_in` as well."""
    data = MultiValueDict({field: [str(document.get(field, ""))] for field in (*TEXTS, *CLOCKS)})
    for field in set(LISTS) - set(LINES):
        data.setlist(field, [str(each) for each in document.get(field, ())])
    for field in LINES:
        data[field] = "\n".join(document.get(field, ()))
    for field in NUMBERS:
        data[field if field in COUNTS else f"{field}_0"] = str(document.get(field, ""))
        data[f"{field}_1"] = "1"
    data["resource_group"] = key_named(ResourceGroup.objects.all(), account, document.get("resource_group", ""))
    known, channels = NotificationConfiguration.objects.all(), PushChannel.objects.all()
    data["configuration"] = key_named(known, account, document.get("configuration", ""))
    named = document.get("push_channels", ())
    data.setlist("push_channels", [key_named(channels, account, name) for name in named])
    for channel in PEOPLE:
        _fill_method(data, channel, document)
    return PolicyForm(data, account=account, seen=Seen(), policy=policy, check=check)


def _fill_method(data: MultiValueDict[str, str], channel: str, document: Document) -> None:
    method = document.get("methods", {}).get(channel)
    if method is not None:
        data[f"methods-{channel}-there"] = "True"
        data.setlist(f"methods-{channel}-levels", list(method.get("levels", ())))
        data[f"methods-{channel}-subject"] = method.get("subject", "")
        data[f"methods-{channel}-body"] = method.get("body", "")


def missing_in(document: Document, *, account: CloudAccount) -> Iterator[str]:
    """Yield a sentence for each thing that a document names and that is not there any more."""
    group, configuration = document.get("resource_group", ""), document.get("configuration", "")
    if group and not ResourceGroup.objects.filter(account=account, name=group).exists():
        yield _("There is no resource group “%(name)s”.") % {"name": group}
    configurations = NotificationConfiguration.objects.filter(account=account)
    if configuration and not configurations.filter(name=configuration).exists():
        yield _("There is no notification configuration “%(name)s”.") % {"name": configuration}
    channels = set(PushChannel.objects.filter(account=account).values_list("name", flat=True))
    for name in sorted(set(document.get("push_channels", ())) - channels):
        yield _("There is no push channel “%(name)s”.") % {"name": name}


def roll_back(version: PolicyVersion, *, now: datetime, by: str, check: Check | None = None) -> SubscriptionPolicy:
    """Make a policy what it was at a version, as a new version; whether it is enabled stays as it is.

    Raises Refused with the reasons when it cannot be that any more, such as a configuration that is gone.
    """
    policy = version.policy
    if policy is None:
        raise Refused(_("The subscription policy is deleted. Create it anew."))
    document: Document = json.loads(version.document)
    form = form_of(document, account=policy.account, policy=policy, check=check)
    form.methods.replaces(document.get("methods", {}))
    said = list(missing_in(document, account=policy.account))
    if not form.is_valid() and not said:
        said = [f"{label}: {sentence}" if label else sentence for _control, label, sentence in form.mistakes()]
    if said:
        raise Refused(_("The subscription policy cannot be what it was. %(reasons)s") % {"reasons": " ".join(said)})
    channels = form.cleaned_data["push_channels"]
    return save_policy(form.wanted(), push_channels=channels, now=now, by=by, change=Change.ROLL_BACK)
