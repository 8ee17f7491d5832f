"""The sandbox of message texts: what it lets through, where it says a mistake is, and that nothing takes long."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid.exceptions import LiquidError

from alerts.notifications.sandbox import (
    LONGEST_BLANK,
    MOST_OPENINGS,
    OUTPUT_LIMIT,
    SOURCE_LIMIT,
    mistake_of,
    pad,
    rendered,
)

FACTS = {"name": "rds-prod-app", "rows": [{"label": "Key", "value": "k-1"}], "url": "https://kms.example.com/"}
LISTS = {"many": [0] * 990, "few": [0] * 60}


def mistake(source: str) -> tuple[int, str]:
    """Return the mistake that a template makes."""
    with pytest.raises(LiquidError) as caught:
        rendered(source, {**FACTS, **LISTS})
    return mistake_of(caught.value)


def test_variables_loops_conditions_and_filters_work() -> None:
    source = (
        "{% for row in rows %}{{ row.label | pad: 6 }}{{ row.value | upcase }}{% endfor %}{% if name %}!{% endif %}"
    )
    assert rendered(source, FACTS) == "Key   K-1!"


def test_what_comes_from_outside_is_never_read_as_a_template() -> None:
    assert rendered("{{ name }}", {"name": "{{ url }}{% foo %}"}) == "{{ url }}{% foo %}"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("a\n\n{{ nom }}", 3, "'nom' is undefined"),
        ("{{ name", 1, "expected '}}'"),
        ("a\n{% foo %}", 2, "unexpected tag 'foo'"),
        ("{{ name | date: '%Y' }}", 1, "unknown filter 'date'"),
        ("{% include 'settings' %}", 1, "unexpected tag"),
        ("{% render 'settings' %}", 1, "unexpected tag"),
        ("{{ name.__class__ }}", 1, "undefined"),
        ("{{ rows.pop }}", 1, "undefined"),
        ("x" * (SOURCE_LIMIT + 1), 0, "longer than"),
    ],
)
def test_a_mistake_is_told_with_its_line(source: str, line: int, said: str) -> None:
    found = mistake(source)
    assert found[0] == line
    assert said in found[1]


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in (1..1000000000) %}x{% endfor %}",
        "{% for a in many %}{% for b in many %}{{ name }}{% endfor %}{% endfor %}",
        "{{ (1..1000000000) | join: ',' }}",
        "{% assign x = name %}{% for i in few %}{% assign x = x | append: x %}{% endfor %}{{ x }}",
        "{% assign x = 'aaaaaaaaaa' %}{% for i in few %}{% assign x = x | replace: 'a', x %}{% endfor %}",
        "{% assign x = 9 %}{% for i in few %}{% assign x = x | times: x %}{% endfor %}{{ x }}",
        "{% for i in many %}" + "{% if true %}{% endif %}" * 300 + "{% endfor %}",
        "{% for i in many %}" + "{{ name }}" * 300 + "{% endfor %}",
        "{% if true %}" * 40 + "{% endif %}" * 40,
    ],
)
def test_what_would_take_long_is_stopped_at_once(source: str) -> None:
    started = time.thread_time()
    mistake(source)
    assert time.thread_time() - started < 0.5


def test_what_is_made_is_never_larger_than_its_limit() -> None:
    assert len(rendered("{% for i in many %}0123456789012345678{% endfor %}", LISTS)) <= OUTPUT_LIMIT
    assert "output" in mistake("{% for i in many %}" + "x" * 30 + "{% endfor %}")[1]


@pytest.mark.parametrize(
    "source",
    [
        "{{" * 4_000,
        "{%" * 4_000,
        "{" * 8_000,
        "{{" + " " * 7_900 + "}}",
        "{{" + " " * 7_900,
        "{% if" + " " * 7_900 + "%}",
        "{{}}" * 2_000,
        "{% raw %}" * 800,
        "{% comment %}{%" + "{{" * 3_000 + " %}",
        "{% raw %}{{ {% endraw %}" + "{%a" * 2_000 + "}}",
        "{{ a" + "(" * 7_900 + "}}",
        ("{{ a" + "(" * 990 + "}}") * 8,
        "{{ name }}" * (MOST_OPENINGS + 1),
        ("{{ name" + " " * LONGEST_BLANK + "}}") * 30 + "{{",
    ],
)
def test_a_mistake_is_found_at_once_and_once(source: str) -> None:
    started = time.process_time()
    first = mistake(source)
    assert time.process_time() - started < 0.1
    started = time.process_time()
    assert {mistake(source) for _again in range(100)} == {first}
    assert time.process_time() - started < 0.1


def test_what_is_written_usually_is_below_every_limit_of_tags() -> None:
    assert rendered("{{ name }}" * MOST_OPENINGS, {"name": "a"}) == "a" * MOST_OPENINGS
    assert rendered("{{" + "\n" * LONGEST_BLANK + "name }}" + " " * 5_000, {"name": "a"}).strip() == "a"
    assert rendered("{% # a note %}{%- if name -%} {% comment %}{{ a }}{% endcomment %}1{% endif %}", FACTS) == "1"
    assert mistake("a\nb {{ name\n}}\n{{ name") == (4, "expected '}}', found end of file")


@given(st.text(alphabet="{}%| '\"ab.name:rows()[]0-9\n", max_size=60))
def test_no_text_breaks_anything_but_itself(source: str) -> None:
    # A LiquidError is what a mistake is; anything else would be a hole, and fails the test.
    with suppress(LiquidError):
        assert len(rendered(source, FACTS)) < OUTPUT_LIMIT


def test_a_chinese_label_is_two_wide() -> None:
    assert (pad("地域", 6), pad("Region", 3), pad("a", 10**9)[-1]) == ("地域  ", "Region", " ")
    assert len(pad("a", 10**9)) == 80


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..99999999) reversed %}{{ i }}{% endfor %}",
        "{% for i in (1..99999999) limit:1 offset:30000000 %}{{ i }}{% endfor %}",
        "it's {{ (1..19000) | size }} isn't it",
        "{%for i in(1 .. n)%}{%endfor%}",
        "{{ x | uniq }}",
    ],
)
def test_a_range_and_what_costs_too_much_is_refused_before_it_runs(source: str) -> None:
    started = time.monotonic()
    with pytest.raises(LiquidError):
        rendered(source, {"n": 10**9, "x": ["a"] * 20_000})
    assert time.monotonic() - started < 1


def test_two_dots_in_a_text_are_no_range() -> None:
    assert rendered("a..b {{ x | append: '..' }} (1..2)", {"x": "c"}) == "a..b c.. (1..2)"
