"""The cells of the list of alert rules: what a rule selects, where it goes, and how it fired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateTimeField, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.channels import BY_KIND
from alerts.events.catalog import BY_NAME, PRODUCT, PRODUCT_TITLE
from alerts.notifications.models import Decision
from alerts.rules.models import MUTE_CHOICES, AlertRule, RuleTarget
from alerts.ui import formats
from alerts.ui.tables import Column
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

SHOWN_NAMES = 2
MUTES: dict[int, str | Promise] = dict(MUTE_CHOICES)


def with_firings(rules: QuerySet[AlertRule], *, since: datetime) -> QuerySet[AlertRule]:
    """Add when each rule last told somebody (`fired_at`), and how often since a moment (`fired`)."""
    told = Decision.objects.filter(rule=OuterRef("pk"), verdict=Decision.Verdict.TOLD)
    last = told.order_by("-decided_at").values("decided_at")[:1]
    lately = told.filter(decided_at__gte=since).order_by().values("rule").annotate(count=Count("pk")).values("count")
    return rules.annotate(
        fired_at=Subquery(last, output_field=DateTimeField()),
        fired=Coalesce(Subquery(lately, output_field=IntegerField()), 0),
    )


def name_cell(rule: AlertRule) -> SafeString:
    """Draw the name as a link to the panel, over the state."""
    url = reverse("cloudmonitor:alert_rule_modify", args=[rule.pk])
    return format_html(
        '<span class="stacked" data-name><a href="{0}" hx-get="{0}" hx-target="#drawer">{1}</a></span>', url, rule.name
    )


def selects_cell(rule: AlertRule) -> SafeString:
    """Draw what the rule selects: levels as badges, the rest in words."""
    levels = format_html_join(" ", "{}", ([ui.level(level)] for level in rule.levels))
    lines = format_html_join("", "<small>{}</small>", ([line] for line in selected(rule)))
    return format_html(
        '<span class="stacked">{}{}</span>', format_html("<span>{}</span>", levels) if levels else "", lines
    )


def selected(rule: AlertRule) -> list[str]:
    """Return what a rule selects besides levels, a line for each part."""
    product = PRODUCT_TITLE if rule.product == PRODUCT else rule.product or _("All products")
    types = ", ".join(rule.event_types)
    names = [_(BY_NAME[name].title) if name in BY_NAME else name for name in rule.names]
    more = len(names) - SHOWN_NAMES
    shown = ", ".join(names[:SHOWN_NAMES]) + (_(" and %(count)s more") % {"count": more} if more > 0 else "")
    lines = [" · ".join(part for part in (product, types) if part), shown or _("All events")]
    if rule.keywords:
        lines.append(f"{rule.get_keyword_mode_display()}: {', '.join(rule.keywords)}")
    return lines


def goes_cell(rule: AlertRule) -> SafeString:
    """Draw where the rule's notifications go; of a URL only what may be seen."""
    lines = format_html_join("", "<span>{}</span>", ([where(target)] for target in rule.targets.all()))
    return format_html('<span class="stacked">{}</span>', lines)


def where(target: RuleTarget) -> str:
    """Return one target in words."""
    if target.group:
        return f"{target.group.name} · {target.method}"
    return BY_KIND[target.kind].mask(target.fields)


def fired_cell(rule: Any) -> SafeString:
    """Draw when the rule last fired and how often in seven days, with a link to its decisions."""
    if rule.fired_at is None:
        return format_html('<span class="muted">{}</span>', _("not yet"))
    url = f"{reverse('cloudmonitor:decisions')}?{urlencode({'rule': rule.name, 'period': '7d'})}"
    lately = _("%(count)s in 7 days") % {"count": formats.number(rule.fired)}
    when = ui.moment(rule.fired_at, relative=True)
    return format_html(
        '<span class="stacked nowrap"><span>{}</span><small><a href="{}">{}</a></small></span>', when, url, lately
    )


def state_cell(rule: AlertRule) -> SafeString:
    """Draw the state."""
    tone = "good" if rule.state == AlertRule.State.ENABLED else "neutral"
    return ui.state(rule.state, tone=tone, label=rule.get_state_display())


def actions_for(request: HttpRequest) -> Callable[[AlertRule], SafeString]:
    """Return the cell with what can be done to a rule; the buttons that change it post with this page's token."""
    token = get_token(request)

    def draw(rule: AlertRule) -> SafeString:
        enabled = rule.state == AlertRule.State.ENABLED
        switch, word = ("alert_rule_disable", _("Disable")) if enabled else ("alert_rule_enable", _("Enable"))
        modify = reverse("cloudmonitor:alert_rule_modify", args=[rule.pk])
        copy = f"{reverse('cloudmonitor:alert_rule_create')}?{urlencode({'copy': rule.pk})}"
        delete = reverse("cloudmonitor:alert_rule_delete", args=[rule.pk])
        return format_html(
            '<span class="row-line">{}<form method="post" action="{}">'
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}</form>{}{}</span>',
            _button(_("Modify"), rule, href=modify, hx_get=modify, hx_target="#drawer"),
            reverse(f"cloudmonitor:{switch}", args=[rule.pk]),
            token,
            _button(word, rule, type="submit"),
            _button(_("Copy"), rule, href=copy, hx_get=copy, hx_target="#drawer"),
            _button(_("Delete"), rule, href=delete, kind="danger-quiet"),
        )

    return draw


def _button(label: str, rule: AlertRule, **attributes: str) -> SafeString:
    return ui.button(label, size="small", aria_label=f"{label} {rule.name}", **attributes)


COLUMNS = (
    Column("Name", gettext_lazy("Alert rule"), name_cell),
    Column("Selects", gettext_lazy("Events"), selects_cell),
    Column("Targets", gettext_lazy("Notifies"), goes_cell),
    Column("MuteFor", gettext_lazy("Mute for"), lambda rule: MUTES.get(rule.mute_for, rule.mute_for), minor=True),
    Column("State", gettext_lazy("State"), state_cell),
    Column("Fired", gettext_lazy("Last fired"), fired_cell),
)
EXPORTED = (
    Column("Name", "Name", lambda rule: rule.name),
    Column("Product", "Product", lambda rule: rule.product),
    Column("EventTypes", "EventTypes", lambda rule: rule.event_types),
    Column("Levels", "Levels", lambda rule: rule.levels),
    Column("Names", "Names", lambda rule: rule.names),
    Column("KeywordMode", "KeywordMode", lambda rule: rule.keyword_mode),
    Column("Keywords", "Keywords", lambda rule: rule.keywords),
    Column("Targets", "Targets", lambda rule: [where(target) for target in rule.targets.all()]),
    Column("MuteFor", "MuteFor", lambda rule: rule.mute_for),
    Column("State", "State", lambda rule: rule.state),
    Column("LastFired", "LastFired", lambda rule: rule.fired_at),
    Column("FiredIn7Days", "FiredIn7Days", lambda rule: rule.fired),
)
