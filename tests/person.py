"""A person at a browser without scripts: signs in, opens pages, fills in forms. And a program with a token."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import httpx2
from bs4 import BeautifulSoup

from tests.installation import ACCOUNT, Installation, patience

REGION = "cn-hangzhou"


class Caller:
    """Whoever speaks HTTP with an installation, until the end of a `with`."""

    web: httpx2.Client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.web.close()


class Person(Caller):
    """Somebody signed in to an installation."""

    def __init__(self, installation: Installation, *, user: str = "", password: str = "") -> None:
        self.web = httpx2.Client(base_url=installation.url, follow_redirects=True, timeout=20, trust_env=False)
        self.sign_in(user or installation.user, password or installation.password)

    def sign_in(self, user: str, password: str) -> None:
        """Sign in through the page."""
        answer = self.send("/accounts/login/", {"login": user, "password": password})
        assert "sessionid" in self.web.cookies, answer.text

    def open(self, path: str) -> BeautifulSoup:
        """Open a page and return what is on it."""
        answer = self.web.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return BeautifulSoup(answer.text, "html.parser")

    def send(self, path: str, fields: Mapping[str, Any], *, expect: int = 200) -> httpx2.Response:
        """Open the page of a form, keep what it holds already, fill in `fields` and send it."""
        page = BeautifulSoup(self.web.get(path).text, "html.parser")
        form = next(f for f in page.select("main form[method=post], form[method=post]") if has_all(f, fields))
        data = filled_in(form) | dict(fields)
        target = form.get("action") or path
        answer = self.web.post(str(target), data=data)
        assert answer.status_code == expect, f"{target}: {answer.status_code}\n{errors_on(answer.text)}"
        return answer


def has_all(form: Any, fields: Iterable[str]) -> bool:
    """Tell whether a form has all these fields."""
    names = {control.get("name") for control in form.select("input, select, textarea, button")}
    return set(fields) <= names


def filled_in(form: Any) -> dict[str, Any]:
    """Return what a browser would send of a form as it stands."""
    data: dict[str, Any] = {}
    for control in form.select("input[name], textarea[name]"):
        kind = control.get("type", "text")
        if kind in {"submit", "button"} or (kind in {"checkbox", "radio"} and not control.has_attr("checked")):
            continue
        value = control.get("value", "on" if kind == "checkbox" else "") if control.name == "input" else typed(control)
        data.setdefault(control["name"], []).append(value)
    for choice in form.select("select[name]"):
        chosen = [o.get("value", o.text) for o in choice.select("option[selected]")]
        first = choice.select_one("option")
        if chosen or (first is not None and not choice.has_attr("multiple")):
            data[choice["name"]] = chosen or [first.get("value", first.text)]
    return data


def typed(control: Any) -> str:
    """Return what stands in a text area: the line break after its tag is none of it."""
    return str(control.text).removeprefix("\n")


def errors_on(page: str) -> str:
    """Return the error texts of a page, for a failing test to show."""
    found = BeautifulSoup(page, "html.parser").select(".error, [role=alert], .field-errors, .errorlist")
    return "\n".join(re.sub(r"\s+", " ", each.text).strip() for each in found) or page[:1000]


def wait_for(found: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """Return what `found` returns once that is true; fails after `seconds`, or longer on a machine that is busy."""
    deadline = time.monotonic() + patience(seconds)
    while not (result := found()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.02)
    return result


class Program(Caller):
    """A program with the API token: sends facts and reads events."""

    def __init__(self, installation: Installation) -> None:
        headers = {"Authorization": f"Bearer {installation.token}"}
        self.web = httpx2.Client(base_url=installation.url, headers=headers, timeout=60, trust_env=False)
        self.installation, self.token = installation, installation.token

    def send(self, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Send a batch of CloudEvents and return the answer."""
        kind = "application/cloudevents-batch+json"
        answer = self.web.post("/ingest/cloudevents", json=list(events), headers={"Content-Type": kind})
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    def call_back(self, envelope: Mapping[str, Any]) -> dict[str, Any]:
        """Send what CloudMonitor calls back with, as plain HTTP without any header of ours."""
        answer = httpx2.post(f"{self.installation.url}/ingest/cloudmonitor/{self.token}", json=dict(envelope))
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    def events(self, *, resource: str = "", console: str = "", **query: str) -> list[dict[str, Any]]:
        """Return all events that a list exports: the KMS console's when `console` is a region, else CloudMonitor's."""
        path = f"/kms/{console}/alert-events/" if console else "/cloudmonitor/event-center/system-events/"
        wanted = {"format": "json", "period": "90d", **({"resource": resource} if resource else {}), **query}
        found: list[dict[str, Any]] = []
        answer = self.web.get(path, params=wanted)
        while True:
            assert answer.status_code == 200, answer.text[:500]
            document = answer.json()
            found += document["events"]
            if not document["next"]:
                return found
            answer = self.web.get(document["next"])


def a_cloud_event(kind: str, resource: str, *, at: datetime | None = None, **data: Any) -> dict[str, Any]:
    """Return a CloudEvent of a type such as `kms.key.deleted` about `<resource kind>/<id>`."""
    source = f"acs:kms:{REGION}:{ACCOUNT}"
    moment = (at or datetime.now(UTC)).isoformat()
    return {
        "specversion": "1.0", "id": str(uuid.uuid4()), "source": source, "type": kind,
        "subject": f"{source}:{resource}", "time": moment, "datacontenttype": "application/json", "data": data,
    }  # fmt: skip
