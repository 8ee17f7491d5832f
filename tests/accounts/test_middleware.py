"""Who is asking, and in which account."""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from alerts.accounts.middleware import AccountRequest, CurrentAccount, choose_account
from alerts.accounts.models import Member, Role, Scope, User
from tests.builders import OTHER_UID, PASSWORD, UID, a_token, a_user, an_account, an_event

pytestmark = pytest.mark.django_db
EVENTS = "/cloudmonitor/event-center/system-events/"


def look(user: User, session: dict[str, Any] | None = None) -> tuple[AccountRequest, str]:
    """Send a request of this person through the middleware; return it, and the zone that was active in the view."""
    request = RequestFactory().get("/")
    request.user = user
    request.session = session if session is not None else {}  # type: ignore[assignment]
    zones = []

    def view(_request: HttpRequest) -> HttpResponse:
        zones.append(timezone.get_current_timezone_name())
        return HttpResponse()

    CurrentAccount(view)(request)
    return cast("AccountRequest", request), zones[0]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("role", list(Role))
def test_a_member_looks_at_the_account_in_their_role(role: Role) -> None:
    request, _zone = look(a_user(role=role))
    assert request.account
    assert (request.account.uid, request.role) == (UID, role)


def test_who_is_no_member_has_no_account() -> None:
    request, _zone = look(a_user(role=None))
    assert (request.account, request.role, request.accounts) == (None, None, [])


def test_a_member_of_two_accounts_looks_at_the_chosen_one() -> None:
    user = a_user(role=Role.ADMINISTRATOR)
    other = an_account(OTHER_UID)
    Member.objects.create(user=user, account=other, role=Role.VIEWER)
    session: dict[str, Any] = {}
    first, _zone = look(user, session)
    assert [account.uid for account in first.accounts] == [UID, OTHER_UID]
    choose_account(first, other)
    second, _zone = look(user, session)
    assert second.account
    assert (second.account.uid, second.role) == (OTHER_UID, Role.VIEWER)


def test_a_chosen_account_that_one_was_removed_from_is_not_looked_at() -> None:
    request, _zone = look(a_user(), {"account": OTHER_UID})
    assert request.account
    assert request.account.uid == UID


def test_times_are_in_the_persons_zone_and_only_for_this_request() -> None:
    _request, zone = look(a_user(zone="Asia/Shanghai"))
    assert zone == "Asia/Shanghai"
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_read_token_reads_the_events_of_its_own_account() -> None:
    an_event(resource="mine")
    an_event(resource="theirs", account=an_account(OTHER_UID))
    answer = Client().get(EVENTS, {"format": "json"}, headers=bearer(a_token(Scope.READ)))
    assert answer.status_code == 200
    assert "mine" in answer.content.decode()
    assert "theirs" not in answer.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_token_changes_nothing(method: str) -> None:
    answer = getattr(Client(enforce_csrf_checks=False), method)(EVENTS, headers=bearer(a_token(Scope.READ)))
    assert (answer.status_code, answer.json()["code"]) == (403, "Forbidden")


def test_a_wrong_token_is_refused_even_with_a_session() -> None:
    client = Client()
    client.force_login(a_user("ann"))
    answer = client.get(EVENTS, headers=bearer("wrong"))
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_without_session_or_token_one_is_sent_to_sign_in() -> None:
    answer = Client().get(EVENTS)
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_the_password_opens_a_session() -> None:
    a_user("ann")
    client = Client()
    assert client.login(username="ann", password=PASSWORD)
    assert client.get(EVENTS).status_code == 200
