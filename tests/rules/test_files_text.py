"""Files of rules as text: what is read with its lines, and what is refused."""

from __future__ import annotations

import time

import pytest

from alerts.rules.files.shape import entries
from alerts.rules.files.text import MOST_BYTES, Unreadable, read


def said(text: str) -> list[str]:
    """Return what is wrong with a file."""
    try:
        return [str(mistake) for mistake in entries(read(text))[1]]
    except Unreadable as error:
        return [str(error)]


def test_values_stay_the_texts_that_they_are() -> None:
    found, mistakes = entries(read("rules:\n- name: no\n  effective_start: 22:00\n  weekdays: [1, 7]\n  levels:\n"))
    document = found["rules"][0].document
    assert mistakes == []
    assert (document["name"], document["effective_start"], document["weekdays"]) == ("no", "22:00", [1, 7])
    assert (document["levels"], document["mute_for"], document["state"]) == ([], 86400, "ENABLED")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rules:\n- name: a\n  called: b\n", "Line 3: “called” is no field here."),
        ("rule: []\n", "Line 1: “rule” is no field here."),
        ("rules:\n- name: a\n  name: b\n", "Line 3: “name” is there twice."),
        ("rules:\n- name: a\n- name: a\n", "Line 3: “a” is there twice."),
        ("rules:\n- description: a\n", "Line 2: The name is missing."),
        ("rules: a\n", "Line 1: A list is wanted here."),
        ("rules:\n- a\n", "Line 2: Fields with their values are wanted here."),
        ("rules:\n- name: [a]\n", "Line 2: A text is wanted here."),
        ("- a\n", "Line 1: Fields with their values"),
        ("a: !!python/object/apply:os.system [ls]\n", "Line 1: Tags such as"),
        ("? [a]\n: b\n", "Line 1: The name of a field must be a text."),
        ("a: b\n---\na: c\n", "Line 2: The file holds more than one document."),
        ("rules:\n  - name: 'a\n", "This is no YAML"),
        ("a: \t- b\n\x01", "This is no YAML"),
        ("format: 2\n", "Line 1: This version can read files of format 1."),
        ("a: *b\n", "“*b” stands for nothing"),
        ("a: &a [*a]\n", "“*a” stands for nothing"),
        ("[" * 50 + "]" * 50, "nested more than"),
        ("x" * (MOST_BYTES + 1), "larger than"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, sentence: str) -> None:
    found = said(text)
    assert found
    assert sentence in found[0], found


def test_a_small_file_cannot_become_a_large_one() -> None:
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    laughs += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    started = time.monotonic()
    assert "holds more than" in said(laughs)[0]
    assert time.monotonic() - started < 1


def test_an_anchor_may_be_used_again() -> None:
    text = "rules:\n- name: a\n  keywords: &words [x, y]\n- name: b\n  keywords: *words\n"
    assert [entry.document["keywords"] for entry in entries(read(text))[0]["rules"]] == [["x", "y"], ["x", "y"]]


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "rules:\n", "rules: []\n", "format: 1\n"])
def test_an_empty_file_changes_nothing(text: str) -> None:
    found, mistakes = entries(read(text))
    assert (mistakes, found["rules"]) == ([], [])


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('contacts:\n- name: "a\\0b"\n', 2, "U+0000"),
        ("d: &d " + "z" * 400_000 + "\nk: [" + "*d, " * 1000 + "]\n", 2, "characters"),
    ],
)
def test_what_cannot_be_stored_or_grows_too_large_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(text)
    assert caught.value.mistake.line == line
    assert words in caught.value.mistake.sentence


def test_a_section_with_too_many_entries_is_refused_at_once() -> None:
    found, mistakes = entries(read("rules:\n" + "- {name: a}\n" * 1001))
    assert [(each.line, "1,001 entries" in each.sentence) for each in mistakes] == [(2, True)]
    assert found["rules"] == []
