"""Clients for page tests: somebody signed in with a role, and what a page says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from django.test import Client

from alerts.accounts.models import Role
from tests.builders import OTHER_UID, a_user, an_account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def signed_in(role: Role = Role.OPERATOR, *, uid: str = "", zone: str = "UTC") -> Client:
    """Return the client of somebody with this role, in the first account unless told."""
    client = Client()
    client.force_login(a_user(role=role, account=an_account(uid) if uid else None, zone=zone))
    return client


def a_stranger() -> Client:
    """Return the client of an administrator of another account."""
    return signed_in(Role.ADMINISTRATOR, uid=OTHER_UID)


def page_of(client: Client, path: str, **parameters: str | Sequence[str]) -> BeautifulSoup:
    """Open a page that must be there."""
    answer = client.get(path, parameters)
    assert answer.status_code == 200, (path, answer.status_code)
    return BeautifulSoup(answer.content, "html.parser")


def words_of(answer: Any) -> str:
    """Return the words in the main part of an answer, blanks made one."""
    main = BeautifulSoup(answer.content, "html.parser").find("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


def sent(client: Client, path: str, fields: Mapping[str, object], *, expect: int) -> Any:
    """Send a form and return the answer, which must have this status."""
    answer = client.post(path, fields)
    assert answer.status_code == expect, (path, answer.status_code, answer.content[-2000:])
    return answer
