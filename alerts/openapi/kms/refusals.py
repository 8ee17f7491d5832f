"""How what the estate's verbs refuse is said to a program: the code, the status and the parameter at fault."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from alerts.estate.refusal import Refused
from alerts.openapi.errors import Fault, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BAD, CLOSED, GONE, CONFLICT = 400, 403, 404, 409
STATUS = {
    "AliasAlreadyExists": BAD,
    "Rejected.LimitExceeded": BAD,
    "Unsupported.Alias": BAD,
    "Unsupported.Origin": BAD,
    "UnsupportedOperation": BAD,
    "Forbidden.KeyNotFound": GONE,
    "Forbidden.NoPermission": CLOSED,
}
"""Everything else that has a code is a state that forbids the call."""

USUAL = "Rejected.StateModifiedFailed"
NAMES = {
    "description": "Description",
    "rotation_interval": "RotationInterval",
    "sub_type": "ExtendedConfig",
    "tags": "Tags",
    "version_id": "VersionId",
}
"""The parameter of each field of a verb, where all actions call it the same."""


@contextmanager
def refusals(**names: str) -> Iterator[None]:
    """Turn what a verb refuses into a `Fault`; `names` are the parameters that hold the verb's fields."""
    try:
        yield
    except Refused as refused:
        raise fault_of(refused, NAMES | names) from refused


def fault_of(refused: Refused, names: Mapping[str, str]) -> Fault:
    """Return the fault of a refusal."""
    if not refused.code and refused.field in names:
        return invalid(names[refused.field], refused.message)
    code = refused.code or USUAL
    return Fault(STATUS.get(code, CONFLICT), code, refused.message)
