"""Every mistake that a person can make in the panel of an alert rule: said at its field, and nothing typed is lost.

Each round makes one mistake in as many fields as it can, presses OK, and reads what is said at every one of them.
"""

from __future__ import annotations

import uuid
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import RULES, Visitor, pattern

pytestmark = pytest.mark.browser

GROUPS = "/cloudmonitor/event-center/resource-groups/"
CONTACT_GROUPS = "/cloudmonitor/alerts/contact-groups/"
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRETS = ("-url", "-secret")


class Mistake(NamedTuple):
    """What is typed where, and what is said of it at which control; nothing said means that it is somebody else's."""

    field: str
    typed: str
    said: str = ""


ROUNDS = {
    "signs and sizes": (
        Mistake("rule_name", "is this a name?", "Use letters, digits, blanks and . _ : - only."),
        Mistake("rule_keywords", "\n".join(map(str, range(51))), "At most 50 entries are allowed; these are 51."),
        Mistake("rule_sql_filter", "level = 'WARN", "quot"),
        Mistake("rule_effective_start", "08:00"),
        Mistake("rule_effective_end", "08:00", "These hours have no length: leave both empty for the whole day."),
        Mistake("urls-0-url", "ftp://example.com/hook", "must start with http:// or https://"),
        Mistake("urls-0-secret", "a secret", "whsec_"),
        Mistake("urls-1-url", "http://", "host"),
        Mistake("queues-0-region", "Hangzhou", "This is no region: write one such as cn-hangzhou."),
        Mistake("queues-0-queue", "-alerts", "Up to 120 letters, digits and hyphens"),
        Mistake("functions-0-region", "cn-hangzhou"),
        Mistake("functions-0-service", "two words", "Up to 128 letters, digits, hyphens and underscores"),
        Mistake("functions-0-function", "1st", "Up to 128 letters, digits, hyphens and underscores"),
        Mistake("logs-0-region", "cn_hangzhou", "This is no region: write one such as cn-hangzhou."),
        Mistake("logs-0-project", "Logs", "3 to 63 lower-case letters, digits and hyphens"),
        Mistake("logs-0-logstore", "events-", "2 to 63 lower-case letters, digits, hyphens and underscores"),
    ),
    "what is missing": (
        Mistake("rule_name", "", "This field is required."),
        Mistake("rule_keywords", "w" * 257, "is longer than 256 characters."),
        Mistake("rule_sql_filter", "level = 'WARN' and (rds", "“(” is not closed."),
        Mistake("rule_effective_start", "", "Write both times, or none for the whole day."),
        Mistake("rule_effective_end", "08:00"),
        Mistake("urls-0-url", "", "Write the URL whose calls this secret signs."),
        Mistake("urls-0-secret", SIGNING),
        Mistake("urls-1-url", "https://somebody:password@example.com/", "must not contain a user name or password"),
        Mistake("queues-0-region", "cn-hangzhou"),
        Mistake("queues-0-queue", "", "Write the name of a queue or of a topic."),
        Mistake("functions-0-region", "", "This is missing."),
        Mistake("functions-0-service", "pager"),
        Mistake("functions-0-function", "", "This is missing."),
        Mistake("logs-0-region", "", "This is missing."),
        Mistake("logs-0-project", "kms-logs"),
        Mistake("logs-0-logstore", "", "This is missing."),
    ),
    "too much of it": (
        Mistake("rule_name", "critical_events", "There is an alert rule of this name already."),
        Mistake("rule_keywords", "rds"),
        Mistake("rule_sql_filter", "color = 'red'", "color"),
        Mistake("rule_effective_start", "22:00", ""),
        Mistake("rule_effective_end", "", "Write both times, or none for the whole day."),
        Mistake("urls-0-url", "https://example.com/hook"),
        Mistake("urls-0-secret", ""),
        Mistake("urls-1-url", "https://example.com/hook", "This is there twice."),
        Mistake("queues-0-region", "cn-hangzhou"),
        Mistake("queues-0-queue", "alerts"),
        Mistake("queues-0-topic", "alerts", "Either a queue or a topic, not both."),
        Mistake("functions-0-region", "cn-hangzhou"),
        Mistake("functions-0-service", ""),
        Mistake("functions-0-function", "pager"),
        Mistake("functions-1-region", "cn-hangzhou"),
        Mistake("functions-1-function", "pager", "This is there twice."),
        Mistake("logs-0-region", "cn-hangzhou"),
        Mistake("logs-0-project", "kms-logs"),
        Mistake("logs-0-logstore", "events"),
        Mistake("logs-1-region", "cn-hangzhou"),
        Mistake("logs-1-project", "kms-logs"),
        Mistake("logs-1-logstore", "events", "This is there twice."),
    ),
}  # fmt: skip


@pytest.fixture
def rule() -> str:
    """A name that nothing else has."""
    return f"mistaken_{uuid.uuid4().hex[:8]}"


def ok(page: Page) -> None:
    """Press OK and wait for the answer."""
    with page.expect_navigation():
        page.get_by_role("button", name="OK", exact=True).click()


def error(page: Page, field: str) -> Locator:
    """What is said at a control."""
    return page.locator(f"#id_{field}_error")


def row(page: Page, button: str, control: str) -> None:
    """Add a row to the panel."""
    page.get_by_role("button", name=f"Add a {button}").click()
    expect(page.locator(f"#id_{control}")).to_be_visible()


def test_each_mistake_is_said_at_its_field_and_what_was_typed_stays(visitor: Visitor, rule: str) -> None:
    page = visitor.open(f"{RULES}create/")
    for button, control in (("URL", "urls-1-url"), ("queue", "queues-0-region"), ("function", "functions-0-region"),
                            ("function", "functions-1-region"), ("Logstore", "logs-0-region"),
                            ("Logstore", "logs-1-region")):  # fmt: skip
        row(page, button, control)
    for mistakes in ROUNDS.values():
        for mistake in mistakes:
            page.locator(f"#id_{mistake.field}").fill(mistake.typed)
        ok(page)
        for mistake in mistakes:
            expect(page.locator(f"#id_{mistake.field}")).to_have_value(mistake.typed)
            if mistake.said:
                expect(error(page, mistake.field)).to_contain_text(mistake.said)
                expect(page.locator(f"#id_{mistake.field}")).to_have_attribute("aria-invalid", "true")
            else:
                expect(error(page, mistake.field)).to_have_count(0)
        said = page.get_by_role("alert").get_by_role("listitem")
        assert said.count() == sum(bool(mistake.said) for mistake in mistakes)
        expect(page.locator("pre.spot mark")).to_have_count(1 if error(page, "rule_sql_filter").count() else 0)
    visitor.look()

    for field, typed in (("rule_name", rule), ("rule_sql_filter", "level = 'WARN'"), ("rule_effective_end", "06:00"),
                         ("urls-1-url", "https://example.com/another"), ("queues-0-topic", ""),
                         ("functions-1-function", "caller"), ("logs-1-logstore", "more")):  # fmt: skip
        page.locator(f"#id_{field}").fill(typed)
    ok(page)
    expect(page).to_have_url(pattern(RULES))
    expect(page.locator("tbody tr").filter(has_text=rule)).to_contain_text("cn-hangzhou · caller")


def test_nobody_to_tell_a_group_twice_and_six_of_a_kind_are_refused(visitor: Visitor, rule: str) -> None:
    page = visitor.open(f"{RULES}create/")
    page.get_by_label("Alert rule name").fill(rule)
    page.locator("#id_groups-0-group").select_option("")
    ok(page)
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one way of notifying")

    row(page, "contact group", "groups-1-group")
    for number in range(2):
        page.locator(f"#id_groups-{number}-group").select_option(index=1)
    ok(page)
    expect(error(page, "groups-1-group")).to_contain_text("This is there twice.")
    page.locator("#id_groups-1-group").select_option("")

    for number in range(1, 5):
        row(page, "URL", f"urls-{number}-url")
    expect(page.get_by_role("button", name="Add a URL")).to_have_count(0)
    ok(page)
    expect(page).to_have_url(pattern(RULES))
    expect(page.locator("tbody tr").filter(has_text=rule)).to_have_count(1)


def test_a_new_address_and_none_at_once_are_refused(visitor: Visitor, rule: str) -> None:
    page = visitor.open(f"{RULES}create/")
    page.get_by_label("Alert rule name").fill(rule)
    page.locator("#id_urls-0-url").fill("https://example.com/hook")
    page.locator("#id_urls-0-secret").fill(SIGNING)
    ok(page)
    page.locator("tbody tr").filter(has_text=rule).get_by_role("link", name=f"Modify {rule}").click()
    page.locator("#id_urls-0-url").fill("https://example.com/other")
    page.locator("#id_urls-0-secret").fill(SIGNING.replace("M", "N"))
    page.locator("#id_urls-0-remove").check()
    page.locator("#id_urls-0-unsigned").check()
    ok(page)
    expect(error(page, "urls-0-remove")).to_contain_text("Either give a new URL or remove it.")
    expect(error(page, "urls-0-unsigned")).to_contain_text("Either give a new signing secret or sign no more.")
    expect(page.locator("#id_urls-0-url")).to_have_value("https://example.com/other")


def test_groups_that_somebody_deleted_meanwhile_are_named_as_gone(visitor: Visitor, rule: str) -> None:
    page = visitor.open(f"{GROUPS}create/")
    page.get_by_label("Resource group name").fill(rule)
    page.locator("[name=patterns]").fill("acs:kms:*:*:key/*")
    ok(page)
    page = visitor.open(f"{RULES}create/")
    page.get_by_label("Alert rule name").fill(rule)
    page.get_by_label("Resource range").select_option(label=rule)
    other = visitor.context.new_page()
    other.goto(GROUPS)
    other.locator("tbody tr").filter(has_text=rule).get_by_role("link", name="Delete").click()
    with other.expect_navigation():
        other.get_by_role("button", name="Delete", exact=True).click()
    other.close()
    ok(page)
    expect(error(page, "rule_resource_group")).to_contain_text("There is no such resource group any more")
    expect(page.get_by_label("Alert rule name")).to_have_value(rule)


def test_all_and_some_at_once_are_refused_where_no_script_prevents_it(without_scripts: Visitor, rule: str) -> None:
    page = without_scripts.open(f"{RULES}create/?level=WARN")
    page.get_by_label("Alert rule name").fill(rule)
    page.get_by_role("checkbox", name="All levels").check()
    page.get_by_role("checkbox", name="CRITICAL").check()
    ok(page)
    expect(error(page, "rule_levels")).to_contain_text("All and some of them are marked")
    expect(page.get_by_role("checkbox", name="CRITICAL")).to_be_checked()
