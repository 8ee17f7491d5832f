"""The letters about an address itself: the question whether it is the right one, and the test. English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join

from alerts.notifications.direct import Letter, language_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says in one language; {contact}, {account} and {actor} are filled in."""

    subject: str
    before: tuple[str, ...]
    """Paragraphs before the link."""
    link: str
    """What the link is called where it can be pressed."""
    after: tuple[str, ...]


CONFIRMATION: Mapping[str, Words] = {
    "en": Words(
        "Confirm your e-mail address for KMS Console",
        (
            "This address was entered for the alert contact “{contact}” of the account “{account}”. "
            "Messages about system events of keys, secrets and client keys will come here once you confirm it.",
            "Open this page and press the button on it. The link is good for 24 hours, and once:",
        ),
        "Confirm this address",
        ("If you do not know what this is about, do nothing: no further messages will come.",),
    ),
    "zh-hans": Words(
        "请确认您用于接收 KMS Console 通知的邮箱",
        (
            "账号“{account}”的报警联系人“{contact}”填写了此邮箱。"
            "确认之后，关于密钥、凭据和 ClientKey 的系统事件通知将发送到这里。",
            "请打开以下页面，并点击页面上的按钮。链接在 24 小时内有效，且只能使用一次：",
        ),
        "确认此邮箱",
        ("如果您不了解此事，请忽略本邮件：您不会再收到其他消息。",),
    ),
}
TEST: Mapping[str, Words] = {
    "en": Words(
        "[Test] KMS Console can reach you here",
        (
            "This is a test message. Nothing has happened to any key, secret or client key.",
            "{actor} asked for it, to see whether messages for the alert contact “{contact}” "
            "of the account “{account}” arrive here.",
        ),
        "Open the contact",
        (),
    ),
    "zh-hans": Words(
        "[测试] KMS Console 可以在此联系到您",
        (
            "这是一条测试消息，没有任何密钥、凭据或 ClientKey 发生变化。",
            "{actor} 发送了此消息，用于检查账号“{account}”的报警联系人“{contact}”能否在此收到通知。",
        ),
        "打开联系人",
        (),
    ),
}
PUSH_TEST: Mapping[str, Words] = {
    "en": Words(
        "[Test] KMS Console can reach this push channel",
        (
            "This is a test message. Nothing has happened to any key, secret or client key.",
            "{actor} asked for it, to see whether messages for the push channel “{contact}” "
            "of the account “{account}” arrive here.",
        ),
        "Open the push channels",
        (),
    ),
}


def letter(texts: Mapping[str, Words], *, language: str, url: str, **values: str) -> Letter:
    """Return a letter in the language that a contact chose, with `url` as its link."""
    words = texts[language_of(language) if language_of(language) in texts else "en"]
    before, after = ([each.format(**values) for each in part] for part in (words.before, words.after))
    link = format_html('<p><a href="{}">{}</a></p><p>{}</p>', url, words.link, url)
    html = format_html("{}{}{}", _paragraphs(before), link, _paragraphs(after))
    return Letter(words.subject.format(**values), "\n\n".join([*before, url, *after]) + "\n", html, url)


def _paragraphs(texts: list[str]) -> str:
    return format_html_join("", "<p>{}</p>", ([text] for text in texts))
