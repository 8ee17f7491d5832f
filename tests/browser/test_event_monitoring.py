"""The CloudMonitor console: searching, narrowing, paging and exporting system events."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import EVENTS, Visitor, pattern
from tests.person import Program

pytestmark = pytest.mark.browser

FAILED = "Managed secret rotation failed"
KMS = "Key Management Service (KMS)"
OTHER_PAGES = {
    "/cloudmonitor/": (
        *(
            f"alerts/{page}/"
            for page in ("contacts", "contacts/create", "contact-groups", "history/decisions", "outbox")
        ),
        "help/events/",
    ),
    "/kms/cn-hangzhou/": (
        *(f"{page}/" for page in ("keys", "secrets", "application-access", "synchronization")),
        "application-access/client-keys/",
    ),
    "/account/": ("settings/",),
}


def found(page: Page) -> int:
    """Return the number that the heading of the results says."""
    return int((page.locator("#results h2").text_content() or "").split()[0].replace(",", ""))


def test_a_search_is_narrowed_by_a_bar_and_widened_by_its_pills(visitor: Visitor) -> None:
    page = visitor.open("/")
    visitor.look()
    page.get_by_role("navigation", name="Console").get_by_role("link", name="CloudMonitor").click()
    expect(page.get_by_role("link", name="Event Monitoring")).to_have_attribute("aria-current", "page")
    visitor.choose("Product", KMS)
    visitor.choose("Event level", "CRITICAL", "INFO")
    visitor.choose("Event name", FAILED)
    page.get_by_label("Time range").select_option("90d")
    page.get_by_label("Keywords").fill("(rds-payments-app or rds-checkout-app) and secret")
    visitor.search()
    pills = page.get_by_role("list", name="Active filters")
    for words in (
        f"Product {KMS}",
        "Event level CRITICAL",
        "Event level INFO",
        f"Event name {FAILED}",
        "Keywords (rds",
    ):
        expect(pills.get_by_text(words)).to_be_visible()
    expect(page.locator("#results tbody tr").first).to_contain_text(FAILED)
    every = found(page)
    visitor.look()

    bar = page.locator(".chart-plot a").first
    within = int((bar.get_attribute("aria-label") or "").partition(": ")[2].split()[0])
    bar.click()
    expect(page).to_have_url(pattern(EVENTS))
    expect(pills.get_by_text("From (")).to_be_visible()
    assert "start=" in page.url
    assert found(page) == within <= every
    expect(page.get_by_label("Time range")).to_have_value("")
    visitor.look()

    page.get_by_role("link", name="Remove filter From").click()
    expect(pills.get_by_text("From (")).to_have_count(0)
    page.get_by_role("link", name="Remove filter Keywords").click()
    expect(page.get_by_label("Keywords")).to_have_value("")
    page.get_by_role("link", name="Clear all").click()
    expect(pills).to_have_count(0)
    expect(page).to_have_url(pattern(EVENTS))


def test_a_search_that_makes_no_sense_says_so_at_its_field(visitor: Visitor) -> None:
    page = visitor.open(EVENTS)
    keywords = page.get_by_label("Keywords")
    keywords.fill("(payments or checkout")
    visitor.search()
    expect(keywords).to_have_value("(payments or checkout")
    expect(keywords).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_keywords_error")).to_be_visible()
    expect(page.get_by_text("This search cannot be carried out")).to_be_visible()
    visitor.look()

    keywords.fill("")
    long_ago = f"{datetime.now(UTC) - timedelta(days=120):%Y-%m-%dT%H:%M:%S}"
    page.get_by_label("From (").fill(long_ago)
    expect(page.get_by_label("Time range")).to_have_value("")
    visitor.search()
    expect(page.locator("#id_start_error")).to_contain_text("Events are kept for 90 days: choose a start after")
    assert page.get_by_label("From (").input_value().startswith(long_ago[:16])

    page.get_by_role("link", name="Reset").click()
    expect(page.locator(".errors")).to_have_count(0)
    page.get_by_label("Keywords").fill("nothing-is-called-like-this")
    visitor.search()
    expect(page.get_by_text("No events match")).to_be_visible()
    visitor.look()


def test_pages_turn_both_ways_and_the_whole_result_is_exported(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open(f"{EVENTS}?period=90d&product=KMS")
    every, rows = found(page), page.locator("#results tbody tr")
    assert every > 50, "the demonstration has more than a page of events"
    expect(rows).to_have_count(50)
    newest = rows.first.text_content() or ""
    page.get_by_role("link", name="Older").click()
    expect(rows.first).not_to_have_text(newest)
    assert "before=" in page.url
    page.reload()  # the whole state is in the address
    expect(rows.first).not_to_have_text(newest)
    page.get_by_role("link", name="Newer").click()
    expect(rows.first).to_have_text(newest)
    page.go_back()
    expect(rows.first).not_to_have_text(newest)

    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV").click()
    place = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(place)
    assert place.name == "events.csv"
    with place.open(encoding="utf-8-sig", newline="") as lines:
        assert abs(len(list(csv.DictReader(lines))) - every) <= 5  # other journeys make events meanwhile
    answer = page.request.get(page.get_by_role("link", name="JSON").get_attribute("href") or "")
    assert len(answer.json()["events"]) >= every


@pytest.mark.parametrize("part", OTHER_PAGES)
def test_the_other_pages_stand_every_look(visitor: Visitor, part: str) -> None:
    for path in OTHER_PAGES[part]:
        visitor.open(part + path)
        visitor.look()


def test_an_event_of_elsewhere_with_a_long_name_fits_the_page(visitor: Visitor, program: Program) -> None:
    name = "Elsewhere:" + "AVeryLongNameOfAnOperation" * 4
    program.call_back({"product": "Elsewhere", "name": name, "level": "INFO", "status": "Normal", "ver": "1.0",
                       "regionId": "cn-hangzhou", "resourceId": "acs:elsewhere:" + "x" * 300,
                       "eventTime": f"{datetime.now(UTC):%Y%m%dT%H%M%S}.000+0000",
                       "content": {"html": "<script>alert(1)</script>", "deep": {"list": ["y" * 300]}}})  # fmt: skip
    page = visitor.open(f"{EVENTS}?product=Elsewhere")
    for _try in range(40):
        if page.locator("#results tbody tr").count():
            break
        page.wait_for_timeout(100)
        page.reload()
    visitor.look()
    page.get_by_role("link", name="Details").first.click()
    expect(visitor.drawer.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    visitor.look()
