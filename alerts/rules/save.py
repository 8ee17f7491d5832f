"""Save: the verbs that change alert rules. Each writes a rule and where it goes in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.estate.refusal import Refused
from alerts.rules.models import AlertRule, RuleTarget
from alerts.rules.shelf import new_edition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@transaction.atomic
def save_rule(rule: AlertRule, *, targets: Sequence[RuleTarget], now: datetime) -> AlertRule:
    """Create or modify the rule, and put these targets in the place of those that it had.

    Raises Refused at `name` when another rule of the account took the name in the meantime.
    """
    rule.changed_at = now
    if not rule.pk:
        rule.created_at = now
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:
        raise Refused(_("There is an alert rule of this name already."), field="name") from error
    new_edition([rule.account_id])
    rule.targets.all().delete()
    for target in targets:
        target.pk, target.rule = None, rule
    RuleTarget.objects.bulk_create(targets)
    return rule


@transaction.atomic
def set_state(rule: AlertRule, *, state: str, now: datetime) -> None:
    """Enable or disable the rule; what it decided before stays."""
    rule.state, rule.changed_at = state, now
    rule.save(update_fields=["state", "changed_at"])
    new_edition([rule.account_id])


@transaction.atomic
def delete_rule(rule: AlertRule) -> None:
    """Delete the rule and its targets. Its decisions and their messages stay, under its name."""
    rule.delete()
    new_edition([rule.account_id])
