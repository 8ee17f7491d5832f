"""Administration › Members: adding, changing and removing, and that an administrator always remains."""

from __future__ import annotations

import pytest
from django.urls import reverse

from alerts.accounts.models import AuditEntry, Member, Role, User
from tests.builders import OTHER_UID, a_user, an_account
from tests.cloudmonitor.people import a_stranger, sent, signed_in, words_of

pytestmark = pytest.mark.django_db

LIST = reverse("accounts:administration")
ADD = reverse("accounts:member_add")
GOOD = "a long first password"


def address(member: Member, action: str) -> str:
    """Return the address of an action on a member."""
    return reverse(f"accounts:member_{action}", args=[member.pk])


def a_member(role: Role = Role.VIEWER, name: str = "wu.di") -> Member:
    """Return a member of the first account."""
    return a_user(name, role=role).memberships.get()


def test_a_new_user_becomes_a_member_who_can_sign_in() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    sent(client, ADD, {"name": "wu.di", "password": GOOD, "role": "operator"}, expect=302)
    user = User.objects.get(username="wu.di")
    assert user.check_password(GOOD)
    assert user.memberships.get().role == Role.OPERATOR
    assert "wu.di Operator" in words_of(client.get(LIST))
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.subject) == ("member.add", "wu.di")
    assert GOOD not in str(entry.detail)


def test_a_known_user_joins_with_the_password_that_they_have() -> None:
    user = a_user("wu.di", account=an_account(OTHER_UID))
    before = user.password
    client = signed_in(Role.ADMINISTRATOR)
    sent(client, ADD, {"name": "wu.di", "password": GOOD, "role": "viewer"}, expect=422)
    sent(client, ADD, {"name": "wu.di", "password": "", "role": "viewer"}, expect=302)
    user.refresh_from_db()
    assert user.password == before
    assert user.memberships.count() == 2
    assert "member already" in words_of(sent(client, ADD, {"name": "wu.di", "role": "viewer"}, expect=422))


@pytest.mark.parametrize(
    "wrong", [{"password": ""}, {"password": "short"}, {"password": "password1"}, {"name": "a b"}, {"role": "owner"}]
)
def test_a_mistake_is_shown_and_the_name_is_kept(wrong: dict[str, str]) -> None:
    answer = sent(
        signed_in(Role.ADMINISTRATOR), ADD, {"name": "wu.di", "password": GOOD, "role": "viewer"} | wrong, expect=422
    )
    assert f'value="{wrong.get("name", "wu.di")}"' in answer.content.decode()
    assert GOOD not in answer.content.decode()
    assert not User.objects.filter(username="wu.di").exists()


def test_a_role_is_changed_and_a_member_is_removed() -> None:
    member = a_member()
    client = signed_in(Role.ADMINISTRATOR)
    sent(client, address(member, "modify"), {"role": "operator"}, expect=302)
    member.refresh_from_db()
    assert member.role == Role.OPERATOR
    sent(client, address(member, "remove"), {}, expect=302)
    assert not Member.objects.filter(pk=member.pk).exists()
    assert User.objects.filter(username="wu.di").exists()


def test_the_last_administrator_stays_one() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    member = Member.objects.get()
    assert "last administrator" in words_of(sent(client, address(member, "modify"), {"role": "viewer"}, expect=422))
    assert "last administrator" in words_of(sent(client, address(member, "remove"), {}, expect=422))
    a_member(Role.ADMINISTRATOR)
    sent(client, address(member, "modify"), {"role": "viewer"}, expect=302)


def test_an_administrator_who_may_not_sign_in_does_not_count() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    member, other = Member.objects.get(), a_member(Role.ADMINISTRATOR)
    User.objects.filter(pk=other.user_id).update(is_active=False)
    sent(client, address(member, "remove"), {}, expect=422)


@pytest.mark.parametrize("action", ["modify", "remove"])
def test_a_member_of_another_account_is_as_if_they_did_not_exist(action: str) -> None:
    member = a_member()
    client = a_stranger()
    assert client.get(address(member, action)).status_code == 404
    sent(client, address(member, action), {"role": "administrator"}, expect=404)
    assert "wu.di" not in words_of(client.get(LIST))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_administrators_come_in(role: Role) -> None:
    member = a_member()
    client = signed_in(role)
    names = ("administration", "tokens", "audit", "member_add", "token_create")
    for path in (
        *(reverse(f"accounts:{name}") for name in names),
        address(member, "modify"),
        address(member, "remove"),
    ):
        assert client.get(path).status_code == 403
        assert client.post(path, {}).status_code in {403, 405}
