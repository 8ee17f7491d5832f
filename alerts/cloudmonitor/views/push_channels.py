"""Event Center › Event Subscription › Push Channel: the systems that policies send to, and whether they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.audit import note
from alerts.accounts.models import Role
from alerts.accounts.refusal import Refused
from alerts.channels import BY_KIND
from alerts.channels.webhook import MOST_HEADERS
from alerts.cloudmonitor.views.contact_tests import progress_of
from alerts.cloudmonitor.views.notification_configurations import name_cell, panel_actions, policy_names, used_cell
from alerts.cloudmonitor.views.panels import PanelPage
from alerts.cloudmonitor.views.subscription_policies import tabs, trail
from alerts.notifications.batch_check import check_push_template
from alerts.notifications.models import Notification
from alerts.notifications.push_tests import send_push_test
from alerts.subscriptions.filters import PushChannelFilter
from alerts.subscriptions.models import PushChannel, SubscriptionPolicy
from alerts.subscriptions.push_form import PushChannelForm
from alerts.subscriptions.save import delete_unused, save_push_channel
from alerts.tasks import deliver, ring
from alerts.ui.access import ConsoleView
from alerts.ui.forms import FormPage
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column, attribute

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString


def masked(channel: PushChannel) -> str:
    """Return the address as pages may show it."""
    return BY_KIND[channel.kind].mask(channel.fields)


def how(channel: PushChannel) -> str:
    """Return how a webhook is called; empty for other kinds."""
    fields = channel.fields
    if channel.kind != PushChannel.Kind.WEBHOOK:
        return ""
    marks = [fields.get("method", "POST"), fields.get("format", "JSON")]
    marks += [_("signed")] if fields.get("secret") else []
    marks += [_("own headers")] if fields.get("headers") else []
    marks += [_("own template")] if channel.template else []
    return " · ".join(marks)


def target_cell(channel: PushChannel) -> SafeString:
    """Draw kind, visible part of the address, and how it is called."""
    below = format_html("<small>{}</small>", how(channel)) if how(channel) else ""
    return format_html(
        '<span class="stacked"><span>{}</span><span class="mono breakable">{}</span>{}</span>',
        channel.get_kind_display(), masked(channel), below,
    )  # fmt: skip


class PushChannels(ListPage):
    """The list. `?test=` names the test whose progress is shown above it."""

    template = "cloudmonitor/push_channels.html"
    collection = "pushChannels"
    filterset = PushChannelFilter
    columns = (
        Column("Name", gettext_lazy("Push channel"), name_cell),
        Column("Target", gettext_lazy("Target"), target_cell),
        Column("Policies", gettext_lazy("Used by"), used_cell),
    )
    exported = (
        Column("Name", "Name", attribute("name")),
        Column("Description", "Description", attribute("description")),
        Column("Kind", "Kind", attribute("kind")),
        Column("Address", "Address", masked),
        Column("How", "How", how),
        Column("Policies", "Policies", policy_names),
    )

    def rows(self) -> QuerySet[PushChannel]:
        """Return the push channels with the policies that use them."""
        policies = Prefetch("policies", SubscriptionPolicy.objects.only("name"))
        return PushChannel.objects.filter(account=self.account).prefetch_related(policies)

    def shown(self) -> Sequence[Column]:
        """Return the columns, with actions for who may change something."""
        if not self.may_change:
            return self.columns
        base = "cloudmonitor:push_channel"
        token = get_token(self.request)
        actions = panel_actions(f"{base}_modify", f"{base}_delete", test=f"{base}_test", token=token)
        return (*self.columns, Column("Actions", _("Actions"), actions))

    def context(self) -> dict[str, Any]:
        """Return title, tabs, the way to a new one, and how a test fares."""
        create = {"label": _("Create Push Channel"), "kind": "primary", "icon": "plus",
                  "url": reverse("cloudmonitor:push_channel_create")}  # fmt: skip
        return {
            "title": _("Push Channel"),
            "lead": _("Systems that policies send the documented JSON to: webhooks, queues, logs and functions."),
            "trail": trail((_("Push Channel"), "")),
            "tabs": tabs("push_channels"),
            "actions": [create] if self.may_change else [],
            "test": self.test(),
            "empty": {
                "title": _("No push channels yet"),
                "text": _("A push channel hands what a policy tells to a program."),
                "icon": "webhook",
                "url": create["url"] if self.may_change else "",
                "action": create["label"],
            },
        }

    def test(self) -> dict[str, object] | None:
        """Return how the test that the address names fares; None for none."""
        asked = self.request.GET.get("test", "")
        tests = Notification.objects.filter(account=self.account, purpose=Notification.Purpose.TEST, contact=None)
        found = tests.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
        return progress_of(found, now=self.now) if found else None


class PushChannelCreate(PanelPage):
    """A new push channel."""

    fields = "cloudmonitor/_push_channel_fields.html"
    rows = ("headers", MOST_HEADERS)
    verb = "push_channel.create"

    def channel(self) -> PushChannel | None:
        """Return what is modified; None for a new one."""
        return None

    def form(self, data: Any = None) -> PushChannelForm:
        """Return the form."""
        return PushChannelForm(data, account=self.account, channel=self.channel(), check=check_push_template)

    def act(self, form: PushChannelForm, *, now: datetime) -> str:
        """Save it."""
        opened = self.opened(form)
        channel, address = form.wanted()
        self.subject = save_push_channel(channel, address=address, now=now, opened=opened).name
        return reverse("cloudmonitor:push_channels")

    def done(self) -> str:
        """Say so."""
        return _("The push channel “%(name)s” is saved.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        title, back = self.title(), reverse("cloudmonitor:push_channels")
        steps = trail((_("Push Channel"), back), (title, ""))
        return self.framed(title, back, steps, stored=self.channel())

    def title(self) -> str:
        """Return the heading."""
        return _("Create Push Channel")


class PushChannelModify(PushChannelCreate):
    """A stored push channel."""

    verb = "push_channel.modify"

    def channel(self) -> PushChannel:
        """Return the push channel that the address names, if it is one of this account."""
        return get_object_or_404(PushChannel, account=self.account, pk=self.kwargs["pk"])

    def title(self) -> str:
        """Return the heading."""
        return _("Modify Push Channel")


class PushChannelDelete(FormPage):
    """Asks, and deletes a push channel that no policy uses."""

    template = "pages/confirm.html"
    verb = "push_channel.delete"
    needs = Role.OPERATOR

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields: it only carries the refusal."""
        self.found = get_object_or_404(PushChannel, account=self.account, pk=self.kwargs["pk"])
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Delete it."""
        self.subject = self.found.name
        delete_unused(self.found)
        return reverse("cloudmonitor:push_channels")

    def done(self) -> str:
        """Say so."""
        return _("The push channel “%(name)s” is deleted.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        back = reverse("cloudmonitor:push_channels")
        return {
            "title": _("Delete the push channel “%(name)s”?") % {"name": self.found.name},
            "text": _("Nothing more is sent there. What was sent stays in the alert history."),
            "trail": trail((_("Push Channel"), back), (_("Delete"), "")),
            "back": back,
        }


class PushChannelTest(ConsoleView):
    """Test: sends a message that says that it is one, and leads to the list, which shows what comes of it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send it."""
        channel = get_object_or_404(PushChannel.objects.select_related("account"), account=self.account, pk=pk)
        page, now = reverse("cloudmonitor:push_channels"), timezone.now()
        try:
            with transaction.atomic():
                sent = send_push_test(channel, actor=self.actor, now=now)
                note(self.account, actor=self.actor, verb="push_channel.test", subject=channel.name, now=now)
        except Refused as refused:
            messages.error(request, refused.message)
            return HttpResponseRedirect(page)
        ring(deliver)
        return HttpResponseRedirect(f"{page}?{urlencode({'test': sent.pk})}")
