"""Machine envelopes that are cut so that they fit."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.envelope import as_json, fitted, shortened, size

BODY = {"name": "Key:DeleteKey:Success", "content": {"keyId": "k-1"}}


def test_what_fits_is_left_alone() -> None:
    assert json.loads(fitted(BODY, limit=1_000)) == BODY
    assert fitted(BODY, limit=size(as_json(BODY))) == as_json(BODY)


def test_one_byte_too_many_cuts_the_content_and_says_so() -> None:
    body = {**BODY, "content": {"text": "x" * 500}}
    text = fitted(body, limit=size(as_json(body)) - 1)
    assert size(text) <= size(as_json(body)) - 1
    assert json.loads(text)["truncated"] is True
    assert json.loads(text)["name"] == BODY["name"]


def test_where_the_content_is_not_enough_the_longest_field_follows() -> None:
    body = {"name": "n", "resourceId": "r" * 5_000, "content": "c" * 50}
    found = json.loads(fitted(body, limit=300))
    assert (found["name"], found["content"]) == ("n", "")
    assert 0 < len(found["resourceId"]) < 300


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert as_json({"a": "x\udc80"}) == '{"a":"x?"}'
    assert shortened("凭据", limit=4) == "凭"


@given(
    body=st.dictionaries(st.sampled_from(["name", "content", "a", "b"]), st.text() | st.lists(st.text()), min_size=1),
    limit=st.integers(100, 300),
)
def test_whatever_is_in_it_an_envelope_fits_and_is_json(body: dict[str, object], limit: int) -> None:
    text = fitted(body, limit=limit)
    assert size(text) <= limit
    assert set(json.loads(text)) <= {*body, "truncated"}


@pytest.mark.parametrize("limit", [0, 10])
def test_a_limit_below_everything_gives_the_least_there_is(limit: int) -> None:
    assert json.loads(fitted(BODY, limit=limit)) == {"name": "", "content": "", "truncated": True}
