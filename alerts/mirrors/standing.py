"""How a source stands: its state, how far it lags behind, and what an error means and asks for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.mirrors.models import Source


class Standing(TextChoices):
    """What a source does now."""

    PAUSED = "paused", _("Paused")
    SILENT = "silent", _("Silent")
    FAILING = "failing", _("Failing")
    READING = "reading", _("Reading")
    ACTIVE = "active", _("Active")


def standing_of(source: Source) -> Standing:
    """Return its state; the first that holds says the most."""
    if source.paused_at:
        return Standing.PAUSED
    if source.silent_since:
        return Standing.SILENT
    if source.error:
        return Standing.FAILING
    return Standing.READING if source.begun_at or source.polled_at is None else Standing.ACTIVE


def lag_of(source: Source, *, now: datetime) -> timedelta | None:
    """Return how old the last whole reading is; None where there was none."""
    return now - source.polled_at if source.polled_at else None


_ADVICE: Final[tuple[tuple[re.Pattern[str], str | Promise], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), said)
    for pattern, said in (
        (r"InvalidAccessKeyId", _("The cloud does not know this AccessKey ID: was it deleted or disabled? Change the "
                                  "source.")),
        (r"SignatureDoesNotMatch|InvalidAccessKeySecret|IncompleteSignature",
         _("The AccessKey secret is not the one of this AccessKey ID: change the source and type it again.")),
        (r"SecurityToken", _("The temporary credentials of the role were refused; new ones are asked for by itself.")),
        (r"EntityNotExist\.Role", _("There is no such role: compare the role ARN with that in the RAM console.")),
        (r"Throttl|TooManyRequests", _("The cloud was asked too often: the reading waits and goes on where it was. "
                                       "Fewer calls a second leave more to others.")),
        (r"Forbidden|NoPermission|Unauthorized|Denied",
         _("A permission is missing: Check says which, and the policy below grants it.")),
        (r"IllegalTimestamp|InvalidTimeStamp", _("The clock of this server is wrong by a quarter of an hour or more.")),
        (r"AddressBlocked", _("The endpoint lies in a network that this installation may not reach: "
                              "KMSCONSOLE_OUTGOING_ALLOW can allow it.")),
        (r"ExtraMissing", _("The official SDKs are not installed: run make cloud and start anew.")),
        (r"SettingInvalid", _("Correct the endpoint of the source.")),
        (r"AnswerInvalid", _("Nothing counts as deleted by such an answer. Is the endpoint that of the cloud, or of "
                             "another console?")),
        (r"Http[34]", _("That is no answer of the cloud: is the endpoint that of the cloud, or of another console?")),
        (r"TooSlow", _("Nothing is lost: this page is asked for again. Is the way to the endpoint slow, or the "
                       "endpoint busy?")),
        (r"OtherAccount|OtherRegion", _("Nothing of it was read. Change the source.")),
        (r"Unexpected", _("Nothing is lost: it is tried again by itself. The log of the server says more.")),
    )
)  # fmt: skip
_OTHERWISE: Final = _("It is tried again by itself.")


def advice_on(code: str) -> str:
    """Return in a sentence what a code of trouble means, and what to do."""
    return str(next((said for pattern, said in _ADVICE if pattern.search(code)), _OTHERWISE))
