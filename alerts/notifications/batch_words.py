"""The words around a message of a subscription policy, in the two languages of messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PART = "ESCALATION_OF_PART"
"""The kind of an escalation in whose bundle something else is over or acknowledged."""
ENDED = "ENDED"
"""The kind of a recovery that is none: something ended by what is no good news, a deletion."""


@dataclass(frozen=True, slots=True)
class BatchWording:
    """Marks and sentences of one language."""

    marks: Mapping[str, str]
    """What a subject starts with, by the kind of the batch."""
    events: str
    """{count} of them, and the {policy} that selected them; for a subject."""
    one_event: str
    """The same for a single cause: {title}, {name}, {count}."""
    intro: Mapping[str, str]
    """What the message is, by kind; {counted}, {since}, {until}, {lasted}, {step}, and in part of {whole} {causes}."""
    one: str
    """What was counted when it is one event."""
    one_cause: str
    """The same for several events of one cause: {count}."""
    several: str
    """The same for several causes: {count}, {causes}."""
    intro_alone: str
    """What a digest of one event is; {since}."""
    over: str
    """What tells that everything is over already."""
    ended: str
    """What tells by what, where that is no good news: {endings}."""
    line_times: str
    """How often something happened: {count}."""
    more: str
    """What stands for lines that are left out: {count}."""
    open: str
    listed: str
    """Title of the list."""
    reason: str
    """Why somebody gets this: {recipient} and {policy}."""
    digest_reason: str
    """The same for a digest: {recipient} and {policy}, which is the name of the group."""
    units: tuple[str, str, str]
    """Days, hours and minutes; {count}."""

    def counted(self, count: int, causes: int) -> str:
        """Return how many events of how many causes."""
        said = self.one if count == 1 else self.one_cause if causes == 1 else self.several
        return said.format(count=count, causes=causes)


ENGLISH = BatchWording(
    marks={"MORE": "More", "REPEAT": "Still open", "ESCALATION": "Nobody has answered", "RECOVERY": "Resolved",
           ENDED: "Ended", "DIGEST": "Digest"},
    events="{count} events ({policy})",
    one_event="{title}: {name}",
    intro={
        "FIRST": "{counted}, since {since}.",
        "MORE": "New since the last message: {counted}, since {since}.",
        "REPEAT": "This is still so or happened again: {counted}, since {since}.",
        "ESCALATION": "This is not over and nobody has acknowledged it (step {step}): {counted}, since {since}.",
        PART: "Not over, and acknowledged by nobody: {causes} of {whole} causes (step {step}). "
              "{counted}, since {since}.",
        "RECOVERY": "This is over: {counted}, since {since}. It lasted {lasted}.",
        "DIGEST": "{counted}, from {since} to {until}.",
    },
    one="1 event",
    one_cause="{count} events of one cause",
    several="{count} events of {causes} different causes",
    intro_alone="One event, at {since}.",
    over="All of it is over already.",
    ended="What ended it: {endings}.",
    line_times="{count} times",
    more="… and {count} more; the link shows all of them.",
    open="Open exactly these events",
    listed="Which",
    reason="You get this message as {recipient}, by the subscription policy “{policy}”.",
    digest_reason="You get this message as {recipient}, by the digest of the contact group “{policy}”.",
    units=("{count} d", "{count} h", "{count} min"),
)  # fmt: skip
CHINESE = BatchWording(
    marks={
        "MORE": "新增",
        "REPEAT": "仍未恢复",
        "ESCALATION": "无人响应",
        "RECOVERY": "已恢复",
        ENDED: "已结束",
        "DIGEST": "摘要",
    },
    events="{count} 个事件（{policy}）",
    one_event="{title}：{name}",
    intro={
        "FIRST": "自 {since} 起共 {counted}。",
        "MORE": "自上一条消息以来新增 {counted}，最早发生于 {since}。",
        "REPEAT": "问题仍然存在或再次发生：自 {since} 起共 {counted}。",
        "ESCALATION": "问题尚未恢复且无人确认（第 {step} 步）：自 {since} 起共 {counted}。",
        PART: "{whole} 个原因中有 {causes} 个尚未恢复且无人确认（第 {step} 步）：自 {since} 起共 {counted}。",
        "RECOVERY": "问题已恢复：自 {since} 起共 {counted}，持续 {lasted}。",
        "DIGEST": "{since} 至 {until} 共 {counted}。",
    },
    one="1 个事件",
    one_cause="{count} 个事件（同一原因）",
    several="{count} 个事件，涉及 {causes} 个不同原因",
    intro_alone="1 个事件，发生于 {since}。",
    over="上述问题均已恢复。",
    ended="结束于事件：{endings}。",
    line_times="{count} 次",
    more="……另有 {count} 条，请通过链接查看全部。",
    open="查看这些事件",
    listed="事件列表",
    reason="您作为 {recipient} 收到此消息，由订阅策略“{policy}”触发。",
    digest_reason="您作为 {recipient} 收到此消息，由联系人组“{policy}”的摘要触发。",
    units=("{count} 天", "{count} 小时", "{count} 分钟"),
)

BY_LANGUAGE: Mapping[str, BatchWording] = MappingProxyType({"en": ENGLISH, "zh-hans": CHINESE})


def batch_words(language: str) -> BatchWording:
    """Return the words of a language; English for one that messages do not speak."""
    return BY_LANGUAGE.get(language, ENGLISH)
