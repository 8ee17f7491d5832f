"""The cells of the list of subscription policies: what one selects, how it tells, where it goes, and how it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateTimeField, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.events.catalog import BY_NAME, PRODUCT, PRODUCT_TITLE
from alerts.rules.words import in_words
from alerts.subscriptions.models import Batch, SubscriptionPolicy
from alerts.subscriptions.words import QUOTA_NAMES, denoise_in_words, merge_in_words
from alerts.ui import formats
from alerts.ui.tables import Column
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

SHOWN = 2
KIND = SubscriptionPolicy.Kind


def with_tellings(policies: QuerySet[SubscriptionPolicy], *, since: datetime) -> QuerySet[SubscriptionPolicy]:
    """Add when each policy last told somebody (`told_at`), and how many messages since a moment (`told`)."""
    batches = Batch.objects.filter(policy=OuterRef("pk"), test=False)
    last = batches.order_by("-made_at").values("made_at")[:1]
    lately = batches.filter(made_at__gte=since).order_by().values("policy").annotate(n=Count("pk")).values("n")
    return policies.annotate(
        told_at=Subquery(last, output_field=DateTimeField()),
        told=Coalesce(Subquery(lately, output_field=IntegerField()), 0),
    )


def name_cell(policy: SubscriptionPolicy) -> SafeString:
    """Draw the name as a link to the details, over the description."""
    below = format_html("<small>{}</small>", policy.description) if policy.description else ""
    return format_html(
        '<span class="stacked" data-name><a href="{0}" hx-get="{0}" hx-target="#drawer">{1}</a>{2}</span>',
        page_of("subscription_policy", policy), policy.name, below,
    )  # fmt: skip


def selects_cell(policy: SubscriptionPolicy) -> SafeString:
    """Draw what the policy selects: levels as badges, the rest in words."""
    levels = format_html_join(" ", "{}", ([ui.level(level)] for level in policy.levels))
    badges = format_html("<span>{}</span>", levels) if levels else ""
    lines = format_html_join("", "<small>{}</small>", ([line] for line in selected(policy)))
    return format_html('<span class="stacked" data-selects>{}{}</span>', badges, lines)


def selected(policy: SubscriptionPolicy, *, most: int = SHOWN) -> list[str]:
    """Return what a policy selects besides levels, a line for each part; of each list at most so many entries."""
    lines = _usage(policy, most) if policy.kind == KIND.THRESHOLD else _events(policy, most)
    for label, words, mode in (
        (_("Content"), policy.content_words, policy.get_content_mode_display()),
        (_("Resource"), policy.resource_words, policy.get_resource_mode_display()),
    ):
        if words:
            lines.append(_("%(label)s, %(mode)s: %(words)s") % {"label": label, "mode": str(mode).lower(),
                                                               "words": few(words, most)})  # fmt: skip
    if policy.resource_group:
        lines.append(_("Resources: %(group)s") % {"group": policy.resource_group.name})
    if not policy.hours().always:
        lines.append(in_words(policy.hours()))
    return lines


def _usage(policy: SubscriptionPolicy, most: int) -> list[str]:
    quotas = few([str(QUOTA_NAMES[each]) for each in policy.quotas], most) or _("All quotas")
    return [_("Threshold-based: %(quotas)s") % {"quotas": quotas}]


def _events(policy: SubscriptionPolicy, most: int) -> list[str]:
    product = PRODUCT_TITLE if policy.product == PRODUCT else policy.product or _("All products")
    names = [_(BY_NAME[name].title) if name in BY_NAME else name for name in policy.names]
    return [" · ".join(filter(None, (product, ", ".join(policy.event_types)))), few(names, most) or _("All events")]


def few(words: Sequence[str], most: int = SHOWN) -> str:
    """Return the first few words, and how many more there are."""
    more = len(words) - most
    return ", ".join(words[:most]) + (_(" and %(count)s more") % {"count": more} if more > 0 else "")


def tells_cell(policy: SubscriptionPolicy) -> SafeString:
    """Draw merge and denoise as sentences."""
    return format_html(
        '<span class="stacked" data-words><span>{}</span><small>{}</small></span>',
        denoise_in_words(policy), merge_in_words(policy),
    )  # fmt: skip


def where(policy: SubscriptionPolicy) -> list[str]:
    """Return where a policy's messages go, a line for each."""
    people = [policy.configuration.name] if policy.configuration else []
    return [*people, *sorted(channel.name for channel in policy.push_channels.all())]


def goes_cell(policy: SubscriptionPolicy) -> SafeString:
    """Draw where the policy's messages go; one that tells nobody says so."""
    places = where(policy)
    if not places:
        return format_html('<span class="stacked"><span class="hint">{}</span></span>', _("nobody: it only gathers"))
    lines = format_html_join("", "<span>{}</span>", ([place] for place in places))
    return format_html('<span class="stacked" data-source>{}</span>', lines)


def state_cell(policy: SubscriptionPolicy) -> SafeString:
    """Draw the state."""
    tone = "good" if policy.state == SubscriptionPolicy.State.ENABLED else "neutral"
    return ui.state(policy.state, tone=tone, label=policy.get_state_display())


def told_cell(policy: Any) -> SafeString:
    """Draw when the policy last told somebody, and how many messages in seven days."""
    if policy.told_at is None:
        return format_html('<span class="muted">{}</span>', _("not yet"))
    lately = _("%(count)s in 7 days") % {"count": formats.number(policy.told)}
    when = ui.moment(policy.told_at, relative=True)
    return format_html('<span class="stacked nowrap"><span>{}</span><small>{}</small></span>', when, lately)


def actions_for(request: HttpRequest) -> Callable[[SubscriptionPolicy], SafeString]:
    """Return the cell with what can be done to a policy; the button that switches it posts with this page's token."""
    token = get_token(request)

    def draw(policy: SubscriptionPolicy) -> SafeString:
        enabled = policy.state == SubscriptionPolicy.State.ENABLED
        switch, word = ("disable", _("Disable")) if enabled else ("enable", _("Enable"))
        view = page_of("subscription_policy", policy)
        copy = f"{reverse('cloudmonitor:subscription_policy_create')}?copy={policy.pk}"
        links = [(_("Copy"), copy, ""), (_("Versions"), page_of("subscription_policy_versions", policy), ""),
                 (_("Delete"), page_of("subscription_policy_delete", policy), "danger-quiet")]  # fmt: skip
        return format_html(
            '<span class="row-line" data-wrap>{}{}<form method="post" action="{}">'
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}</form>{}</span>',
            _button(_("View"), policy, href=view, hx_get=view, hx_target="#drawer"),
            _button(_("Edit"), policy, href=page_of("subscription_policy_modify", policy)),
            page_of(f"subscription_policy_{switch}", policy),
            token,
            _button(word, policy, type="submit"),
            format_html_join("", "{}", ([_button(word, policy, href=url, kind=kind)] for word, url, kind in links)),
        )

    return draw


def page_of(name: str, policy: SubscriptionPolicy) -> str:
    """Return the address of something about a policy."""
    return reverse(f"cloudmonitor:{name}", args=[policy.pk])


def _button(label: str, policy: SubscriptionPolicy, **attributes: str) -> SafeString:
    return ui.button(label, size="small", aria_label=f"{label} {policy.name}", **attributes)


COLUMNS = (
    Column("Name", gettext_lazy("Subscription policy"), name_cell),
    Column("Selects", gettext_lazy("Events"), selects_cell),
    Column("Tells", gettext_lazy("Merge and denoise"), tells_cell),
    Column("Goes", gettext_lazy("Notifies"), goes_cell),
    Column("State", gettext_lazy("State"), state_cell),
    Column("Told", gettext_lazy("Last told"), told_cell),
)
EXPORTED = (
    Column("Name", "Name", lambda policy: policy.name),
    Column("Description", "Description", lambda policy: policy.description),
    Column("Type", "Type", lambda policy: policy.kind),
    Column("Selects", "Selects", lambda policy: selected(policy, most=99)),
    Column("Levels", "Levels", lambda policy: policy.levels),
    Column("MergeBy", "MergeBy", lambda policy: policy.merge_by),
    Column("Denoise", "Denoise", lambda policy: policy.denoise),
    Column("Tells", "Tells", denoise_in_words),
    Column("Configuration", "Configuration", lambda policy: policy.configuration.name if policy.configuration else ""),
    Column("PushChannels", "PushChannels", lambda policy: sorted(each.name for each in policy.push_channels.all())),
    Column("State", "State", lambda policy: policy.state),
    Column("Version", "Version", lambda policy: policy.version),
    Column("LastTold", "LastTold", lambda policy: policy.told_at),
    Column("MessagesIn7Days", "MessagesIn7Days", lambda policy: policy.told),
)
