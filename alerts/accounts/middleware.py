"""Who is asking, and in which account: a person with a session, or a program with an API token."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from alerts.accounts.models import CloudAccount, Role, Scope, User
from alerts.accounts.tokens import find_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.accounts.models import ApiToken

SESSION_KEY = "account"


class TokenUser(AnonymousUser):
    """The program behind an API token: signed in, without a name, able to look."""

    def __init__(self, token: ApiToken) -> None:
        super().__init__()
        self.token = token

    def get_username(self) -> str:
        """Return what the audit trail and the page call this program."""
        return f"token {self.token.name}"

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]
        """Say yes: the token has been checked."""
        return True


class BearerToken:
    """Lets a program with a read token look at what a viewer sees; it can change nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Replace the user by the token's when there is one; a wrong token is refused, not ignored."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and not request.path.startswith("/ingest/"):
            token = find_token(text.strip(), scope=Scope.READ, now=timezone.now())
            if token is None:
                return refusal(401, "Unauthorized", "The bearer token is unknown, revoked, or may not read.")
            if request.method not in {"GET", "HEAD"}:
                return refusal(403, "Forbidden", "An API token can read here, and change nothing.")
            request.user = TokenUser(token)
        return self.get_response(request)


def refusal(status: int, code: str, message: str) -> JsonResponse:
    """Return the JSON in which programs are told no."""
    response = JsonResponse({"code": code, "message": message}, status=status)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


class AccountRequest(HttpRequest):
    """A request that went through `CurrentAccount`: the account looked at, the role in it, and all that could be."""

    account: CloudAccount | None
    role: Role | None
    accounts: list[CloudAccount]


class CurrentAccount:
    """Sets `request.account` and `request.role`, and the zone in which this person reads times.

    The account is the one chosen in this session, else the first one the person belongs to.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look the membership up, one query per request."""
        asking = cast("AccountRequest", request)
        asking.account, asking.role, asking.accounts = None, None, []
        user: object = request.user
        if isinstance(user, TokenUser):
            asking.account, asking.role = user.token.account, Role.VIEWER
        elif isinstance(user, User):
            self._choose(asking, user)
            timezone.activate(zoneinfo.ZoneInfo(user.time_zone))
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def _choose(self, request: AccountRequest, user: User) -> None:
        memberships = {m.account_id: m for m in user.memberships.select_related("account").order_by("account_id")}
        request.accounts = [membership.account for membership in memberships.values()]
        wanted = str(request.session.get(SESSION_KEY))
        chosen = memberships.get(wanted) or next(iter(memberships.values()), None)
        if chosen:
            request.account, request.role = chosen.account, Role(chosen.role)


def choose_account(request: HttpRequest, account: CloudAccount) -> None:
    """Remember in the session which account this person looks at."""
    request.session[SESSION_KEY] = account.pk
