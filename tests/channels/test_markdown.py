"""Text as Markdown that shows just that text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.markdown import link, plain

MARKUP = st.text(alphabet="ab1 []()!<>*_`~#-+=|\\@&;:/.wht\t", max_size=40)


@pytest.mark.parametrize(
    "line",
    [
        "[CRITICAL] Secret rotation failed: rds-prod-app (China East 1)",
        "acs:kms:cn-hangzhou:1000000000000001:secret/rds_prod_app",
        "凭据轮转失败，请检查 kms_admin@example.com",
        "-5 °C, 3.5 % & more",
        "failureInfo.errorCode: Kms:AccountNotFound",
    ],
)
def test_ordinary_text_stays_as_it_is(line: str) -> None:
    assert plain(line) == line


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("[a](https://b)", "[a]（https：//b)"),
        ("[a] (b)", "[a] （b)"),
        ("[a]: b", "[a]： b"),
        ("![a](b)", "！[a]（b)"),
        ("<@all>", "＜@all＞"),
        ("&lt;b&gt;", "＆lt;b＆gt;"),
        ("__a__ b_c", "＿＿a＿＿ b_c"),
        ("## a", "＃＃ a"),
        ("- a", "－ a"),
        ("--", "－－"),
        ("===", "＝＝＝"),
        ("1. a", "1． a"),
        ("www.b.example", "www．b.example"),
        ("mailto:a@b", "mailto：a@b"),
    ],
)
def test_what_would_be_markup_is_shown_by_a_look_alike(line: str, shown: str) -> None:
    assert plain(line) == shown


@given(MARKUP)
def test_no_text_makes_a_link_an_image_a_mention_or_a_heading(line: str) -> None:
    shown = plain(line)
    assert not re.search(r"\]\s*[(:]|://|[<>*`|~!\\]|&#?\w+;", shown)
    assert not re.match(r"\s*(#+|[-+=]+|\d+[.)])(\s|$)", shown)


@given(MARKUP)
def test_a_text_keeps_its_length(line: str) -> None:
    assert len(plain(line)) == len(line.strip())


def test_a_link_cannot_be_broken_out_of() -> None:
    assert link("Details", "https://a.example/(b)?c=<d>") == "[Details](https://a.example/%28b%29?c=%3Cd%3E)"
