"""The JSON that a push channel's own template makes: read strictly, for what is sent must be JSON to everybody.

Python reads and writes NaN, Infinity and halves of surrogate pairs, which RFC 8259 knows not or leaves to chance.
"""

from __future__ import annotations

import json
import math
from typing import NoReturn


class NotJson(ValueError):
    """What was made can be read here, and elsewhere not."""


def read_json(made: str) -> object:
    """Return the value of a JSON text.

    Raises:
        json.JSONDecodeError: it is none.
        NotJson: it holds NaN, Infinity, a number beyond every double, or half of a surrogate pair.
        RecursionError, ValueError: it is nested too deep, or has a number of thousands of digits.
    """
    found: object = json.loads(made, parse_constant=_refuse, parse_float=_finite)
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotJson from None
    return found


def _refuse(_constant: str) -> NoReturn:
    raise NotJson


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotJson
    return number
