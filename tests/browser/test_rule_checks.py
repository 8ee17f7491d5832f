"""Before a rule is saved: preview while typing, the explanation of an event, and a test with the receiver's answer."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import RULES, Visitor, pattern
from tests.receivers.http import HttpReceiver

pytestmark = pytest.mark.browser


def test_a_rule_is_previewed_explained_and_tested_without_being_saved(
    visitor: Visitor, http_receiver: HttpReceiver
) -> None:
    name = f"typed_{uuid.uuid4().hex[:8]}"
    page = visitor.open(f"{RULES}create/")
    found = page.locator("#rule-checks-found")
    expect(found).to_contain_text("Events matched in 90 days")
    page.get_by_label("Alert rule name").fill(name)
    page.get_by_label("SQL filter").fill("level = ")
    expect(found).to_contain_text("No preview yet")
    page.get_by_label("SQL filter").fill("level = CRITICAL and content.secretType = Rds")
    expect(found.locator(".chart-svg")).to_be_visible()
    visitor.look()

    found.get_by_role("button", name="Explain").first.click()
    expect(found).to_contain_text("level = 'CRITICAL'")
    event = found.locator(".history a").first.get_attribute("href")
    page.get_by_label("WARN", exact=True).check()
    page.get_by_label("Explain an event").fill(str(event))
    expect(found).to_contain_text("Not selected: Event level does not hold.")
    page.get_by_label("Explain an event").press("Enter")  # asks again; it must not save
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page).to_have_url(pattern(f"{RULES}create/"))
    visitor.look()

    page.get_by_label("WARN", exact=True).uncheck()
    page.get_by_label("URL optional", exact=True).fill(f"{http_receiver.url}/hooks/a-secret-path")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Test", exact=True).click()
    test = opened.value
    expect(test.get_by_role("main")).to_contain_text("it is not saved")
    text = test.get_by_label("Content (JSON)").input_value()
    test.get_by_label("Content (JSON)").fill(text.replace('"level": "CRITICAL",', '"level": ,'))
    test.get_by_role("button", name="OK", exact=True).click()
    expect(test.get_by_role("main")).to_contain_text("line 5, column 12")
    visitor.page = test
    visitor.look()
    test.get_by_label("Content (JSON)").fill(text)
    test.get_by_role("button", name="OK", exact=True).click()
    (request,) = http_receiver.wait_for(1, seconds=10)
    assert request.json["ruleName"] == name
    row = test.locator("#rule-tested tbody tr").filter(has_text=name)
    expect(row).to_contain_text("Accepted")
    expect(test.get_by_role("main")).not_to_contain_text("a-secret-path")
    visitor.look()
    assert name not in visitor.open(RULES).locator("main").inner_text()


def test_the_test_page_works_without_scripts(without_scripts: Visitor) -> None:
    page = without_scripts.open(RULES)
    page.get_by_role("link", name="Test critical_events").click()
    with page.expect_navigation():  # one that is still on its way cannot be loaded anew
        page.get_by_role("button", name="OK", exact=True).click()
    for _ in range(20):
        page.reload()
        if page.get_by_text("Kept in the outbox").count():
            break
        page.wait_for_timeout(500)
    expect(page.get_by_text("Kept in the outbox").first).to_be_visible()
