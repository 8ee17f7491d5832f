"""How django-allauth behaves here: nobody signs up by themselves; members are made by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import DefaultAccountAdapter

if TYPE_CHECKING:
    from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """An adapter without open sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no to everybody."""
        return False
