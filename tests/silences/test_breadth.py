"""Which critical event types a silence covers."""

from __future__ import annotations

import pytest

from alerts.rules.pattern import Pattern
from alerts.silences.breadth import critical_types

ROTATION = "Secret:RotateSecret:Failure"
ALL = {each.name for each in critical_types(Pattern())}


@pytest.mark.parametrize(
    ("resources", "covered"),
    [
        (["acs:kms:cn-hangzhou:*:secret/rds-*"], {ROTATION}),
        (["acs:kms:*:SECRET/x"], {ROTATION}),
        (["acs:kms:*:secret/x", "acs:kms:*:key/*"], {ROTATION, "Key:SyncKey:Failure"}),
        (["acs:kms:*:bucket/x"], set()),
        (["acs:kms:cn-hangzhou:*"], ALL),
        (["acs:kms:*:s*/x"], ALL),
        (["*/x"], ALL),
        (["rds"], ALL),
        ([], ALL),
    ],
)
def test_resources_of_one_kind_have_the_events_of_that_kind_alone(resources: list[str], covered: set[str]) -> None:
    assert {each.name for each in critical_types(Pattern(resources=tuple(resources)))} == covered


def test_there_are_critical_events_of_several_kinds() -> None:
    assert len(ALL) > 3
