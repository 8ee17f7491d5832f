"""How decisions, messages and attempts look and what they mean: tone, icon, and the reason in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.notifications.models import Attempt, Decision, Notification
from alerts.ui import formats

if TYPE_CHECKING:
    from collections.abc import Mapping

Look = tuple[str, str]
"""Tone and icon."""

VERDICTS: Mapping[str, Look] = {
    Decision.Verdict.TOLD: ("good", "bell-ring"),
    Decision.Verdict.MUTED: ("neutral", "bell-off"),
    Decision.Verdict.OUTSIDE: ("neutral", "moon"),
    Decision.Verdict.ACKED: ("neutral", "user-check"),
    Decision.Verdict.SILENCED: ("neutral", "volume-x"),
    Decision.Verdict.INHIBITED: ("neutral", "layers"),
    Decision.Verdict.GATHERED: ("busy", "layers-2"),
    Decision.Verdict.COUNTED: ("neutral", "tally-5"),
    Decision.Verdict.NOBODY: ("critical", "user-x"),
    Decision.Verdict.UNSELECTED: ("warn", "funnel-x"),
}
STATES: Mapping[str, Look] = {
    Notification.State.PENDING: ("busy", "clock"),
    Notification.State.SENT: ("good", "check"),
    Notification.State.KEPT: ("info", "inbox"),
    Notification.State.FAILED: ("critical", "x"),
    Notification.State.UNKNOWN: ("warn", "circle-question-mark"),
    Notification.State.MERGED: ("neutral", "merge"),
    Notification.State.STOPPED: ("neutral", "octagon-pause"),
}
OUTCOMES: Mapping[str, Look] = {
    Attempt.Outcome.ACCEPTED: ("good", "check"),
    Attempt.Outcome.KEPT: ("info", "inbox"),
    Attempt.Outcome.RETRY: ("warn", "refresh-cw"),
    Attempt.Outcome.FAILED: ("critical", "x"),
    Attempt.Outcome.UNKNOWN: ("warn", "circle-question-mark"),
}


QUIET: Mapping[str, Any] = {
    "acknowledged": gettext_lazy("Somebody has taken the incident on."),
    "snoozed": gettext_lazy("Somebody has put the incident off."),
    "flapping": gettext_lazy("The incident begins and ends too often to be told each time."),
}
"""What keeps an event of an incident from being told, by the code of the reason."""

ENDED: Mapping[str, Any] = {
    "policy-disabled": gettext_lazy("The policy was disabled before it told of this."),
    "policy-deleted": gettext_lazy("The policy was deleted before it told of this."),
    "ends": gettext_lazy("It ends something that the policy told of, and is told once all of that is over."),
}
"""Why a policy that had gathered an event never tells of it."""

SAID: Mapping[str, Any] = {
    "no-recipient": gettext_lazy(
        "None of the rule's contact groups has a contact that can be reached, and no system is told."
    ),
    "outside-hours": gettext_lazy("It happened outside the effective hours of the rule."),
    "silence": gettext_lazy("It happened within a window of a silence."),
    "hidden-by": gettext_lazy(
        "Another event on the same resource says it better, and this rule hears of that one too."
    ),
}
"""Why else nobody was told, likewise."""


def reason_of(decision: Decision) -> str:
    """Return why a decision told nobody, in a sentence; empty where the decision says it all."""
    code, _colon, detail = decision.reason.partition(":")
    if code == "muted" and detail.isdigit():
        return _("Told of the same within the mute period of %(period)s.") % {"period": formats.duration(int(detail))}
    if code == "waits":
        return _waits(decision, detail)
    if code == "digest":
        return _("It goes into the digest of the contact group %(names)s.") % {"names": detail}
    if decision.policy_name and (said := _of_policy(code, detail)):
        return said
    if code in SAID:
        return str(SAID[code])
    if code in QUIET:
        return str(QUIET[code])
    if decision.verdict == Decision.Verdict.UNSELECTED:
        return _("The test event is not one that the rule selects.") if decision.test else ""
    return decision.reason


def _waits(decision: Decision, until: str) -> str:
    """Return when what waits for the wait, the interval or the mute of its policy is told; nothing once it is."""
    moment = parse_datetime(until) if decision.verdict == Decision.Verdict.GATHERED else None
    if moment is None:
        return ""
    shown = formats.moment(moment)
    return _("To be told at %(moment)s at the earliest.") % {"moment": f"{shown.text} {shown.zone}"}


def _of_policy(code: str, detail: str) -> str:
    """Return why a subscription policy told nobody, where that is not as with alert rules; else nothing."""
    if code == "no-recipient":
        return _("Neither the policy's notification configuration nor a push channel tells anybody of this level.")
    if code == "outside-hours":
        return _("It happened outside the effective hours of the policy.")
    if code in ENDED:
        return str(ENDED[code])
    count, _colon, period = detail.partition(":")
    if code != "counted" or not period.isdigit():
        return ""
    return _("Told as soon as there are %(count)s of them within %(period)s.") % {
        "count": count, "period": formats.duration(int(period)),
    }  # fmt: skip
