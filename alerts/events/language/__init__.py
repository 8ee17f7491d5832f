"""The filter language of events: the search box of both consoles and the SQL filter of alert rules.

    level = 'CRITICAL' and content.failureInfo.errorCode like 'Kms:%'
    (Warn or Critical) and i-hp368 and not "test key"

A *term* is a word, or a phrase in "…" or '…', that must occur in the event's text, whatever its case. A *comparison* is
about one field of the event: `=`, `!=` (or `<>`), `<`, `<=`, `>`, `>=`, `like`, `not like`, `in (…)`, `not in (…)`,
`is null`, `is not null`. Both are joined by `and`, `or`, `not` (any case; `not` binds tightest, `or` loosest) and
grouped by parentheses; side by side means `and`.

*Words.* A word is a field's name only before an operator, and `like`, `in` and `is` are operators only after one:
elsewhere they are looked for like any other word. Before `=`, `<`, `>`, `!=` a word that is no field is a mistake.
*Values.* 'text' or "text" (a quotation mark within is doubled, or escaped by a backslash, which escapes itself too), a
number, true, false; a bare word is a text. Fields of the event itself hold texts: there `groupId = 12` means '12'.
*Comparing.* Case counts. Texts are ordered by code point. Nothing is cast: a number equals a JSON number only, never a
text of digits, and is neither smaller nor larger than one. In `like`, `%` stands for any text and `_` for any one
character; a backslash takes the meaning from them. A list is no value: name the place, `content.list.0` (the first) or
`content.list.-1` (the last).
*Missing.* There are two truth values. What is missing, or JSON's null, fulfils no comparison but `is null`, also none
of `!=`, `not in`, `not like`; hence `not` before such a comparison holds. The fields of the event itself are never
missing; `is null` means the empty text there.

The idea: the tree is plain data and `fold` is the only way over it, so that matching one event (`match`) and asking the
database (`query`) are two readings of one tree. All but `query` is pure. Sources: CloudMonitor, "System events" (search
box) and "Create an event-triggered alert rule" (SQL filter).
"""

from alerts.events.language.match import Eventlike, Finding, explain, matches
from alerts.events.language.mistakes import ExpressionError
from alerts.events.language.parse import MAX_LENGTH, parse
from alerts.events.language.tree import And, Comparison, Expression, Not, Or, Term, fold

__all__ = [
    "MAX_LENGTH",
    "And",
    "Comparison",
    "Eventlike",
    "Expression",
    "ExpressionError",
    "Finding",
    "Not",
    "Or",
    "Term",
    "explain",
    "fold",
    "matches",
    "parse",
]
