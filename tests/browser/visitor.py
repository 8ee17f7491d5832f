"""A person at a browser, who looks at each page in every way and notices whatever goes wrong behind it.

Every page that is looked at is judged by axe, wide and as narrow as a phone, light and dark. What the console says,
what the security policy refuses, errors of scripts, and requests to elsewhere are collected; the fixtures fail a test
on them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect

from tests.installation import Installation

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
ONLY_COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
EVERYTHING = {"resultTypes": ["violations"]}
REFUSED_FORM = "status of 422"  # how Chromium reports a form that is shown again with its mistakes
ABANDONED = ("htmx:afterRequest", "htmx:sendAbort")  # how htmx reports what a newer request, or leaving, made needless
SET_THEME = "(theme) => { document.documentElement.dataset.theme = theme }"
AXE = Axe()

EVENTS = "/cloudmonitor/event-center/system-events/"
RULES = "/cloudmonitor/event-center/alert-rules/"
HISTORY = "/cloudmonitor/alerts/history/"


class Visitor:
    """One browser context with one page."""

    def __init__(self, context: BrowserContext, installation: Installation) -> None:
        self.context, self.installation = context, installation
        self.troubles: list[str] = []
        context.on("console", lambda message: self._hear(message.type, message.text))
        context.on("weberror", lambda error: self.troubles.append(f"script error: {error.error}"))
        context.on("request", lambda request: self._watch(request.url))
        self.page: Page = context.new_page()

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not any(each in text for each in (REFUSED_FORM, *ABANDONED)):
            self.troubles.append(f"console {kind}: {text}")

    def _watch(self, url: str) -> None:
        if not url.startswith((self.installation.url, "data:", "blob:")):
            self.troubles.append(f"request to elsewhere: {url}")

    def open(self, path: str) -> Page:
        """Open a page of the product."""
        response = self.page.goto(path)
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"
        return self.page

    def sign_in(self) -> None:
        """Sign in through the page that asks for it."""
        page = self.page
        page.get_by_label("Username").fill(self.installation.user)
        page.get_by_label("Password").fill(self.installation.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")

    def look(self) -> None:
        """Look at the page in every way, once it has come; leaves it wide and light."""
        self.page.wait_for_load_state()
        where = self.page.url.removeprefix(self.installation.url)
        for size in (NARROW, WIDE):
            self.page.set_viewport_size(size)
            over = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, f"{where} is {over} px wider than a window of {size['width']} px"
            self._judge(f"{where}, {size['width']} px, dark", "dark", ONLY_COLOURS)
            self._judge(f"{where}, {size['width']} px, light", "light", EVERYTHING)

    def _judge(self, where: str, theme: str, options: dict[str, Any]) -> None:
        self.page.evaluate(SET_THEME, theme)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.axe_script)
        violations = self.page.evaluate("async (options) => (await axe.run(options)).violations", options)
        said = [f"{each['id']}: {node['html'][:200]} {node['any'] and node['any'][0]['message']}"
                for each in violations for node in each["nodes"]]  # fmt: skip
        assert not said, "\n".join([where, *said])

    def choose(self, group: str, *choices: str) -> None:
        """Mark boxes in a folded group of a filter, and fold it again."""
        folded = self.page.get_by_role("search").get_by_role("group", name=group, exact=True)
        folded.locator("summary").click()
        for choice in choices:
            folded.get_by_label(choice, exact=True).check()
        self.page.keyboard.press("Escape")

    def search(self) -> None:
        """Press Search and wait until the answer, which has an address of its own, stands."""
        before = self.page.url
        self.page.get_by_role("button", name="Search").click()
        expect(self.page).not_to_have_url(before)
        expect(self.page.locator("#busy.htmx-request")).to_have_count(0)

    @property
    def drawer(self) -> Locator:
        """The open side panel."""
        return self.page.get_by_role("dialog")

    def picture(self, path: Path) -> None:
        """Write a picture of what is seen."""
        self.page.screenshot(path=path, animations="disabled")


def pattern(path: str) -> re.Pattern[str]:
    """Return what matches an address that has this path, whatever its query."""
    return re.compile(rf"^https?://[^/]+{path}(\?.*)?$")
