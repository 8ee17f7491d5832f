"""Parameters: dotted names are lists and objects again, and what is wrong is said by its full name."""

from __future__ import annotations

import pytest

from alerts.openapi.errors import Fault
from alerts.openapi.parameters import Parameters

GIVEN = Parameters(
    {
        "RuleName": "r", "Empty": "", "PageSize": "10", "Yes": "True", "No": "false", "RuleNames.2": "b",
        "RuleNames.1": "a", "RuleNames.10": "c", "EventPattern.1.Product": "KMS", "EventPattern.1.LevelList.1": "*",
        "Channels.Mail": "m", "Filters": '[{"Key": "KeyState"}]', "Broken": "{", "Odd.x": "1",
    }
)  # fmt: skip


def test_lists_count_from_one_in_the_order_of_their_numbers() -> None:
    assert GIVEN.texts("RuleNames") == ["a", "b", "c"]
    assert GIVEN.texts("Nothing") == []


def test_objects_and_nested_names_are_read_under_their_prefix() -> None:
    [pattern] = GIVEN.objects("EventPattern")
    assert (pattern.required("Product"), pattern.texts("LevelList")) == ("KMS", ["*"])
    assert GIVEN.nested("Channels").text("Mail") == "m"
    assert "Channels" in GIVEN
    assert "Chan" not in GIVEN


def test_values_have_their_types() -> None:
    assert GIVEN.integer("PageSize", default=1, least=1, most=100) == 10
    assert GIVEN.integer("PageNumber", default=1, least=1, most=100) == 1
    assert (GIVEN.boolean("Yes"), GIVEN.boolean("No"), GIVEN.boolean("Neither")) == (True, False, None)
    assert GIVEN.json("Filters") == [{"Key": "KeyState"}]
    assert GIVEN.json("Nothing") is None


@pytest.mark.parametrize(
    ("read", "code", "named"),
    [
        (lambda: GIVEN.required("Absent"), "MissingParameter", '"Absent"'),
        (lambda: GIVEN.required("Empty"), "MissingParameter", '"Empty"'),
        (lambda: GIVEN.objects("EventPattern")[0].required("Name"), "MissingParameter", '"EventPattern.1.Name"'),
        (lambda: GIVEN.integer("RuleName", default=1, least=1, most=9), "InvalidParameter", '"RuleName"'),
        (lambda: GIVEN.integer("PageSize", default=1, least=1, most=9), "InvalidParameter", '"PageSize"'),
        (lambda: GIVEN.boolean("RuleName"), "InvalidParameter", '"RuleName"'),
        (lambda: GIVEN.json("Broken"), "InvalidParameter", '"Broken"'),
        (lambda: GIVEN.texts("Odd"), "InvalidParameter", '"Odd"'),
        (lambda: Parameters({"A": "\0"}, wrong="ParameterInvalid").text("A"), "ParameterInvalid", '"A"'),
    ],
)
def test_what_is_missing_or_wrong_is_named_in_full(read: object, code: str, named: str) -> None:
    with pytest.raises(Fault) as caught:
        read()  # type: ignore[operator]
    assert (caught.value.status, caught.value.code) == (400, code)
    assert named in caught.value.message
