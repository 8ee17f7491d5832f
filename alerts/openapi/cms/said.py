"""What the answers of CMS have in common, and how it writes and reads moments."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.events.identity import EPOCH, milliseconds

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.openapi.parameters import Parameters

LAST_OF_SECONDS = 100_000_000_000
"""Numbers below are seconds: as milliseconds they would lie in early 1973."""
LATEST = 253_402_300_799_000
MOST_PAGES = 100_000_000


def fine(*, success: object = True, code: object = "200", **data: object) -> dict[str, object]:
    """Return the body of an answer. `success` is text in some actions and `code` a number, as in the SDK's models."""
    return {"Code": code, "Message": "success", "Success": success, **data}


def moment(parameters: Parameters, name: str) -> datetime | None:
    """Return the moment that a parameter says in Unix milliseconds, or in seconds: the documents say both."""
    number = parameters.integer(name, default=-1, least=0, most=LATEST)
    if number < 0:
        return None
    return EPOCH + timedelta(milliseconds=number if number >= LAST_OF_SECONDS else number * 1000)


def pages(parameters: Parameters, *, size: int = 10, most: int = 100) -> tuple[int, int]:
    """Return PageNumber, from 1, and PageSize."""
    number = parameters.integer("PageNumber", default=1, least=1, most=MOST_PAGES)
    return number, parameters.integer("PageSize", default=size, least=1, most=most)


def sent(moment: datetime) -> int:
    """Return a moment as it is answered: whole Unix milliseconds."""
    return milliseconds(moment)
