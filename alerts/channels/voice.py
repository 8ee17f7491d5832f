"""Calls, through the HTTP API of a provider that reads a text aloud. What it has in common with `sms` is in `phone`."""

from alerts.channels.base import ChannelSettings, Message
from alerts.channels.phone import Phone, short_text


class Voice(Phone):
    """Calls a number. An address is `phone`."""

    kind = "voice"
    label = "Phone call"

    def provider(self, settings: ChannelSettings) -> tuple[str, str]:
        """Return the provider of calls."""
        return settings.phone.voice_url, settings.phone.voice_body

    def text(self, message: Message) -> str:
        """Return the text without the link, which nobody can follow by ear."""
        return short_text(message, linked=False)
