"""Resource names, and what the tuple of sources promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.sources import SOURCES
from alerts.sources.base import Resource, ResourceError, parse_resource, shown
from alerts.sources.kms_facts import FACT_TYPES, OUTSIDE_TYPES

ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/acs/ram/user/a_b@c"


def test_a_resource_name_has_five_parts_and_an_id_that_may_hold_slashes() -> None:
    resource = parse_resource(ARN)
    assert resource == Resource("cn-hangzhou", "1000000000000001", "secret", "acs/ram/user/a_b@c")
    assert str(resource) == ARN


@pytest.mark.parametrize(
    ("arn", "words"),
    [
        ("", "is not of the form"),
        ("acs:ecs:cn-hangzhou:1:key/a", "is not of the form"),
        ("acs:kms:cn-hangzhou:1", "is not of the form"),
        ("acs:kms:cn-hangzhou:1:key", "is not of the form"),
        ("acs:kms:CN:1:key/a", "is no region"),
        ("acs:kms::1:key/a", "is no region"),
        ("acs:kms:cn-hangzhou:x:key/a", "is no account uid"),
        ("acs:kms:cn-hangzhou:１:key/a", "is no account uid"),
        ("acs:kms:cn-hangzhou:1:alias/a", "is no kind of resource"),
        ("acs:kms:cn-hangzhou:1:key/", "is no key id"),
        ("acs:kms:cn-hangzhou:1:key/a b", "is no key id"),
        ("acs:kms:cn-hangzhou:1:key/a\n", "is no key id"),
        ("acs:kms:cn-hangzhou:1:key/*", "is no key id"),
        ("acs:kms:cn-hangzhou:1:key/" + "a" * 256, "is no key id"),
    ],
)
def test_a_wrong_part_is_named(arn: str, words: str) -> None:
    with pytest.raises(ResourceError, match=words):
        parse_resource(arn)


@given(st.text() | st.text(":/acskmey1-", max_size=30).map("acs:kms:".__add__))
def test_any_text_is_a_resource_that_reads_back_or_an_error(text: str) -> None:
    try:
        resource = parse_resource(text)
    except ResourceError:
        return
    assert str(resource) == text


def test_a_value_is_shown_short_and_on_one_line() -> None:
    assert shown("a\nb\ud800") == "“a\ufffdb\ufffd”"
    assert len(shown("a" * 1_000)) == 83


def test_every_fact_type_from_outside_is_emitted_by_one_source() -> None:
    assert {source.KIND for source in SOURCES} == {"cloudevents", "cloudmonitor"}
    emitted = [name for source in SOURCES for name in source.EMITS]
    assert len(emitted) == len(set(emitted))
    assert set(emitted) == OUTSIDE_TYPES | {"cloudmonitor.system-event"}
    assert len(OUTSIDE_TYPES) == 12
    assert set(FACT_TYPES) - OUTSIDE_TYPES == {"kms.client-key.deleted"}
