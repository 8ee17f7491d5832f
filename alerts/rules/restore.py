"""Restore: a rule is written from a document, through the form that the panel has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from alerts.estate.refusal import Refused
from alerts.rules.document import Document, form_of, mistakes_of
from alerts.rules.models import AlertRule, RuleVersion
from alerts.rules.save import Change, save_rule

if TYPE_CHECKING:
    from datetime import datetime


def roll_back(version: RuleVersion, *, now: datetime, by: str) -> AlertRule:
    """Make a rule what it was at a version, as a new version; whether it is enabled stays as it is.

    Raises Refused with the reasons when it cannot be that any more, such as a contact group that is gone.
    """
    rule = version.rule
    if rule is None:
        raise Refused(_("The alert rule is deleted. Import it from a file, or create it anew."))
    document: Document = json.loads(version.document)
    form = form_of(document, account=rule.account, rule=rule)
    if mistakes := mistakes_of(document, form):
        said = " ".join(f"{each.field}: {each.sentence}" if each.field else each.sentence for each in mistakes)
        raise Refused(_("The alert rule cannot be what it was. %(reasons)s") % {"reasons": said})
    return save_rule(form.wanted(), targets=form.targets(), now=now, by=by, change=Change.ROLL_BACK)
