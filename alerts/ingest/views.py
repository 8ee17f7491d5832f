"""`POST /ingest/cloudevents` and `/ingest/cloudmonitor/<token>`: facts from outside, committed before the answer.

Answers: 202 with what was accepted; 400 for what cannot be read, 401 without a valid token, 413 above the size cap,
429 with Retry-After above the rate cap. A rejected event says its index, a code and a sentence, and spoils no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import JsonResponse, UnreadablePostError
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from alerts import tasks
from alerts.accounts.middleware import refusal
from alerts.accounts.models import Scope
from alerts.accounts.tokens import find_token, take_one
from alerts.facts.collect import Collected, collect
from alerts.sources import cloudevents, cloudmonitor
from alerts.sources.base import Malformed, TooMany

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from alerts.accounts.models import ApiToken
    from alerts.sources.base import Observation

NO_TOKEN = "The token is missing, unknown, revoked, or may not send facts: send “Authorization: Bearer <token>”."  # noqa: S105
TOO_LARGE = "The call is larger than {limit} bytes ({mebi:.1f} MiB): send the events in several calls."
WRONG_METHOD = "This address takes {allowed}, not {method}."
MEBIBYTE = 1024 * 1024


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class Door(View):
    """What both doors do: check the token, the rate and the size, read, collect, ring."""

    def receive(self, request: HttpRequest, text: str) -> HttpResponse:
        """Check who is calling, then let the door read the call."""
        now = timezone.now()
        token = find_token(text, scope=Scope.INGEST, now=now) if text else None
        if token is None:
            return refusal(401, "Unauthorized", NO_TOKEN)
        allowance = take_one(token, rate=settings.INGEST_RATE, now=now)
        if not allowance.granted:
            wait = allowance.retry_after
            answer = refusal(429, "TooManyRequests", f"More than {settings.INGEST_RATE} calls a second: wait {wait} s.")
            answer["Retry-After"] = str(wait)
            return answer
        return self._read(request, token, now=now)

    def http_method_not_allowed(self, request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        """Say to a program which methods there are."""
        allowed = [method.upper() for method in self.http_method_names if method != "options" and hasattr(self, method)]
        sentence = WRONG_METHOD.format(allowed=" or ".join(allowed), method=request.method)
        answer = refusal(405, "MethodNotAllowed", sentence)
        answer["Allow"] = ", ".join(allowed)
        return answer

    def _read(self, request: HttpRequest, token: ApiToken, *, now: datetime) -> HttpResponse:
        try:
            return self.read(request, token, now=now)
        except RequestDataTooBig:
            limit = settings.INGEST_MAX_BYTES
            return refusal(413, "TooLarge", TOO_LARGE.format(limit=limit, mebi=limit / MEBIBYTE))
        except TooMany as error:
            return refusal(413, "TooMany", str(error))
        except Malformed as error:
            return refusal(400, "Malformed", error.message)

    def read(self, request: HttpRequest, token: ApiToken, *, now: datetime) -> HttpResponse:
        """Read the call and answer it."""
        raise NotImplementedError

    def collect(self, token: ApiToken, seen: Sequence[Observation], *, origin: str, now: datetime) -> Collected:
        """Commit the facts and ring the line; what follows is its business."""
        with transaction.atomic():
            collected = collect(token.account, seen, origin=origin, now=now)
            if collected.accepted:
                tasks.ring(tasks.evaluate)
        return collected


def bearer(request: HttpRequest) -> str:
    """Return the bearer token of a call, or nothing."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def content_type(request: HttpRequest) -> str:
    """Return the content type with its parameters, which `request.content_type` leaves out."""
    return request.headers.get("Content-Type", "")


def body_of(request: HttpRequest) -> bytes:
    """Return the body, also of a call that is sent in chunks and says no length.

    Raises RequestDataTooBig above the size cap, and Malformed when the caller hangs up halfway.
    """
    chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    try:
        return _chunked(request) if chunked else request.body
    except UnreadablePostError as error:
        raise Malformed("The call ended before its body was complete.") from error


def _chunked(request: HttpRequest) -> bytes:
    body: bytes = request.META["wsgi.input"].read(settings.INGEST_MAX_BYTES + 1)
    if len(body) > settings.INGEST_MAX_BYTES:
        raise RequestDataTooBig
    return body


class CloudEvents(Door):
    """CloudEvents 1.0 over HTTP: binary, structured and batched."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take up to 1,000 events."""
        return self.receive(request, bearer(request))

    def read(self, request: HttpRequest, token: ApiToken, *, now: datetime) -> HttpResponse:
        """Answer how many were accepted, how many were known, and what is wrong with each other one."""
        seen, rejected = cloudevents.parse(
            content_type(request), request.headers, body_of(request), uid=token.account_id, now=now
        )
        collected = self.collect(token, [each for _index, each in seen], origin="cloudevents", now=now)
        answer: dict[str, Any] = {
            "accepted": collected.accepted,
            "duplicates": collected.duplicates,
            "rejected": [{"index": r.index, "code": r.code, "message": r.message} for r in rejected],
        }
        return JsonResponse(answer, status=202)


class CloudMonitor(Door):
    """CloudMonitor's own callbacks: of alert rules and of event subscriptions, by POST or GET, as JSON or form."""

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Take one callback."""
        return self.receive(request, token)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Take one callback whose rule calls back by GET."""
        return self.receive(request, token)

    def read(self, request: HttpRequest, token: ApiToken, *, now: datetime) -> HttpResponse:
        """Answer whether the event is new."""
        query = {name: str(value) for name, value in request.GET.items()}
        seen = cloudmonitor.parse(
            body_of(request), query=query, content_type=content_type(request), uid=token.account_id, now=now
        )
        collected = self.collect(token, seen, origin="cloudmonitor", now=now)
        return JsonResponse(
            {"accepted": collected.accepted, "duplicates": collected.duplicates, "rejected": []}, status=202
        )
