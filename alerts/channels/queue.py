"""The queue channel: the machine envelope into a queue or a topic of Simple Message Queue (formerly MNS).

As CloudMonitor sends it: the message body is the JSON of the event, base64-encoded in a queue and in a topic alike. A
delivered message has a message id, which is kept with the outcome. Codes: "Simple Message Queue: Error codes".
"""

import base64
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from alerts.channels import outgoing
from alerts.channels.base import MASK, ChannelSettings, Limits, Message, Outcome
from alerts.channels.cloud import KEPT, REGION, Call, Product, checked, has_key, sdk
from alerts.channels.envelope import as_text, fitted
from alerts.channels.exchange import for_good

BODY_LIMIT = 64 * 1024
"""Bytes of a message body as the service counts them, which is after base64."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,119}")
"""Names of queues and topics."""
_PRODUCT = Product(
    label="Simple Message Queue",
    name="mns",
    request_id="x-mns-request-id",
    public="https://{uid}.mns.{region}.aliyuncs.com",
    meanings=MappingProxyType(
        {
            "QueueNotExist": for_good("There is no such queue in this region and account."),
            "TopicNotExist": for_good("There is no such topic in this region and account."),
        }
    ),
)


class Queue:
    """Sends to a queue or publishes to a topic. An address is `region` and either `queue` or `topic`."""

    kind = "queue"
    label = "Simple Message Queue"
    fields = ("region", "queue", "topic")
    limits = Limits(max_bytes=BODY_LIMIT)

    def __init__(self, *, wiring: outgoing.Wiring = outgoing.SYSTEM) -> None:
        """Take the way to the network; tests bring their own."""
        self._wiring = wiring

    def send(self, message: Message, *, address: Mapping[str, str], settings: ChannelSettings) -> Outcome:
        """Send once, or keep the message when there is no access key; raises DeliveryError."""
        region = checked(address.get("region", ""), REGION, what="region")
        topic = address.get("topic", "")
        name = checked(topic or address.get("queue", ""), NAME, what="topic" if topic else "queue")
        if not has_key(settings.cloud):
            return KEPT
        body = fitted(message.body, limit=BODY_LIMIT // 4 * 3)
        shown = f"{'PublishMessage' if topic else 'SendMessage'} {region} {name}\n{body}"
        call = Call(_PRODUCT, settings, shown, wiring=self._wiring)
        call.locate(region=region, uid=as_text(message.body.get("userId", "")))
        return call.judge(lambda: _sent(call, body, name=name, is_topic=bool(topic)))

    def mask(self, address: Mapping[str, str]) -> str:
        """Region and name; nothing of it is secret."""
        return " · ".join(filter(None, (address.get(name, "") for name in self.fields))) or MASK


def _sent(call: Call, body: str, *, name: str, is_topic: bool) -> Outcome:
    client = sdk("mns.mns_client", product=_PRODUCT).MNSClient(
        call.base, call.settings.cloud.access_key_id, call.settings.cloud.access_key_secret
    )
    client.http = _Http(call)
    if is_topic:
        topics = sdk("mns.topic", product=_PRODUCT)
        encoded = base64.b64encode(body.encode()).decode()
        topics.Topic(name, client).publish_message(topics.TopicMessage(encoded))
    else:
        queues = sdk("mns.queue", product=_PRODUCT)
        queues.Queue(name, client).send_message(queues.Message(body))
    return call.accepted()


class _Http:
    """Stands in for the SDK's own HTTP, which knows no guard and over TLS no time-out."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def is_keep_alive(self) -> bool:
        return False

    def send_request(self, made: Any) -> Any:
        content = made.data.encode() if isinstance(made.data, str) else made.data
        answer = self._call.carry(made.method, made.uri, headers=made.header, content=content)
        text = answer.body.decode("utf-8", errors="replace")
        return sdk("mns.mns_http", product=_PRODUCT).ResponseInternal(answer.status, dict(answer.headers), text)
