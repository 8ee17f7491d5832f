"""Real receivers on loopback: an SMTP server and an HTTP server that record what arrives and answer as told.

They are plain classes, used as context managers by the bench, the screenshots and the line and browser tests. In
pytest, `plugin` gives them as the fixtures `smtp_receiver` and `http_receiver`. A module named for a provider holds a
receiver that judges each request by the rules of that provider.
"""

from tests.receivers.http import HttpReceiver, ReceivedRequest, Reply
from tests.receivers.smtp import ReceivedMail, SmtpReceiver

__all__ = ["HttpReceiver", "ReceivedMail", "ReceivedRequest", "Reply", "SmtpReceiver"]
