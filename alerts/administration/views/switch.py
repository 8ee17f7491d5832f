"""Which account a person looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import View

from alerts.accounts.middleware import choose_account

if TYPE_CHECKING:
    from django.http import HttpRequest

    from alerts.accounts.middleware import AccountRequest


class SwitchAccount(View):
    """Looks at another account that the person is a member of."""

    def post(self, request: HttpRequest) -> HttpResponseRedirect:
        """Remember the choice and go back; an account of others is as if it did not exist."""
        mine, wanted = cast("AccountRequest", request).accounts, request.POST.get("account")
        chosen = next((account for account in mine if account.pk == wanted), None)
        if chosen is None:
            raise Http404
        choose_account(request, chosen)
        back = request.POST.get("next", "")
        # The page may show a resource of the account that was left: only its own address is safe to return to.
        safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
        return HttpResponseRedirect(back if safe else reverse("home"))
