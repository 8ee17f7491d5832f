"""Who may open a page: every console view says the role that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.views.generic import View

from alerts.accounts.models import CloudAccount, Role

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class ConsoleView(View):
    """A view of one account. `needs` is the least role for looking, `needs_to_change` for everything but GET."""

    needs: ClassVar[str] = Role.VIEWER
    needs_to_change: ClassVar[str] = Role.OPERATOR
    account: CloudAccount
    actor: str
    may_change: bool

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Refuse who is not a member, or whose role is too small."""
        if request.account is None:
            raise PermissionDenied(_("You are not a member of any account: ask an administrator to add you."))
        needed = self.needs if request.method in {"GET", "HEAD"} else self.needs_to_change
        if not Role(request.role).allows(needed):
            raise PermissionDenied(
                _("This needs the role “%(needed)s”; yours is “%(yours)s”.")
                % {"needed": Role(needed).label, "yours": Role(request.role).label}
            )
        self.account = request.account
        self.may_change = Role(request.role).allows(self.needs_to_change)
        self.actor = request.user.get_username()
        return super().dispatch(request, *args, **kwargs)
