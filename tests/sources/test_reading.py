"""JSON and times from outside: what is read, what is refused, and that neither takes long."""

import json
import math
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.sources.reading import Unreadable, find_flaw, read_json, read_moment, read_rfc3339, read_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
MOMENT = datetime(2018, 8, 16, 5, 59, 35, 689_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "{", "NaN", "[Infinity]", "-Infinity", "{'a': 1}", "[1,]", '"\n"', pytest.param("[" * 100_000, id="deep")],
)
def test_what_is_no_json_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        read_json(text)


@pytest.mark.parametrize(
    ("raw", "charset"), [(b"\xff", "utf-8"), (b"\xc3\xa4", "us-ascii"), (b"{}", "zip"), (b"a", "utf-16")]
)
def test_bytes_outside_their_character_set_are_unreadable(raw: bytes, charset: str) -> None:
    with pytest.raises(Unreadable):
        read_text(raw, charset)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read_text(b"\xef\xbb\xbf{}") == "{}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (r'{"a": ["b\u0000"]}', "a[0] holds NUL or half a surrogate pair, which cannot be stored"),
        (r'{"a": {"\ud800": 1}}', "a holds NUL or half a surrogate pair, which cannot be stored"),
        ('{"a": {"b": 1e999}}', "a.b is a number out of range"),
        ('{"a": 9223372036854775808}', "a is a number out of range"),
        ("-9223372036854775809", "the value is a number out of range"),
        pytest.param("1" * 1_000_000, "the value is a number out of range", id="long"),
    ],
)
def test_what_cannot_be_stored_is_named_with_its_place(text: str, sentence: str) -> None:
    flaw = find_flaw(read_json(text))
    assert flaw is not None
    assert flaw.sentence == sentence


def test_fifty_levels_are_read_and_fifty_one_are_a_flaw() -> None:
    assert find_flaw(read_json("[" * 50 + "]" * 50)) is None
    flaw = find_flaw(read_json('{"a":' * 51 + "1" + "}" * 51))
    assert flaw is not None
    assert flaw.kind == "depth"


def test_wide_integers_are_allowed_where_content_is_only_kept() -> None:
    assert find_flaw(2**64) is not None
    assert find_flaw(2**64, any_integer=True) is None
    assert find_flaw(math.inf, any_integer=True) is not None


def test_a_long_key_over_many_values_takes_neither_time_nor_memory() -> None:
    started = time.perf_counter()
    assert find_flaw({"k" * 500_000: list(range(100_000))}) is None
    assert time.perf_counter() - started < 2


@given(JSON)
def test_a_value_without_a_flaw_can_be_stored(value: object) -> None:
    if find_flaw(value) is None:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        assert "\\u0000" not in text.replace("\\\\", "")
        assert text.encode()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-08-16T13:59:35.689+08:00", MOMENT),
        ("2018-08-16t05:59:35.689z", MOMENT),
        ("2018-08-16 05:59:35.689000999Z", MOMENT),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2018-08-16T05:59:35.689", None),
        ("2018-08-16", None),
        ("2018-02-30T00:00:00Z", None),
        ("2018-08-16T13:59:35+0800", None),
        ("2018-08-16T13:59:35+99:00", None),
        ("0000-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:60Z", None),
        ("２０１８-08-16T05:59:35Z", None),
        ("2018-08-16T05:59:35Z\n", None),
        pytest.param("2018-08-16T05:59:35." + "1" * 1_000_000 + "Z", None, id="long"),
    ],
)
def test_rfc_3339_is_read_strictly(text: str, moment: datetime | None) -> None:
    assert read_rfc3339(text) == moment


@pytest.mark.parametrize(
    "value",
    [
        "20180816T135935.689+0800",
        "20180816T055935.689Z",
        "20180816T055935.689",
        "20180816T135935.689+08",
        "2018-08-16 13:59:35,689 +08:00",
        " 2018-08-16T05:59:35.689Z ",
        1_534_399_175_689,
        1_534_399_175_689.0,
        "1534399175689",
    ],
)
def test_every_form_that_senders_use_is_the_same_moment(value: object) -> None:
    assert read_moment(value) == MOMENT


def test_seconds_since_1970_are_told_from_milliseconds_by_their_size() -> None:
    assert read_moment(1_534_399_175) == MOMENT.replace(microsecond=0)


@given(JSON | st.text("0123456789TZ:+-. ", max_size=40) | st.integers(-(10**30), 10**900))
def test_any_value_is_a_moment_in_utc_or_none(value: object) -> None:
    moment = read_moment(value)
    assert moment is None or moment.utcoffset() == timedelta(0)


@given(
    st.timedeltas(min_value=timedelta(days=-40_000), max_value=timedelta(days=400_000)).map(MOMENT.__add__),
    st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_what_python_writes_is_read_back(moment: datetime, zone: timezone) -> None:
    text = moment.astimezone(zone).isoformat()
    assert read_rfc3339(text) == read_moment(text) == moment
