"""Resource patterns: ARNs in which `*` stands for any text and `?` for one character. Pure.

They are read by the machinery of `like`, so that matching takes time in proportion to the text, whatever the pattern:
a regular expression made of them could be made to search for ever.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from alerts.events.language.like import Piece, answers, pieces_of

KEPT = 20_000
"""Groups of patterns that are kept: those of ten thousand rules, twice over."""
WILD: Final = re.compile(r"[*?]")
SPECIAL: Final = re.compile(r"([\\%_])")


class Globs(NamedTuple):
    """Some patterns: those without a wildcard are looked up, the others tried one after the other."""

    exact: frozenset[str]
    wild: tuple[tuple[Piece, ...], ...]

    def match(self, resource: str) -> bool:
        """Tell whether one of the patterns matches the whole of a resource."""
        return resource in self.exact or any(answers(resource, pieces) for pieces in self.wild)


@lru_cache(KEPT)
def globs(patterns: tuple[str, ...]) -> Globs:
    """Return some patterns, ready to match."""
    wild = [pattern for pattern in patterns if WILD.search(pattern)]
    return Globs(frozenset(patterns) - set(wild), tuple(pieces_of(like_of(pattern)) for pattern in wild))


def like_of(glob: str) -> str:
    """Return the pattern of LIKE that says what a resource with `*` and `?` says."""
    return SPECIAL.sub(r"\\\1", glob).replace("*", "%").replace("?", "_")
