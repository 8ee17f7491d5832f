"""What the tests of CMS share: the parameters of a rule and its targets as the official SDK sends them."""

from __future__ import annotations

from tests.openapi.signing import Program

RULE = "secrets_rotation"
PATTERN = {
    "EventPattern_1_Product": "KMS",
    "EventPattern_1_EventTypeList_1": "Exception",
    "EventPattern_1_LevelList_1": "CRITICAL",
    "EventPattern_1_NameList_1": "Secret:RotateSecret:Failure",
    "EventPattern_1_StatusList_1": "Failed",
    "EventPattern_1_SQLFilter": "level = 'CRITICAL'",
}
URL = "https://hooks.example.com/cb?token=canary-url-1"


def put_rule(program: Program, name: str = RULE, **more: object) -> None:
    """Put a rule."""
    program.fine("PutEventRule", RuleName=name, EventType="SYSTEM", State="ENABLED", **{**PATTERN, **more})


def put_contact(program: Program, name: str = "Alice", group: str = "g1") -> None:
    """Put a contact, and a group with only that one in it."""
    program.fine("PutContact", ContactName=name, Describe="d", Channels_Mail="alice@example.com")
    program.fine("PutContactGroup", ContactGroupName=group, ContactNames_1=name)
