"""From a search to a rule, from an event to a message: the main job, done with a mouse."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Locator, Page, expect

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
    expect(panel.get_by_role("checkbox", name="WARN", exact=True)).not_to_be_checked()
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
    row = page.locator("tbody tr").filter(has_text=rule).filter(has_text="127.0.0.1")
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
    page.get_by_role("checkbox", name="Key deleted", exact=True).check()
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
    expect(page.get_by_role("checkbox", name="Key deleted", exact=True)).to_be_checked()
    expect(page.get_by_role("checkbox", name="WARN", exact=True)).to_be_checked()
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


def _saved(page: Page, name: str) -> Locator:
    """Press OK, and return the rule's row in the list."""
    ok(page)
    expect(page).to_have_url(pattern(RULES))
    return page.locator("tbody tr").filter(has_text=name)


def test_every_field_of_the_panel_is_filled_in_and_mistakes_are_mended(visitor: Visitor, rule: str) -> None:
    page = visitor.open("/cloudmonitor/event-center/resource-groups/create/")
    page.get_by_label("Resource group name").fill(rule)
    page.locator("[name=patterns]").fill("nonsense")
    ok(page)
    expect(page.locator("#id_patterns_error")).to_contain_text("Line 1 is neither a resource")
    page.locator("[name=patterns]").fill("acs:kms:*:*:secret/*")
    visitor.look()
    ok(page)
    expect(page.locator("tbody tr").filter(has_text=rule)).to_contain_text("acs:kms:*:*:secret/*")
    visitor.look()

    page = visitor.open(f"{RULES}create/")
    everything = page.get_by_role("checkbox", name="All levels")
    expect(everything).to_be_checked()
    page.get_by_role("checkbox", name="CRITICAL").check()
    expect(everything).not_to_be_checked()
    everything.check()
    expect(page.get_by_role("checkbox", name="CRITICAL")).not_to_be_checked()
    page.get_by_role("checkbox", name="WARN", exact=True).check()
    for kind in ("queue", "function", "Logstore"):
        page.get_by_role("button", name=f"Add a {kind}").click()
        expect(page.locator(f"#id_{kind.lower()}s-0-region".replace("logstores", "logs"))).to_be_visible()
    page.get_by_label("Alert rule name").fill(rule)
    page.get_by_label("Description").fill("Made by a test")
    page.locator("[name=sql_filter]").fill("level = 'WARN' and (rds")
    page.get_by_label("Resource range").select_option(label=rule)
    page.locator("#id_queues-0-region").fill("Hangzhou!")
    page.locator("#id_functions-0-region").fill("cn-hangzhou")
    page.locator("#id_logs-0-logstore").fill("-x")
    page.locator("#id_urls-0-url").fill("https://hooks.example.com/a-secret-path")
    page.locator("#id_urls-0-secret").fill("whsec_short")
    page.locator("[name=effective_start]").fill("22:00")
    page.get_by_role("checkbox", name="Saturday").check()
    expect(page.locator("#rule-hours-said")).to_contain_text("Write both times")
    ok(page)
    wrong = ("rule_sql_filter", "rule_effective_end", "queues-0-region", "queues-0-queue", "functions-0-function",
             "logs-0-region", "logs-0-project", "logs-0-logstore", "urls-0-secret")  # fmt: skip
    for control in wrong:
        expect(page.locator(f"#id_{control}_error")).to_be_visible()
    expect(page.locator("pre.spot mark")).to_have_text("(")
    expect(page.locator("#id_urls-0-url")).to_have_value("https://hooks.example.com/a-secret-path")
    visitor.look()

    page.locator("[name=sql_filter]").fill("level = 'WARN' and (rds or mysql)")
    page.locator("[name=effective_end]").fill("06:00")
    expect(page.locator("#rule-hours-said")).to_contain_text("Saturday, from 22:00 to 06:00 on the following day")
    page.locator("#id_queues-0-region").fill("cn-hangzhou")
    page.locator("#id_queues-0-queue").fill("alerts")
    page.locator("#id_functions-0-function").fill("page")
    page.locator("#id_logs-0-region").fill("cn-hangzhou")
    page.locator("#id_logs-0-project").fill("kms-logs")
    page.locator("#id_logs-0-logstore").fill("events")
    page.locator("#id_urls-0-secret").fill("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    row = _saved(page, rule)
    for said in ("WARN", "level = 'WARN' and (rds or mysql)", "Saturday, from 22:00", "cn-hangzhou · alerts",
                 "cn-hangzhou · page", "kms-logs/events", "https://hooks.example.com/…"):  # fmt: skip
        expect(row).to_contain_text(said)
    expect(page.locator("main")).not_to_contain_text("a-secret-path")


def test_two_people_who_change_one_rule_lose_nothing_and_a_version_is_rolled_back(visitor: Visitor, rule: str) -> None:
    page = visitor.open(f"{RULES}create/?level=INFO")
    page.get_by_label("Alert rule name").fill(rule)
    row = _saved(page, rule)
    mine = visitor.context.new_page()
    mine.goto(str(row.get_by_role("link", name=f"Modify {rule}").get_attribute("href")))
    mine.get_by_label("Description").fill("mine")
    row.get_by_role("link", name=f"Modify {rule}").click()
    visitor.drawer.get_by_label("Description").fill("theirs")
    ok(page)
    ok(mine)
    expect(mine.get_by_role("alert")).to_contain_text("Somebody changed this alert rule since you opened it")
    expect(mine.get_by_label("Description")).to_have_value("mine")
    mine.get_by_role("button", name="Save mine in its place").click()
    expect(mine).to_have_url(pattern(RULES))
    mine.close()

    page.goto(RULES)
    row.get_by_role("link", name=f"Versions {rule}").click()
    first = page.locator("tbody tr").filter(has_text="theirs").first
    expect(first).to_contain_text("mine")
    visitor.look()
    with page.expect_navigation():
        page.get_by_role("link", name="Roll back to version 2").click()
    visitor.look()
    with page.expect_navigation():
        page.get_by_role("button", name="Roll back").click()
    expect(page.locator("tbody tr").first).to_contain_text("Rolled back")


def test_several_are_disabled_and_deleted_and_a_file_brings_them_back(visitor: Visitor, rule: str) -> None:
    page = visitor.open(f"{RULES}import/")
    names = [f"{rule}_{letter}" for letter in "ab"]
    text = "rules:\n" + "".join(f"- {{name: {name}, groups: [{{group: Default Contact Group}}]}}\n" for name in names)
    page.get_by_label("or its text").fill(text.replace("name: ", "called: "))
    page.get_by_role("button", name="Look at what it would change").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 2: “called” is no field here.")
    visitor.look()
    for _again in range(2):
        page.get_by_label("or its text").fill(text)
        page.get_by_role("button", name="Look at what it would change").click()
        expect(page.locator(".file-steps")).to_contain_text(names[1])
        with page.expect_navigation():
            page.get_by_role("button", name="Import", exact=True).click()
        page.goto(f"{RULES}?text={rule}")
        for name in names:
            page.get_by_role("checkbox", name=f"Select {name}").check()
        page.get_by_role("button", name="Disable marked").click()
        page.goto(f"{RULES}?text={rule}&state=DISABLED")
        expect(page.locator("tbody tr")).to_have_count(2)
        for name in names:
            page.get_by_role("checkbox", name=f"Select {name}").check()
        page.get_by_role("button", name="Delete marked").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Delete 2 alert rules?")
        with page.expect_navigation():
            page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.locator("tbody tr").filter(has_text=rule)).to_have_count(0)
        page.goto(f"{RULES}import/")
