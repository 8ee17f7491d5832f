"""A live server in these tests leaves no session behind: an open one keeps the test database from being dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
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
