"""Event Center › System Event › Event-triggered Alert Rules: the list."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.accounts.models import Role
from alerts.cloudmonitor.views import rule_cells as cells
from alerts.cloudmonitor.views.cells import select_cell
from alerts.cloudmonitor.views.system_events import tabs_of
from alerts.rules.filters import AlertRuleFilter
from alerts.rules.models import AlertRule
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

LATELY = timedelta(days=7)
BULK = "rules-bulk"


class AlertRules(ListPage):
    """The list."""

    template = "cloudmonitor/alert_rules.html"
    collection = "alertRules"
    filterset = AlertRuleFilter
    columns = cells.COLUMNS
    exported = cells.EXPORTED

    def rows(self) -> QuerySet[AlertRule]:
        """Return the rules with where they go and how often they fired lately."""
        rules = AlertRule.objects.saved().filter(account=self.account).select_related("resource_group")
        return cells.with_firings(rules.prefetch_related("targets__group"), since=self.now - LATELY)

    def make_search(self) -> AlertRuleFilter:
        """Return the filter with what there is to choose from in this account."""
        return AlertRuleFilter(self.request.GET, queryset=self.rows(), account=self.account)

    def shown(self) -> Sequence[Column]:
        """Return the columns; who may change something sees boxes and actions."""
        if not self.may_change:
            return self.columns
        box = Column("Select", _("Select"), select_cell(BULK, "rule"))
        return (box, *self.columns, Column("Actions", _("Actions"), cells.actions_for(self.request)))

    def context(self) -> dict[str, Any]:
        """Return the words of the page."""
        create, may = reverse("cloudmonitor:alert_rule_create"), self.may_change
        label = _("Create Alert Rule")
        return {
            "title": _("System Event"),
            "lead": _("An alert rule says which events somebody wants to hear of, and who is told."),
            "trail": [{"label": _("Event Center")}, {"label": _("System Event")}],
            "tabs": tabs_of(self.request),
            "actions": self.actions() if may else [],
            "bulk": BULK if may else "",
            "empty": {
                "title": _("No alert rules yet"),
                "text": _("Search for events in Event Monitoring and save the search, or start from nothing."),
                "icon": "bell-plus",
                "url": create if may else "",
                "action": label,
            },
        }

    def actions(self) -> list[dict[str, str]]:
        """Return what can be done besides the rules' own actions."""
        return [
            {"label": _("Create Alert Rule"), "url": reverse("cloudmonitor:alert_rule_create"), "kind": "primary",
             "icon": "plus"},
            {"label": _("Import"), "url": reverse("cloudmonitor:alert_rules_import"), "icon": "upload"},
            {"label": _("Export"), "url": reverse("cloudmonitor:alert_rules_export"), "icon": "download"},
            *([{"label": _("Export with secrets"), "icon": "key-round",
                "url": reverse("cloudmonitor:alert_rules_export") + "?secrets=1"}] if self.administers() else []),
        ]  # fmt: skip

    def administers(self) -> bool:
        """Tell whether this person may see secrets."""
        return self.request.role is not None and self.request.role.allows(Role.ADMINISTRATOR)
