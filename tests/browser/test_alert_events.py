"""The KMS console: from the sign-in to the details of one alert event, with a mouse and with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor, pattern

pytestmark = pytest.mark.browser

LIST = "/kms/cn-hangzhou/alert-events/"
FAILED = "Managed secret rotation failed"


def test_a_newcomer_signs_in_and_finds_the_alert_events_of_a_region(newcomer: Visitor) -> None:
    page = newcomer.open("/kms/")
    newcomer.look()
    newcomer.sign_in()
    expect(page).to_have_url(pattern("/kms/cn-hangzhou/instances/"))
    newcomer.look()

    page.get_by_role("banner").locator("summary").filter(has_text="Region:").click()
    page.get_by_role("navigation", name="Region", exact=True).get_by_role("link", name="Singapore").click()
    expect(page).to_have_url(pattern("/kms/ap-southeast-1/instances/"))
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Alert Events").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alert Events")
    expect(page).to_have_url(pattern("/kms/ap-southeast-1/alert-events/"))
    expect(page.get_by_role("link", name="CloudMonitor Alerts")).to_have_attribute("aria-current", "page")
    newcomer.look()


def test_alert_events_are_filtered_by_type_and_time_and_opened_in_a_drawer(visitor: Visitor) -> None:
    page = visitor.open(LIST)
    visitor.choose("Event name", FAILED)
    page.get_by_label("Time range").select_option("90d")
    visitor.search()
    expect(page).to_have_url(pattern(LIST))
    assert "name=Secret%3ARotateSecret%3AFailure" in page.url
    assert "period=90d" in page.url
    rows = page.locator("#results tbody tr")
    expect(rows.first).to_contain_text(FAILED)
    expect(rows.filter(has_not_text=FAILED)).to_have_count(0)
    visitor.look()
    searched = page.url

    rows.first.get_by_role("link", name="Details").click()
    expect(visitor.drawer.get_by_role("heading", name=FAILED, level=2)).to_be_focused()
    detail = page.url
    assert detail.startswith(f"{visitor.installation.url}{LIST}0")
    for part in ("What it means", "What happened", "Basics", "Content", "This resource, before and after"):
        expect(visitor.drawer.get_by_role("heading", name=part, exact=True)).to_be_visible()
    visitor.look()

    page.keyboard.press("Escape")
    expect(visitor.drawer).to_have_count(0)
    expect(page).to_have_url(searched)
    rows.first.get_by_role("link", name="Details").click()
    expect(visitor.drawer).to_be_visible()
    page.go_back()
    expect(visitor.drawer).to_have_count(0)
    expect(page).to_have_url(searched)
    page.go_forward()
    expect(page).to_have_url(detail)
    expect(page.get_by_role("heading", name=FAILED).first).to_be_visible()

    page.goto(detail)  # its address is a page of its own
    expect(page.get_by_role("heading", level=1)).to_have_text(FAILED)
    visitor.look()
    page.get_by_role("link", name="Back to the events").click()
    expect(page).to_have_url(f"{visitor.installation.url}{LIST}?name=Secret%3ARotateSecret%3AFailure&period=90d")


def test_the_theme_follows_the_system_until_one_is_chosen(visitor: Visitor) -> None:
    page = visitor.open(LIST)
    canvas = page.locator("html")
    light = str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    page.emulate_media(color_scheme="dark")
    expect(canvas).not_to_have_css("background-color", light)
    page.get_by_role("banner").locator("summary").filter(has_text="User:").click()
    page.locator(".themes label").filter(has_text="Light").click()
    expect(canvas).to_have_css("background-color", light)
    page.reload()
    expect(canvas).to_have_css("background-color", light)


def test_what_is_copied_is_the_content(visitor: Visitor) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.open(f"{LIST}?period=90d&name=Secret:RotateSecret:Failure")
    page.get_by_role("link", name="Details").first.click()
    figure = visitor.drawer.locator("figure.json")
    figure.get_by_role("button", name="Copy").click()
    expect(figure.get_by_role("status")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == figure.locator("pre").text_content()


def test_the_keyboard_alone_is_enough(visitor: Visitor) -> None:
    page = visitor.open("/kms/cn-hangzhou/keys/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    entry = page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Alert Events")
    _tab_to(visitor, "Alert Events", backwards=True)
    expect(entry).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(pattern(LIST))

    _tab_to(visitor, "Details")
    opener = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    expect(visitor.drawer.get_by_role("heading", level=2).first).to_be_focused()
    for _press in range(40):  # the focus does not leave the open panel for the page behind it
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(visitor.drawer).to_have_count(0)
    expect(page.locator(":focus")).to_have_attribute("aria-label", opener)

    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Menu", exact=True).focus()
    page.keyboard.press("Enter")
    menu = page.get_by_role("navigation", name="Main menu")
    expect(menu.get_by_role("link", name="Secrets")).to_be_visible()
    visitor.context.pages[0].keyboard.press("Escape")
    expect(menu).to_be_hidden()


def _tab_to(visitor: Visitor, words: str, *, backwards: bool = False) -> None:
    """Press Tab until what has the focus starts with these words."""
    read = "document.activeElement.textContent.trim()"
    for _press in range(80):
        visitor.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if str(visitor.page.evaluate(read)).startswith(words):
            return
    raise AssertionError(f"{words!r} was not reached with the Tab key")
