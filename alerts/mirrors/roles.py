"""Roles: a source with a role is read by temporary credentials, which its access key asks STS for.

They are kept in the memory of the process alone, by source, and are asked for anew before they end, and when anything
changes by which they were got. Another process asks for its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alerts.accounts.encryption import fingerprint
from alerts.mirrors.calls import STS, Credentials, Trouble, signed
from alerts.sources.alibaba_cloud.asking import ask
from alerts.sources.reading import read_moment

if TYPE_CHECKING:
    from alerts.mirrors.models import Source

LASTS: Final = 3_600
"""Seconds that are asked for: what every role allows, for none can be set to less."""
MARGIN: Final = 300.0
"""Seconds before their end at which they are asked for anew: longer than any call, and than clocks are apart."""
_TIMEOUT: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Held:
    got_by: str
    credentials: Credentials
    until: float


_HELD: dict[int, _Held] = {}


def credentials_of(source: Source, *, clock: Callable[[], float] = time.time) -> Credentials:
    """Return what to sign the calls of a source with; assumes its role if it has one. Raises Trouble."""
    key = Credentials(source.access_key_id, source.access_key_secret)
    if not source.role_arn:
        return key
    got_by = _got_by(source)
    held = _HELD.get(source.pk)
    if held is None or held.got_by != got_by or clock() >= held.until:
        held = _HELD[source.pk] = _assume(source, key, got_by=got_by, clock=clock)
    return held.credentials


def forget(source: Source) -> None:
    """Let the next call assume the role anew: what was got is refused."""
    _HELD.pop(source.pk, None)


def _got_by(source: Source) -> str:
    """Return what tells credentials got by other means, without being readable."""
    parts = (
        source.access_key_id, source.access_key_secret, source.role_arn, source.role_session, source.external_id,
        source.endpoint,
    )  # fmt: skip
    return fingerprint("\0".join(parts))


def _assume(source: Source, key: Credentials, *, got_by: str, clock: Callable[[], float]) -> _Held:
    begun = clock()
    with signed(source, STS, region=source.regions[0], by=key, timeout=_TIMEOUT) as client:
        body = ask(
            client, "AssumeRole", RoleArn=source.role_arn, RoleSessionName=source.role_session,
            ExternalId=source.external_id or None, DurationSeconds=LASTS,
        )  # fmt: skip
    told = body.get("Credentials") or {}
    parts = [str(told.get(name) or "") for name in ("AccessKeyId", "AccessKeySecret", "SecurityToken")]
    if not all(parts):
        raise Trouble("STS answered without credentials.", code="AnswerInvalid", answered=True)
    ends = read_moment(str(told.get("Expiration") or ""))
    until = min(begun + LASTS, ends.timestamp() if ends else begun + LASTS) - MARGIN
    return _Held(got_by, Credentials(*parts), until)
