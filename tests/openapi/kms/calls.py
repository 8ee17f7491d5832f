"""Calls of the KMS actions without a wire: what an action answers, and which fault it raises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from alerts.accounts.models import AccessKey, Role
from alerts.openapi.call import Call
from alerts.openapi.errors import Fault
from alerts.openapi.kms import KMS
from alerts.openapi.parameters import Parameters
from tests.builders import NOW, REGION, UID, an_account

ACTIONS = {action.name: action for action in KMS}
Told = Mapping[str, str]


def a_call(action: str, told: Told | None = None, *, uid: str = UID, region: str = REGION, now: datetime = NOW) -> Call:
    """Return a call with these parameters, by a key of this account."""
    account = an_account(uid)
    key = AccessKey(account=account, key_id="LTAItest", role=Role.OPERATOR, region=region)
    return Call(action, "2016-01-20", account, key, region, Parameters(dict(told or {})), now, "request-1")


def answer(action: str, told: Told | None = None, **where: Any) -> dict[str, Any]:
    """Return what an action answers."""
    return ACTIONS[action].perform(a_call(action, told, **where))


def fault(action: str, told: Told | None = None, **where: Any) -> Fault:
    """Return the fault that an action raises."""
    with pytest.raises(Fault) as raised:
        answer(action, told, **where)
    return raised.value


def refusal(action: str, told: Told | None = None, **where: Any) -> tuple[int, str]:
    """Return status and code of the fault that an action raises."""
    found = fault(action, told, **where)
    return found.status, found.code
