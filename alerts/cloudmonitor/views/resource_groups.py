"""Event Center › Resource Groups: resources by name, which alert rules can be narrowed to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.accounts.models import Role
from alerts.cloudmonitor.views.cells import row_actions
from alerts.rules.filters import ResourceGroupFilter
from alerts.rules.models import AlertRule, ResourceGroup
from alerts.rules.resources import (
    LOOKED_AT,
    ResourceGroupForm,
    idle,
    keep_resource_group,
    known_resources,
    matching,
)
from alerts.subscriptions.dependents import delete_resource_group
from alerts.ui import formats
from alerts.ui.forms import FormPage
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column, attribute

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

MOST_NAMED = 4
KEYS = ":key/"


def rule_names(group: ResourceGroup) -> list[str]:
    """Return the alert rules that look at the group."""
    return [rule.name for rule in group.rules.all()]


def name_cell(group: ResourceGroup) -> SafeString:
    """Draw the name over the description."""
    below = format_html("<small>{}</small>", group.description) if group.description else ""
    return format_html('<span class="stacked" data-name><strong>{}</strong>{}</span>', group.name, below)


def patterns_cell(group: ResourceGroup) -> SafeString:
    """Draw the first patterns, and how many more there are."""
    lines = format_html_join("", "<code>{}</code>", ([each] for each in group.patterns[:MOST_NAMED]))
    rest = len(group.patterns) - MOST_NAMED
    more = format_html("<small>{}</small>", _("and %(count)s more") % {"count": rest}) if rest > 0 else ""
    return format_html('<span class="stacked" data-patterns>{}{}</span>', lines, more)


def rules_cell(group: ResourceGroup) -> SafeString:
    """Draw the alert rules that look at it."""
    names = rule_names(group)
    if not names:
        return format_html('<span class="muted">{}</span>', _("none"))
    tags = format_html_join(" ", '<span class="tag">{}</span>', ([name] for name in names[:MOST_NAMED]))
    rest = len(names) - MOST_NAMED
    return format_html("{} {}", tags, _("and %(count)s more") % {"count": rest} if rest > 0 else "")


class ResourceGroups(ListPage):
    """The list of resource groups."""

    collection = "resourceGroups"
    filterset = ResourceGroupFilter
    exported = (
        Column("Name", "Name", attribute("name")),
        Column("Description", "Description", attribute("description")),
        Column("Patterns", "Patterns", lambda group: group.patterns),
        Column("Rules", "Rules", rule_names),
    )

    def rows(self) -> QuerySet[ResourceGroup]:
        """Return the account's groups with the rules that look at them."""
        rules = Prefetch("rules", AlertRule.objects.saved().only("name", "resource_group").order_by("name"))
        return ResourceGroup.objects.filter(account=self.account).prefetch_related(rules)

    @cached_property
    def known(self) -> list[str]:
        """The resources of the account's events."""
        return known_resources(self.account)

    def matches_cell(self, group: ResourceGroup) -> str:
        """Return how many known resources the group matches."""
        count = formats.number(len(matching(group.patterns, self.known)))
        return _("at least %(count)s") % {"count": count} if len(self.known) == LOOKED_AT else count

    def shown(self) -> Sequence[Column]:
        """Return the columns, with actions for who may change something."""
        columns = (
            Column("Name", _("Resource group"), name_cell),
            Column("Patterns", _("Resources"), patterns_cell),
            Column("Matches", _("Known resources"), self.matches_cell, numeric=True),
            Column("Rules", _("Alert rules"), rules_cell),
        )
        if not self.may_change:
            return columns
        actions = row_actions("cloudmonitor:resource_group_modify", "cloudmonitor:resource_group_delete")
        return (*columns, Column("Actions", _("Actions"), actions))

    def context(self) -> dict[str, Any]:
        """Return title and the way to a new group."""
        label, create = _("Create Resource Group"), reverse("cloudmonitor:resource_group_create")
        action = {"label": label, "url": create, "icon": "plus", "kind": "primary"}
        return {
            "title": _("Resource Groups"),
            "lead": _(
                "Resources by name. An alert rule can be narrowed to a group, and follows when the group changes."
            ),
            "trail": [{"label": _("Event Center")}, {"label": _("Resource Groups")}],
            "actions": [action] if self.may_change else [],
            "empty": {
                "title": _("No resource groups yet"),
                "text": _("Alert rules without one look at all resources."),
                "icon": "layers",
                "url": create if self.may_change else "",
                "action": label,
            },
        }


class ResourceGroupPage(FormPage):
    """What creating, modifying and deleting a group have in common."""

    needs = Role.OPERATOR

    def group(self) -> ResourceGroup:
        """Return the group that the address names, if it is one of this account."""
        return get_object_or_404(ResourceGroup, account=self.account, pk=self.kwargs["pk"])

    def framed(self, title: str, step: str = "") -> dict[str, Any]:
        """Return title, trail and the way back."""
        back = reverse("cloudmonitor:resource_groups")
        trail = [{"label": _("Resource Groups"), "url": back}, {"label": step or title, "url": ""}]
        return {"title": title, "trail": trail, "back": back}


class ResourceGroupCreate(ResourceGroupPage):
    """A new group."""

    verb = "resource_group.create"

    def form(self, data: Any = None) -> ResourceGroupForm:
        """Return the empty form."""
        return ResourceGroupForm(data, instance=ResourceGroup(account=self.account))

    def act(self, form: ResourceGroupForm, *, now: datetime) -> str:
        """Store the group."""
        self.kept = keep_resource_group(form.instance, now=now)
        self.subject = self.kept.name
        return reverse("cloudmonitor:resource_groups")

    def after(self) -> None:
        """Hint at patterns that match nothing: they may be meant for what is still to come."""
        known = known_resources(self.account)
        if nothing := idle(self.kept.patterns, known)[:MOST_NAMED]:
            said = ngettext(
                "No resource with an event in the last 90 days matches %(patterns)s.",
                "No resource with an event in the last 90 days matches any of %(patterns)s.",
                len(nothing),
            )
            aliases = _("A pattern of keys is compared with their IDs, not with their aliases.")
            hint = [aliases] if any(KEYS in pattern for pattern in nothing) else []
            messages.info(self.request, " ".join([said % {"patterns": ", ".join(nothing)}, *hint]))

    def done(self) -> str:
        """Say so."""
        return _("The resource group “%(name)s” is stored.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Create Resource Group"))


class ResourceGroupModify(ResourceGroupCreate):
    """Another name, description or other resources."""

    verb = "resource_group.modify"

    def form(self, data: Any = None) -> ResourceGroupForm:
        """Return the form with what is stored."""
        return ResourceGroupForm(data, instance=self.group())

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Modify Resource Group"))


class ResourceGroupDelete(ResourceGroupPage):
    """Asks, and deletes a group unless an alert rule looks at it."""

    template = "pages/confirm.html"
    verb = "resource_group.delete"

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields: it only carries the refusal."""
        self.subject = self.group().name
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Delete it."""
        delete_resource_group(self.group())
        return reverse("cloudmonitor:resource_groups")

    def done(self) -> str:
        """Say so."""
        return _("The resource group “%(name)s” is deleted.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        question = _("Delete the resource group “%(name)s”?") % {"name": self.subject}
        return {**self.framed(question, _("Delete")), "text": _("The resources themselves are not touched.")}
