"""Answer: a verified call is permitted, performed and written down; what comes out is the body of the response."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import transaction

from alerts.accounts.access_keys import note_use
from alerts.accounts.audit import note
from alerts.accounts.models import CloudAccount
from alerts.accounts.refusal import Refused
from alerts.openapi import registry
from alerts.openapi.call import Call
from alerts.openapi.errors import Fault
from alerts.openapi.parameters import Parameters
from alerts.openapi.permit import check_alive, check_allowed
from alerts.openapi.verify import verify
from alerts.tasks import evaluate, ring

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.accounts.models import AccessKey
    from alerts.openapi.actions import Action
    from alerts.openapi.received import Received

HOST_ALIAS = re.compile(r"(?:kms|kms-vpc|cms|metrics)\.(?P<region>[a-z]{2}(?:-[a-z0-9]+)+)\.")


def answer(received: Received, *, request_id: str, now: datetime) -> dict[str, object]:
    """Return the body of the answer. Raises Fault."""
    if received.method not in {"GET", "POST"}:
        raise Fault(405, "UnsupportedHTTPMethod", "The API answers GET and POST.")
    key = verify(received, now=now)
    check_alive(key, now=now)
    name, version = registry.named(received)
    action = registry.find(name, version)
    check_allowed(key, action, address=received.address)
    note_use(key, action=f"{registry.PRODUCTS[version].name}:{name}", now=now)
    call = _call(received, action, key, request_id=request_id, now=now)
    return {"RequestId": request_id, **_perform(action, call)}


def _call(received: Received, action: Action, key: AccessKey, *, request_id: str, now: datetime) -> Call:
    parameters = Parameters(received.parameters, wrong=registry.PRODUCTS[action.version].wrong)
    alias = HOST_ALIAS.match(received.headers.get("host", "").lower())
    region = parameters.text("RegionId") or (alias["region"] if alias else "") or key.region
    return Call(action.name, action.version, key.account, key, region, parameters, now, request_id)


def _perform(action: Action, call: Call) -> dict[str, object]:
    """Perform the action. One that changes something does so as a whole or not at all, and leaves its trail."""
    product = registry.PRODUCTS[action.version]
    try:
        if not action.changes:
            return action.perform(call)
        with transaction.atomic():
            if product.turns:
                CloudAccount.objects.select_for_update(no_key=True).get(pk=call.account.pk)
            body = action.perform(call)
            subject = subject_of(action, call, body)
            verb = f"{product.name}:{action.name}"
            note(call.account, actor=call.actor, verb=verb, subject=subject, now=call.now)
            ring(evaluate)  # there may be a fact to evaluate
            return body
    except Refused as refused:
        raise Fault(400, product.wrong, refused.message) from refused


def subject_of(action: Action, call: Call, body: dict[str, object]) -> str:
    """Return what an action changed, as it names it itself; never an address or a secret."""
    for name in action.subject.split():
        given = call.parameters.text(name) or ", ".join(call.parameters.texts(name)) or _in(body, name)
        if given:
            return given
    return ""


def _in(body: object, name: str) -> str:
    """Return what stands in an answer under a dotted name."""
    for part in name.split("."):
        body = body.get(part) if isinstance(body, dict) else None
    return str(body or "")
