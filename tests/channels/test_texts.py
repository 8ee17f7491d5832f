"""Headings and lines of messages, and the cut that is named."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.texts import HEADING_LIMIT, fitted, heading, lines_of, link_of, more_lines, whole
from tests.channels.contract import a_message


def _bytes(lines: Sequence[str]) -> int:
    return len("\n".join(lines).encode())


def test_a_heading_is_one_printable_line_of_bounded_length() -> None:
    assert heading(a_message(subject=" a\r\nb\x00\u202ec\udc80 ")) == "a b c"
    assert heading(a_message(subject="x" * 500)) == "x" * (HEADING_LIMIT - 1) + "…"


def test_lines_are_printable_and_blank_ones_single() -> None:
    text = "\n\nCRITICAL\n\n\n\nSince\t 10:00 \n  Cause\x1b[31m\n\n"
    assert lines_of(a_message(text=text)) == ["CRITICAL", "", "Since  10:00", "  Cause [31m"]


def test_the_link_is_taken_out_of_the_text_with_its_title() -> None:
    url = "https://kms.example.com/e/1"
    titled = f"What to do\n  Rotate it.\n\nOpen the event\n  {url}\n\nDetails\n  a: b"
    assert lines_of(a_message(text=titled, url=url)) == ["What to do", "  Rotate it.", "", "Details", "  a: b"]
    assert lines_of(a_message(text=f"Failed.\n{url}", url=url)) == ["Failed."]
    assert lines_of(a_message(text=f"See {url}", url=url)) == [f"See {url}"]


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "https://a b", "https://a\n", "ftp://a", "https://ü.example"]
)
def test_only_a_web_address_in_ascii_is_linked(url: str) -> None:
    assert link_of(a_message(url=url)) == ""


def test_what_is_left_out_is_counted_in_both_languages() -> None:
    assert [more_lines(1, "en"), more_lines(12, "en")] == ["… 1 more line", "… 12 more lines"]
    assert [more_lines(1, "zh-hans"), more_lines(12, "zh-hans")] == ["… 还有 1 行", "… 还有 12 行"]


def test_whole_lines_go_first() -> None:
    lines = ["first", "second", "third", "fourth"]
    assert fitted(lines, room=_bytes(lines), size=_bytes, language="en") == lines
    assert fitted(lines, room=_bytes(lines) - 1, size=_bytes, language="en") == ["first", "… 3 more lines"]


def test_a_long_line_is_cut_inside() -> None:
    assert fitted(["a", "b" * 500, "c"], room=40, size=_bytes, language="en") == ["a", "b" * 19 + "…", "… 1 more line"]
    assert fitted(["密" * 500], room=40, size=_bytes, language="en") == ["密" * 12 + "…"]


@given(st.lists(st.text(max_size=300), min_size=1, max_size=30), st.integers(min_value=30, max_value=2_000))
def test_what_is_kept_fits_and_begins_the_text(lines: list[str], room: int) -> None:
    lines = [line.encode(errors="replace").decode() for line in lines]
    kept = fitted(lines, room=room, size=_bytes, language="en")
    assert _bytes(kept) <= room
    if kept != lines:
        assert "…" in kept[-1]
        assert "\n".join(lines).startswith("\n".join(kept).partition("…")[0].rstrip("\n"))


@pytest.mark.parametrize(
    ("text", "end", "cut"),
    [
        ("abc", 2, "ab"),
        ("ae\u0301", 2, "a"),
        ("a👩‍👧", 2, "a"),
        ("a👩‍👧", 3, "a"),
        ("a👍🏽", 2, "a"),
        ("abc", 3, "abc"),
    ],
)
def test_a_cut_parts_no_character(text: str, end: int, cut: str) -> None:
    assert text[: whole(text, end)] == cut
