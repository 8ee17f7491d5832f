"""Every trigger driven once from the forms of the KMS console; each event is in both consoles within two seconds."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor, pattern
from tests.installation import ACCOUNT
from tests.person import REGION, Program, wait_for

pytestmark = pytest.mark.browser

KMS = f"/kms/{REGION}"
WITHIN = 2.0  # seconds from the answer to the form
LINES = {"qps": ("QPS", 1000), "key": ("Key", 100), "secret": ("Secret", 50), "vpc": ("AccessManagement", 10)}


class Estate:
    """The resources of one region, changed through the forms of the console."""

    def __init__(self, visitor: Visitor, program: Program) -> None:
        self.visitor, self.program = visitor, program
        self.page: Page = visitor.page
        self.mark = uuid.uuid4().hex[:8]

    def submit(self, button: str) -> None:
        """Press the button of the form and wait until it was done."""
        with self.page.expect_navigation():
            self.page.locator("main form.form").get_by_role("button", name=button, exact=True).click()
        expect(self.page.locator("main .errors, main [role=alert]")).to_have_count(0)

    def create(self, kind: str, button: str, **fields: str) -> str:
        """Create a resource through its form; returns its ARN, which its page shows."""
        self.visitor.open(f"{KMS}/{kind}/create/")
        for name, value in fields.items():
            control = self.page.locator(f"main [name={name}]")
            if control.evaluate("each => each.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
        self.submit(button)
        return self.arn()

    def arn(self) -> str:
        """Return the ARN that the resource's page shows."""
        text = self.page.locator(".pagehead").text_content() or ""
        match = re.search(rf"acs:kms:{REGION}:{ACCOUNT}:[^\s]+", text)
        assert match, text
        return match[0]

    def act(self, address: str, action: str, button: str, **fields: str) -> None:
        """Open the form of an action of a resource, fill it in and send it."""
        self.visitor.open(f"{address}{action}/")
        for name, value in fields.items():
            control = self.page.locator(f"main [name={name}]").first
            if control.get_attribute("type") == "radio":
                self.page.locator(f"main [name={name}][value={value}]").check()
            else:
                control.fill(value)
        self.submit(button)

    def stands(self, resource: str, *names: str) -> list[dict[str, Any]]:
        """Wait until a resource has exactly these events, the newest ones first in no order, in both consoles."""
        found: list[dict[str, Any]] = wait_for(
            lambda: (events := self.program.events(resource=resource)) and len(events) >= len(names) and events,
            seconds=WITHIN,
            what=f"{names} of {resource}",
        )
        assert sorted(event["Name"] for event in found) == sorted(names)
        assert self.program.events(resource=resource, console=REGION) == found
        return found


@pytest.fixture
def estate(visitor: Visitor, program: Program) -> Estate:
    """The estate of the demonstration, changed by its administrator."""
    return Estate(visitor, program)


def test_each_quota_tells_of_both_lines(estate: Estate) -> None:
    page = estate.visitor.open(f"{KMS}/instances/create/")
    estate.visitor.look()
    quotas = {f"{quota}_quota": str(full) for quota, (_name, full) in LINES.items()}
    instance = estate.create("instances", "Create instance", name=f"usage-{estate.mark}", **quotas)
    address = page.url
    expected: list[str] = []
    for quota, (name, full) in LINES.items():
        for share, line in ((7, "SeventyPercent"), (9, "NinetyPercent")):
            estate.act(address, "record-usage", "Record usage", resource_type=quota, used=str(full * share // 10))
            expected.append(f"Instance:{name}Usage:{line}")
            estate.stands(instance, *expected)
    estate.visitor.look()


def test_a_key_scheduled_for_deletion_is_told_and_kept_again(estate: Estate) -> None:
    page = estate.page
    key = estate.create("keys", "Create key", alias=f"doomed-{estate.mark}")
    address = page.url
    with page.expect_navigation():
        page.get_by_role("link", name="Schedule deletion").click()
    estate.visitor.look()
    page.get_by_label("Waiting period in days").fill("6")
    with page.expect_navigation():
        page.get_by_role("button", name="Schedule key deletion").click()
    expect(page.locator("#id_days_error")).to_be_visible()
    expect(page.get_by_label("Waiting period in days")).to_have_value("6")
    page.get_by_label("Waiting period in days").fill("7")
    page.get_by_role("button", name="Schedule key deletion").dblclick()  # done once all the same
    expect(page.get_by_text("Will be deleted in").or_(page.get_by_text("sent twice")).first).to_be_visible()
    estate.stands(key, "Key:ScheduleKeyDeletion:Success")

    estate.visitor.open(address.removeprefix(estate.visitor.installation.url))
    expect(page.get_by_text("Will be deleted in")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Key scheduled for deletion")
    estate.visitor.look()
    page.get_by_role("button", name="Cancel deletion").click()
    expect(page.get_by_text("The key is kept")).to_be_visible()
    expect(page.get_by_text("Will be deleted in")).to_have_count(0)
    estate.stands(key, "Key:ScheduleKeyDeletion:Success", "Key:CancelKeyDeletion:Success")


def test_a_key_whose_waiting_period_ends_is_deleted_and_told(estate: Estate) -> None:
    page = estate.page
    key = estate.create("keys", "Create key", alias=f"over-{estate.mark}")
    address = page.url.removeprefix(estate.visitor.installation.url)
    estate.act(address, "schedule-deletion", "Schedule key deletion", days="7")
    estate.stands(key, "Key:ScheduleKeyDeletion:Success")
    # The one thing that no browser can do: let a week pass. The sweep that ends the period is the real one.
    with psycopg.connect(estate.visitor.installation.database_url) as connection:
        moved = connection.execute(
            "UPDATE estate_key SET delete_at = now() WHERE key_id = %s", (key.rpartition("/")[2],)
        )
        assert moved.rowcount == 1

    estate.stands(key, "Key:ScheduleKeyDeletion:Success", "Key:DeleteKey:Success")
    estate.visitor.open(address)
    expect(page.locator("main")).to_contain_text("Key deleted")
    estate.visitor.look()


def test_a_secret_is_scheduled_restored_and_deleted_at_once(estate: Estate) -> None:
    page = estate.page
    name = f"doomed-{estate.mark}"
    secret = estate.create("secrets", "Create secret", name=name)
    address = page.url
    estate.act(address, "schedule-deletion", "Schedule secret deletion", days="7")
    estate.stands(secret, "Secret:ScheduleSecretDeletion:Success")
    page.get_by_role("button", name="Restore secret").click()
    expect(page.get_by_text("The secret is restored.")).to_be_visible()

    with page.expect_navigation():
        page.get_by_role("link", name="Delete at once").click()
    estate.visitor.look()
    confirm = page.get_by_label("Type the name of the secret to confirm")
    confirm.fill("another")
    with page.expect_navigation():
        page.get_by_role("button", name="Delete without recovery").click()
    expect(page.get_by_text("This is not the name of the secret.").first).to_be_visible()
    confirm.fill(name)
    estate.submit("Delete without recovery")
    told = ("Secret:ScheduleSecretDeletion:Success", "Secret:RestoreSecret:Success", "Secret:DeleteSecret:Success")
    estate.stands(secret, *told)


def test_a_rotation_that_fails_and_succeeds_is_told(estate: Estate) -> None:
    page = estate.page
    secret = estate.create("secrets", "Create secret", name=f"rotated-{estate.mark}", type="Rds", sub_type="SingleUser")
    address = page.url
    estate.act(address, "record-rotation", "Record rotation", outcome="failed", error_code="Kms:AccountNotFound",
               error_message="The account does not exist.")  # fmt: skip
    (event,) = estate.stands(secret, "Secret:RotateSecret:Failure")
    assert "Kms:AccountNotFound" in event["Content"]
    estate.visitor.look()
    estate.act(address, "record-rotation", "Record rotation", outcome="succeeded")
    estate.stands(secret, "Secret:RotateSecret:Failure", "Secret:RotateSecret:Success")


def test_a_synchronization_that_fails_and_succeeds_is_told(estate: Estate) -> None:
    page = estate.visitor.open(f"{KMS}/keys/create/")
    payments = page.locator("select[name=instance] option", has_text="payments-prod").get_attribute("value") or ""
    alias = f"copied-{estate.mark}"
    key = estate.create("keys", "Create key", alias=alias, instance=payments)
    estate.visitor.open(f"{KMS}/synchronization/")
    page.get_by_role("link", name="View keys").first.click()
    expect(page).to_have_url(pattern(rf"{KMS}/synchronization/\d+/"))
    address = page.url.partition("?")[0]
    estate.act(address, "record", "Record synchronization", key=f"alias/{alias}", outcome="failed",
               error_code="Kms:Timeout", error_message="The replica did not answer.")  # fmt: skip
    estate.stands(key, "Key:SyncKey:Failure")
    estate.act(address, "record", "Record synchronization", key=f"alias/{alias}", outcome="succeeded")
    estate.stands(key, "Key:SyncKey:Failure", "Key:SyncKey:Success")
    estate.visitor.look()


def test_a_client_key_made_inside_a_reminder_window_is_told_once(estate: Estate) -> None:
    page = estate.page
    for days in (7, 30, 90, 180):
        if days in (7, 90):  # an access point holds three client keys at most
            estate.create("application-access", "Create access point", name=f"aap-{days}-{estate.mark}")
            address = page.url
        end = datetime.now(UTC) + timedelta(days=days - 1)
        estate.act(address, "create-client-key", "Create client key", not_after=f"{end:%Y-%m-%dT%H:%M}")
        (event,) = estate.stands(estate.arn(), "ClientKey:Expiration:Reminder")
        assert event["Level"] == "CRITICAL"
        assert str(days) in event["Content"]
    estate.visitor.look()
