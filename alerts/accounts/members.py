"""Members: who belongs to an account and in which role. An account always keeps an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.accounts.models import CloudAccount, Member, Role, User
from alerts.accounts.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Collection


@transaction.atomic
def add_member(account: CloudAccount, *, name: str, role: str, password: str = "") -> Member:
    """Make a user a member; a name that nobody has becomes a new user with this first password.

    Raises:
        Refused: the user is a member already, a new user has no password, or a known one would get another.
    """
    user = User.objects.filter(username=name).first()
    if user is None:
        if not password:
            raise Refused(_("A new user needs a first password."), field="password")
        try:
            with transaction.atomic():
                user = User.objects.create_user(username=name, password=password)
        except IntegrityError as error:
            raise Refused(_("A user of this name has been added just now."), field="name") from error
    elif account.members.filter(user=user).exists():
        raise Refused(_("This user is a member already."), field="name")
    elif password:
        raise Refused(_("This user exists and has a password: leave this field empty."), field="password")
    return Member.objects.create(account=account, user=user, role=Role(role))


@transaction.atomic
def change_role(member: Member, *, role: str) -> None:
    """Give a member another role.

    Raises:
        Refused: the account would have no administrator.
    """
    if role != Role.ADMINISTRATOR:
        _keep_an_administrator(member, _("The last administrator cannot become less: make another one first."))
    Member.objects.filter(pk=member.pk).update(role=Role(role))


@transaction.atomic
def remove_member(member: Member) -> None:
    """End a membership. The user stays, for other accounts and for the audit trail.

    Raises:
        Refused: the account would have no administrator.
    """
    _keep_an_administrator(member, _("The last administrator cannot be removed: make another one first."))
    member.delete()


def _keep_an_administrator(member: Member, sentence: str) -> None:
    # The lock makes two administrators who remove each other take turns.
    CloudAccount.objects.select_for_update().get(pk=member.account_id)
    others: Collection[int] = Member.objects.filter(
        account=member.account_id, role=Role.ADMINISTRATOR, user__is_active=True
    ).exclude(pk=member.pk).values_list("pk", flat=True)  # fmt: skip
    if member.role == Role.ADMINISTRATOR and not others:
        raise Refused(sentence, field="role")
