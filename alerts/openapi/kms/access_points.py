"""Actions about application access points."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from alerts.estate import client_keys as verbs
from alerts.estate.models import AccessPoint
from alerts.openapi.kms.lists import living, page_of, region_of
from alerts.openapi.kms.refusals import refusals
from alerts.openapi.kms.written import is_text

if TYPE_CHECKING:
    from alerts.openapi.call import Call
    from alerts.openapi.parameters import Parameters

USUAL_PAGE = 20
METHODS = AccessPoint.Authentication.values


def create_application_access_point(call: Call) -> dict[str, object]:
    """Create an access point with up to three permission policies, named in a JSON array."""
    told = call.parameters
    name, policies = told.required("Name"), _policies(told)
    method = told.text("AuthenticationMethod") or METHODS[0]
    if method not in METHODS:
        raise told.invalid("AuthenticationMethod", f"It must be one of {', '.join(METHODS)}.")
    with refusals(name="Name", policies="Policies"):
        row = verbs.create_access_point(
            call.account, region=region_of(call), name=name, policies=policies, authentication=method,
            description=told.text("Description"), now=call.now,
        )  # fmt: skip
    return {
        "Arn": row.arn, "Name": row.name, "AuthenticationMethod": str(row.authentication),
        "Description": row.description, "Policies": json.dumps(row.policies, ensure_ascii=False),
    }  # fmt: skip


def _policies(told: Parameters) -> list[str]:
    told.required("Policies")
    found = told.json("Policies")
    if not isinstance(found, list) or not all(is_text(each) and each for each in found):
        raise told.invalid("Policies", 'It must be a JSON array of names, such as ["policy-1"].')
    return list(dict.fromkeys(found))


def list_application_access_points(call: Call) -> dict[str, object]:
    """List access points."""
    rows: QuerySet[AccessPoint] = living(call, AccessPoint.objects.all())
    found, page = page_of(call, rows, usual=USUAL_PAGE)
    points = [{"Name": row.name, "AuthenticationMethod": str(row.authentication)} for row in found]
    return {"ApplicationAccessPoints": {"ApplicationAccessPoint": points}, **page}
