"""The facts about KMS resources that may come from outside: their types, and what each must say.

One CloudEvent in, one observation out, or `Refused` with a code and a sentence. The checks stand in the order in which
a sender would look for the mistake: who speaks, about what, which fact, its data, its time.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from alerts.sources.base import (
    CLOCK_SKEW,
    REGION,
    RETENTION,
    UID,
    Observation,
    Resource,
    ResourceError,
    parse_resource,
    shown,
)
from alerts.sources.reading import read_moment, read_rfc3339

# Fact type to the kind of resource that it is about.
FACT_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kms.key.deletion-scheduled": "key",
        "kms.key.deletion-cancelled": "key",
        "kms.key.deleted": "key",
        "kms.key.sync-succeeded": "key",
        "kms.key.sync-failed": "key",
        "kms.secret.deletion-scheduled": "secret",
        "kms.secret.restored": "secret",
        "kms.secret.deleted": "secret",
        "kms.secret.rotation-succeeded": "secret",
        "kms.secret.rotation-failed": "secret",
        "kms.client-key.observed": "clientkey",
        "kms.client-key.deleted": "clientkey",
        "kms.instance.usage": "keystore",
    }
)
INTERNAL_TYPES: Final = frozenset({"kms.client-key.deleted"})  # recorded by the estate alone
OUTSIDE_TYPES: Final = frozenset(FACT_TYPES) - INTERNAL_TYPES
QUOTA_KINDS: Final = frozenset({"qps", "key", "secret", "vpc"})  # GetKmsInstanceQuotaInfos
LARGEST_QUANTITY: Final = 10**15


class Refused(ValueError):
    """One event cannot be taken; `code` and `message` become those of its rejection."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def observe(attributes: Mapping[str, object], data: object, *, uid: str, now: datetime) -> Observation:
    """Return what a CloudEvent of account `uid` observed; id, source and type are known to be texts.

    A client key's `notAfter` comes back as RFC 3339 in UTC, whichever way it was given; all other data is as it was
    sent. Raises Refused.
    """
    source, fact_type = str(attributes["source"]), str(attributes["type"])
    region = _region_of(source, uid=uid)
    if fact_type not in OUTSIDE_TYPES:
        raise Refused("UnknownType", f"The type {shown(fact_type)} is not one of {', '.join(sorted(OUTSIDE_TYPES))}.")
    resource = _resource_of(attributes.get("subject"))
    if (resource.region, resource.uid) != (region, uid):
        where = f"the subject names {resource.region} of account {resource.uid}, the source {region} of account {uid}"
        raise Refused("RegionMismatch", f"Source and subject differ, {where}: make them agree.")
    if resource.kind != FACT_TYPES[fact_type]:
        wanted = f"its subject is a {FACT_TYPES[fact_type]}, not a {resource.kind}"
        raise Refused("KindMismatch", f"The type {fact_type} does not fit the subject: {wanted}.")
    return Observation(
        source=source,
        id=str(attributes["id"]),
        type=fact_type,
        region=region,
        resource=str(resource),
        data=_checked_data(fact_type, data),
        occurred_at=_time_of(attributes.get("time"), now=now),
    )


def _region_of(source: str, *, uid: str) -> str:
    parts = source.split(":")
    if len(parts) != 4 or parts[:2] != ["acs", "kms"]:
        raise Refused("SourceInvalid", f"The source {shown(source)} is not of the form acs:kms:<region>:<uid>.")
    if not REGION.fullmatch(parts[2]):
        raise Refused(
            "SourceInvalid", f"The source names {shown(parts[2])}, which is no region id such as cn-hangzhou."
        )
    if not UID.fullmatch(parts[3]):
        raise Refused("SourceInvalid", f"The source names {shown(parts[3])}, which is no account uid: digits only.")
    if parts[3] != uid:
        told = f"The source names account {parts[3]}, but the token belongs to account {uid}"
        raise Refused("AccountMismatch", f"{told}: use that account's own token.")
    return parts[2]


def _resource_of(subject: object) -> Resource:
    if not isinstance(subject, str):
        told = "The subject is missing" if subject is None else "The subject is no text"
        raise Refused("SubjectInvalid", f"{told}: give the resource as acs:kms:<region>:<uid>:<kind>/<id>.")
    try:
        return parse_resource(subject)
    except ResourceError as error:
        raise Refused("SubjectInvalid", f"In the subject, {error.message}.") from error


def _time_of(given: object, *, now: datetime) -> datetime:
    if given is None:
        return now
    moment = read_rfc3339(given) if isinstance(given, str) else None
    if moment is None:
        raise Refused("TimeInvalid", f"The time {shown(given)} is not RFC 3339, such as 2026-01-05T02:15:02Z.")
    if moment < now - RETENTION:
        told = f"The time {shown(given)} is more than {RETENTION.days} days ago"
        raise Refused("TimeTooOld", f"{told}, which is as long as events are kept: leave such events out.")
    if moment > now + CLOCK_SKEW:
        raise Refused("TimeInFuture", f"The time {shown(given)} is in the future: set the sender's clock.")
    return moment


def _checked_data(fact_type: str, data: object) -> Mapping[str, object]:
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise Refused("DataInvalid", "The data is no JSON object: send {…}, or leave data out.")
    if fact_type == "kms.instance.usage":
        return _checked_usage(data)
    return _checked_client_key(data) if fact_type == "kms.client-key.observed" else data


def _checked_usage(data: Mapping[str, object]) -> Mapping[str, object]:
    kind = data.get("resourceType")
    if not isinstance(kind, str) or kind not in QUOTA_KINDS:
        told = f"The data has resourceType {shown(kind)}" if kind is not None else "The data has no resourceType"
        raise Refused("DataInvalid", f"{told}: use one of {', '.join(sorted(QUOTA_KINDS))}.")
    for name in ("used", "quota"):
        number = data.get(name)
        if not isinstance(number, int | float) or isinstance(number, bool) or not 0 <= number <= LARGEST_QUANTITY:
            told = f"The data has {name} {shown(number)}" if name in data else f"The data has no {name}"
            raise Refused("DataInvalid", f"{told}: give a number from 0 to 10^15.")
    return data


def _checked_client_key(data: Mapping[str, object]) -> Mapping[str, object]:
    given = data.get("notAfter")
    moment = read_rfc3339(given) if isinstance(given, str) else read_moment(given)
    if moment is None:
        told = f"The data has notAfter {shown(given)}" if "notAfter" in data else "The data has no notAfter"
        form = "RFC 3339, such as 2030-01-05T02:15:02Z, or milliseconds since 1970"
        raise Refused("DataInvalid", f"{told}: give the end of the client key as {form}.")
    return {**data, "notAfter": moment.isoformat().replace("+00:00", "Z")}
