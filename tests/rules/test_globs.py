"""Resource patterns: what they match, and that none of them takes long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules.globs import globs

ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/rds-app"
SIGNS = st.text("ab%_\\*?\n", max_size=12)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        (ARN, True), (ARN[:-1], False), (f"{ARN}*", True), ("*", True), ("?" * len(ARN), True), ("?", False),
        ("acs:kms:*:secret/rds-*", True), ("*:key/*", False), ("acs:kms:cn-????????:*", True), ("ACS:KMS:*", False),
    ],
)  # fmt: skip
def test_a_pattern_matches_the_whole_of_a_resource(pattern: str, matches: bool) -> None:  # noqa: FBT001 - a table
    assert globs((pattern,)).match(ARN) is matches
    assert globs(("other", pattern)).match(ARN) is matches


@given(pattern=SIGNS, text=SIGNS)
def test_a_pattern_means_what_the_same_regular_expression_means(pattern: str, text: str) -> None:
    shape = "".join(".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern)
    assert globs((pattern,)).match(text) == (re.fullmatch(shape, text, re.DOTALL) is not None)


@pytest.mark.parametrize("pattern", ["*?" * 20 + "!", "*a" * 500 + "!", "*?a" * 300 + "!", "?" * 1_000 + "*" * 24])
def test_no_pattern_takes_long(pattern: str) -> None:
    compiled = globs((pattern,))
    started = time.process_time()
    for _again in range(10):
        assert not compiled.match("a" * 900)
    assert time.process_time() - started < 1
