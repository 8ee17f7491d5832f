"""Access Center › Sources: accounts of the cloud that are read; the list, and how one of them stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.accounts.models import Role
from alerts.cloudmonitor.views import source_cells as cells
from alerts.mirrors.models import Reads, Source
from alerts.mirrors.policy import assuming_policy, least_policy
from alerts.mirrors.standing import Standing, advice_on, standing_of
from alerts.ui.access import ConsoleView
from alerts.ui.formats import duration
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SOON, SELDOM = 2, 30
"""Seconds after which a page looks again: while something moves, and while nothing does."""


def trail(*steps: tuple[str, str]) -> list[dict[str, Any]]:
    """Return the breadcrumbs: the menu, the list, and the steps (words, address)."""
    start = ((_("Access Center"), ""), (_("Sources"), reverse("cloudmonitor:sources")))
    return [{"label": label, "url": url} for label, url in (*start, *steps)]


class Sources(ListPage):
    """The list. Administrators connect accounts; the others see how they stand."""

    needs_to_change = Role.ADMINISTRATOR
    collection = "sources"

    def rows(self) -> QuerySet[Source]:
        """Return the account's sources, without what they are read by."""
        return Source.objects.filter(account=self.account).defer("access_key_secret", "external_id", "checked")

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        """Answer with the list; exports count the lag from now."""
        self.exported = cells.exported(timezone.now())  # type: ignore[misc]
        return super().get(request, **kwargs)

    def shown(self) -> Sequence[Column]:
        """Return the columns; lags are counted from now."""
        return (
            Column("Name", _("Source"), cells.name_cell),
            Column("Account", _("Account"), lambda source: source.account_id, minor=True),
            Column("State", _("State"), cells.state_cell),
            Column("LastSuccess", _("Last success"), cells.lag_cell(self.now)),
            Column("Error", _("Error"), cells.error_cell),
            Column("Next", _("Next reading"), cells.next_cell),
        )

    def context(self) -> dict[str, Any]:
        """Return the words of the page."""
        label, url = _("Connect account"), reverse("cloudmonitor:source_create")
        connect = {"label": label, "url": url, "icon": "plus", "kind": "primary"}
        lead = _("Accounts of the cloud that are read through the official SDKs. What they hold is mirrored into the "
                 "KMS console, where it can be looked at and not changed.")  # fmt: skip
        return {
            "title": _("Sources"), "lead": lead, "trail": trail()[:1], "actions": [connect] if self.may_change else [],
            "empty": {
                "title": _("No account is connected"), "icon": "cloud-download",
                "text": _("Connect one with an access key that may only read: its instances, keys, secrets and client "
                          "keys are mirrored, and its system events imported."),
                "url": url if self.may_change else "", "action": label,
            },
        }  # fmt: skip


class OfSource(ConsoleView):
    """What is about one source."""

    needs_to_change = Role.ADMINISTRATOR

    def found(self) -> Source:
        """Return the source that the address names, if it is of this account."""
        return get_object_or_404(Source, account=self.account, pk=self.kwargs["pk"])


def standing(source: Source, *, may_change: bool) -> dict[str, Any]:
    """Return what of a source's page moves by itself."""
    now = timezone.now()
    code = standing_of(source)
    checking = source.check_asked_at is not None
    done, every = cells.places_left(source)
    answers = cells.answers_of(source)
    return {
        "source": source, "state": cells.state_cell(source), "silent": code == Standing.SILENT,
        "lag": cells.lag_words(source, now=now), "next": cells.next_cell(source),
        "advice": advice_on(source.error_code) if source.error else "", "parts": cells.grouped(cells.parts_of(source)),
        "checking": checking, "checked_places": done, "places": every,
        "answers": cells.grouped(answers), "summary": cells.counted(answers), "may_change": may_change,
        "again": SOON if checking or (not source.paused_at and (source.begun_at or source.next_at <= now)) else SELDOM,
    }  # fmt: skip


class SourcePage(OfSource):
    """One source: how far it is read, what is wrong, what it may do, and what can be done to it."""

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Show it."""
        source = self.found()
        context = {
            **standing(source, may_change=self.may_change), "title": source.name, "trail": trail((source.name, "")),
            "reads": [Reads(what).label for what in Reads.values if what in source.reads],
            "every": duration(source.every), "policy": least_policy(source.reads),
            "key_policy": assuming_policy(source.role_arn) if source.role_arn else "",
        }  # fmt: skip
        return render(request, "cloudmonitor/source.html", context)


class SourceLive(OfSource):
    """What of the page moves by itself, for htmx, which asks again after a while."""

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Show it as it is now."""
        return render(request, "cloudmonitor/_source_standing.html", standing(self.found(), may_change=self.may_change))
