"""Who may open a page: every console view says the role that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import View

from alerts.accounts.middleware import AccountRequest
from alerts.accounts.models import CloudAccount, Role

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django_htmx.middleware import HtmxDetails


class ConsoleRequest(AccountRequest):
    """What every console view is asked with: by whom, in which account, and whether htmx asks."""

    htmx: HtmxDetails


class ConsoleView(View):
    """A view of one account. `needs` is the least role for looking, `needs_to_change` for everything but GET."""

    needs: ClassVar[str] = Role.VIEWER
    needs_to_change: ClassVar[str] = Role.OPERATOR
    request: ConsoleRequest
    account: CloudAccount
    actor: str
    may_change: bool

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Refuse who is not a member, or whose role is too small."""
        asked = cast("ConsoleRequest", request)
        if asked.account is None or asked.role is None:
            raise PermissionDenied(_("You are not a member of any account: ask an administrator to add you."))
        needed = self.needs if request.method in {"GET", "HEAD"} else self.needs_to_change
        if not asked.role.allows(needed):
            raise PermissionDenied(
                _("This needs the role “%(needed)s”; yours is “%(yours)s”.")
                % {"needed": Role(needed).label, "yours": asked.role.label}
            )
        self.account = asked.account
        self.may_change = asked.role.allows(self.needs_to_change)
        self.actor = request.user.get_username()
        return super().dispatch(request, *args, **kwargs)

    def http_method_not_allowed(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer with a page: whoever opens an address that only forms are sent to must not see nothing at all."""
        refused = super().http_method_not_allowed(request, *args, **kwargs)
        answer = render(request, "405.html", status=refused.status_code)
        answer["Allow"] = refused["Allow"]
        return answer
