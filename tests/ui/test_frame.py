"""The frame of each page: landmarks, the skip link, the menus, and what needs no script."""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import override_settings
from django.urls import path


def empty(_request: HttpRequest) -> HttpResponse:
    """Stand for any page."""
    return HttpResponse()


urlpatterns = [path("", empty, name="home"), path("out/", empty, name="account_logout")]
PAGE = '{% extends "base.html" %}{% block title %}Keys{% endblock %}{% block heading %}Keys{% endblock %}'
PLAIN_FILES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def frame(**context: object) -> BeautifulSoup:
    user = SimpleNamespace(is_authenticated=True, get_username=lambda: "admin")
    given = {"user": user, "request": HttpRequest(), "csrf_token": "token", **context}
    with override_settings(STORAGES=PLAIN_FILES, ROOT_URLCONF=__name__):
        return BeautifulSoup(engines["django"].from_string(PAGE).render(given), "html.parser")


def menu() -> list[dict[str, object]]:
    items = [
        {"label": "Keys", "url": "/keys/", "active": True, "icon": "key-round"},
        {"label": "Secrets", "url": "/secrets/", "active": False, "icon": ""},
    ]
    return [{"label": "Resource", "items": items}]


def test_a_page_has_one_heading_one_main_and_a_way_to_skip_to_it() -> None:
    page = frame(menu=menu())
    assert [h1.get_text() for h1 in page.select("h1")] == ["Keys"]
    assert len(page.select("main#main")) == 1
    assert page.select("a.skip")[0]["href"] == "#main"
    assert page.select("title")[0].get_text() == "Keys · KMS Console"


def test_nothing_is_scripted_or_styled_inline() -> None:
    page = frame(menu=menu(), console="kms")
    assert all(script.get("src") for script in page.select("script"))
    assert not page.select("style, [style]")
    assert not [name for tag in page.select("*") for name in tag.attrs if name.startswith("on")]


def test_the_menu_opens_on_a_phone_without_scripts() -> None:
    page = frame(menu=menu())
    (button,) = page.select(".topbar button[popovertarget]")
    assert page.select(f"nav#{button['popovertarget']}[popover]")
    assert [link.get_text(strip=True) for link in page.select("nav [aria-current=page]")] == ["Keys"]


def test_a_page_without_a_menu_has_no_button_for_it() -> None:
    assert not frame(menu=[]).select("[popovertarget]")


@pytest.mark.parametrize(("console", "pickers"), [("kms", 1), ("cloudmonitor", 0)])
def test_only_the_kms_console_picks_a_region(console: str, pickers: int) -> None:
    region = {"id": "cn-hangzhou", "name": "China (Hangzhou)", "url": "/kms/cn-hangzhou/keys/", "active": True}
    page = frame(console=console, regions=[region], region=region)
    assert len(page.select(".regions")) == pickers


def test_signing_out_is_a_post() -> None:
    page = frame()
    assert page.select('form[method=post][action="/out/"] button[type=submit]')
    assert not page.select('a[href="/out/"]')


def test_the_footer_names_the_zone() -> None:
    assert "Times are shown in Asia/Shanghai" in frame(zone="Asia/Shanghai").select("footer")[0].get_text()


def test_htmx_may_neither_evaluate_nor_style() -> None:
    config = str(frame().select("meta[name=htmx-config]")[0]["content"])
    assert '"allowEval":false' in config
    assert '"includeIndicatorStyles":false' in config
