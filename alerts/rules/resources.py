"""Resource groups: the verbs that change them, their form, and which known resources they match."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate.refusal import Refused
from alerts.rules.dependents import quoted
from alerts.rules.globs import globs
from alerts.rules.models import AlertRule, ResourceGroup
from alerts.rules.shelf import new_edition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alerts.accounts.models import CloudAccount

    _ModelForm = forms.ModelForm[ResourceGroup]
else:
    _ModelForm = forms.ModelForm

MOST_PATTERNS = 200
PATTERN_LENGTH = 1024
LOOKED_AT = 2_000
"""Different resources that are looked at when it is told how many a group matches."""
ARN = re.compile(r"acs:[^:\s]*:[^:\s]*:[^:\s]*:\S+|\S*[*?]\S*")
SHORT = re.compile(r"[A-Za-z][A-Za-z0-9_-]*/\S+")
"""The end of a resource's name, as lists show it."""
WHOLE = "acs:*:*:*:"
"""What a short pattern is completed with: any product, region and account."""
DIFFERENT_RESOURCES = """
    WITH RECURSIVE known AS (
        (SELECT resource FROM events_systemevent WHERE account_id = %(account)s ORDER BY resource LIMIT 1)
        UNION ALL
        SELECT (
            SELECT resource FROM events_systemevent
            WHERE account_id = %(account)s AND resource > known.resource ORDER BY resource LIMIT 1
        ) FROM known WHERE known.resource IS NOT NULL
    )
    SELECT resource FROM known WHERE resource > '' LIMIT %(most)s
"""
"""Every resource once. Goes from one to the next along an index: a DISTINCT would read every event of each."""


class Patterns(forms.CharField):
    """Resource names with wildcards, one in a line."""

    widget = forms.Textarea(
        attrs={"rows": 6, "spellcheck": "false", "class": "mono", "placeholder": "acs:kms:cn-hangzhou:*:secret/rds-*"}
    )

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """Return the patterns in their order, each once and completed; say at which line one is none."""
        lines = [completed(line.strip()) for line in str(value or "").splitlines()]
        for number, line in enumerate(lines, start=1):
            if line:
                _check(line, number)
        patterns = list(dict.fromkeys(filter(None, lines)))
        if len(patterns) > MOST_PATTERNS:
            said = _("At most %(limit)s patterns are allowed; these are %(count)s.")
            raise ValidationError(said % {"limit": MOST_PATTERNS, "count": len(patterns)})
        return patterns


def completed(pattern: str) -> str:
    """Return a pattern that matches whole names: `secret/rds-*` as `acs:*:*:*:secret/rds-*`, any other as it is."""
    return WHOLE + pattern if SHORT.fullmatch(pattern) else pattern


def _check(line: str, number: int) -> None:
    said = ""
    if len(line) > PATTERN_LENGTH:
        said = _("Line %(number)s is longer than %(limit)s characters.")
    elif "\0" in line or not ARN.fullmatch(line):
        said = _(
            "Line %(number)s is neither a resource such as acs:kms:cn-hangzhou:*:key/key-1 or secret/rds-prod"
            " nor has a * or ? in it."
        )
    if said:
        raise ValidationError(said % {"number": number, "limit": PATTERN_LENGTH}, code="pattern")


class ResourceGroupForm(_ModelForm):
    """Create or modify a resource group. Give the account by the instance."""

    patterns = Patterns(
        label=gettext_lazy("Resources"),
        help_text=gettext_lazy(
            "One in a line: * stands for any text, ? for one character. secret/rds-* is short for"
            " acs:*:*:*:secret/rds-*, and kept so. Keys are named by their ID, not by their alias: key/key-hzz62…"
        ),
        error_messages={"required": gettext_lazy("Write at least one resource.")},
    )

    class Meta:
        model = ResourceGroup
        fields = ("name", "description", "patterns")

    def clean_name(self) -> str:
        """Refuse a name that another group of the account has."""
        name = str(self.cleaned_data["name"]).strip()
        others = ResourceGroup.objects.filter(account=self.instance.account_id, name=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a resource group of this name already."), code="unique")
        return name


@transaction.atomic
def keep_resource_group(group: ResourceGroup, *, now: datetime) -> ResourceGroup:
    """Store a new or changed group; the rules that look at it see it from the next event on.

    Raises Refused at `name` when another group of the account has the name.
    """
    if not group.pk:
        group.created_at = now
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise Refused(_("There is a resource group of this name already."), field="name") from error
    new_edition([group.account_id])
    return group


@transaction.atomic
def delete_resource_group(group: ResourceGroup) -> None:
    """Delete a group that no alert rule looks at; trials do not count, and go with it. Raises Refused else."""
    if not ResourceGroup.objects.select_for_update().filter(pk=group.pk):
        return
    if names := list(
        AlertRule.objects.saved().filter(resource_group=group).order_by("name").values_list("name", flat=True)
    ):
        raise Refused(_("This resource group is looked at by the alert rule %(names)s.") % {"names": quoted(names)})
    AlertRule.objects.filter(resource_group=group).delete()
    try:
        group.delete()
    except ProtectedError as error:
        names = sorted(str(each) for each in error.protected_objects)
        raise Refused(_("This resource group is still used by %(names)s.") % {"names": quoted(names)}) from error


def known_resources(account: CloudAccount, *, most: int = LOOKED_AT) -> list[str]:
    """Return the different resources of the events that are kept, in their order, up to `most`."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT_RESOURCES, {"account": account.pk, "most": most})
        return [resource for (resource,) in cursor.fetchall()]


def matching(patterns: Sequence[str], resources: Sequence[str]) -> list[str]:
    """Return the resources that one of the patterns matches."""
    found = globs(tuple(patterns)) if patterns else None
    return [each for each in resources if found and found.match(each)]


def idle(patterns: Sequence[str], resources: Sequence[str]) -> list[str]:
    """Return the patterns that match none of the resources."""
    return [pattern for pattern in patterns if not matching([pattern], resources)]
