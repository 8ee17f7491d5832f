"""A page that is not there yet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from alerts.ui.access import ConsoleView


class Placeholder(ConsoleView):
    """An empty page."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        """Answer with nothing."""
        return HttpResponse("")
