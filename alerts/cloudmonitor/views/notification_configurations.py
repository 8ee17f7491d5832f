"""Event Center › Event Subscription › Notification Configuration: who is told, and who comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.models import Role
from alerts.cloudmonitor.views.panels import PanelPage
from alerts.cloudmonitor.views.subscription_policies import tabs, trail
from alerts.subscriptions.configuration_form import ConfigurationForm
from alerts.subscriptions.filters import ConfigurationFilter
from alerts.subscriptions.models import EscalationStep, NotificationConfiguration, SubscriptionPolicy
from alerts.subscriptions.models.configuration import MOST_STEPS
from alerts.subscriptions.save import delete_unused, save_configuration
from alerts.subscriptions.words import configuration_in_words
from alerts.ui.forms import FormPage
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

GROUPS = ("group", "critical_group", "warn_group", "info_group")


def name_cell(row: Any) -> SafeString:
    """Draw the name over the description."""
    below = format_html("<small>{}</small>", row.description) if row.description else ""
    return format_html('<span class="stacked" data-name><strong>{}</strong>{}</span>', row.name, below)


def policy_names(row: Any) -> list[str]:
    """Return the names of the policies that use a configuration or a push channel."""
    return sorted(policy.name for policy in row.policies.all())


def used_cell(row: Any) -> SafeString:
    """Draw the policies that use it."""
    names = policy_names(row)
    if not names:
        return format_html('<span class="muted">{}</span>', _("no policy"))
    return format_html_join(" ", '<span class="tag">{}</span>', ([name] for name in names))


def read_aloud(configuration: NotificationConfiguration) -> str:
    """Return the whole configuration in sentences."""
    return configuration_in_words(configuration, list(configuration.steps.all()))


def panel_actions(modify: str, delete: str, *, test: str = "", token: str = "") -> Callable[[Any], SafeString]:
    """Return a cell with Edit (in the side panel), Test (posts with the token) and Delete, by names of pages."""

    def draw(row: Any) -> SafeString:
        edit, delete_ = reverse(modify, args=[row.pk]), reverse(delete, args=[row.pk])
        return format_html(
            '<span class="row-line">{}{}{}</span>',
            _button(_("Edit"), row, href=edit, hx_get=edit, hx_target="#drawer"),
            _posting(_("Test"), row, reverse(test, args=[row.pk]), token) if test else "",
            _button(_("Delete"), row, href=delete_, kind="danger-quiet"),
        )

    return draw


def _button(label: str, row: Any, **attributes: str) -> SafeString:
    return ui.button(label, size="small", aria_label=f"{label} {row}", **attributes)


def _posting(label: str, row: Any, url: str, token: str) -> SafeString:
    return format_html(
        '<form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">{}</form>',
        url, token, _button(label, row, type="submit"),
    )  # fmt: skip


class NotificationConfigurations(ListPage):
    """The list."""

    collection = "notificationConfigurations"
    filterset = ConfigurationFilter
    columns = (
        Column("Name", gettext_lazy("Notification configuration"), name_cell),
        Column("Tells", gettext_lazy("Who is told, and who comes next"), read_aloud),
        Column("Policies", gettext_lazy("Used by"), used_cell),
    )
    exported = (
        Column("Name", "Name", attribute("name")),
        Column("Description", "Description", attribute("description")),
        Column("Mode", "Mode", attribute("mode")),
        Column("Tells", "Tells", read_aloud),
        Column("Rounds", "Rounds", attribute("rounds")),
        Column("Recovery", "Recovery", attribute("recovery")),
        Column("Policies", "Policies", policy_names),
    )

    def rows(self) -> QuerySet[NotificationConfiguration]:
        """Return the configurations with their groups, steps and policies."""
        found = NotificationConfiguration.objects.filter(account=self.account).select_related(*GROUPS)
        steps = Prefetch("steps", EscalationStep.objects.select_related("group").order_by("number"))
        return found.prefetch_related(
            steps, Prefetch("policies", SubscriptionPolicy.objects.only("name", "configuration"))
        )

    def shown(self) -> Sequence[Column]:
        """Return the columns, with actions for who may change something."""
        if not self.may_change:
            return self.columns
        base = "cloudmonitor:notification_configuration"
        return (*self.columns, Column("Actions", _("Actions"), panel_actions(f"{base}_modify", f"{base}_delete")))

    def context(self) -> dict[str, Any]:
        """Return title, tabs and the way to a new one."""
        create = {"label": _("Create Notification Configuration"), "kind": "primary", "icon": "plus",
                  "url": reverse("cloudmonitor:notification_configuration_create")}  # fmt: skip
        return {
            "title": _("Notification Configuration"),
            "lead": _("Whom policies tell first, who comes next when nobody answers, and whether the end is told."),
            "trail": trail((_("Notification Configuration"), "")),
            "tabs": tabs("notification_configurations"),
            "actions": [create] if self.may_change else [],
            "empty": {
                "title": _("No notification configurations yet"),
                "text": _("A policy without one tells no contact; it can still send to push channels."),
                "icon": "users",
                "url": create["url"] if self.may_change else "",
                "action": create["label"],
            },
        }


class NotificationConfigurationCreate(PanelPage):
    """A new configuration."""

    fields = "cloudmonitor/_configuration_fields.html"
    rows = ("steps", MOST_STEPS)
    verb = "notification_configuration.create"

    def configuration(self) -> NotificationConfiguration | None:
        """Return what is modified; None for a new one."""
        return None

    def form(self, data: Any = None) -> ConfigurationForm:
        """Return the form."""
        return ConfigurationForm(data, account=self.account, configuration=self.configuration())

    def act(self, form: ConfigurationForm, *, now: datetime) -> str:
        """Save it."""
        steps, opened = form.steps.steps(), self.opened(form)
        self.subject = save_configuration(form.wanted(), steps=steps, now=now, opened=opened).name
        return reverse("cloudmonitor:notification_configurations")

    def done(self) -> str:
        """Say so."""
        return _("The notification configuration “%(name)s” is saved.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        title, back = self.title(), reverse("cloudmonitor:notification_configurations")
        steps = trail((_("Notification Configuration"), back), (title, ""))
        return self.framed(title, back, steps, stored=self.configuration())

    def title(self) -> str:
        """Return the heading."""
        return _("Create Notification Configuration")


class NotificationConfigurationModify(NotificationConfigurationCreate):
    """A stored configuration."""

    verb = "notification_configuration.modify"

    def configuration(self) -> NotificationConfiguration:
        """Return the configuration that the address names, if it is one of this account."""
        return get_object_or_404(NotificationConfiguration, account=self.account, pk=self.kwargs["pk"])

    def title(self) -> str:
        """Return the heading."""
        return _("Modify Notification Configuration")


class NotificationConfigurationDelete(FormPage):
    """Asks, and deletes a configuration that no policy uses."""

    template = "pages/confirm.html"
    verb = "notification_configuration.delete"
    needs = Role.OPERATOR

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields: it only carries the refusal."""
        self.found = get_object_or_404(NotificationConfiguration, account=self.account, pk=self.kwargs["pk"])
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Delete it."""
        self.subject = self.found.name
        delete_unused(self.found)
        return reverse("cloudmonitor:notification_configurations")

    def done(self) -> str:
        """Say so."""
        return _("The notification configuration “%(name)s” is deleted.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        back = reverse("cloudmonitor:notification_configurations")
        return {
            "title": _("Delete the notification configuration “%(name)s”?") % {"name": self.found.name},
            "text": _("Its contact groups stay."),
            "trail": trail((_("Notification Configuration"), back), (_("Delete"), "")),
            "back": back,
        }
