"""What a comparison says of the event's text, so that the index over texts can find the few events worth a look.

The search text of an event holds its name, resource, resource's name and content, in lower case (`search_text` in the
models). So where the text lacks `kms:accountnotfound`, no value in the content has `Kms:AccountNotFound` in it. Only
runs of ASCII are taken: JSON writes them as they are, and their lower case does not depend on what stands beside them.
"""

import re
from typing import Final

from alerts.events.language.like import ELEMENT
from alerts.events.language.tree import Comparison, Value

RUN: Final = re.compile(r"[ !#-\[\]-~]{3,}")  # shorter ones help no index; “"” and “\” are written otherwise in JSON
ALL: Final = frozenset({"=", "in", "like"})
OPERATORS: Final = {"content": ALL, "instanceName": ALL, "name": {"like"}, "resource": {"like"}}
"""For which operators a hint is of use, by field: a whole name or resource has an index of its own."""


def implied(comparison: Comparison) -> tuple[str, ...]:
    """Return texts in lower case of which at least one occurs in the search text wherever a comparison holds.

    Of a comparison of content that is so only if the search text was not cut off. Empty where nothing can be said.
    """
    if comparison.operator not in OPERATORS.get(comparison.field.name, ()):
        return ()
    runs = [_longest_run(value, pattern=comparison.operator == "like") for value in comparison.values]
    return tuple(runs) if all(runs) else ()


def _longest_run(value: Value, *, pattern: bool) -> str:
    if not isinstance(value, str):
        return ""
    literal = ELEMENT.sub(lambda found: found[1] or found[4] or "\n", value) if pattern else value
    return max(RUN.findall(literal), key=len, default="").lower()
