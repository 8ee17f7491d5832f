"""The refusal of the estate's verbs, which is that of all verbs, and the one for what is only mirrored here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from alerts.accounts.refusal import Refused

if TYPE_CHECKING:
    from alerts.estate.models import Resource

__all__ = ["Refused", "refuse_mirrored"]


def refuse_mirrored(row: Resource) -> None:
    """Raise Refused for a row that a source reads from the cloud: the next reading would undo what is done here."""
    if row.mirrored_by is not None:
        sentence = _("This is read from the cloud: change it there, and it changes here with the next reading.")
        raise Refused(sentence, code="Forbidden.NoPermission")
