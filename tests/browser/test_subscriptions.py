"""Event subscription: who is told, where it is pushed, a policy for both, its backtest, and what it tells."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import EVENTS, Visitor, pattern
from tests.person import Program, a_cloud_event
from tests.receivers.http import HttpReceiver

pytestmark = pytest.mark.browser

HERE = "/cloudmonitor/event-center/event-subscription/"
POLICIES, PUSH, CONFIGURATIONS = f"{HERE}policies/", f"{HERE}push-channels/", f"{HERE}notification-configurations/"
FAILURE = "Secret:RotateSecret:Failure"


@pytest.fixture
def name() -> str:
    """A name that nothing else has."""
    return f"watch_{uuid.uuid4().hex[:8]}"


def press(page: Page, label: str) -> None:
    """Press a button and wait for the answer."""
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).click()


def a_push_channel(visitor: Visitor, url: str, name: str) -> None:
    """Make a push channel in the browser."""
    page = visitor.open(f"{PUSH}create/")
    page.get_by_label("Channel name").fill(name)
    page.locator("[name=webhook-url]").fill(url)
    page.locator("[name=headers-0-name]").fill("X-Team")
    page.locator("[name=headers-0-value]").fill("a-secret-value")
    visitor.look()
    press(page, "OK")


def test_a_policy_from_a_search_is_replayed_tested_and_tells_of_two_events_at_once(
    visitor: Visitor, program: Program, http_receiver: HttpReceiver, name: str
) -> None:
    a_push_channel(visitor, f"{http_receiver.url}/hooks/a-secret-path", name)
    page = visitor.page
    expect(page.locator("main")).not_to_contain_text("a-secret")
    page.get_by_role("button", name=f"Test {name}").click()
    expect(page.locator("[data-progress]")).to_contain_text("200")
    assert http_receiver.wait_for(1, seconds=10)[0].json["type"] == "test"
    visitor.look()

    visitor.open(f"{EVENTS}?period=90d&level=CRITICAL&name={FAILURE}&product=KMS")
    page.get_by_role("link", name="Save as Subscription Policy").click()
    expect(page.locator("[name=product]")).to_have_value("KMS")
    expect(page.locator(f"[name=names][value='{FAILURE}']")).to_be_checked()
    page.get_by_label("Policy name").fill(name)
    page.locator("[name=content_words]").fill(name)
    page.get_by_label("Conditional trigger").check()
    page.locator("[name=denoise_count]").fill("2")
    expect(page.locator("#policy-words")).to_contain_text("Tells after 2 events within 5 minutes")
    page.get_by_label(name).check()
    visitor.look()

    with visitor.context.expect_page() as opened:
        page.get_by_role("button", name="Backtest").click()
    backtest = opened.value
    expect(backtest.locator(".backtest-said")).to_contain_text("0 messages")
    expect(backtest.locator(".backtest-progress")).to_be_hidden()
    backtest.close()
    press(page, "Submit")
    expect(page).to_have_url(pattern(POLICIES))
    visitor.look()

    page.get_by_role("link", name=name).first.click()
    expect(visitor.drawer).to_contain_text("It has told nobody yet.")
    visitor.look()
    for number in range(2):
        event = a_cloud_event("kms.secret.rotation-failed", f"secret/{name}", secretType="Rds", secretName=name,
                              failureInfo={"errorCode": f"Kms:Error{number}", "errorMessage": name})  # fmt: skip
        program.send([event])
    envelope = http_receiver.wait_for(2, seconds=15)[1].json
    assert (envelope["strategyName"], envelope["alert"]["eventName"]) == (name, FAILURE)
    page.reload()
    visitor.open(f"{POLICIES}?text={name}")
    page.get_by_role("link", name=f"View {name}").click()
    expect(visitor.drawer).to_contain_text("First message: 2 events")


def test_a_configuration_with_two_steps_is_read_aloud(visitor: Visitor, name: str) -> None:
    page = visitor.open(f"{CONFIGURATIONS}create/")
    page.get_by_label("Configuration name").fill(name)
    page.locator("[name=group]").select_option(index=1)
    expect(page.locator("[name=critical_group]")).to_be_hidden()
    page.locator("[name=steps-0-after]").fill("10")
    page.locator("[name=steps-0-group]").select_option(index=1)
    page.get_by_role("button", name="Add a step").click()
    page.locator("[name=steps-1-after]").fill("30")
    visitor.look()
    page.get_by_role("button", name="OK", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Choose who is told then.")
    expect(page.locator("[name=steps-1-after]")).to_have_value("30")
    page.locator("[name=steps-1-group]").select_option(index=1)
    press(page, "OK")
    expect(page.locator("main")).to_contain_text("If nobody acknowledges it within 10 minutes")
    page.get_by_role("link", name=f"Edit {name}").click()
    expect(visitor.drawer.locator("[name=steps-1-after]")).to_have_value("30")
    visitor.look()


def test_every_field_of_a_policy_is_there_without_scripts(without_scripts: Visitor) -> None:
    page = without_scripts.open(f"{POLICIES}create/")
    for field in ("product", "denoise_count", "denoise_period_0", "repeat_interval_0"):
        expect(page.locator(f"[name={field}]")).to_be_visible()
    expect(page.locator("[name=quotas]").first).to_be_visible()
    page.locator("[name=name]").fill("a/b")
    page.get_by_role("button", name="Submit").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Use letters, digits, blanks")


def test_a_test_event_goes_to_the_policies(visitor: Visitor) -> None:
    page = visitor.open(f"{HERE}test/")
    page.get_by_label("Event name").select_option(FAILURE)
    page.get_by_role("button", name="Fill in its sample").click()
    expect(page.locator("[name=document]")).to_have_value(re.compile(FAILURE))
    visitor.look()
    press(page, "OK")
    expect(page.locator("#subscription-tested")).to_contain_text("selects it")
    visitor.look()
