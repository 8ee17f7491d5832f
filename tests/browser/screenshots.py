"""`make screenshots`: the pictures of the README, of an installation of their own with the demonstration estate."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests import chromium
from tests.browser.visitor import EVENTS, WIDE, Visitor
from tests.installation import ROOT, Installation, a_free_port

IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 250_000
FAILED = "Secret:RotateSecret:Failure"


@contextmanager
def visiting() -> Iterator[Visitor]:
    """Start an installation and a browser, and sign in."""
    found = chromium.find()
    if found is None:
        raise SystemExit("No Chromium here, and none could be had: set KMSCONSOLE_CHROMIUM to the path of one.")
    with tempfile.TemporaryDirectory(prefix="kms-pictures-") as place, sync_playwright() as playwright:
        installation = Installation(Path(place) / "data", a_free_port())
        try:
            installation.start(seconds=300)
            browser = playwright.chromium.launch(
                executable_path=found.path, args=found.arguments, env={**os.environ, **found.environ}
            )
            context = browser.new_context(base_url=installation.url, viewport=WIDE, reduced_motion="reduce")
            visitor = Visitor(context, installation)
            visitor.open("/accounts/login/")
            visitor.sign_in()
            yield visitor
            browser.close()
        finally:
            installation.stop()


def take(visitor: Visitor) -> None:
    """Take every picture."""
    page = visitor.page

    def picture(name: str) -> None:
        page.mouse.move(0, 0)
        page.evaluate("document.fonts.ready")
        visitor.picture(IMAGES / f"{name}.png")

    visitor.open("/kms/cn-hangzhou/alert-events/?period=30d")
    picture("kms-alert-events")
    visitor.open(f"{EVENTS}?period=90d")
    picture("cloudmonitor-event-monitoring")
    visitor.open(f"{EVENTS}?period=90d&name={FAILED}")
    page.get_by_role("link", name="Details").first.click()
    expect(visitor.drawer).to_be_visible()
    picture("event-details")
    visitor.open(f"{EVENTS}?period=90d&level=CRITICAL&name={FAILED}")
    page.get_by_role("link", name="Save as Alert Rule").click()
    expect(visitor.drawer).to_be_visible()
    picture("save-as-alert-rule")


def main() -> int:
    """Write the pictures; returns 1 when one became too large for the repository."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with visiting() as visitor:
        take(visitor)
    sizes = {place.name: place.stat().st_size for place in sorted(IMAGES.glob("*.png"))}
    sys.stdout.writelines(f"{size / 1000:>7.0f} kB  docs/images/{name}\n" for name, size in sizes.items())
    return int(any(size > MOST_BYTES for size in sizes.values()))


if __name__ == "__main__":
    sys.exit(main())
