"""What is kept of a receiver's answer."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.base import EXCERPT_LIMIT, MASK, DeliveryError, excerpt

SECRET = "/hook/a&b<c>/d e?token=x+y"


def _json_of_php(text: str) -> str:
    return json.dumps(text)[1:-1].replace("/", "\\/")


@pytest.mark.parametrize(
    "echo",
    [
        str,
        str.upper,
        html.escape,
        quote,
        quote_plus,
        lambda text: quote(text, safe=""),
        _json_of_php,
        lambda text: base64.b64encode(text.encode()).decode(),
    ],
)
def test_a_secret_is_masked_in_every_form_in_which_it_is_echoed(echo: Callable[[str], str]) -> None:
    assert excerpt(f"Cannot POST {echo(SECRET)}!", secrets=[SECRET]) == f"Cannot POST {MASK}!"


def test_a_piece_of_a_secret_does_not_spoil_the_mask_of_the_whole() -> None:
    assert excerpt("at /abcd/efgh", secrets=["abcd", "/abcd/efgh"]) == f"at {MASK}"


@given(st.text(), st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8), max_size=3))
def test_an_excerpt_is_short_and_can_be_stored(text: str, secrets: list[str]) -> None:
    kept = excerpt(text * 50, secrets=secrets)
    assert len(kept) <= EXCERPT_LIMIT
    assert "\x00" not in kept
    kept.encode()


def test_the_detail_of_an_error_is_cut() -> None:
    assert len(DeliveryError("no", permanent=True, detail="x" * 5_000).detail) == EXCERPT_LIMIT
