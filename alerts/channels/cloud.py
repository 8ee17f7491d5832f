"""What the services of Alibaba Cloud have in common: the key, the endpoint, the way to the network, how they say no.

The official SDKs make, sign and read; `outgoing.request` carries. It takes the place of each SDK's own HTTP, so that
the address guard, the one deadline and the refusal of redirects hold here as everywhere: what an SDK sends goes through
a `Call`, or it does not go. The SDKs are an extra (`make cloud`) and are imported when the first message needs them.

A refusal is for good when it judges this address or this message, such as a queue that does not exist. What only the
operator can mend (key, permission, clock, unpaid bill) may pass, so the message goes out if that is mended in time.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib import import_module
from types import MappingProxyType
from typing import Any

from alerts.channels import outgoing
from alerts.channels.base import EXCERPT_LIMIT, ChannelSettings, CloudSettings, DeliveryError, Outcome, excerpt
from alerts.channels.exchange import SAID_LIMIT, Meaning, for_now
from alerts.channels.texts import one_line
from alerts.channels.urls import read_url

KEPT = Outcome("KEPT", detail="No access key is set (KMSCONSOLE_CLOUD_ACCESS_KEY), so the message stays in the outbox.")

REGION = re.compile(r"[a-z]{2,4}(-[a-z0-9]{1,20}){1,4}")
"""The id of a region; what passes may become part of a host name."""

_UID = re.compile(r"[0-9]{1,20}")
_JUDGING_STATUSES = outgoing.PERMANENT_STATUSES - {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_CODE = re.compile(r"[A-Za-z][\w.:-]{0,63}")
_SAYING_NOTHING = frozenset({"None", "RespDataDamaged", "UnkownError"})
"""What the SDKs call an answer without a code of the service; the third is written so in its SDK."""
_FOR_NOW = (
    (
        re.compile(r"throttl|quota|limit|exceed|exhausted|toomany|busy|timeout|unavailable|internal", re.IGNORECASE),
        for_now(),
    ),
    (
        re.compile(r"access_?key|accessid|signature|authoriz|denied|forbidden|permission", re.IGNORECASE),
        for_now("Check KMSCONSOLE_CLOUD_ACCESS_KEY, and what that key may do."),
    ),
    (re.compile(r"expired|skewed|requesttime", re.IGNORECASE), for_now("Check the clock of this server.")),
)
_UNSURE = 4_096
"""Characters at the end of an answer that was cut; they may hold half a secret."""
_OWN_HEADERS = frozenset({"host", "connection", "accept-encoding", "content-length"})
"""Headers that `outgoing` sets; no signature covers them but that of the host, which is handed on."""


@dataclass(frozen=True, slots=True)
class Product:
    """One service of the cloud."""

    label: str
    name: str
    """What stands for {product} in the endpoint."""
    request_id: str
    """Header of its answers that names the request, in lower case."""
    meanings: Mapping[str, Meaning] = field(default_factory=lambda: MappingProxyType({}))
    public: str = ""
    """Its public endpoint; empty: the SDK knows it."""


def checked(value: str, pattern: re.Pattern[str], *, what: str) -> str:
    """Return `value`, a field of an address; raise DeliveryError (permanent, AddressInvalid) when it cannot be one."""
    if not pattern.fullmatch(value):
        reason = f"The {what} is missing or not valid; correct it in the alert rule."
        raise DeliveryError(reason, permanent=True, code="AddressInvalid")
    return value


def has_key(cloud: CloudSettings) -> bool:
    """Say whether there is a key to sign with."""
    return bool(cloud.access_key_id and cloud.access_key_secret)


def sdk(name: str, *, product: Product) -> Any:
    """Import a module of an SDK; raise DeliveryError (permanent, ExtraMissing) when the extra is not installed."""
    try:
        return import_module(name)
    except ImportError:
        reason = f"The extra for {product.label} is not installed: run `make cloud`, start anew, and send again."
        raise DeliveryError(reason, permanent=True, code="ExtraMissing") from None


@dataclass(slots=True)
class Call:
    """One request of an SDK, and what was answered."""

    product: Product
    settings: ChannelSettings
    shown: str
    """Excerpt of what is sent; secrets are masked in it where it is handed on."""
    wiring: outgoing.Wiring = outgoing.SYSTEM
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What must not be shown, besides the key."""
    base: str = ""
    """The endpoint with scheme; empty: the one that the SDK names."""
    answer: outgoing.Answer | None = None
    error: DeliveryError | None = None
    read_limit: int = outgoing.READ_LIMIT
    """Bytes of an answer that are read."""

    def locate(self, *, region: str, uid: str = "", project: str = "") -> str:
        """Fill in the endpoint; return the host that the SDK is to sign for, empty for its own choice."""
        self.base = self.settings.cloud.endpoint or self.product.public
        if not self.base:
            return ""
        if "{uid}" in self.base and not _UID.fullmatch(uid):
            raise self._misplaced("it holds the account's uid, and the message names none.")
        for name, value in {"product": self.product.name, "region": region, "uid": uid, "project": project}.items():
            self.base = self.base.replace(f"{{{name}}}", value)
        try:
            netloc = read_url(self.base).netloc.decode("ascii")
        except DeliveryError as error:
            raise self._misplaced(error.reason) from None
        # The SDK of the log service puts the project before the host itself.
        return netloc.removeprefix(f"{project}." if project else "")

    def _misplaced(self, why: str) -> DeliveryError:
        text = f"{self.product.label} has no usable endpoint (KMSCONSOLE_CLOUD_ENDPOINT): {why}"
        return DeliveryError(text, permanent=True, code="SettingInvalid")

    def carry(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, Any],
        content: bytes = b"",
        params: Mapping[str, str] | None = None,
    ) -> outgoing.Answer:
        """Send what an SDK made, through the address guard and within the deadline."""
        given = {name.lower(): str(value) for name, value in headers.items()}
        host = given.get("host", "").strip()
        sent = {"Host": host} | {name: value for name, value in given.items() if name not in _OWN_HEADERS}
        try:
            self.answer = outgoing.request(
                method,
                (self.base or f"https://{host}") + path,
                headers=sent if content else sent | {"Content-Length": "0"},
                content=content,
                params=params,
                timeout=self.settings.timeout,
                allow=self.settings.outgoing_allow,
                wiring=self.wiring,
                read_limit=self.read_limit,
            )
        except DeliveryError as error:
            self.error = error
            raise
        return self.answer

    def judge(self, make: Callable[[], Outcome]) -> Outcome:
        """Let `make` use the SDK; return its outcome, or raise what went wrong as a DeliveryError that tells no secret.

        An answer of success that the SDK cannot read is UNKNOWN.
        """
        try:
            return make()
        except DeliveryError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - the SDKs raise what they like, and wrap what `carry` raised
            if self.answer and self.answer.status < HTTPStatus.MULTIPLE_CHOICES:
                return self.outcome("UNKNOWN")
            failure = self.error or self._refusal(error)
        failure.request = self._masked(self.shown[: 2 * EXCERPT_LIMIT])
        failure.detail = self._masked(failure.detail)
        raise failure from None

    def accepted(self, code: str = "") -> Outcome:
        """Return that the service took the message; `code` is its own word for it."""
        return self.outcome("ACCEPTED", code)

    def outcome(self, status: Any, code: str = "") -> Outcome:
        """Return an outcome with excerpts of the answer and of what was sent."""
        if self.answer is None:
            message = f"the SDK of {self.product.label} went around the address guard"
            raise RuntimeError(message)
        return Outcome(
            status, code or str(self.answer.status), self._detail(), self._masked(self.shown[: 2 * EXCERPT_LIMIT])
        )

    def refused(self, code: str, said: str) -> DeliveryError:
        """Return a refusal in the service's words, as far as they hold no secret; `meanings` says whether for good."""
        assert self.answer is not None
        said = one_line(self._masked(said))[:SAID_LIMIT].rstrip(". ")
        code = code if _CODE.fullmatch(code) and code not in _SAYING_NOTHING else str(self.answer.status)
        meaning = self._meaning(code)
        text = f"{self.product.label} refused the message: {said or 'no reason given'} ({code}). {meaning.advice}"
        return DeliveryError(
            text.rstrip(),
            permanent=meaning.permanent,
            code=code,
            detail=self._detail(),
            retry_after=_wait(self.answer) or meaning.wait,
        )

    def _refusal(self, error: Exception) -> DeliveryError:
        if self.answer is None:
            text = f"No request to {self.product.label} could be made of the message ({type(error).__name__})."
            return DeliveryError(text, permanent=True, code="RequestInvalid")
        code = str(getattr(error, "code", None) or getattr(error, "type", None))
        return self.refused(code, "" if code in _SAYING_NOTHING else str(getattr(error, "message", "")))

    def _meaning(self, code: str) -> Meaning:
        assert self.answer is not None
        if code in self.product.meanings:
            return self.product.meanings[code]
        passing = next((meaning for pattern, meaning in _FOR_NOW if pattern.search(code)), None)
        return passing or Meaning(permanent=self.answer.status in _JUDGING_STATUSES)

    def _detail(self) -> str:
        assert self.answer is not None
        unsure = _UNSURE if len(self.answer.body) >= outgoing.READ_LIMIT else 0
        name = self.answer.headers.get(self.product.request_id, "")
        text = f"{self.product.request_id}: {name}\n" if name else ""
        return self._masked(text + self.answer.body.decode("utf-8", errors="replace"), unsure=unsure)

    def _masked(self, text: str, *, unsure: int = 0) -> str:
        cloud = self.settings.cloud
        secrets = (cloud.access_key_secret, cloud.access_key_id, *self.secrets)
        return excerpt(text, secrets=secrets, unsure=unsure)


def _wait(answer: outgoing.Answer) -> float | None:
    try:
        outgoing.accepted(answer)
    except DeliveryError as error:
        return error.retry_after
    return None
