"""What the frame of every page shows: menu, regions, accounts, zone and version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.estate.regions import BY_ID, DEFAULT, REGIONS

if TYPE_CHECKING:
    from django.http import HttpRequest

Section = tuple[str, tuple[tuple[str, str, str], ...]]


def console(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context. Pages outside of the consoles get what makes sense there."""
    account = getattr(request, "account", None)
    match = request.resolver_match
    name = match.namespace if match and match.namespace in {"kms", "cloudmonitor"} else ""
    region = BY_ID.get(match.kwargs.get("region", ""), DEFAULT) if match and name == "kms" else DEFAULT
    return {
        "account": account,
        "accounts": getattr(request, "accounts", []),
        "role": getattr(request, "role", None),
        "console": name,
        "region": region,
        "regions": _regions(request, region.id) if name == "kms" else [],
        "menu": _menu(request, name, region.id) if account and name else [],
        "zone": timezone.get_current_timezone_name(),
        "version": settings.VERSION,
    }


def _regions(request: HttpRequest, current: str) -> list[dict[str, object]]:
    # The same menu entry in another region: a resource's page leads to its list, for it lives in one region only.
    pages = [view for _label, items in _kms_sections() for _item, view, _icon in items]
    page = next((page for page in pages if request.path.startswith(reverse(page, args=[current]))), pages[0])
    return [{"id": r.id, "name": r.name, "url": reverse(page, args=[r.id]), "active": r.id == current} for r in REGIONS]


def _kms_sections() -> tuple[Section, ...]:
    return (
        (
            _("Resource"),
            (
                (_("Instances"), "kms:instances", "server"),
                (_("Keys"), "kms:keys", "key-round"),
                (_("Secrets"), "kms:secrets", "lock-keyhole"),
                (_("Application Access"), "kms:accesspoints", "app-window"),
            ),
        ),
        (
            _("Security Operations"),
            (
                (_("Alert Events"), "kms:alertevents", "bell"),
                (_("Cross-region Synchronization"), "kms:synchronization", "refresh-cw"),
            ),
        ),
    )


def _cloudmonitor_sections() -> tuple[Section, ...]:
    return (
        (
            _("Event Center"),
            (
                (_("System Event"), "cloudmonitor:system_events", "activity"),
                (_("Incidents"), "cloudmonitor:incidents", "siren"),
                (_("Event Subscription"), "cloudmonitor:subscription_policies", "mails"),
                (_("Resource Groups"), "cloudmonitor:resource_groups", "layers"),
            ),
        ),
        (
            _("Alerts"),
            (
                (_("Alert Contacts"), "cloudmonitor:contacts", "contact"),
                (_("Alert History"), "cloudmonitor:history", "history"),
                (_("Silences"), "cloudmonitor:silences", "volume-x"),
                (_("Message Texts"), "cloudmonitor:message_texts", "file-text"),
                (_("Destinations"), "cloudmonitor:destinations", "send"),
                (_("Outbox"), "cloudmonitor:outbox", "inbox"),
            ),
        ),
        (_("Access Center"), ((_("Sources"), "cloudmonitor:sources", "cloud-download"),)),
        (_("Help"), ((_("Event Catalogue"), "cloudmonitor:event_catalogue", "book-open"),)),
    )


def _menu(request: HttpRequest, name: str, region: str) -> list[dict[str, object]]:
    sections = _kms_sections() if name == "kms" else _cloudmonitor_sections()
    args = [region] if name == "kms" else []
    return [
        {
            "label": label,
            "items": [
                {"label": item, "url": (url := reverse(view, args=args)), "icon": icon,
                 "active": request.path.startswith(url) or _belongs(request, view)}
                for item, view, icon in items
            ],
        }
        for label, items in sections
    ]  # fmt: skip


def _belongs(request: HttpRequest, view: str) -> bool:
    """Tell whether the page is one of an entry's further tabs, whose address starts differently."""
    match = request.resolver_match
    return bool(match and match.view_name in TABS.get(view, ()))


TABS = {
    "cloudmonitor:system_events": (
        "cloudmonitor:alert_rules", "cloudmonitor:alert_rule_create", "cloudmonitor:alert_rule_modify",
        "cloudmonitor:alert_rules_lint", "cloudmonitor:alert_rule_explain", "cloudmonitor:alert_rule_test",
        "cloudmonitor:alert_rule_tested",
        "cloudmonitor:alert_rule_versions", "cloudmonitor:rule_version_roll_back", "cloudmonitor:alert_rules_import",
        "cloudmonitor:alert_rules_change",
    ),
    "cloudmonitor:subscription_policies": (
        "cloudmonitor:push_channels", "cloudmonitor:push_channel_create", "cloudmonitor:push_channel_modify",
        "cloudmonitor:push_channel_delete", "cloudmonitor:notification_configurations",
        "cloudmonitor:notification_configuration_create", "cloudmonitor:notification_configuration_modify",
        "cloudmonitor:notification_configuration_delete", "cloudmonitor:event_subscription_test",
        "cloudmonitor:event_subscription_tested",
    ),
    "cloudmonitor:contacts": (
        "cloudmonitor:contact_groups", "cloudmonitor:contact_group_create", "cloudmonitor:contact_group_modify",
        "cloudmonitor:contact_group_delete", "cloudmonitor:contact_group_digest",
    ),
}  # fmt: skip
