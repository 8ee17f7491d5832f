"""Visitors with a browser: signed in, not yet signed in, without scripts; one sign-in and one installation for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import WIDE, Visitor
from tests.installation import Installation
from tests.person import Program

Arrive = Callable[..., Visitor]
expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def signed_in(browser: Browser, installation: Installation) -> Any:
    """What a browser keeps after signing in once."""
    with browser.new_context(base_url=installation.url) as context:
        one = Visitor(context, installation)
        one.open("/accounts/login/")
        one.sign_in()
        return context.storage_state()


@pytest.fixture
def arrive(browser: Browser, installation: Installation) -> Iterator[Arrive]:
    """Return a maker of visitors. At the end nothing may have gone wrong behind any page that they saw."""
    arrived: list[Visitor] = []

    def one(**settings: Any) -> Visitor:
        context = browser.new_context(
            base_url=installation.url, viewport=WIDE, reduced_motion="reduce", color_scheme="light", **settings
        )
        context.set_default_timeout(15_000)
        arrived.append(Visitor(context, installation))
        return arrived[-1]

    yield one
    for visitor in arrived:
        visitor.context.close()
    assert [trouble for visitor in arrived for trouble in visitor.troubles] == []


@pytest.fixture
def visitor(arrive: Arrive, signed_in: Any) -> Visitor:
    """The administrator, signed in."""
    return arrive(storage_state=signed_in)


@pytest.fixture
def newcomer(arrive: Arrive) -> Visitor:
    """Somebody who has not signed in yet."""
    return arrive()


@pytest.fixture
def without_scripts(arrive: Arrive, signed_in: Any) -> Visitor:
    """The administrator, whose browser runs no scripts."""
    return arrive(storage_state=signed_in, java_script_enabled=False)


@pytest.fixture
def program(installation: Installation) -> Iterator[Program]:
    """A program with the API token."""
    with Program(installation) as program:
        yield program
