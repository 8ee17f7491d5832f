"""One way to the cloud: a client of an SDK for one source and region, with some credentials, at the source's pace.

The same way as everything else that goes out takes (`channels.open_api`): address guard, one deadline for each call, no
redirects. What goes wrong comes back as `Trouble`, in words that hold no secret.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from alerts.channels import outgoing
from alerts.channels.base import ChannelSettings, CloudSettings, DeliveryError
from alerts.channels.cloud import Call, Product
from alerts.channels.open_api import client
from alerts.channels.texts import one_line
from alerts.sources.alibaba_cloud.asking import Unusable, code_of

if TYPE_CHECKING:
    from alerts.mirrors.models import Source

ANSWER_LIMIT = 8 * 1024 * 1024
"""Bytes: all client keys come in one answer, and a page of events has a hundred contents."""
CALL_TIMEOUT = 20.0
PAGE_TIMEOUT = 45.0
"""Seconds that the calls of one page may take together; a task has less than twice as much."""
SAID_LIMIT = 300
KMS = Product(label="KMS", name="kms", request_id="x-acs-request-id")
CMS = Product(label="CloudMonitor", name="metrics", request_id="x-acs-request-id")
STS = Product(label="STS", name="sts", request_id="x-acs-request-id")
MODULES = {
    KMS.name: "alibabacloud_kms20160120", CMS.name: "alibabacloud_cms20190101", STS.name: "alibabacloud_sts20150401",
}  # fmt: skip
MULTIPLE_CHOICES, TOO_MANY_REQUESTS, BROKEN = 300, 429, 500
_NO_CODE = frozenset({"", "None", "RespDataDamaged"})
"""What the SDKs call an answer without a code of the service."""
_OF_ANSWERS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What comes of answers with other types, or other numbers, than the service's."""
FASTER = 1.02
"""How many times as fast each call makes a pace that was slowed down."""
log = logging.getLogger(__name__)
_AROUND = re.compile(r"^code: \d+, | request id: \S+$|[.,;]? *server string to sign is:.*$", re.IGNORECASE)
"""What the SDKs and signatures put around the sentence of a refusal: no two are alike, and none of it helps."""


class Trouble(Exception):
    """A source could not be read.

    `message` says why, `throttled` that the same call will do later, `away` that it may when the cloud is back, and
    `answered` that it was the service that said no.
    """

    def __init__(
        self, message: str, *, code: str = "", throttled: bool = False, away: bool = False, answered: bool = False
    ) -> None:
        super().__init__(message)
        self.message, self.code, self.answered = message, code, answered
        self.throttled, self.away = throttled, away


@dataclass(frozen=True, slots=True)
class Credentials:
    """What calls are signed with; `security_token` only where a role is assumed."""

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str = field(default="", repr=False)


@dataclass(slots=True)
class Pace:
    """At most so many calls a second: each waits for its turn. Half as many after a refusal, then slowly more again."""

    per_second: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    next_at: float = 0.0
    share: float = 1.0

    def wait(self) -> None:
        """Wait until the next call may go out."""
        now = self.clock()
        if self.next_at > now:
            self.sleep(self.next_at - now)
        self.next_at = max(now, self.next_at) + 1 / (self.per_second * self.share)
        self.share = min(1.0, self.share * FASTER)

    def slow_down(self) -> None:
        """Make half as many calls, not fewer than one a second."""
        self.share = max(min(1.0, 1 / self.per_second), self.share / 2)


@lru_cache(maxsize=256)
def pace_of(source: int, per_second: int) -> Pace:
    """Return the pace of a source in this process, the same one for each of its pages."""
    return Pace(float(per_second))


def nothing() -> None:
    """Do nothing before a call."""


@dataclass(slots=True)
class PacedCall(Call):
    """Calls of an SDK, one after another at the source's pace; all of them together may take only so long."""

    pace: Pace = field(default_factory=lambda: Pace(1.0))
    before: Callable[[], object] = nothing
    taken: float = 0.0

    def carry(
        self, method: str, path: str, *, headers: Mapping[str, Any], content: bytes = b"",
        params: Mapping[str, str] | None = None,
    ) -> outgoing.Answer:  # fmt: skip
        """Send when it is its turn. Raises DeliveryError, also where those before have taken too long together."""
        if self.taken > PAGE_TIMEOUT:
            text = f"{self.product.label} answers too slowly: part of a page took {self.taken:.0f} seconds."
            self.error = DeliveryError(text, permanent=True, code="TooSlow")
            raise self.error
        self.pace.wait()
        self.before()
        begun = time.monotonic()
        try:
            return Call.carry(self, method, path, headers=headers, content=content, params=params)
        finally:
            self.taken += time.monotonic() - begun


@contextmanager
def signed(
    source: Source, product: Product, *, region: str, by: Credentials, timeout: float = CALL_TIMEOUT,
    before: Callable[[], object] = nothing,
) -> Iterator[Any]:  # fmt: skip
    """Give a client that signs by these credentials; whatever goes wrong while it is used is raised as Trouble.

    `before` is called before each call. The cloud has an endpoint for each region; one that somebody gave is told the
    region with each call, because it may answer for several.
    """
    pace = pace_of(source.pk, source.calls_per_second)
    call = PacedCall(
        product=product, settings=_settings(source, by, timeout=timeout), shown="", read_limit=ANSWER_LIMIT,
        pace=pace, before=before,
    )  # fmt: skip
    queries = {"RegionId": region} if source.endpoint else {}
    try:
        host = call.locate(region=region)
        with client(call, MODULES[product.name], host=host, region=region, queries=queries) as found:
            yield found
    except Trouble:
        raise
    except DeliveryError as error:
        raise _unreached(error) from None
    except Exception as error:  # noqa: BLE001 - the SDKs raise what they like; what is no answer's fault goes on
        if call.error:
            raise _unreached(call.error) from None
        trouble = _trouble_of(error, call, source, by)
        if trouble.throttled:
            pace.slow_down()
        raise trouble from None


def _settings(source: Source, by: Credentials, *, timeout: float) -> ChannelSettings:
    base = source.endpoint if "://" in source.endpoint or not source.endpoint else f"http://{source.endpoint}"
    return ChannelSettings(
        outgoing_allow=settings.OUTGOING_ALLOW, timeout=timeout, version=settings.VERSION,
        cloud=CloudSettings(by.access_key_id, by.access_key_secret, base, by.security_token),
    )  # fmt: skip


def _unreached(error: DeliveryError) -> Trouble:
    reason = error.reason
    if error.code == "SettingInvalid":
        reason = "The endpoint is not valid: give host and port, or leave it empty for the cloud's own."
    return Trouble(reason, code=error.code, away=not error.permanent)


def _trouble_of(error: Exception, call: Call, source: Source, by: Credentials) -> Trouble:
    """Return what went wrong with a call that was answered; raises what is no answer's fault."""
    if code_of(error) not in _NO_CODE:
        return _refused(error, source, call.product, by)
    if (trouble := _unusable(error, call)) is None:
        raise error
    return trouble


def _unusable(error: Exception, call: Call) -> Trouble | None:
    """Return that the answer cannot be used, None for what could be no answer's fault."""
    label, answer = call.product.label, call.answer
    if answer and answer.status >= MULTIPLE_CHOICES:
        text = f"{label} answered {answer.status} {answer.reason}, without an error of its own."
        throttled, away = answer.status == TOO_MANY_REQUESTS, answer.status >= BROKEN
        return Trouble(text, code=f"Http{answer.status}", throttled=throttled, answered=True, away=away)
    if isinstance(error, Unusable):
        return Trouble(f"{label} answered what cannot be used: {error}.", code="AnswerInvalid", answered=True)
    of_sdk = type(error).__module__.startswith("darabonba")
    if not (answer and of_sdk) and not isinstance(error, _OF_ANSWERS):
        return None
    log.warning("an answer of %s could not be read: %s", label, type(error).__name__)
    text = f"{label} answered what cannot be read ({type(error).__name__})."
    return Trouble(text, code="AnswerInvalid", answered=True)


def _refused(error: Exception, source: Source, product: Product, by: Credentials) -> Trouble:
    code = code_of(error)
    said = _AROUND.sub("", one_line(str(getattr(error, "message", ""))))
    secrets = (
        by.security_token,
        by.access_key_secret,
        by.access_key_id,
        source.access_key_secret,
        source.access_key_id,
    )
    for secret in filter(None, (*secrets, source.external_id)):
        said = said.replace(secret, "•••")
    status = getattr(error, "status_code", 0) or 0
    return Trouble(
        f"{product.label} refused: {said[:SAID_LIMIT]} ({code})", code=code, answered=True, away=status >= BROKEN,
        throttled="throttl" in code.lower() or status == TOO_MANY_REQUESTS,
    )  # fmt: skip
