"""From a search to a rule, from an event to a message: the main job, done with a mouse."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import EVENTS, HISTORY, RULES, Visitor, pattern
from tests.person import Program, a_cloud_event
from tests.receivers.http import HttpReceiver

pytestmark = pytest.mark.browser

FAILED = "Managed secret rotation failed"


@pytest.fixture
def rule() -> str:
    """A name that no other rule has."""
    return f"rotation_{uuid.uuid4().hex[:8]}"


def ok(page: Page) -> None:
    """Press OK and wait for the answer."""
    with page.expect_navigation():
        page.get_by_role("button", name="OK", exact=True).click()


def test_a_rule_saved_from_a_search_tells_of_the_next_event(
    visitor: Visitor, program: Program, http_receiver: HttpReceiver, rule: str
) -> None:
    page = visitor.open(f"{EVENTS}?period=90d&level=CRITICAL&name=Secret:RotateSecret:Failure&product=KMS")
    page.get_by_role("link", name="Save as Alert Rule").click()
    panel = visitor.drawer
    expect(panel.get_by_role("heading", name="Create Event-triggered Alert Rule")).to_be_focused()
    expect(panel.get_by_label("Product type")).to_have_value("KMS")
    expect(panel.get_by_role("checkbox", name="CRITICAL")).to_be_checked()
    expect(panel.get_by_role("checkbox", name=FAILED)).to_be_checked()
    expect(panel.get_by_role("checkbox", name="WARN")).not_to_be_checked()
    assert panel.get_by_label("Alert rule name").input_value()
    visitor.look()

    panel.get_by_label("Alert rule name").fill(rule)
    panel.locator("[name=keywords]").fill(rule)
    panel.get_by_label("URL optional", exact=True).fill(f"{http_receiver.url}/hooks/a-secret-path")
    ok(page)
    expect(page).to_have_url(pattern(RULES))
    row = page.locator("tbody tr").filter(has_text=rule)
    expect(row).to_contain_text("not yet")
    expect(page.locator("main")).not_to_contain_text("a-secret-path")
    visitor.look()

    event = a_cloud_event("kms.secret.rotation-failed", f"secret/{rule}", secretType="Rds",
                          failureInfo={"errorCode": "Kms:ErrorCode", "errorMessage": "text"})  # fmt: skip
    program.send([event])
    (request,) = http_receiver.wait_for(1, seconds=10)
    assert request.json["ruleName"] == rule

    page.goto(f"{EVENTS}?keywords={rule}")
    page.get_by_role("link", name="Details").click()
    story = visitor.drawer.locator(".timeline").first
    expect(story.get_by_text(rule).first).to_be_visible()
    expect(story).to_contain_text("127.0.0.1")
    expect(story).to_contain_text("200")
    expect(visitor.drawer).not_to_contain_text("a-secret-path")
    visitor.look()

    page.goto(HISTORY)
    row = page.locator("tbody tr").filter(has_text=rule).filter(has_text="Webhook")
    expect(row).to_contain_text("Accepted")
    row.get_by_role("link").first.click()
    expect(page.locator("main")).not_to_contain_text("a-secret-path")
    visitor.look()


def test_every_mistake_stands_at_its_field_and_nothing_typed_is_lost(visitor: Visitor, rule: str) -> None:
    page = visitor.open(f"{RULES}create/?level=WARN")
    name, url = page.get_by_label("Alert rule name"), page.get_by_label("URL optional", exact=True)
    name.fill("critical_events")  # the demonstration has one of this name
    url.fill("ftp://example.com/hook")
    page.locator("[name=keywords]").fill("one\ntwo")
    page.get_by_role("checkbox", name="Key deleted").check()
    page.get_by_label("Mute for").select_option(label="30 Minutes")
    ok(page)
    expect(page.get_by_role("alert")).to_contain_text("There is an alert rule of this name already.")
    expect(page.locator("#id_rule_name_error")).to_be_visible()
    expect(page.locator("#id_urls-0-url_error")).to_contain_text("must start with http:// or https://")
    _nothing_is_lost(page, name="critical_events", url="ftp://example.com/hook")
    visitor.look()

    name.fill("")
    url.fill("")
    page.get_by_label("Contact group").select_option("")
    ok(page)
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_contain_text("Alert rule name")
    name.fill(rule)
    ok(page)
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one way of notifying")
    _nothing_is_lost(page, name=rule, url="")
    visitor.look()

    page.get_by_role("button", name="Add a URL").click()
    second = page.locator("#id_urls-1-url")
    expect(second).to_be_visible()
    _nothing_is_lost(page, name=rule, url="")
    second.fill("http://127.0.0.1:9/hook")
    ok(page)
    expect(page).to_have_url(pattern(RULES))
    expect(page.locator("tbody tr").filter(has_text=rule)).to_contain_text("Key deleted")


def _nothing_is_lost(page: Page, *, name: str, url: str) -> None:
    expect(page.get_by_label("Alert rule name")).to_have_value(name)
    expect(page.locator("#id_urls-0-url")).to_have_value(url)
    expect(page.locator("[name=keywords]")).to_have_value("one\ntwo")
    expect(page.get_by_role("checkbox", name="Key deleted")).to_be_checked()
    expect(page.get_by_role("checkbox", name="WARN")).to_be_checked()
    expect(page.get_by_label("Mute for")).to_have_value("1800")


def test_a_mistake_in_the_panel_over_a_search_is_shown_with_what_was_typed(visitor: Visitor, rule: str) -> None:
    page = visitor.open(f"{EVENTS}?level=INFO")
    page.get_by_role("link", name="Save as Alert Rule").click()
    visitor.drawer.get_by_label("Alert rule name").fill(f"{rule} with spaces and ?")
    visitor.drawer.get_by_role("button", name="Add a URL").click()
    expect(page.locator("#id_urls-1-url")).to_be_visible()
    page.locator("#id_urls-1-url").fill("http://user:secret@example.com/")
    ok(page)
    expect(page.get_by_label("Alert rule name")).to_have_value(f"{rule} with spaces and ?")
    expect(page.locator("#id_urls-1-url_error")).to_contain_text("must not contain a user name or password")


def test_a_double_click_and_a_form_sent_again_after_back_save_one_rule(visitor: Visitor, rule: str) -> None:
    page = visitor.open(f"{RULES}create/")
    page.get_by_label("Alert rule name").fill(rule)
    page.get_by_role("button", name="OK", exact=True).dblclick()
    expect(page.get_by_text(f"“{rule}” is saved").or_(page.get_by_text("of this name already")).first).to_be_visible()
    page.goto(RULES)
    expect(page.locator("tbody tr").filter(has_text=rule)).to_have_count(1)

    page.goto(f"{RULES}create/")
    page.get_by_label("Alert rule name").fill(f"{rule}_again")
    ok(page)
    page.go_back()
    page.get_by_label("Alert rule name").fill(f"{rule}_again")
    ok(page)
    expect(page.get_by_role("alert")).to_contain_text("There is an alert rule of this name already.")
