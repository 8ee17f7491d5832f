"""Policies and configurations in sentences: what goes together, when it is told, and who comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.subscriptions.models import NotificationConfiguration, SubscriptionPolicy
from alerts.subscriptions.spans import MINUTE, span_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.subscriptions.models import EscalationStep

DENOISE = SubscriptionPolicy.Denoise
DIMENSION_NAMES: Mapping[str, Any] = {
    "product": gettext_lazy("Product"),
    "event_type": gettext_lazy("Event type"),
    "name": gettext_lazy("Event name"),
    "level": gettext_lazy("Event level"),
    "group": gettext_lazy("Application group"),
    "region": gettext_lazy("Region"),
    "resource": gettext_lazy("Event resource"),
}
QUOTA_NAMES: Mapping[str, Any] = {
    "qps": gettext_lazy("Requests per second"),
    "key": gettext_lazy("Keys"),
    "secret": gettext_lazy("Secrets"),
    "vpc": gettext_lazy("Access management"),
}
LEVELS = ("CRITICAL", "WARN", "INFO")


def merge_in_words(policy: SubscriptionPolicy) -> str:
    """Return what goes into one message, in a sentence."""
    if not policy.merge_by:
        return _("Everything goes into one message.")
    names = get_text_list([str(DIMENSION_NAMES.get(each, each)).lower() for each in policy.merge_by], _("and"))
    return _("One message for each %(dimensions)s.") % {"dimensions": names}


def denoise_in_words(policy: SubscriptionPolicy) -> str:
    """Return when a message is sent and how long it is quiet after it, in sentences."""
    return " ".join(filter(None, (_denoised(policy), _waited(policy), _repeated(policy))))


def _denoised(policy: SubscriptionPolicy) -> str:
    values = {
        "period": span_in_words(policy.denoise_period),
        "mute": span_in_words(policy.denoise_mute),
        "count": policy.denoise_count,
    }
    if policy.denoise == DENOISE.COUNT:
        said = ngettext(
            "Tells after %(count)s event within %(period)s, then is quiet for %(mute)s.",
            "Tells after %(count)s events within %(period)s, then is quiet for %(mute)s.",
            policy.denoise_count,
        )
        return said % values
    if policy.denoise == DENOISE.ALWAYS:
        return _("Tells at once, every time, with 50 e-mails in 5 minutes at most.")
    return _("Tells at once, then is quiet for %(mute)s.") % values if policy.denoise_mute else _("Tells at once.")


def _waited(policy: SubscriptionPolicy) -> str:
    parts = []
    if policy.group_wait:
        parts.append(_("Waits %(span)s for further events first.") % {"span": span_in_words(policy.group_wait)})
    if policy.group_interval:
        said = _("Further events are told %(span)s after the last message at the earliest.")
        parts.append(said % {"span": span_in_words(policy.group_interval)})
    return " ".join(parts)


def _repeated(policy: SubscriptionPolicy) -> str:
    if not policy.repeat_interval:
        return ""
    said = ngettext(
        "Repeats after %(span)s while it lasts, at most %(count)s time.",
        "Repeats every %(span)s while it lasts, at most %(count)s times.",
        policy.repeat_most,
    )
    return said % {"span": span_in_words(policy.repeat_interval), "count": policy.repeat_most}


def configuration_in_words(configuration: NotificationConfiguration, steps: Sequence[EscalationStep]) -> str:
    """Return who is told, who comes next, and whether the end is told, read aloud."""
    return " ".join(
        filter(None, (first_in_words(configuration), _climbed(configuration, steps), _ended(configuration)))
    )


def first_in_words(configuration: NotificationConfiguration) -> str:
    """Return who is told first."""
    if configuration.mode == NotificationConfiguration.Mode.DIRECT:
        group = configuration.group
        return _("%(group)s is told first.") % {"group": group.name} if group else _("Nobody is told.")
    by_level = [(level, configuration.group_of(level)) for level in LEVELS]
    parts = [
        _("%(level)s goes to %(group)s") % {"level": level, "group": group.name} for level, group in by_level if group
    ]
    left = [level for level, group in by_level if not group]
    if left:
        parts.append(_("%(levels)s to nobody") % {"levels": get_text_list(left, _("and"))})
    return _("%(parts)s.") % {"parts": "; ".join(parts)}


def _climbed(configuration: NotificationConfiguration, steps: Sequence[EscalationStep]) -> str:
    parts: list[str] = []
    for step in sorted(steps, key=lambda step: step.number):
        said = _("If nobody acknowledges it within %(span)s, %(group)s is told.") if not parts else _(
            "%(span)s later, %(group)s.")  # fmt: skip
        parts.append(said % {"span": span_in_words(step.after * MINUTE), "group": step.group.name})
    if parts and configuration.rounds > 1:
        said = ngettext(
            "Then the steps begin again, %(count)s round in all.",
            "Then the steps begin again, %(count)s rounds in all.",
            configuration.rounds,
        )
        parts.append(said % {"count": configuration.rounds})
    return " ".join(parts)


def _ended(configuration: NotificationConfiguration) -> str:
    if configuration.recovery:
        return _("When it is over, everybody who was told hears of that.")
    return _("Nobody is told when it is over.")
