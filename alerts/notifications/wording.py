"""The words around the facts of a message, in the two languages of messages. Facts and their order stand in `facts`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from alerts.rules.models import MUTE_CHOICES


@dataclass(frozen=True, slots=True)
class Wording:
    """Labels and sentences of one language."""

    happened: str
    impact: str
    remedy: str
    open: str
    details: str
    region: str
    account: str
    since: str
    time: str
    cause: str
    event: str
    type: str
    product: str
    resource: str
    event_id: str
    kinds: Mapping[str, str]
    test: str
    """The mark of a test, for subjects."""
    test_note: str
    merged: str
    """Title of the list of what was merged; {count}."""
    more: str
    """What stands for merged messages that are not listed; {count}."""
    reason: str
    """Why somebody gets this; {recipient} and {rule}."""
    muted: str
    """{period}"""
    periods: Mapping[int, str]
    """Mute periods by their seconds."""


ENGLISH = Wording(
    happened="What happened",
    impact="Impact",
    remedy="What to do",
    open="Open the event",
    details="Details",
    region="Region",
    account="Account",
    since="Since",
    time="Time",
    cause="Cause",
    event="Event",
    type="Type",
    product="Product",
    resource="Resource",
    event_id="Event ID",
    kinds={"key": "Key", "secret": "Secret", "keystore": "KMS instance", "clientkey": "Client key"},
    test="[TEST]",
    test_note="This is a test. Nothing has happened to any key, secret or client key.",
    merged="{count} more since the last message",
    more="… and {count} more; see the alert history.",
    reason="You get this message as {recipient}, by the alert rule “{rule}”.",
    muted="Further events of this kind on this resource are muted for {period}.",
    periods={seconds: str(label).lower() for seconds, label in MUTE_CHOICES},
)
CHINESE = Wording(
    happened="发生了什么",
    impact="影响",
    remedy="处理建议",
    open="查看事件",
    details="详细信息",
    region="地域",
    account="账号",
    since="开始时间",
    time="发生时间",
    cause="原因",
    event="事件",
    type="类型",
    product="产品",
    resource="资源",
    event_id="事件 ID",
    kinds={"key": "密钥", "secret": "凭据", "keystore": "KMS 实例", "clientkey": "ClientKey"},
    test="【测试】",
    test_note="这是一条测试消息，没有任何密钥、凭据或 ClientKey 发生变化。",
    merged="自上一条消息以来还有 {count} 条",
    more="……另有 {count} 条，请在报警历史中查看。",
    reason="您作为 {recipient} 收到此消息，由报警规则“{rule}”触发。",
    muted="此资源的同类事件将在 {period}内不再通知。",
    periods={
        300: "5 分钟", 900: "15 分钟", 1800: "30 分钟", 3600: "60 分钟", 10800: "3 小时", 21600: "6 小时",
        43200: "12 小时", 86400: "24 小时",
    },
)  # fmt: skip

BY_LANGUAGE: Mapping[str, Wording] = MappingProxyType({"en": ENGLISH, "zh-hans": CHINESE})


def wording_of(language: str) -> Wording:
    """Return the words of a language; English for one that messages do not speak."""
    return BY_LANGUAGE.get(language, ENGLISH)
