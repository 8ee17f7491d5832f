"""The same main pages with a browser that runs no scripts."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import EVENTS, RULES, Visitor, pattern
from tests.person import Program, wait_for

pytestmark = pytest.mark.browser

FAILED = "Managed secret rotation failed"


def test_searching_opening_and_saving_a_rule_need_no_scripts(without_scripts: Visitor) -> None:
    page = without_scripts.open(EVENTS)
    names = page.get_by_role("search").get_by_role("group", name="Event name", exact=True)
    names.locator("summary").click()
    names.get_by_label(FAILED).check()
    page.get_by_label("Time range").select_option("90d")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#results tbody tr").first).to_contain_text(FAILED)

    page.get_by_role("link", name="Details").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FAILED)
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    page.get_by_role("link", name="Back to the events").click()
    expect(page).to_have_url(
        f"{without_scripts.installation.url}{EVENTS}?name=Secret%3ARotateSecret%3AFailure&period=90d"
    )

    rule = f"plain_{uuid.uuid4().hex[:8]}"
    page.get_by_role("link", name="Save as Alert Rule").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Create Event-triggered Alert Rule")
    page.get_by_label("Alert rule name").fill(rule)
    page.get_by_role("button", name="Add a URL").click()
    expect(page.get_by_label("Alert rule name")).to_have_value(rule)
    expect(page.get_by_role("checkbox", name=FAILED)).to_be_checked()
    page.locator("#id_urls-1-url").fill("no-url")
    page.get_by_role("button", name="OK", exact=True).click()
    expect(page.locator("#id_urls-1-url_error")).to_be_visible()
    page.locator("#id_urls-1-url").fill("")
    page.get_by_role("button", name="OK", exact=True).click()
    expect(page).to_have_url(pattern(RULES))
    expect(page.locator("tbody tr").filter(has_text=rule)).to_be_visible()


def test_a_deletion_is_scheduled_without_scripts_and_only_once(without_scripts: Visitor, program: Program) -> None:
    page = without_scripts.open("/kms/cn-hangzhou/keys/create/")
    page.get_by_label("Alias").fill(f"plain-{uuid.uuid4().hex[:8]}")
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_text("The key was created.")).to_be_visible()
    key = page.url.rstrip("/").rpartition("/")[2]
    page.get_by_role("link", name="Schedule deletion").click()
    page.get_by_role("button", name="Schedule key deletion").click()
    expect(page.get_by_text("Will be deleted in")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Schedule key deletion").click()  # the same form, sent again
    expect(page.locator("main [role=alert]")).to_be_visible()

    resource = f"acs:kms:cn-hangzhou:{without_scripts.installation.account}:key/{key}"
    events = wait_for(lambda: program.events(resource=resource), seconds=5, what="the event")
    assert [event["Name"] for event in events] == ["Key:ScheduleKeyDeletion:Success"]


def test_the_menu_of_a_phone_opens_without_scripts(without_scripts: Visitor) -> None:
    page = without_scripts.open(EVENTS)
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Alert History").click()
    expect(page).to_have_url(pattern("/cloudmonitor/alerts/history/"))
