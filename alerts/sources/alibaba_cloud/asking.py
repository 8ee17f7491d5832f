"""One call of an SDK's client: by the wire name of the action, with wire names in and wire names out.

The SDKs have a method and a model for each action, of which the names follow from that of the action.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

NOT_FOUND: Final = re.compile(r"Forbidden\.[A-Za-z]*NotFound")
"""What KMS says of a key, a secret or another resource that is not there: kms_api.md, common error codes. A key that
signs and is not known, or an action that is not offered, is said otherwise."""
LARGEST_TOTAL: Final = 1_000_000_000
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class Unusable(ValueError):
    """An answer came and cannot be used; the message says why, and holds nothing of the answer."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page as the service wrote them; `last` says that no other page comes after it."""

    rows: Sequence[Mapping[str, Any]]
    total: int
    last: bool


def ask(client: Any, action: str, **told: object) -> dict[str, Any]:
    """Perform an action and return the body of its answer; raises what the SDK raises."""
    models = import_module(f"{type(client).__module__.rpartition('.')[0]}.models")
    options = import_module("darabonba.runtime").RuntimeOptions()
    request = getattr(models, f"{action}Request")
    given = {name: value for name, value in told.items() if value is not None}
    call = getattr(client, f"{_WORD.sub('_', action).lower()}_with_options")
    body = call(request().from_map(given), options).to_map().get("body")
    return dict(body or {})


def page_of(client: Any, action: str, path: tuple[str, ...], *, number: int, size: int, **told: object) -> Page:
    """Return a page of a list; `path` leads to its rows. A list without a total ends with a page that is not full.

    Raises Unusable for what is no list at all.
    """
    body: Any = ask(client, action, PageNumber=number, PageSize=size, **told)
    if not body.keys() & {path[0], "TotalCount", "Total"}:
        raise Unusable(f"{action} answered without a list")
    total = min(int(body.get("TotalCount") or 0), LARGEST_TOTAL)
    for step in path:
        body = (body or {}).get(step)
    rows = list(body or [])
    return Page(rows=rows, total=total, last=len(rows) < size or (total > 0 and number * size >= total))


def code_of(error: Exception) -> str:
    """Return the service's own code of a refusal, or an empty text for any other mistake."""
    return str(getattr(error, "code", "") or "")
