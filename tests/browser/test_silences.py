"""Silences in a browser: typed with a preview that follows, saved, looked at; and the same without scripts."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

SILENCES = "/cloudmonitor/alerts/silences/"


def test_a_recurring_silence_is_previewed_while_it_is_typed_and_saved(visitor: Visitor) -> None:
    name = f"patch day {uuid.uuid4().hex[:8]}"
    page = visitor.open(f"{SILENCES}create/")
    found = page.locator("#silence-outlook-found")
    expect(found).to_contain_text("Would have hidden in 7 days")
    expect(found).to_contain_text("It covers critical events")
    page.get_by_label("Silence name").fill(name)
    page.get_by_label("Reason").fill("Patches, ask Li.Na")
    page.get_by_label("Again and again").check()
    expect(page.get_by_label("Starts")).to_be_hidden()
    page.get_by_label("Recurrence").fill("FREQ=WEEKLY;BYDAY=XX")
    expect(found).to_contain_text("BYDAY=XX")
    visitor.look()

    page.get_by_label("Recurrence").fill("FREQ=DAILY")
    page.get_by_label("Begins at").fill("01:00")
    page.get_by_label("Duration").fill("3:00")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_label("INFO", exact=True).check()
    expect(found.locator("[data-windows] tbody tr")).to_have_count(5)
    expect(found.locator("[data-clocks]")).to_contain_text("clocks go")
    expect(found).not_to_contain_text("It covers critical events")
    visitor.look()

    page.get_by_role("button", name="OK", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("main")).to_contain_text("Every day, at 01:00 for 3 h, Europe/Berlin")
    visitor.look()
    visitor.open(SILENCES)
    expect(page.locator("tbody tr").filter(has_text=name)).to_be_visible()
    visitor.look()
    page.get_by_role("link", name=f"End now {name}").click()
    page.get_by_role("button", name="End now").click()
    expect(page.get_by_role("main")).to_contain_text("Ended")


def test_an_event_is_silenced_without_scripts(without_scripts: Visitor) -> None:
    page = without_scripts.open("/cloudmonitor/event-center/system-events/?name=Secret:RotateSecret:Failure&period=90d")
    # The oldest one: the newest may be somebody's test of a rule, and a test is never silenced.
    page.get_by_role("link", name="Details").last.click()
    page.get_by_role("link", name="Silence this").click()
    expect(page.get_by_role("checkbox", name="Managed secret rotation failed")).to_be_checked()
    page.get_by_label("Reason").fill("Known, being mended")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("main")).to_contain_text("Would have hidden in 7 days")
    expect(page.get_by_role("main")).to_contain_text("A silence needs an end")
    page.get_by_label("Ends").fill("2027-01-31T12:00:00")
    page.get_by_role("button", name="OK", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Known, being mended")
