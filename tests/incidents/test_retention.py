"""Incidents are kept for over a year after their end, and for ever before it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.incidents.models import Incident
from alerts.incidents.retention import forget_incidents
from tests.builders import NOW, an_incident

pytestmark = pytest.mark.django_db


def test_only_what_was_over_long_ago_is_forgotten() -> None:
    old, recent, lasting = an_incident(), an_incident(), an_incident()
    for incident, days in ((old, 401), (recent, 399)):
        Incident.objects.filter(pk=incident.pk).update(state="CLOSED", closed_at=NOW - timedelta(days=days))
    Incident.objects.filter(pk=lasting.pk).update(opened_at=NOW - timedelta(days=900))
    assert forget_incidents(now=NOW) == 1
    assert set(Incident.objects.all()) == {recent, lasting}
