"""Text messages, through the HTTP API of a provider or through Alibaba Cloud SMS.

What both have in common with calls stands in `phone`. A text message is one: at most 500 characters, with the link.
"""

from collections.abc import Mapping

from alerts.channels.base import ChannelSettings, Message, Outcome
from alerts.channels.cloud_sms import send_by_template
from alerts.channels.phone import Phone, read_phone, short_text


class Sms(Phone):
    """Sends text messages. An address is `phone`."""

    kind = "sms"
    label = "Text message"

    def send(self, message: Message, *, address: Mapping[str, str], settings: ChannelSettings) -> Outcome:
        """Send by the template of Alibaba Cloud SMS where one is set, otherwise by the provider's HTTP API."""
        if not settings.phone.sms_template:
            return super().send(message, address=address, settings=settings)
        phone = read_phone(address.get("phone", ""))
        return send_by_template(message, phone=phone, settings=settings, wiring=self._wiring)

    def provider(self, settings: ChannelSettings) -> tuple[str, str]:
        """Return the provider of text messages."""
        return settings.phone.sms_url, settings.phone.sms_body

    def text(self, message: Message) -> str:
        """Return the text with the link at its end."""
        return short_text(message, linked=True)
