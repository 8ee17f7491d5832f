"""The sandbox of message texts that people write: Liquid without files, with few tags and filters, and with limits.

The idea: what a template may cost is bounded before it runs. Loops, output, nesting and variables have limits of their
own; a filter sees neither a long text times a long text nor a large number; and a deadline is looked at with every
variable, filter and assignment. What comes from outside is never read as a template.
"""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment, Mode, RenderContext, StrictUndefined, Token
from liquid.builtin.tags.for_tag import ForLoop
from liquid.builtin.tags.tablerow_tag import TableRow
from liquid.exceptions import LiquidError, LiquidSyntaxError, ResourceLimitError
from liquid.token import TOKEN_EOF

TIME_LIMIT = 0.2
"""Seconds for one text."""
SOURCE_LIMIT = 8_000
"""Characters of a template."""
OUTPUT_LIMIT = 20_000
"""Bytes that a template makes at most."""
MOST_OPENINGS = 300
"""Tags and outputs of a template."""
LONGEST_MARKUP = 1_000
"""Characters of one tag or output."""
LONGEST_BLANK = 200
"""Blanks one after the other inside a tag or an output."""
FILTER_LIMIT = 2_000_000
"""Length of a filter's value times that of its longest argument."""
NUMBER_LIMIT = 10**15
WIDEST = 80
MARKUP = re.compile(r"\{[{%].*?[%}]\}|\{[{%].*", re.DOTALL)
OPENING = re.compile(r"\{[{%]")
CLOSINGS = {"{{": "}}", "{%": "%}"}
NAME = re.compile(r"-?\s*(#|\w+)")
BLANK = re.compile(rf"\s{{{LONGEST_BLANK + 1}}}")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
RANGE = re.compile(r"\.\.")

TAGS = frozenset(
    {"content", "output", "illegal", "if", "comment", "unless", "case", "for", "break", "continue", "capture", "assign",
     "echo", "#"}
)  # fmt: skip
FILTERS = frozenset(
    {"append", "capitalize", "compact", "default", "divided_by", "downcase", "first", "join", "last", "lstrip", "map",
     "minus", "modulo", "plus", "prepend", "remove", "replace", "replace_first", "reverse", "round", "rstrip", "size",
     "slice", "sort", "split", "squish", "strip", "strip_newlines", "times", "truncate", "truncatewords", "upcase",
     "where"}
)  # fmt: skip


class Limited(RenderContext):
    """A rendering with a deadline, whose filters take only what they can work on quickly."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start the clock."""
        super().__init__(*args, **kwargs)
        self._ends = time.monotonic() + TIME_LIMIT

    def _check_time(self) -> None:
        if time.monotonic() > self._ends:
            raise ResourceLimitError(f"the text takes longer than {TIME_LIMIT * 1000:.0f} ms", token=None)

    def get(self, *args: Any, **kwargs: Any) -> object:
        """Look a variable up."""
        self._check_time()
        return super().get(*args, **kwargs)

    def assign(self, key: str, val: Any) -> None:
        """Set a variable."""
        self._check_time()
        super().assign(key, val)

    @contextmanager
    def loop(self, namespace: Mapping[str, object], forloop: ForLoop | TableRow) -> Iterator[RenderContext]:
        """Run a loop that looks at the clock each time around."""
        forloop.it = self._watched(forloop.it)
        with super().loop(namespace, forloop) as context:
            yield context

    def _watched(self, items: Iterator[object]) -> Iterator[object]:
        for item in items:
            self._check_time()
            yield item

    def filter(self, name: str, token: Any) -> Callable[..., object]:
        """Return a filter that looks at its value and arguments first."""
        self._check_time()
        found = super().filter(name, token)

        def guarded(value: object, *args: Any, **kwargs: Any) -> object:
            given = max((_extent(each) for each in (*args, *kwargs.values())), default=1)
            if _extent(value) * max(given, 1) > FILTER_LIMIT:
                raise ResourceLimitError(f"the filter {name} is given too much", token=token)
            return found(value, *args, **kwargs)

        return guarded


def _extent(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list | tuple | range | dict):
        return FILTER_LIMIT + 1 if len(value) > OUTPUT_LIMIT else sum(_extent(each) for each in value) + 1
    if isinstance(value, int | float):
        return FILTER_LIMIT + 1 if not abs(value) < NUMBER_LIMIT else 1
    return 1


def pad(text: object, width: object) -> str:
    """Return a text filled up with blanks to a width of up to 80; a Chinese character is two wide."""
    shown = str(text)
    wide = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in shown)
    return shown + " " * (min(int(str(width)), WIDEST) - wide)


def as_json(value: object) -> str:
    """Return a value as JSON: what the template of a push channel puts into its object."""
    return json.dumps(
        value, ensure_ascii=False, default=lambda each: dict(each) if isinstance(each, Mapping) else str(each)
    )


class Template(BoundTemplate):
    """A template that is rendered within limits."""

    context_class = Limited


class Sandbox(Environment):
    """What templates may use."""

    template_class = Template
    block_nesting_limit = 10
    context_depth_limit = 12
    loop_iteration_limit = 1_000
    local_namespace_limit = 100_000
    output_stream_limit = OUTPUT_LIMIT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Keep what is named above; a tag or filter that is not is a mistake that `parsed` tells."""
        super().setup_tags_and_filters(extra=extra)
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS}
        self.filters = {name: found for name, found in self.filters.items() if name in FILTERS}
        self.filters |= {"pad": pad, "json": as_json}


# For user texts, an unknown variable is a mistake: it would be a hole in the message that nobody notices.
_SANDBOX = Sandbox(tolerance=Mode.STRICT, undefined=StrictUndefined)


def parsed(source: str) -> BoundTemplate:
    """Return a template, parsed once.

    Raises:
        liquid.exceptions.LiquidError: the source is no template, or longer than SOURCE_LIMIT.
    """
    found = _tried(source)
    if isinstance(found, LiquidError):
        # The error is kept: without this, every raise would add to its traceback.
        raise found.with_traceback(None)
    return found


@lru_cache(maxsize=256)
def _tried(source: str) -> BoundTemplate | LiquidError:
    """Return the template, or what is wrong with it: a mistake, too, is looked for once."""
    try:
        _check(source)
        return _SANDBOX.from_string(source)
    except LiquidError as error:
        error.__cause__ = error.__context__ = None
        return error.with_traceback(None)


def _check(source: str) -> None:
    if len(source) > SOURCE_LIMIT:
        raise ResourceLimitError(f"the text is longer than {SOURCE_LIMIT} characters", token=None)
    _check_markup(source)
    if any(RANGE.search(QUOTED.sub("", tag)) for tag in MARKUP.findall(source)):
        # A range is made, turned around and skipped through before any limit is looked at.
        raise ResourceLimitError("a range such as (1..9) cannot be used", token=None)


def _check_markup(source: str) -> None:
    """Refuse what the parser would look at again and again: its time grows with the square of what is not closed."""
    at, openings = 0, 0
    while found := OPENING.search(source, at):
        closing, openings = CLOSINGS[found[0]], openings + 1
        at = source.find(closing, found.end())
        place = Token(TOKEN_EOF, value=found[0], start_index=found.start(), source=source)
        if at < 0:
            raise LiquidSyntaxError(f"expected '{closing}', found end of file", token=place)
        if openings > MOST_OPENINGS:
            raise ResourceLimitError(f"there are more than {MOST_OPENINGS} tags and outputs", token=place)
        if at - found.end() > LONGEST_MARKUP:
            raise ResourceLimitError(f"a tag or an output is longer than {LONGEST_MARKUP} characters", token=place)
        if BLANK.search(source, found.end(), at):
            raise ResourceLimitError(f"a tag or an output has over {LONGEST_BLANK} blanks in a row", token=place)
        if found[0] == "{%":
            _check_tag(source, found.end(), place)
        at += len(closing)


def _check_tag(source: str, start: int, place: Token) -> None:
    """Refuse what would make the parser find other beginnings and ends than are found here."""
    name = NAME.match(source, start)
    if not name:
        raise LiquidSyntaxError("missing tag name", token=place)
    if name[1] in ("raw", "doc"):
        raise LiquidSyntaxError(f"unexpected tag '{name[1]}'", token=place)


def rendered(source: str, variables: Mapping[str, object]) -> str:
    """Return what a template makes of these variables.

    Raises:
        liquid.exceptions.LiquidError: a mistake in the template, or a limit that was reached.
    """
    return parsed(source).render(variables)


def mistake_of(error: LiquidError) -> tuple[int, str]:
    """Return in which line a mistake is, 0 when there is none to name, and what it is."""
    place = error.context()
    return (place[0] if place else 0), str(error.message or type(error).__name__)
