"""What people do that no form expects: words without an end, and a double click."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.test_silences import SILENCES
from tests.browser.visitor import EVENTS, HISTORY, Visitor

pytestmark = pytest.mark.browser


def test_a_form_that_a_double_click_sends_twice_is_sent_once_and_long_words_break(visitor: Visitor) -> None:
    name = f"{uuid.uuid4().hex}{'轮换' * 8}{'n' * 60}"
    page = visitor.open(f"{SILENCES}create/")
    page.get_by_label("Silence name").fill(name)
    page.get_by_label("Reason").fill("r" * 200)
    page.get_by_label("Starts").fill("2090-01-01T12:00")
    page.get_by_label("Ends").fill("2090-01-02T12:00")
    page.get_by_role("button", name="OK", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    visitor.look()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Silences")


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
