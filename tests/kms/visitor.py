"""A visitor of the pages without a browser: signs in, opens pages, sends forms as a browser without scripts would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from django.test import Client

from alerts.accounts.models import Role
from tests.builders import a_user
from tests.person import errors_on, filled_in, has_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from alerts.accounts.models import CloudAccount


class Visitor:
    """Somebody with a role in an account."""

    def __init__(self, role: Role = Role.OPERATOR, *, account: CloudAccount | None = None, zone: str = "UTC") -> None:
        self.web = Client(enforce_csrf_checks=True)
        self.web.force_login(a_user(role=role, account=account, zone=zone))

    def get(self, path: str, **headers: str) -> HttpResponse:
        """Return the answer to a GET."""
        return self.web.get(path, headers=headers)  # type: ignore[return-value]

    def open(self, path: str, *, expect: int = 200) -> BeautifulSoup:
        """Open a page and return what is on it."""
        answer = self.get(path)
        assert answer.status_code == expect, f"{path}: {answer.status_code} {errors_on(answer.content.decode())}"
        return BeautifulSoup(answer.content, "html.parser")

    def send(self, path: str, fields: Mapping[str, Any], *, expect: int = 302) -> HttpResponse:
        """Open the page of a form, keep what it holds already, fill in `fields` and send it."""
        return self.post(path, self.filled(path) | dict(fields), expect=expect)

    def filled(self, path: str) -> dict[str, Any]:
        """Return what a browser would send of the form of a page as it stands."""
        form = next(f for f in self.open(path).select("main form[method=post]") if has_all(f, ["ticket"]))
        return filled_in(form)

    def press(self, path: str, label: str, *, expect: int = 302) -> HttpResponse:
        """Press a button of a page that sends a form of its own."""
        for form in self.open(path).select("main form[method=post]"):
            if form.select("button[type=submit]")[-1].get_text(strip=True) == label:
                return self.post(str(form["action"]), filled_in(form), expect=expect)
        raise AssertionError(f"{path} has no button “{label}”")

    def post(self, path: str, data: Mapping[str, Any], *, expect: int = 302) -> HttpResponse:
        """Send a form; fails with the errors on the page when the answer is another one."""
        if "csrfmiddlewaretoken" not in data:
            self.get("/account/")
            data = {**data, "csrfmiddlewaretoken": self.token()}
        answer = self.web.post(path, data)
        assert answer.status_code == expect, f"{path}: {answer.status_code}\n{errors_on(answer.content.decode())}"
        return answer  # type: ignore[return-value]

    def token(self) -> str:
        """Return a token against forgery, as any page with a form holds it."""
        page = self.open("/kms/cn-hangzhou/keys/")
        return str(page.select_one("input[name=csrfmiddlewaretoken]")["value"])  # type: ignore[index]


def text_of(page: BeautifulSoup | HttpResponse) -> str:
    """Return the words of a page with single spaces."""
    soup = page if isinstance(page, BeautifulSoup) else BeautifulSoup(page.content, "html.parser")
    return " ".join(soup.get_text(" ", strip=True).split())
