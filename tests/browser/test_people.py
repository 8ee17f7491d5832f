"""What people do that no form expects: words without an end."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import EVENTS, HISTORY, Visitor

pytestmark = pytest.mark.browser


def test_the_address_of_a_recipient_stands_on_one_line_of_the_history(visitor: Visitor) -> None:
    page = visitor.open(HISTORY)
    addresses = page.locator("[data-recipient] .mono")
    assert addresses.count()
    lines = addresses.evaluate_all("(found) => found.map((each) => [each.textContent, each.getClientRects().length])")
    assert [text for text, count in lines if text.endswith("@example.com") and count > 1] == []


def test_long_names_in_the_story_of_an_event_break(visitor: Visitor) -> None:
    page = visitor.open(f"{EVENTS}?period=90d")
    page.goto(page.get_by_role("link", name="Details").first.get_attribute("href") or "")
    titles = page.locator(".timeline-title")
    expect(titles.first).to_be_visible()
    titles.evaluate_all("(found) => found.forEach((title) => { title.firstChild.textContent = 'z'.repeat(150) })")
    visitor.look()
