"""The small components, as tags and filters: `{% load ui %}`. The larger ones are templates in templates/components/.

Badges     {% level event.level %}  {% state key.state %}  {% state "Sent" tone="good" label=_("Sent") %}
Times      {% moment at %}  {% moment at precision="minute" %}  {% moment at relative=True %}  {{ seconds|duration }}
Numbers    {{ n|number }}  {{ n|count }} (10,000+)  {{ bytes|size }}  {% meter used quota label=_("Keys") %}
Text       {% icon "bell" %}  {% code arn copy=True %}  {{ token|masked }}  {{ "PendingDeletion"|spoken }}
Actions    {% button _("Search") icon="search" kind="primary" %}  {% button _("Create") href=url %}  {% copy text %}
Blocks     {% card _("Basics") %}…{% endcard %}  {% datalist %}{% fact _("Key ID") %}…{% endfact %}{% enddatalist %}
           {% tablebox _("System events") %}<table class="table">…</table>{% endtablebox %}
           {% drawer _("Details") url=here back=list %}…{% enddrawer %}
           {% confirm _("Delete") title=_("Delete this rule?") action=url token=csrf_token %}…{% endconfirm %}
"""

from __future__ import annotations

from datetime import datetime

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import now as clock  # noqa: TID251 - drawing a page is the outermost edge
from django.utils.translation import gettext as _

from alerts.ui import formats, icons

register = template.Library()

LEVEL_ICONS = {"CRITICAL": "octagon-alert", "WARN": "triangle-alert", "INFO": "info"}
TONE_ICONS = {
    "good": "circle-check",
    "busy": "circle-dashed",
    "warn": "triangle-alert",
    "critical": "circle-x",
    "info": "info",
    "neutral": "circle-minus",
}
MESSAGE_TONES = {"error": "critical", "warning": "warn", "success": "good"}
HIGH, NEAR = 0.9, 0.7

register.filter("duration", formats.duration)
register.filter("number", formats.number)
register.filter("count", formats.count)
register.filter("size", formats.size)
register.filter("masked", formats.masked)
register.filter("spoken", formats.spoken)
register.filter("tone", formats.tone)
register.filter("pretty_json", formats.pretty_json)
register.filter("days", formats.days)


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """Draw a Lucide icon. With `label` it is an image of that name, else decoration."""
    return icons.icon(name, size=size, label=label)


@register.simple_tag
def level(code: str) -> SafeString:
    """Draw an event level (CRITICAL, WARN, INFO) with shape, word and colour."""
    shape = icons.icon(LEVEL_ICONS.get(code, "info"), size=14)
    return format_html('<span class="level" data-level="{}">{}{}</span>', code, shape, code)


@register.simple_tag
def state(code: str, tone: str = "", label: str = "") -> SafeString:
    """Draw a state word. `tone` (good, busy, warn, critical, info, neutral) and `label` follow from the code."""
    tone = tone or formats.tone(code)
    shape = icons.icon(TONE_ICONS[tone], size=14)
    return format_html('<span class="state" data-tone="{}">{}{}</span>', tone, shape, label or formats.spoken(code))


@register.simple_tag
def moment(
    at: datetime | None, precision: str = "second", *, relative: bool = False, now: datetime | None = None
) -> SafeString:
    """Show a moment in the user's zone, with zone; UTC and distance in the title. `relative` swaps the two."""
    if at is None:
        return format_html('<span class="muted">{}</span>', "–")
    shown = formats.moment(at, precision=precision)
    distance = formats.ago(at, now=now or clock())
    if relative:
        title = f"{shown.text} {shown.zone} · {shown.utc}"
        return format_html('<time datetime="{}" title="{}">{}</time>', shown.machine, title, distance)
    return format_html(
        '<time datetime="{}" title="{}">{} <span class="zone">{}</span></time>',
        shown.machine,
        f"{shown.utc} · {distance}",
        shown.text,
        shown.zone,
    )


@register.simple_tag
def code(value: object, *, copy: bool = False) -> SafeString:
    """Show an identifier, an ARN or an address as code, with a copy button if asked."""
    if not copy:
        return format_html('<code class="code">{}</code>', value)
    return format_html('<span class="code-row"><code class="code">{}</code>{}</span>', value, copy_button(value))


@register.simple_tag(name="copy")
def copy_button(value: object = "", source: str = "", label: str = "") -> SafeString:
    """Draw a button that copies `value`, or the text of the element with id `source`. It shows only with scripts."""
    return format_html(
        '<copy-button class="only-scripted" data-value="{}" data-source="{}" data-done="{}">'
        '<button class="button" data-kind="ghost" data-size="small" type="button"{}>{}{}</button></copy-button>',
        value,
        source,
        _("Copied"),
        "" if label else format_html(' data-shape="square" aria-label="{}"', _("Copy")),
        icons.icon("copy", size=14),
        label,
    )


@register.simple_tag
def button(
    label: str, *, href: str = "", kind: str = "", icon: str = "", size: str = "", **attributes: object
) -> SafeString:
    """Draw a button, or a link that looks like one when `href` is given.

    `kind`: primary, danger, ghost, or empty. Further arguments become attributes (`name`, `value`, `type`, `form`,
    `hx_get` → hx-get); one that is True stands alone, False, None and empty ones are left out.
    """
    pairs = {"class": "button", "data-kind": kind, "data-size": size, "href": href, **attributes}
    drawn = format_html_join("", "{}", ((attribute(name.replace("_", "-"), value),) for name, value in pairs.items()))
    shape = icons.icon(icon, size=16) if icon else ""
    return format_html("<{0}{1}>{2}{3}</{0}>", "a" if href else "button", drawn, shape, label)


def attribute(name: str, value: object) -> SafeString:
    """Write one attribute with a leading space, or nothing when the value is False, None or empty."""
    if value is True:
        return format_html(" {}", name)
    if value is False or value is None or value == "":
        return SafeString("")
    return format_html(' {}="{}"', name, value)


@register.simple_tag
def meter(used: float, quota: float, label: str = "") -> SafeString:
    """Draw how much of a quota is used, with marks at 70 % and 90 %; a quota of zero is shown as such."""
    share = used / quota if quota else (1.0 if used else 0.0)
    tone = "critical" if share >= HIGH else "warn" if share >= NEAR else "good"
    said = _("%(used)s of %(quota)s") % {"used": formats.number(used), "quota": formats.number(quota)}
    context = {
        "label": label,
        "percent": f"{share:.0%}",
        "said": said,
        "tone": tone,
        "width": f"{min(share, 1) * 100:.1f}",
    }
    return render_to_string("components/meter.html", context)


@register.filter
def message_tone(tag: str) -> str:
    """The tone of a message's level tag."""
    return MESSAGE_TONES.get(tag, "info")


@register.filter
def message_icon(tag: str) -> str:
    """The icon of a message's level tag."""
    return TONE_ICONS[message_tone(tag)]


@register.filter
def role_name(role: str) -> str:
    """The role in the user's language."""
    return {"viewer": _("Viewer"), "operator": _("Operator"), "administrator": _("Administrator")}.get(role, role)


@register.simple_block_tag
def card(content: str, title: str = "", note: str = "", *, flush: bool = False) -> SafeString:
    """Frame a part of a page. `flush` leaves out the inner distance, for tables."""
    return render_to_string("components/card.html", {"content": content, "title": title, "note": note, "flush": flush})


@register.simple_block_tag
def datalist(content: str, columns: int = 1) -> SafeString:
    """Frame `{% fact %}` pairs. `columns`: 1, or 2 where there is room."""
    return format_html('<dl class="facts" data-columns="{}">{}</dl>', columns, content)


@register.simple_block_tag
def fact(content: str, label: str) -> SafeString:
    """Draw one pair of a data list; nothing inside is shown as a dash."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, content if content.strip() else "–")


@register.simple_block_tag
def tablebox(content: str, caption: str, *, cards: bool = False) -> SafeString:
    """Let a table scroll inside its own box. With `cards` its rows become cards on a phone (cells carry data-label)."""
    marks = SafeString(" data-cards") if cards else ""
    return format_html(
        '<div class="tablebox" role="region" tabindex="0" aria-label="{}"{}>{}</div>', caption, marks, content
    )


@register.simple_block_tag
def drawer(content: str, title: str, *, url: str, back: str = "") -> SafeString:
    """Frame what the side panel shows. `url` is its own address, `back` the page that closing leads to."""
    return render_to_string("components/drawer.html", {"content": content, "title": title, "url": url, "back": back})


@register.simple_block_tag
def confirm(content: str, label: str, **options: str) -> SafeString:
    """Ask before something that hurts: a button that unfolds `content` and a form that posts to `action`.

    Options: title, action, token (csrf_token), icon, kind (of the button that unfolds), accept (the word on the last
    button; the label if empty).
    """
    return render_to_string("components/confirm.html", {"content": content, "label": label, **options})
