"""The installation under load, and the meter on it."""

from __future__ import annotations

from dataclasses import dataclass

from bench.cost import Meter
from tests.installation import Installation


@dataclass(frozen=True, slots=True)
class Server:
    """Where the load goes, and what reads its cost."""

    installation: Installation
    meter: Meter

    @property
    def port(self) -> int:
        """The port of its web server."""
        return self.installation.port

    @property
    def url(self) -> str:
        """The address of its database."""
        return self.installation.database_url
