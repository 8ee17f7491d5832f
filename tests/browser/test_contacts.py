"""Alert contacts in a browser: every field and its mistakes, confirmation, tests of addresses, several at once."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor, pattern
from tests.person import wait_for
from tests.receivers.http import HttpReceiver, Reply

pytestmark = pytest.mark.browser

CONTACTS = "/cloudmonitor/alerts/contacts/"
OUTBOX = "/cloudmonitor/alerts/outbox/"
WRONG = {
    "name": "9lives", "email": "no address", "phone": "12", "dingtalk": "ftp://example.com/x", "lark": "lark",
    "wecom": "http://user:pass@example.com/", "slack": "javascript:alert(1)", "teams": "http://127.1/",
    "webhook": "//example.com", "webhook_secret": "too short",
}  # fmt: skip
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def a_name() -> str:
    """Return a name that no other test took."""
    return f"Ann.{uuid.uuid4().hex[:8]}"


def create(page: Page, **fields: str) -> None:
    """Fill in the panel and press OK."""
    for name, value in fields.items():
        page.locator(f"#id_{name}").fill(value)
    page.get_by_role("button", name="OK", exact=True).click()


def test_every_mistake_stands_at_its_field_and_nothing_typed_is_lost(visitor: Visitor) -> None:
    page = visitor.open(f"{CONTACTS}create/")
    visitor.look()
    create(page)
    expect(page.locator("#id_name_error")).to_be_visible()
    create(page, name=a_name())
    expect(page.locator("#id_email_error")).to_contain_text("at least one address")
    create(page, **WRONG, description="on call", dingtalk_secret="SEC1", lark_secret="kept")
    for name, value in WRONG.items():
        expect(page.locator(f"#id_{name}_error")).to_be_visible()
        expect(page.locator(f"#id_{name}")).to_have_value(value)
    expect(page.locator("#id_lark_secret")).to_have_value("kept")
    expect(page.locator("#id_description")).to_have_value("on call")
    visitor.look()


def test_an_address_is_confirmed_by_the_button_behind_the_link_and_not_by_looking(
    visitor: Visitor, newcomer: Visitor
) -> None:
    name = a_name()
    page = visitor.open(f"{CONTACTS}create/")
    create(page, name=name, email="anna@example.com")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_text("Pending Activation")).to_be_visible()
    visitor.look()
    contact = page.url

    page.get_by_role("link", name="Open the outbox").click()
    row = page.locator("#results tr").filter(has_text=name)
    expect(row).to_be_visible()
    row.get_by_role("link").first.click()
    link = page.get_by_role("link", name="Open the link").get_attribute("href")
    assert link is not None
    visitor.look()
    reader = newcomer.open(link)
    newcomer.look()
    page.goto(contact)
    expect(page.get_by_text("Pending Activation")).to_be_visible()

    reader.get_by_role("button", name="Confirm").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("The address is confirmed")
    newcomer.look()
    page.goto(contact)
    expect(page.locator("#way-email")).to_contain_text("Confirmed")


def test_a_test_shows_the_answer_by_itself_and_a_secret_is_replaced_and_removed(
    visitor: Visitor, http_receiver: HttpReceiver
) -> None:
    page = visitor.open(f"{CONTACTS}create/")
    create(page, name=a_name(), webhook=f"{http_receiver.url}/of-nobody-else", webhook_secret=SIGNING)
    page.get_by_role("button", name="Test Webhook").click()
    expect(page.locator("#way-webhook [data-progress]")).to_contain_text("Accepted")
    (request,) = http_receiver.wait_for(1, seconds=5)
    assert request.json["type"] == "test"
    assert "webhook-signature" in request.headers
    http_receiver.answer_with(Reply(status=410))
    page.get_by_role("button", name="Test Webhook").click()
    expect(page.locator("#way-webhook [data-progress]")).to_contain_text("410")
    visitor.look()

    page.get_by_role("link", name="Modify").click()
    expect(page.locator("#id_webhook")).to_have_value("")
    expect(page.locator("#id_webhook_helptext")).to_contain_text("http://127.0.0.1:")
    assert "of-nobody-else" not in page.content()
    visitor.look()
    page.get_by_label("Remove the signing secret").check()
    create(page, email="ann@example.com")
    page.get_by_role("link", name="Modify").click()
    expect(page.get_by_label("Remove the signing secret")).to_have_count(0)
    page.get_by_label("Remove this webhook").check()
    create(page)
    expect(page.locator("#way-webhook")).to_have_count(0)


def test_a_test_needs_no_scripts(without_scripts: Visitor, http_receiver: HttpReceiver) -> None:
    page = without_scripts.open(f"{CONTACTS}create/")
    create(page, name=a_name(), slack=f"{http_receiver.url}/x")
    with page.expect_navigation():
        page.get_by_role("button", name="Test Slack webhook").click()
    http_receiver.wait_for(1, seconds=10)
    row = page.locator("#way-slack")

    def answered() -> bool:
        page.reload()
        return "Waiting" not in row.inner_text()

    wait_for(answered, seconds=10, what="the answer")
    expect(row).to_contain_text("ok")


def test_several_contacts_are_looked_at_before_they_are_stored_together(visitor: Visitor) -> None:
    first, second = a_name(), a_name()
    page = visitor.open(CONTACTS)
    with page.expect_navigation():
        page.get_by_role("link", name="Create Several").click()
    visitor.look()
    lines = page.get_by_label("Contacts", exact=True)
    lines.fill(f"{first}, a@example.com, +86 138 0000 0000, Default Contact Group\n{second}, nobody")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("row").filter(has_text=second)).to_contain_text("Enter a valid email address.")
    expect(lines).to_have_value(re.compile(f"^{first}.*\n{second}, nobody"))
    visitor.look()
    lines.fill(f"{first}, a@example.com, +86 138 0000 0000, Default Contact Group\n{second}, b@example.com")
    page.get_by_role("button", name="OK", exact=True).click()
    expect(page).to_have_url(pattern(CONTACTS))
    expect(page.get_by_text("2 contacts are stored.")).to_be_visible()
    expect(page.locator("tbody tr").filter(has_text=second)).to_contain_text("none: is told of nothing")
    visitor.look()
