"""A live server in these tests leaves no session behind: an open one keeps the test database from being dropped.

And the official clients are as they come, although the product itself sends by them in a way of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from darabonba.core import DaraCore
from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True, scope="session")
def sessions_end_with_each_request() -> Iterator[None]:
    """Give the threads of the server sessions that end with each request."""
    settings = connections.settings["default"]
    before, settings["CONN_MAX_AGE"] = settings["CONN_MAX_AGE"], 0
    yield
    settings["CONN_MAX_AGE"] = before


@pytest.fixture(autouse=True)
def clients_are_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take back what `alerts.channels.open_api` changes for the whole process once the product sends by a client."""
    monkeypatch.setattr("alibabacloud_tea_openapi.client.DaraCore", DaraCore)
