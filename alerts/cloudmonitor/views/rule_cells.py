"""The cells of the list of alert rules: what a rule selects, where it goes, and how it fired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateTimeField, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.middleware.csrf import get_token
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.channels import BY_KIND
from alerts.events.catalog import BY_NAME, PRODUCT, PRODUCT_TITLE
from alerts.notifications.models import Decision
from alerts.rules.models import MUTE_CHOICES, AlertRule, RuleTarget
from alerts.rules.words import in_words
from alerts.ui import formats
from alerts.ui.tables import Column
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from alerts.rules.models import Selection

SHOWN_NAMES = 2
SHOWN_TEXT = 80
MUTES: dict[int, str | Promise] = dict(MUTE_CHOICES)


def with_firings(rules: QuerySet[AlertRule], *, since: datetime) -> QuerySet[AlertRule]:
    """Add when each rule last told somebody (`fired_at`), and how often since a moment (`fired`)."""
    told = Decision.objects.filter(rule=OuterRef("pk"), verdict=Decision.Verdict.TOLD, test=False)
    last = told.order_by("-decided_at").values("decided_at")[:1]
    lately = told.filter(decided_at__gte=since).order_by().values("rule").annotate(count=Count("pk")).values("count")
    return rules.annotate(
        fired_at=Subquery(last, output_field=DateTimeField()),
        fired=Coalesce(Subquery(lately, output_field=IntegerField()), 0),
    )


def name_cell(rule: AlertRule) -> SafeString:
    """Draw the name as a link to the panel, over the description."""
    below = format_html("<small>{}</small>", rule.description) if rule.description else ""
    return format_html(
        '<span class="stacked" data-name><a href="{0}" hx-get="{0}" hx-target="#drawer">{1}</a>{2}</span>',
        _page("alert_rule_modify", rule),
        rule.name,
        below,
    )


def selects_cell(rule: AlertRule) -> SafeString:
    """Draw what the rule selects: levels as badges, the rest in words."""
    levels = format_html_join(" ", "{}", ([ui.level(level)] for level in rule.levels))
    badges = format_html("<span>{}</span>", levels) if levels else ""
    lines = format_html_join("", "<small>{}</small>", ([line] for line in selected(rule)))
    return format_html('<span class="stacked" data-selects>{}{}</span>', badges, lines)


def selected(rule: AlertRule) -> list[str]:
    """Return what a rule selects besides levels, a line for each part."""
    lines = kinds_of(rule)
    if rule.resource_group:
        lines.append(_("Resources: %(group)s") % {"group": rule.resource_group.name})
    if not rule.hours().always:
        lines.append(in_words(rule.hours()))
    return lines


def kinds_of(rule: Selection) -> list[str]:
    """Return which events are selected, besides levels and resources, a line for each part."""
    product = PRODUCT_TITLE if rule.product == PRODUCT else rule.product or _("All products")
    types, names = (
        ", ".join(rule.event_types),
        [_(BY_NAME[name].title) if name in BY_NAME else name for name in rule.names],
    )
    lines = [" · ".join(part for part in (product, types) if part), _few(names) or _("All events")]
    if rule.statuses:
        lines.append(_("Status: %(statuses)s") % {"statuses": _few(rule.statuses)})
    if rule.keywords:
        lines.append(f"{rule.get_keyword_mode_display()}: {_few(rule.keywords)}")
    if rule.sql_filter:
        lines.append(Truncator(" ".join(rule.sql_filter.split())).chars(SHOWN_TEXT))
    return lines


def _few(words: Sequence[str]) -> str:
    """Return the first few words, and how many more there are."""
    more = len(words) - SHOWN_NAMES
    return ", ".join(words[:SHOWN_NAMES]) + (_(" and %(count)s more") % {"count": more} if more > 0 else "")


def goes_cell(rule: AlertRule) -> SafeString:
    """Draw where the rule's notifications go; of a URL only what may be seen."""
    lines = format_html_join("", "<span>{}</span>", ([where(target)] for target in rule.targets.all()))
    return format_html('<span class="stacked" data-goes>{}</span>', lines)


def where(target: RuleTarget) -> str:
    """Return one target in words."""
    if target.group:
        return f"{target.group.name} · {target.method}"
    return f"{target.get_kind_display()} · {BY_KIND[target.kind].mask(target.fields)}"


def mute_cell(rule: AlertRule) -> SafeString:
    """Draw the mute period."""
    return format_html('<span class="nowrap">{}</span>', MUTES.get(rule.mute_for, rule.mute_for))


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
        modify, copy = _page("alert_rule_modify", rule), f"{reverse('cloudmonitor:alert_rule_create')}?copy={rule.pk}"
        links = [(_("Versions"), "alert_rule_versions", ""), (_("Delete"), "alert_rule_delete", "danger-quiet")]
        if testing:
            links.insert(0, (_("Test"), "alert_rule_test", ""))
        return format_html(
            '<span class="row-line" data-wrap>{}<form method="post" action="{}">'
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}</form>{}{}</span>',
            _button(_("Modify"), rule, href=modify, hx_get=modify, hx_target="#drawer"),
            _page(switch, rule),
            token,
            _button(word, rule, type="submit"),
            _button(_("Copy"), rule, href=copy, hx_get=copy, hx_target="#drawer"),
            format_html_join("", "{}", ([_button(w, rule, href=_page(p, rule), kind=kind)] for w, p, kind in links)),
        )

    testing = _there_is("alert_rule_test")
    return draw


def _page(name: str, rule: AlertRule) -> str:
    return reverse(f"cloudmonitor:{name}", args=[rule.pk])


def _there_is(name: str) -> bool:
    try:
        reverse(f"cloudmonitor:{name}", args=[0])
    except NoReverseMatch:
        return False
    return True


def _button(label: str, rule: AlertRule, **attributes: str) -> SafeString:
    return ui.button(label, size="small", aria_label=f"{label} {rule.name}", **attributes)


COLUMNS = (
    Column("Name", gettext_lazy("Alert rule"), name_cell),
    Column("Selects", gettext_lazy("Events"), selects_cell),
    Column("Targets", gettext_lazy("Notifies"), goes_cell),
    Column("MuteFor", gettext_lazy("Mute for"), mute_cell, minor=True),
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
    Column("Statuses", "Statuses", lambda rule: rule.statuses),
    Column("SqlFilter", "SqlFilter", lambda rule: rule.sql_filter),
    Column("ResourceGroup", "ResourceGroup", lambda rule: rule.resource_group.name if rule.resource_group else ""),
    Column("EffectiveHours", "EffectiveHours", lambda rule: in_words(rule.hours())),
    Column("Targets", "Targets", lambda rule: [where(target) for target in rule.targets.all()]),
    Column("MuteFor", "MuteFor", lambda rule: rule.mute_for),
    Column("State", "State", lambda rule: rule.state),
    Column("Version", "Version", lambda rule: rule.version),
    Column("LastFired", "LastFired", lambda rule: rule.fired_at),
    Column("FiredIn7Days", "FiredIn7Days", lambda rule: rule.fired),
)
