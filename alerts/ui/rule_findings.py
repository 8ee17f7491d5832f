"""What is wrong with an alert rule, in sentences that say what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from alerts.channels import BY_KIND
from alerts.ui import formats
from alerts.ui.rule_checks import CLAUSES, unreached_line

if TYPE_CHECKING:
    from alerts.notifications.lint import Finding

TONES = {
    "never-holds": "critical",
    "nobody": "critical",
    "paused": "critical",
    "mostly-muted": "info",
    "unconfigured": "info",
}
"""Tone by the code of a finding; a warning unless told."""
CLAUSE_OF = {"type": "event_type"}


@dataclass(frozen=True, slots=True)
class Said:
    """A finding as it is shown."""

    tone: str
    text: str
    code: str


def said(finding: Finding) -> Said:
    """Return a finding as it is shown."""
    return Said(TONES.get(finding.code, "warn"), _sentence(finding), finding.code)


def _sentence(finding: Finding) -> str:
    if finding.unreached:
        return unreached_line(finding.unreached)
    if finding.code in {"never-matched", "shadowed"}:
        return _about_matches(finding)
    clause = CLAUSES.get(CLAUSE_OF.get(finding.about, finding.about), finding.about)
    channel = _(BY_KIND[finding.about].label) if finding.about in BY_KIND else finding.about
    sentences = {
        "never-holds": _("The SQL filter contradicts the rule's own choice of %(clause)s: it can never hold."),
        "nobody": _("Nobody can be told: no contact group has a contact with a usable address, and no system is told."),
        "paused": _("%(about)s is paused, because it failed for too long."),
        "unconfigured": _("This installation cannot send by %(channel)s yet: such messages stay in the outbox."),
        "mostly-muted": _("It matches more often than its mute lets through: most of its events are told to nobody."),
    }
    return sentences[finding.code] % {"clause": clause, "about": finding.about, "channel": channel}


def _about_matches(finding: Finding) -> str:
    count = formats.number(finding.looked_at)
    if finding.code == "never-matched":
        if finding.sure:
            return _("It matched nothing in the last 90 days.")
        return _("It matched none of %(count)s events drawn from the last 90 days.") % {"count": count}
    if finding.sure:
        return _("“%(rule)s” matches every event that it can match, and tells the same.") % {"rule": finding.about}
    return _("“%(rule)s” matched all of the %(count)s matches of the last 90 days looked at, and tells the same.") % {
        "rule": finding.about, "count": count,
    }  # fmt: skip
