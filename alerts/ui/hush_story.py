"""What kept an event quiet, as steps of its story: the silence or the other event, with a link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.events.models import SystemEvent
from alerts.notifications.models import Decision
from alerts.silences.models import Silence
from alerts.ui import event_cells as cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Hushes = dict[int, list[dict[str, Any]]]
"""Steps by the key of their decision."""
HIDDEN_BY = "hidden-by:"


def hushes_of(decisions: Sequence[Decision]) -> Hushes:
    """Return what kept decisions of one account from telling."""
    keys = {each.silence_id for each in decisions if each.silence_id}
    silences = Silence.objects.in_bulk(keys) if keys else {}
    ids = {other for each in decisions if (other := _other_of(each))}
    others = SystemEvent.objects.in_bulk(ids) if ids else {}
    return {each.pk: steps for each in decisions if (steps := [*_silence(each, silences), *_hidden(each, others)])}


def _silence(decision: Decision, silences: Mapping[int, Silence]) -> list[dict[str, Any]]:
    if decision.verdict != Decision.Verdict.SILENCED:
        return []
    silence = silences.get(decision.silence_id or 0)
    if silence is None or silence.account_id != decision.account_id:
        return [{"title": _("The silence is deleted."), "icon": "volume-x"}]
    title = _("Silence “%(name)s” by %(author)s") % {"name": silence.name, "author": silence.author}
    url = reverse("cloudmonitor:silence", args=[silence.pk])
    return [{"title": title, "url": url, "text": silence.reason, "icon": "volume-x"}]


def _hidden(decision: Decision, others: Mapping[UUID, SystemEvent]) -> list[dict[str, Any]]:
    other = others.get(_other_of(decision) or UUID(int=0))
    if other is None or other.account_id != decision.account_id:
        return []
    url = reverse("cloudmonitor:system_event", args=[other.pk])
    return [{"at": other.occurred_at, "title": cells.title_of(other), "url": url, "icon": "layers"}]


def _other_of(decision: Decision) -> UUID | None:
    if decision.verdict != Decision.Verdict.INHIBITED or not decision.reason.startswith(HIDDEN_BY):
        return None
    return UUID(decision.reason.removeprefix(HIDDEN_BY))
