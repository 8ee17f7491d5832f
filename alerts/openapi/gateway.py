"""The door of the API at `/`, before everything that browsers need: no session, no form token, never HTML.

A call is recognised by what only programs send; whatever else asks for `/` goes on to the console.
"""

from __future__ import annotations

import json
import logging
import uuid
from datetime import UTC
from typing import TYPE_CHECKING

from django.db import OperationalError
from django.http import HttpResponse
from django.utils import timezone, translation

from alerts.openapi import as_xml
from alerts.openapi.answer import answer
from alerts.openapi.errors import Fault
from alerts.openapi.received import is_call, receive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest

log = logging.getLogger(__name__)

JSON = "application/json;charset=utf-8"


class Gateway:
    """Answers the calls of programs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a call, and let everything else pass."""
        if request.path_info != "/" or not is_call(request):
            return self.get_response(request)
        request_id = str(uuid.uuid4()).upper()
        with translation.override("en"), timezone.override(UTC):
            status, body = respond(request, request_id=request_id)
        made = response(request, status, body, request_id=request_id)
        if request.method == "HEAD":
            made.content = b""
        return made


def respond(request: HttpRequest, *, request_id: str) -> tuple[int, Mapping[str, object]]:
    """Return the status and the body of the answer to a call, whatever happens."""
    try:
        return 200, answer(receive(request), request_id=request_id, now=timezone.now())
    except Fault as error:
        fault = error
    except OperationalError:
        log.exception("the database did not answer a call of the API")
        fault = Fault(503, "ServiceUnavailable", "The database does not answer. Try again in a moment.")
    except Exception:
        log.exception("a call of the API failed")
        fault = Fault(500, "InternalError", "The request processing has failed due to some unknown error.")
    return fault.status, fault.body(request_id=request_id, host=request.META.get("HTTP_HOST", ""))


def response(request: HttpRequest, status: int, body: Mapping[str, object], *, request_id: str) -> HttpResponse:
    """Return the response: JSON, or XML where the query asks for it, with its length, which no cache keeps."""
    query = request.META.get("QUERY_STRING", "")
    if as_xml.asked(query):
        text = as_xml.document(body, query=query, action=request.META.get("HTTP_X_ACS_ACTION", ""))
    else:
        text = json.dumps(body, ensure_ascii=False)
    made = HttpResponse(text, status=status, content_type=as_xml.XML if as_xml.asked(query) else JSON)
    made["Content-Length"] = str(len(made.content))
    made["Cache-Control"] = "no-store"
    made["X-Content-Type-Options"] = "nosniff"
    made["x-acs-request-id"] = request_id
    if status == 405:
        made["Allow"] = "GET, POST"
    # The caller is told; Django would log a warning or an error at every refusal.
    made._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return made
