"""The parameters of a call: query and form body in one flat map, read by the dotted names in which SDKs flatten.

`Name.1=a&Name.2=b` is a list, `EventPattern.1.Product=KMS` a list of objects, `Channels.Mail=…` an object. Lists count
from 1. A reader raises `Fault` with the full name of what is missing or wrong; it never repeats the value, for that
may be a secret.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from alerts.openapi.errors import INVALID, Fault, invalid, missing

if TYPE_CHECKING:
    from collections.abc import Mapping

TRUE, FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
MOST_ENTRIES = 1000
DIGITS = 12


class Parameters:
    """A view on the flat map under a prefix. `wrong` is the code of a value that cannot be used: products differ."""

    def __init__(self, flat: Mapping[str, str], *, prefix: str = "", wrong: str = INVALID) -> None:
        self.flat, self.prefix, self.wrong = flat, prefix, wrong

    def __contains__(self, name: str) -> bool:
        """Tell whether the call says anything about this name: a value, a list or an object."""
        full = self.prefix + name
        return full in self.flat or any(key.startswith(f"{full}.") for key in self.flat)

    def invalid(self, name: str, why: str) -> Fault:
        """Return the fault of a value that cannot be used, under its full name."""
        return invalid(self.prefix + name, why, code=self.wrong)

    def text(self, name: str, default: str = "") -> str:
        """Return the text; an absent one is the default. Raises Fault for a NUL, which the database cannot hold."""
        found = self.flat.get(self.prefix + name, default)
        if "\0" in found:
            raise self.invalid(name, "It has a NUL character in it.")
        return found

    def required(self, name: str) -> str:
        """Return the text. Raises Fault when it is absent or empty."""
        found = self.text(name)
        if not found.strip():
            raise missing(self.prefix + name)
        return found

    def integer(self, name: str, *, default: int, least: int, most: int) -> int:
        """Return the whole number; absent or empty is the default. Raises Fault outside of `least` to `most`."""
        raw = self.text(name).strip()
        if not raw:
            return default
        digits = raw.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= DIGITS + 6 and least <= int(raw) <= most):
            raise self.invalid(name, f"It must be a whole number from {least} to {most}.")
        return int(raw)

    def boolean(self, name: str, default: bool | None = None) -> bool | None:  # noqa: FBT001 - as the SDKs say it
        """Return the truth value, in whatever case it is written; absent or empty is the default."""
        raw = self.text(name).strip().lower()
        if raw and raw not in TRUE | FALSE:
            raise self.invalid(name, "It must be true or false.")
        return raw in TRUE if raw else default

    def _numbers(self, name: str) -> list[int]:
        """Return the numbers that the list of this name has, in order."""
        start, found = f"{self.prefix}{name}.", set()
        for key in self.flat:
            if key.startswith(start):
                number = key[len(start) :].partition(".")[0]
                if not (number.isascii() and number.isdigit() and 1 <= int(number[:DIGITS]) <= MOST_ENTRIES):
                    raise self.invalid(name, f"Its entries are counted from 1 to {MOST_ENTRIES}: {name}.1")
                found.add(int(number))
        return sorted(found)

    def texts(self, name: str) -> list[str]:
        """Return the list `name.1`, `name.2`, …; empty when there is none."""
        return [self.text(f"{name}.{number}") for number in self._numbers(name)]

    def objects(self, name: str) -> list[Parameters]:
        """Return the objects `name.1.…`, `name.2.…`; empty when there is none."""
        return [self.nested(f"{name}.{number}") for number in self._numbers(name)]

    def nested(self, name: str) -> Parameters:
        """Return the object of this name; it may be empty."""
        return Parameters(self.flat, prefix=f"{self.prefix}{name}.", wrong=self.wrong)

    def json(self, name: str) -> Any:
        """Return what stands there as JSON, None when it is absent. Raises Fault for what is no JSON."""
        raw = self.text(name)
        if not raw.strip():
            return None
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            raise self.invalid(name, "It must be JSON.") from None
