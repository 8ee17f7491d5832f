"""What every source of facts speaks in: an observation, a rejection, and the name of a resource.

A source is a module of pure functions: it reads what came from outside and returns observations; it neither stores
nor asks the clock. What nobody could use is raised as `Malformed`, what is wrong with one of many is a `Rejection`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

RETENTION: Final = timedelta(days=90)  # how long events can be viewed: kms_events.md 3.7
CLOCK_SKEW: Final = timedelta(minutes=10)  # how far the clock of a sender may run ahead of ours
LONGEST_SHOWN: Final = 80

RESOURCE_KINDS: Final = frozenset({"key", "secret", "keystore", "clientkey", "applicationaccesspoint"})
REGION: Final = re.compile(r"[a-z0-9-]{2,40}")
UID: Final = re.compile(r"[0-9]{1,20}")
# Letters, digits and `_/+=.@-` is KMS's own rule for the names of secrets and instances: kms_api.md, CreateSecret.
RESOURCE_ID: Final = re.compile(r"[A-Za-z0-9_/+=.@-]{1,255}")


class Malformed(ValueError):
    """The call as a whole cannot be read; `message` is one sentence that says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TooMany(ValueError):
    """The call holds more than `limit` events."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The call holds more than {limit:,} events: send them in several calls.")
        self.limit = limit


class ResourceError(ValueError):
    """A text is no resource name; `message` says which part of it is wrong and what it should be."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Observation:
    """What a source saw; it becomes one fact.

    `source` and `id` together are the deduplication key; `resource` is an ARN; `occurred_at` is aware and in UTC.
    """

    source: str
    id: str
    type: str
    region: str
    resource: str
    occurred_at: datetime
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why the event at `index` (the first is 0) was not taken: a code, and a sentence: what, where, what to do."""

    index: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Resource:
    """The parts of an ARN `acs:kms:<region>:<uid>:<kind>/<id>`."""

    region: str
    uid: str
    kind: str
    id: str

    def __str__(self) -> str:
        return f"acs:kms:{self.region}:{self.uid}:{self.kind}/{self.id}"


class Source(Protocol):
    """What each module in `SOURCES` has: a name, and the fact types that it can emit."""

    @property
    def KIND(self) -> str: ...  # noqa: N802 - a module's constant

    @property
    def EMITS(self) -> frozenset[str]: ...  # noqa: N802 - a module's constant


def parse_resource(arn: str) -> Resource:
    """Return the parts of a KMS resource name.

    Raises ResourceError when it is not of the form `acs:kms:<region>:<uid>:<kind>/<id>` with a known kind. Regions are
    only checked for their form, since new ones appear.
    """
    parts = arn.split(":", 4)
    kind, slash, name = parts[-1].partition("/")
    if len(parts) != 5 or parts[:2] != ["acs", "kms"] or not slash:
        raise ResourceError(f"{shown(arn)} is not of the form acs:kms:<region>:<uid>:<kind>/<id>")
    if not REGION.fullmatch(parts[2]):
        raise ResourceError(f"{shown(parts[2])} is no region: it has lower-case letters, digits and hyphens")
    if not UID.fullmatch(parts[3]):
        raise ResourceError(f"{shown(parts[3])} is no account uid: it has digits only")
    if kind not in RESOURCE_KINDS:
        raise ResourceError(f"{shown(kind)} is no kind of resource: use one of {', '.join(sorted(RESOURCE_KINDS))}")
    if not RESOURCE_ID.fullmatch(name):
        raise ResourceError(f"{shown(name)} is no {kind} id: it has 1 to 255 letters, digits and _ / + = . @ -")
    return Resource(region=parts[2], uid=parts[3], kind=kind, id=name)


def shown(value: object) -> str:
    """Return `value` in quotation marks for a sentence: short, and without characters that break a line."""
    text = str(value)[: LONGEST_SHOWN + 1]
    clean = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return f"“{clean}”" if len(text) <= LONGEST_SHOWN else f"“{clean[:LONGEST_SHOWN]}…”"
