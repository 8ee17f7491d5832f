"""The first page: what happened lately, what is about to be lost, what runs full, and where to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.events.catalog import LEVELS
from alerts.events.models import EventCount
from alerts.ui import formats, overview
from alerts.ui.access import ConsoleView
from alerts.ui.silence_notices import silences_to_look_at

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from alerts.ui.overview import Some

TONES = {"CRITICAL": "critical", "WARN": "warn", "INFO": ""}
SAMPLE_FACT = """curl -i {url} \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -H "ce-specversion: 1.0" -H "ce-id: first-1" -H "ce-type: kms.secret.rotation-failed" \\
  -H "ce-source: acs:kms:cn-hangzhou:{uid}" \\
  -H "ce-subject: acs:kms:cn-hangzhou:{uid}:secret/rds-prod-app" \\
  -d '{{"secretName": "rds-prod-app", "failureInfo": {{"errorCode": "Forbidden", "errorMessage": "Try-out"}}}}'"""


class Home(ConsoleView):
    """The overview of the account, over all regions."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show it, or what to do first when nothing has happened yet."""
        now = timezone.now()
        deletions, expiring = overview.pending_deletion(self.account), overview.expiring(self.account, now=now)
        full = overview.running_full(self.account)
        context = {
            "tiles": [
                self.incidents_tile(now),
                *self.level_tiles(now),
                ending_tile(_("Keys and secrets to be deleted"), deletions, "#deletions", now),
                ending_tile(_("Client keys that expire within 180 days"), expiring, "#expiring", now),
                {"label": _("Quotas used to 70 % or more"), "value": len(full), "url": "#quotas" if full else "",
                 "tone": "warn" if full else ""},
                self.failed_tile(now),
            ],
            "critical": overview.newest_critical(self.account),
            "critical_url": search_url(level="CRITICAL", period="90d"),
            "silences": silences_to_look_at(self.account, now=now),
            "deletions": deletions, "expiring": expiring, "full": full[: overview.SHOWN],
            "first": None if EventCount.objects.filter(account=self.account).exists() else self.first_steps(),
        }  # fmt: skip
        return render(request, "home.html", context)

    def level_tiles(self, now: datetime) -> list[dict[str, Any]]:
        """Return a tile for each level, which leads to its events of the last 24 hours."""
        counted = overview.events_by_level(self.account, now=now)
        return [
            {
                "label": level, "value": formats.number(counted.get(level, 0)), "note": _("events in 24 hours"),
                "tone": TONES[level] if counted.get(level) else "", "url": search_url(level=level, period="1d"),
            }
            for level in LEVELS
        ]  # fmt: skip

    def incidents_tile(self, now: datetime) -> dict[str, Any]:
        """Return the tile of what is still wrong, which leads to it."""
        lasting, free = overview.lasting_incidents(self.account, now=now)
        url = f"{reverse('cloudmonitor:incidents')}?state=OPEN&state=UNKNOWN"
        said = ngettext("%(count)s that nobody has taken on", "%(count)s that nobody has taken on", free)
        return {"label": _("Open incidents"), "value": formats.number(lasting), "url": url,
                "note": said % {"count": formats.number(free)} if lasting else "",
                "tone": "critical" if free else ""}  # fmt: skip

    def failed_tile(self, now: datetime) -> dict[str, Any]:
        """Return the tile of failed messages, which leads to them, or to the destinations that are paused."""
        failed, paused = overview.failed_messages(self.account, now=now), overview.paused_destinations(self.account)
        url = f"{reverse('cloudmonitor:history')}?{urlencode({'state': 'FAILED', 'period': '1d'})}"
        note = _("in 24 hours")
        if paused:
            url = f"{reverse('cloudmonitor:destinations')}?{urlencode({'health': 'paused'})}"
            said = ngettext("%(count)s destination paused", "%(count)s destinations paused", paused)
            note = f"{note} · {said % {'count': formats.number(paused)}}"
        return {"label": _("Messages that failed"), "value": formats.number(failed), "note": note,
                "url": url, "tone": "critical" if failed or paused else ""}  # fmt: skip

    def first_steps(self) -> dict[str, Any]:
        """Return what a newcomer needs: where facts go, and a first one to send."""
        url = settings.SITE_URL + reverse("ingest:cloudevents")
        return {
            "url": url,
            "command": SAMPLE_FACT.format(url=url, uid=self.account.pk),
            "tokens": reverse("accounts:tokens") if self.request.role == "administrator" else "",
        }


def search_url(**parameters: str) -> str:
    """Return the address of a search in Event Monitoring."""
    return f"{reverse('cloudmonitor:system_events')}?{urlencode(parameters)}"


def ending_tile(label: str, some: Some, url: str, now: datetime) -> dict[str, Any]:
    """Return the tile of things that end, with the nearest date."""
    note = formats.ago(some.rows[0].at, now=now) if some.rows else ""
    note = _("the next %(when)s") % {"when": note} if note else ""
    return {"label": label, "value": formats.number(some.count), "note": note, "url": url if some.count else "",
            "tone": "warn" if some.count else ""}  # fmt: skip
