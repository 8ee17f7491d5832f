"""Every action of both products with one good call of it, and the values that no call should have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args, get_origin

from tests.openapi import cms_examples
from tests.openapi.kms import examples as kms_examples
from tests.openapi.kms.examples import Example
from tests.openapi.signing import CMS, KMS
from tests.openapi.wire import fields_of, is_model, request_of

MISSING = "MissingParameter"
WRONG = {CMS: {"ParameterInvalid", "InvalidParameterValue"}, KMS: {"InvalidParameter"}}
FORBIDDEN = {CMS: {"AccessForbidden", "InvalidAuthorization"}, KMS: {"Forbidden.NoPermission"}}
NOT_FOUND = {CMS: {"ResourceNotFound"}, KMS: {"Forbidden.KeyNotFound", "Forbidden.ResourceNotFound"}}


@dataclass(frozen=True)
class Case:
    """One action."""

    version: str
    name: str
    example: Example

    def __str__(self) -> str:
        return self.name


CASES = tuple(
    Case(version, name, example)
    for version, examples in ((CMS, cms_examples.EXAMPLES), (KMS, kms_examples.EXAMPLES))
    for name, example in examples.items()
)
MOST_VALUES = 3  # of a parameter of one action: another has the next ones
NO_PAGE = ("0", "-1", "1.5", "１", "99999999999999999999")
NO_SIZE = (*NO_PAGE, "1001")
NO_MOMENT = ("yesterday", "-1", "1.5", "99999999999999999999", "2026-01-01T00:00:00Z")
NO_DATE = ("yesterday", "1700000000000", "2027-02-30T00:00:00Z", "0000-00-00T00:00:00Z")
NO_BOOLEAN = ("maybe", "2", "真")
NO_JSON = ("{", "nul", '{"a": "\\ud800"}', '{"a": "\\u0000"}', "[[1]]", '"a"', "NaN")
MALFORMED: Mapping[str, tuple[str, ...]] = {
    "PageNumber": NO_PAGE, "PageSize": NO_SIZE, "StartTime": NO_MOMENT, "EndTime": NO_MOMENT,
    "NotBefore": NO_DATE, "NotAfter": NO_DATE, "LastMin": ("0", "-5", "x", "21601"), "GroupBy": ("colour",),
    "SendStatus": ("5", "x"), "SilenceTime": ("-1", "x", "99999999999"), "State": ("ON",), "EventType": ("CUSTOM",),
    "Filters": (*NO_JSON, '[{"Key": "Colour", "Values": ["x"]}]', '[{"Key": "KeyState"}]'),
    "Tags": (*NO_JSON, '[{"TagValue": "x"}]'), "ExtendedConfig": (*NO_JSON[:-1], "[]"), "Policies": NO_JSON,
    "EventContent": ("{", "nul", "[]", '"a"', '{"content": {"a": "\\u0000"}}'), "Lang": ("fr",),
    "ChanelType": ("Pigeon",), "PendingWindowInDays": ("6", "367", "x", "7.0"),
    "RecoveryWindowInDays": ("6", "31", "x"),
    "RotationInterval": ("7", "7w", "-7d", "999999999d", "x"), "KeySpec": ("RSA_1",), "KeyUsage": ("SING",),
    "Origin": ("Mars",), "ProtectionLevel": ("PAPER",), "KeyStorageMechanism": ("Box",), "SecretType": ("Rumour",),
    "SecretDataType": ("smoke",), "ResourceType": ("cloud",), "AuthenticationMethod": ("Smile",),
    "Password": ("short", "x" * 65), "SecretData": ("x" * 30_721,), "Description": ("x" * 9_000,),
    "AliasName": ("nothing", "alias/", "alias/a b"), "Name": ("a b", "x" * 300), "SecretName": ("a b", "x" * 193),
    "ContactName": ("x" * 300, "<b>"), "ContactGroupName": ("x" * 300,), "RuleName": ("x" * 300,),
    "VersionId": ("x" * 65,),
}  # fmt: skip
"""By parameter: values that there cannot be. Which of them an action refuses, `malformed` says."""

COMPARED = {"RuleName", "ContactName", "ContactGroupName", "SecretName", "Name", "EventType", "State", "VersionId"}
"""Texts that an action usually only compares with what there is: whatever they are, they find nothing."""

CHECKED = {
    ("PutEventRule", "RuleName"), ("PutEventRule", "EventType"), ("PutEventRule", "State"),
    ("PutContact", "ContactName"), ("PutContactGroup", "ContactGroupName"), ("CreateSecret", "SecretName"),
    ("CreateSecret", "VersionId"), ("RotateSecret", "VersionId"), ("CreateApplicationAccessPoint", "Name"),
}  # fmt: skip
"""Where it looks at them."""

UNREAD = {
    ("DescribeEventRuleAttribute", "SilenceTime"), ("DescribeAlertLogCount", "PageNumber"),
    ("DescribeAlertLogCount", "PageSize"), ("DescribeAlertLogHistogram", "PageNumber"),
    ("DescribeAlertLogHistogram", "PageSize"), ("SetDeletionProtection", "Description"),
}  # fmt: skip
"""Parameters that mean nothing to an action, although the SDK has them."""

EXTRA = {
    "CreateSecret": {"EnableAutomaticRotation": "True", "SecretType": "Rds"},
    "UpdateSecretRotationPolicy": {"EnableAutomaticRotation": "True"},
    "CreateKey": {"EnableAutomaticRotation": "True", "RotationInterval": "7d"},
    "CreateClientKey": {"NotBefore": "2027-01-01T00:00:00Z", "NotAfter": "2028-01-01T00:00:00Z"},
}  # fmt: skip
"""Without which a value is not looked at."""


def told(case: Case) -> dict[str, str]:
    """Return the parameters of a good call, with all that further values need."""
    return {**case.example.make(), **EXTRA.get(case.name, {})}


def malformed(case: Case) -> Iterator[tuple[str, str, bool]]:
    """Yield parameter, value, and whether that must be refused; else it must find nothing."""
    for name, hint in request_of(case.version, case.name).items():
        values = NO_BOOLEAN if hint is bool else MALFORMED.get(name, ("x", "1.5") if hint is int else ())
        some = {values[(len(case.name) + step) % len(values)] for step in range(MOST_VALUES) if values}
        for value in sorted(some) if (case.name, name) not in UNREAD else ():
            yield name, value, name not in COMPARED or (case.name, name) in CHECKED


def every_parameter(case: Case) -> Iterator[str]:
    """Yield the flat names of all parameters that an action has."""
    yield from _flat(request_of(case.version, case.name))
    yield "RegionId"


def _flat(fields: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    for name, hint in fields.items():
        inner, number = (get_args(hint)[0], ".1") if get_origin(hint) is list else (hint, "")
        if is_model(inner):
            yield from _flat(fields_of(inner), f"{prefix}{name}{number}.")
        else:
            yield f"{prefix}{name}{number}"
