"""Administration › Access Keys: by which SDKs call the API; the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from alerts.accounts.models import AccessKey, Role
from alerts.administration.views.frame import AdministrationList, tabs
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString


def name_cell(key: AccessKey) -> SafeString:
    """Draw the name, which leads to the form, over the id."""
    return format_html(
        '<span class="stacked"><a href="{}"><strong>{}</strong></a><code>{}</code></span>',
        reverse("accounts:access_key_modify", args=[key.pk]), key.name or key.key_id, key.key_id,
    )  # fmt: skip


def may_cell(key: AccessKey) -> SafeString:
    """Draw the role, and what narrows it."""
    narrowed = [[each] for each in (*key.actions[:3], *key.networks[:3])]
    rest = format_html_join(" ", '<span class="tag">{}</span>', narrowed)
    return format_html('<span class="stacked"><span>{}</span><span>{}</span></span>', Role(key.role).label, rest)


def state_of(key: AccessKey, *, now: datetime) -> tuple[str, str, str]:
    """Return whether a key opens anything: a code, a tone and a word."""
    if key.disabled_at:
        return "Disabled", "neutral", _("Disabled")
    if key.expires_at and key.expires_at <= now:
        return "Expired", "neutral", _("Expired")
    return "Active", "good", _("Active")


def use_cell(key: AccessKey) -> SafeString | str:
    """Draw when the key was used last, and for what."""
    if not key.last_used_at:
        return _("Never")
    when = ui.moment(key.last_used_at, relative=True)
    return format_html('<span class="stacked"><span>{}</span><code>{}</code></span>', when, key.last_used_for)


def action_cell(key: AccessKey) -> SafeString:
    """Draw what can be done to the key."""
    switch = ("access_key_enable", _("Enable")) if key.disabled_at else ("access_key_disable", _("Disable"))
    pages = (switch, ("access_key_rotate", _("Rotate")), ("access_key_delete", _("Delete")))
    buttons = [
        [ui.button(label, href=reverse(f"accounts:{name}", args=[key.pk]), size="small",
                   kind="danger-quiet" if name.endswith("delete") else "quiet", aria_label=f"{label} {key.key_id}")]
        for name, label in pages
    ]  # fmt: skip
    return format_html('<span class="row-actions">{}</span>', format_html_join(" ", "{}", buttons))


class AccessKeys(AdministrationList):
    """The list of access keys."""

    collection = "access_keys"
    exported = (
        Column("AccessKeyId", "AccessKeyId", attribute("key_id")),
        Column("Name", "Name", attribute("name")),
        Column("Role", "Role", attribute("role")),
        Column("Actions", "Actions", attribute("actions")),
        Column("Networks", "Networks", attribute("networks")),
        Column("Region", "Region", attribute("region")),
        Column("CreatedAt", "CreatedAt", attribute("created_at")),
        Column("RotatedAt", "RotatedAt", attribute("rotated_at")),
        Column("ExpiresAt", "ExpiresAt", attribute("expires_at")),
        Column("DisabledAt", "DisabledAt", attribute("disabled_at")),
        Column("LastUsedAt", "LastUsedAt", attribute("last_used_at")),
        Column("LastUsedFor", "LastUsedFor", attribute("last_used_for")),
    )

    def rows(self) -> QuerySet[AccessKey]:
        """Return the account's access keys, disabled ones too."""
        return AccessKey.objects.filter(account=self.account).defer("secret")

    def shown(self) -> tuple[Column, ...]:
        """Return the columns; the state is that of now."""

        def state_cell(key: AccessKey) -> SafeString:
            code, tone, label = state_of(key, now=self.now)
            return ui.state(code, tone=tone, label=label)

        return (
            Column("Name", _("Access key"), name_cell),
            Column("Role", _("What it may do"), may_cell),
            Column("State", _("State"), state_cell),
            Column("Region", _("Default region"), attribute("region"), minor=True),
            Column("Created", _("Created"), lambda row: ui.moment(row.created_at, precision="minute"), minor=True),
            Column("Expires", _("Expires"), lambda row: ui.moment(row.expires_at, precision="minute")),
            Column("LastUsed", _("Last used"), use_cell),
            Column("Actions", _("Actions"), action_cell),
        )

    def context(self) -> dict[str, Any]:
        """Return title, tabs and the way to a new key."""
        create = {"label": _("Create access key"), "url": reverse("accounts:access_key_create"), "icon": "plus",
                  "kind": "primary"}  # fmt: skip
        lead = _("By these, programs and the official SDKs call the API of KMS and CloudMonitor at the root address.")
        empty = {
            "title": _("No access keys yet"),
            "icon": "key-round",
            "text": _("An SDK needs one to sign its calls."),
        }
        return {
            "title": _("Access Keys"), "lead": lead, "tabs": tabs("access_keys"), "actions": [create], "empty": empty,
        }  # fmt: skip
