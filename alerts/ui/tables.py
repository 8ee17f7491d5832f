"""Columns as objects: one declaration gives the cell of the page, the cell of the CSV and the name in the JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Value = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    `label` heads it; `cell` draws it for the page (text, or safe markup); `name` is its name in exports, where `value`
    gives what stands there (by default what `cell` gives). `numeric` sets it flush right, `minor` hides it on a phone.
    """

    name: str
    label: str | Promise
    cell: Value
    value: Value | None = None
    numeric: bool = False
    minor: bool = False

    def exported(self, row: Any) -> Any:
        """Return the value for an export."""
        return (self.value or self.cell)(row)


def attribute(path: str) -> Value:
    """Return a function that reads a dotted path of attributes, calling what can be called; a missing link is empty."""

    def read(row: Any) -> Any:
        for name in path.split("."):
            row = getattr(row, name, "")
            row = row() if callable(row) else row
        return "" if row is None else row

    return read
