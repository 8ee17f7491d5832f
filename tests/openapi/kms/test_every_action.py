"""Every action of KMS: a good call, one that lacks something, from elsewhere, and by somebody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.openapi.kms.refused import REFUSED
from tests.builders import OTHER_UID
from tests.openapi.kms.calls import ACTIONS, answer, fault, refusal
from tests.openapi.kms.examples import EXAMPLES

pytestmark = pytest.mark.django_db
ELSEWHERE: list[dict[str, Any]] = [{"region": "eu-west-1"}, {"uid": OTHER_UID}]
REQUIRED = [(name, parameter) for name, example in EXAMPLES.items() for parameter in example.required]
LISTS = [name for name, example in EXAMPLES.items() if example.lists]
NAMED = [name for name, example in EXAMPLES.items() if example.names]


def check(told: Any, shape: Any, where: str) -> None:
    """Compare an answer with its shape: every name there, none besides, each of its type."""
    if isinstance(shape, dict):
        assert told.keys() == shape.keys(), where
        for name, inner in shape.items():
            check(told[name], inner, f"{where}.{name}")
    elif isinstance(shape, list):
        assert told, where
        for each in told:
            check(each, shape[0], f"{where}[]")
    else:
        assert type(told) is shape, where


def test_every_action_has_an_example() -> None:
    assert ACTIONS.keys() == EXAMPLES.keys() | set(REFUSED)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_good_call_is_answered_as_the_service_does(name: str) -> None:
    example = EXAMPLES[name]
    told = answer(name, example.make())
    check(told, example.shape, name)
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize(("name", "parameter"), REQUIRED)
def test_what_is_missing_is_named(name: str, parameter: str) -> None:
    told = EXAMPLES[name].make()
    for lacking in ({key: value for key, value in told.items() if key != parameter}, told | {parameter: ""}):
        found = fault(name, lacking)
        assert (found.status, found.code) == (400, "MissingParameter")
        assert f'"{parameter}"' in found.message


@pytest.mark.parametrize("where", ELSEWHERE, ids=str)
@pytest.mark.parametrize("name", NAMED)
def test_what_is_elsewhere_or_somebody_elses_is_not_found(name: str, where: dict[str, Any]) -> None:
    status, code = refusal(name, EXAMPLES[name].make(), **where)
    assert (status, code) in {(404, "Forbidden.KeyNotFound"), (404, "Forbidden.ResourceNotFound")}


@pytest.mark.parametrize("where", ELSEWHERE, ids=str)
@pytest.mark.parametrize("name", LISTS)
def test_lists_hold_what_is_here_and_ours(name: str, where: dict[str, Any]) -> None:
    told = EXAMPLES[name].make()

    def rows(**other: Any) -> Any:
        found: Any = answer(name, told, **other)
        for part in EXAMPLES[name].lists.split("."):
            found = found[part]
        return found

    assert len(rows()) == 1
    assert rows(**where) == []


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "DescribeRegions"])
def test_a_region_that_there_is_not_is_refused(name: str) -> None:
    found = fault(name, EXAMPLES[name].make(), region="mars-north-1")
    assert (found.status, found.code) == (400, "InvalidParameter")
    assert "RegionId" in found.message


@pytest.mark.parametrize("name", [name for name in LISTS if name != "ListClientKeys"])
@pytest.mark.parametrize("parameter", ["PageNumber", "PageSize"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "101000000000"])
def test_a_page_that_there_cannot_be_is_refused(name: str, parameter: str, value: str) -> None:
    found = fault(name, {parameter: value})
    assert (found.code, parameter in found.message) == ("InvalidParameter", True)
    assert refusal(name, {"PageSize": "101"}) == (400, "InvalidParameter")


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_need_a_key_or_a_value_is_refused_with_a_sentence(name: str) -> None:
    found = fault(name, {"SecretName": "a", "KeyId": "b", "Plaintext": "canary"})
    assert (found.status, found.code) == (400, "UnsupportedOperation")
    assert "is no KMS" in found.message
    assert "canary" not in found.message
    assert not ACTIONS[name].changes
