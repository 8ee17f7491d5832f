"""Editions: what is compiled of an account's rows, kept by each process as long as their edition is current."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Compiled = TypeVar("Compiled")
MOST_KEPT = 64
"""Accounts of which one process keeps what it compiled."""


class Editions(Generic[Compiled]):
    """The newest edition of each account. Safe for threads; two of them may compile the same at once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Hashable, Compiled]] = OrderedDict()
        self._lock = Lock()

    def get(self, account: str, edition: Hashable, compile_: Callable[[], Compiled]) -> Compiled:
        """Return what is kept of this edition, else what `compile_` makes. Without an edition nothing is kept.

        The edition must be read before the rows: a change in between makes what is kept newer than its mark, never
        older.
        """
        with self._lock:
            kept = self._kept.get(account)
        if kept and kept[0] == edition:
            return kept[1]
        made = compile_()
        if edition is not None:
            self._keep(account, edition, made)
        return made

    def _keep(self, account: str, edition: Hashable, made: Compiled) -> None:
        with self._lock:
            self._kept[account] = (edition, made)
            self._kept.move_to_end(account)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
