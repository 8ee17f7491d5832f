"""Cells of the resource lists, and the few drawings that lists and pages share."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html
from django.utils.timezone import now as clock  # noqa: TID251 - drawing a page is the outermost edge
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.estate.filters import SOON
from alerts.estate.models import ClientKey, Instance, Origin, Usage
from alerts.kms.addresses import address_of
from alerts.ui.tables import attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.utils.safestring import SafeString

    from alerts.estate.models import Key, Resource, Secret

QUOTAS = {
    Usage.Of.QPS: "qps_quota",
    Usage.Of.KEY: "key_quota",
    Usage.Of.SECRET: "secret_quota",
    Usage.Of.VPC: "vpc_quota",
}


def name_cell(row: Resource) -> SafeString:
    """Draw the name, as a link, over the id where they differ."""
    name, local_id = str(row), row.local_id()
    link = format_html('<a href="{}">{}</a>', address_of(row), name)
    below = format_html("<code>{}</code>", local_id) if name != local_id else ""
    return format_html('<span class="stacked"><strong>{}</strong>{}</span>', link, below)


def instance_cell(row: Key | Secret) -> SafeString | str:
    """Draw the instance that holds the row, as a link."""
    if row.instance is None:
        return format_html('<span class="muted">{}</span>', _("Shared gateway"))
    return format_html('<a href="{}">{}</a>', address_of(row.instance), row.instance)


def state_cell(row: Key | Secret) -> SafeString:
    """Draw the state; while the row waits for its deletion, how long it still has."""
    badge = ui.state(row.state, label=row.get_state_display())
    if row.state != "PendingDeletion" or row.delete_at is None:
        return badge
    rest = ui.moment(row.delete_at, relative=True)
    return format_html('<span class="stacked">{}<small>{} {}</small></span>', badge, _("Deleted"), rest)


def life_cell(row: Resource) -> SafeString:
    """Draw whether a row without a state machine still exists."""
    return ui.state("Deleted", label=_("Deleted")) if row.deleted_at else ui.state("Active", label=_("Active"))


def moment_cell(path: str, precision: str = "minute") -> Callable[[Any], SafeString]:
    """Return a cell that draws the moment at a path of attributes."""
    read = attribute(path)
    return lambda row: ui.moment(read(row) or None, precision=precision)


def origin_cell(row: Resource) -> str:
    """Say where the row came from."""
    return str(Origin(row.origin).label)


def usage_of(instance: Instance, of: Usage.Of) -> tuple[float, datetime | None]:
    """Return what is used of a quota (a whole number where it is one), and when that was seen. Reads the prefetched."""
    for usage in instance.usages.all():
        if usage.resource_type == of:
            return (int(usage.used) if usage.used.is_integer() else usage.used), usage.sampled_at
    return 0, None


def usage_cell(of: Usage.Of) -> Callable[[Instance], SafeString]:
    """Return a cell that draws the meter of one quota."""

    def draw(instance: Instance) -> SafeString:
        return ui.meter(usage_of(instance, of)[0], getattr(instance, QUOTAS[of]))

    return draw


def rotation_cell(secret: Secret) -> SafeString | str:
    """Draw the state of automatic rotation with its interval; generic secrets have none."""
    if not secret.managed:
        return format_html('<span class="muted">{}</span>', "–")
    badge = ui.state(secret.rotation, label=secret.get_rotation_display())
    every = interval_words(secret.rotation_interval)
    return format_html('<span class="stacked">{}<small>{}</small></span>', badge, every) if every else badge


def interval_words(interval: timedelta | None) -> str:
    """Say how often: in days where it is whole days, else in hours."""
    if not interval:
        return ""
    hours = round(interval.total_seconds() / 3600)
    if hours % 24:
        return ngettext("every hour", "every %(count)d hours", hours) % {"count": hours}
    return ngettext("every day", "every %(count)d days", hours // 24) % {"count": hours // 24}


def interval_value(secret: Secret) -> str:
    """Return the interval as the API writes it: seconds and an s."""
    return f"{secret.rotation_interval.total_seconds():.0f}s" if secret.rotation_interval else ""


def validity_cell(key: ClientKey) -> SafeString:
    """Draw how a client key stands to its end."""
    if key.deleted_at:
        return ui.state("Deleted", label=_("Deleted"))
    if key.not_after is None:
        return ui.state("Unknown", label=_("Unknown"))
    left = key.not_after - clock()
    code, label = ("Expired", _("Expired")) if left <= timedelta() else ("Expiring", _("Expiring"))
    badge = ui.state(code, label=label) if left <= SOON else ui.state("Valid", tone="good", label=_("Valid"))
    words = _("ended") if left <= timedelta() else _("ends")
    when = ui.moment(key.not_after, relative=True)
    return format_html('<span class="stacked">{}<small>{} {}</small></span>', badge, words, when)


def point_cell(key: ClientKey) -> SafeString:
    """Draw the access point of a client key, as a link."""
    if key.access_point is None:
        return format_html('<span class="muted">{}</span>', _("Unknown"))
    return format_html('<a href="{}">{}</a>', address_of(key.access_point), key.access_point)
