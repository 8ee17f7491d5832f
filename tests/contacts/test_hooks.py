"""Webhooks as they are typed in: what is unchanged, replaced, removed, and wrong."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from alerts.contacts.hooks import HOOKS, address_of, fields_of, mistakes_in

BY_KIND = {hook.kind: hook for hook in HOOKS}
URL = "https://hooks.example.com/secret-path"
NEW_URL = "https://new.example.com/x"
FIRST, SECOND = (f"whsec_{base64.b64encode(bytes([n]) * 24).decode()}" for n in (1, 2))
STORED = {"url": URL, "method": "POST", "secret": FIRST}
CHANGING = {**STORED, "secret": SECOND, "previous_secret": FIRST}


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "wanted"),
    [
        ("slack", {}, {}, None),
        ("slack", {"slack": URL}, {}, {"url": URL}),
        ("slack", {}, {"url": URL}, {"url": URL}),
        ("slack", {"slack": NEW_URL}, {"url": URL}, {"url": NEW_URL}),
        ("slack", {"remove_slack": True}, {"url": URL}, None),
        ("dingtalk", {"dingtalk": URL, "dingtalk_secret": "SEC1"}, {}, {"url": URL, "secret": "SEC1"}),
        ("dingtalk", {"dingtalk_secret": "SEC2"}, {"url": URL, "secret": "SEC1"}, {"url": URL, "secret": "SEC2"}),
        ("dingtalk", {"remove_dingtalk_secret": True}, {"url": URL, "secret": "SEC1"}, {"url": URL}),
        ("webhook", {"webhook": URL}, {}, {"url": URL, "method": "POST"}),
        ("webhook", {"webhook": NEW_URL}, {"url": URL, "method": "GET"}, {"url": NEW_URL, "method": "GET"}),
        ("webhook", {"webhook_secret": FIRST}, STORED, STORED),
        ("webhook", {"webhook_secret": SECOND}, STORED, CHANGING),
        ("webhook", {}, CHANGING, CHANGING),
        ("webhook", {"end_webhook_previous_secret": True}, CHANGING, {**STORED, "secret": SECOND}),
        ("webhook", {"remove_webhook_secret": True}, CHANGING, {"url": URL, "method": "POST"}),
    ],
)
def test_what_is_stored_after_what_was_typed(kind: str, typed: Any, stored: Any, wanted: Any) -> None:
    assert address_of(BY_KIND[kind], typed, stored) == wanted


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "field"),
    [
        ("slack", {"slack": "ftp://example.com/x"}, {}, "slack"),
        ("teams", {"teams": "hooks.example.com"}, {}, "teams"),
        ("wecom", {"wecom": "http://127.1/"}, {}, "wecom"),
        ("lark", {"lark_secret": "s"}, {}, "lark"),
        ("dingtalk", {"remove_dingtalk": True, "dingtalk": URL}, {"url": URL}, "remove_dingtalk"),
        ("dingtalk", {"remove_dingtalk": True, "dingtalk_secret": "s"}, {"url": URL}, "remove_dingtalk"),
        ("lark", {"remove_lark_secret": True, "lark_secret": "s"}, {"url": URL, "secret": "t"}, "remove_lark_secret"),
        ("webhook", {"webhook": URL, "webhook_secret": "short"}, {}, "webhook_secret"),
        ("webhook", {"webhook": URL, "webhook_secret": "whsec_c2hvcnQ="}, {}, "webhook_secret"),
    ],
)
def test_a_mistake_stands_at_its_field(kind: str, typed: Any, stored: Any, field: str) -> None:
    assert list(mistakes_in(BY_KIND[kind], typed, stored)) == [field]


@pytest.mark.parametrize("size", [24, 25, 26, 32, 64])
@pytest.mark.parametrize("padded", [True, False])
def test_a_signing_secret_of_any_allowed_length_is_taken(size: int, padded: bool) -> None:  # noqa: FBT001
    secret = f"whsec_{base64.b64encode(bytes(size)).decode()}"
    typed = {"webhook": URL, "webhook_secret": secret if padded else secret.rstrip("=")}
    assert mistakes_in(BY_KIND["webhook"], typed, {}) == {}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.kind)
def test_the_fields_of_what_is_stored_hold_nothing_of_it_but_the_host(hook: Any) -> None:
    stored = {"url": URL, "secret": FIRST, "previous_secret": SECOND} if hook.signs else {"url": URL}
    fields = fields_of(hook, stored)
    words = " ".join(f"{each.label} {each.help_text} {each.initial or ''}" for each in fields.values())
    assert "https://hooks.example.com/…" in words
    assert not any(secret in words for secret in ("secret-path", FIRST, SECOND))
    assert set(fields) == set(hook.names if hook.signs else [hook.kind, f"remove_{hook.kind}"])
