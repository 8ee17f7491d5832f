"""Sources in a browser: an account is connected, its permissions tried, read while one looks, paused, resumed, deleted.

The cloud is the installation itself: what it reads of a region is what it holds there.
"""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

SOURCES = "/cloudmonitor/access-center/sources/"
REGION = "me-east-1"  # where the demonstration estate has nothing
READ = ["Instances and quotas", "Keys", "Aliases"]


def an_access_key(visitor: Visitor) -> tuple[str, str]:
    """Make an access key in the console; return its id and its secret."""
    page = visitor.open("/account/access-keys/create/")
    page.get_by_label("Name", exact=True).fill(f"mirror {uuid.uuid4().hex[:8]}")
    page.get_by_label("Default region").fill(REGION)
    page.get_by_role("button", name="Create", exact=True).click()
    shown = page.locator("main code")
    return shown.nth(0).inner_text(), shown.nth(1).inner_text()


def a_key(visitor: Visitor, alias: str) -> str:
    """Make a key in the region that is read; return the address of its page."""
    page = visitor.open(f"/kms/{REGION}/keys/create/")
    page.get_by_label("Alias").fill(alias)
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(alias)
    return page.url


def connect(visitor: Visitor, name: str, *, secret: str = "") -> Page:
    """Connect the installation to itself, with an access key of its own."""
    key_id, true = an_access_key(visitor)
    page = visitor.open(f"{SOURCES}connect/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("AccessKey ID").fill(key_id)
    page.get_by_label("AccessKey secret").fill(secret or true)
    page.get_by_label("Regions").fill(REGION)
    for each in page.get_by_role("group", name="What is read").get_by_role("checkbox").all():
        each.uncheck()
    for label in READ:
        page.get_by_label(label, exact=True).check()
    page.get_by_label("Our events").check()
    page.get_by_label("Endpoint").fill(visitor.installation.url.removeprefix("http://"))
    return page


def test_an_account_is_connected_checked_read_paused_resumed_and_deleted(visitor: Visitor) -> None:
    name, alias = f"production {uuid.uuid4().hex[:8]}", f"alias/mirrored-{uuid.uuid4().hex[:8]}"
    key_page = a_key(visitor, alias)
    page = connect(visitor, name)
    page.get_by_label("Regions").fill("nowhere at all")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("is no region")
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    expect(page.get_by_label("AccessKey secret")).to_have_value("")
    visitor.look()

    page = connect(visitor, name)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    granted = page.locator("[data-permissions] tbody tr").filter(has_text="Granted")
    expect(granted.filter(has_text="kms:DescribeKey")).to_be_visible(timeout=60_000)
    keys = page.locator("#source-standing tr").filter(has_text="Keys").filter(has=page.locator("progress"))
    expect(keys).to_contain_text("1 of 1", timeout=60_000)
    expect(page.locator("#source-standing")).to_contain_text("Active", timeout=60_000)
    visitor.look()

    page.goto(key_page)
    expect(page.get_by_role("main")).to_contain_text("Read from the cloud. It is changed there")
    expect(page.get_by_role("link", name="Schedule deletion")).to_have_count(0)
    visitor.look()
    page.get_by_role("link", name=name).click()

    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#source-standing")).to_contain_text("Paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#source-standing")).to_contain_text("Active", timeout=60_000)
    page.get_by_role("link", name="Change who tells").click()
    expect(page.get_by_role("main")).to_contain_text("What the switch means")
    visitor.look()
    page.get_by_role("link", name="Cancel").click()

    visitor.open(SOURCES)
    expect(page.locator("tbody tr").filter(has_text=name)).to_contain_text("Active")
    visitor.look()
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("main")).to_contain_text("can be changed here from then on")
    visitor.look()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("tbody tr").filter(has_text=name)).to_have_count(0)
    page.goto(key_page)
    expect(page.get_by_role("link", name="Schedule deletion")).to_be_visible()


def test_a_wrong_secret_is_said_in_words_and_can_be_replaced_without_scripts(
    visitor: Visitor, without_scripts: Visitor
) -> None:
    name = f"wrong {uuid.uuid4().hex[:8]}"
    page = connect(visitor, name, secret="not-the-secret")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("[data-permissions]")).to_contain_text("Refused", timeout=60_000)
    expect(page.locator("#source-standing")).to_contain_text(
        "The AccessKey secret is not the one of this AccessKey ID", timeout=60_000
    )
    visitor.look()
    plain = without_scripts.open(page.url.removeprefix(visitor.installation.url))
    plain.get_by_role("link", name="Change", exact=True).click()
    plain.get_by_label("Endpoint").fill("127.0.0.2:1")
    plain.get_by_role("button", name="OK").click()
    expect(plain.get_by_role("alert")).to_contain_text("what is stored signs for no other key and no other place")
    plain.get_by_role("link", name="Cancel").click()
    plain.get_by_role("link", name="Delete").click()
    plain.get_by_role("button", name="Delete").click()
    expect(plain.locator("tbody tr").filter(has_text=name)).to_have_count(0)
