"""The log channel: the machine envelope as one log in a Logstore of Simple Log Service.

Each field of the envelope is a field of the log, text as it is and everything else as JSON. The log has the event's
time, the alert rule as its topic, and this product as its source. Codes: "Simple Log Service: Error codes".
"""

import re
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from alerts.channels import outgoing
from alerts.channels.base import MASK, ChannelSettings, Limits, Message, Outcome
from alerts.channels.cloud import KEPT, REGION, Call, Product, checked, has_key, sdk
from alerts.channels.envelope import CUT, as_json, as_text, shortened, size
from alerts.channels.exchange import for_good
from alerts.channels.open_api import client, options

FIELD_LIMIT = 1024 * 1024
"""Bytes of one field."""
GROUP_LIMIT = 10 * 1024 * 1024
"""Bytes of what is written at once."""
SOURCE = "KMSConsole"

PROJECT = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
LOGSTORE = re.compile(r"[a-z0-9_][a-z0-9_-]{0,61}[a-z0-9_]")
_TOPIC_LIMIT = 255
# A log with a time further away is dropped by the service without a word; it is written with the time of sending then.
_OLDEST, _NEWEST = timedelta(days=7) - timedelta(hours=1), timedelta(minutes=10)
_SDK = "alibabacloud_sls20201230"
_PRODUCT = Product(
    label="Simple Log Service",
    name="log",
    request_id="x-log-requestid",
    meanings=MappingProxyType(
        {
            "ProjectNotExist": for_good("There is no such project in this region."),
            "LogStoreNotExist": for_good("There is no such Logstore in this project."),
        }
    ),
)


class Log:
    """Writes a log. An address is `region`, `project` and `logstore`."""

    kind = "log"
    label = "Simple Log Service"
    fields = ("region", "project", "logstore")
    limits = Limits(max_bytes=GROUP_LIMIT)

    def __init__(self, *, wiring: outgoing.Wiring = outgoing.SYSTEM) -> None:
        """Take the way to the network; tests bring their own."""
        self._wiring = wiring

    def send(self, message: Message, *, address: Mapping[str, str], settings: ChannelSettings) -> Outcome:
        """Write the log once, or keep the message when there is no access key; raises DeliveryError."""
        region = checked(address.get("region", ""), REGION, what="region")
        project = checked(address.get("project", ""), PROJECT, what="project")
        logstore = checked(address.get("logstore", ""), LOGSTORE, what="Logstore")
        if not has_key(settings.cloud):
            return KEPT
        fields = flattened(message.body)
        shown = f"PutLogs {region} {project}/{logstore}\n{as_json(fields)}"
        call = Call(_PRODUCT, settings, shown, wiring=self._wiring)
        host = call.locate(region=region, uid=as_text(message.body.get("userId", "")), project=project)
        at = log_time(message.body, now=time.time())

        def put() -> Outcome:
            with client(call, _SDK, host=host, region=region) as logs:
                request = _request(fields, at=at, topic=_topic(message))
                headers = sdk(f"{_SDK}.models", product=_PRODUCT).PutLogsHeaders()
                answer = logs.put_logs_with_options(project, logstore, request, headers, options())
            # Only the service itself names the request; a page of some proxy does not.
            return call.outcome("ACCEPTED" if _PRODUCT.request_id in (answer.headers or {}) else "UNKNOWN")

        return call.judge(put)

    def mask(self, address: Mapping[str, str]) -> str:
        """Region, project and Logstore; nothing of it is secret."""
        name = "/".join(filter(None, (address.get("project", ""), address.get("logstore", ""))))
        return " · ".join(filter(None, (address.get("region", ""), name))) or MASK


def flattened(body: Mapping[str, object]) -> dict[str, str]:
    """Return the fields of a log, each within FIELD_LIMIT and all within GROUP_LIMIT; `truncated` where one was cut."""
    whole = {name: as_text(value) for name, value in body.items()}
    limit = FIELD_LIMIT
    if sum(min(size(text), limit) for text in whole.values()) > GROUP_LIMIT - FIELD_LIMIT:
        limit = GROUP_LIMIT // (len(whole) + 1)
    kept = {name: shortened(text, limit=limit) for name, text in whole.items()}
    return kept if kept == whole else kept | {CUT: "true"}


def log_time(body: Mapping[str, object], *, now: float) -> int:
    """Return the event's time in seconds since the epoch, or `now` where the service would drop a log of that time."""
    try:
        at = datetime.strptime(str(body.get("eventTime", "")), "%Y%m%dT%H%M%S.%f%z").timestamp()
    except ValueError:
        return int(now)
    return int(at if now - _OLDEST.total_seconds() < at < now + _NEWEST.total_seconds() else now)


def _topic(message: Message) -> str:
    return shortened(message.source or as_text(message.body.get("ruleName", "")), limit=_TOPIC_LIMIT)


def _request(fields: Mapping[str, str], *, at: int, topic: str) -> Any:
    models = sdk(f"{_SDK}.models", product=_PRODUCT)
    contents = [models.LogContent(key=name, value=text) for name, text in fields.items()]
    item = models.LogItem(contents=contents, time=at)
    return models.PutLogsRequest(body=models.LogGroup(log_items=[item], source=SOURCE, topic=topic))
