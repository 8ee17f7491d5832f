"""The receivers as pytest fixtures; tests/conftest.py names this module in `pytest_plugins`.

They ask for `socket_enabled`, so a test that uses one may open connections.
"""

from collections.abc import Iterator

import pytest

from tests.receivers.http import HttpReceiver
from tests.receivers.smtp import SmtpReceiver


@pytest.fixture
def http_receiver(socket_enabled: None) -> Iterator[HttpReceiver]:
    """An HTTP server on loopback."""
    with HttpReceiver() as receiver:
        yield receiver


@pytest.fixture
def smtp_receiver(socket_enabled: None) -> Iterator[SmtpReceiver]:
    """An SMTP server on loopback, without TLS or log-in."""
    with SmtpReceiver() as receiver:
        yield receiver
