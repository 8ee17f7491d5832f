"""The cells of a list of system events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.estate.regions import BY_ID
from alerts.events.catalog import PRODUCT, PRODUCT_TITLE
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from alerts.events.models import SystemEvent


def title_of(event: SystemEvent) -> str:
    """Return the event's title in the reader's language; one that is not in the catalogue has only its name."""
    return gettext(event.record.title) if event.record else event.name


def product_of(event: SystemEvent) -> str:
    """Return the product's name as people say it."""
    return PRODUCT_TITLE if event.product == PRODUCT else event.product


def resource_name(event: SystemEvent) -> str:
    """Return the shortest name of the resource: its own, else the last part of its ARN."""
    return event.instance_name or event.resource.rpartition("/")[2] or event.resource


def named(event: SystemEvent, *, url: str = "") -> SafeString:
    """Draw title over code, which may break after its colons. With `url` the title opens the details."""
    parts, title = event.name.split(":"), title_of(event)
    if url:
        title = format_html('<a href="{0}" hx-get="{0}" hx-target="#drawer">{1}</a>', url, title)
    code = format_html_join(mark_safe(":<wbr>"), "{}", ([part] for part in parts))
    return format_html(
        '<span class="stacked" data-words><strong>{}{}</strong><code>{}</code></span>',
        title, test_mark(test=event.test_of is not None), code,
    )  # fmt: skip


def test_mark(*, test: bool) -> SafeString:
    """Draw the mark of what is a test only; nothing for what is real."""
    return format_html(' <span class="tag" data-test>{}</span>', gettext("Test")) if test else mark_safe("")


def resource(event: SystemEvent) -> SafeString:
    """Draw the resource's name over the end of its ARN, which the details show whole."""
    name, local = resource_name(event), event.resource.rpartition(":")[2]
    code = format_html("<code>{}</code>", local) if local != name else ""
    return format_html('<span class="stacked"><span>{}</span>{}</span>', name, code)


def region(event: SystemEvent) -> SafeString:
    """Draw the region's id; its name is said on hovering."""
    known = BY_ID.get(event.region)
    return format_html('<span class="nowrap" title="{}">{}</span>', known.name if known else "", event.region)


def details(event: SystemEvent, *, url: str) -> SafeString:
    """Draw the link to an event; what it says to those who hear it tells the rows apart."""
    return format_html(
        '<a class="button" data-kind="ghost" data-size="small" href="{0}" hx-get="{0}" hx-target="#drawer"'
        ' aria-label="{1}">{2}</a>',
        url,
        gettext("Details of %(event)s, %(resource)s") % {"event": title_of(event), "resource": resource_name(event)},
        gettext("Details"),
    )


def time(event: SystemEvent) -> SafeString:
    """Draw the time in the reader's zone."""
    return format_html('<span class="nowrap">{}</span>', ui.moment(event.occurred_at))


TIME = Column("Time", _("Time"), time)
LEVEL = Column("Level", _("Level"), lambda event: ui.level(event.level))
EVENT = Column("Name", _("Event"), named)
TYPE = Column("EventType", _("Type"), attribute("event_type"), minor=True)
REGION = Column("RegionId", _("Region"), region, minor=True)
RESOURCE = Column("ResourceId", _("Resource"), resource)
STATUS = Column("Status", _("Status"), lambda event: ui.state(event.status) if event.status else "")
