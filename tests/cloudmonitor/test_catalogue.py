"""Help › Event Catalogue: every record is there, with an anchor, to be read by every member."""

from __future__ import annotations

import pytest
from django.urls import reverse

from alerts.accounts.models import Role
from alerts.cloudmonitor.views.catalogue import anchor
from alerts.events.catalog import CATALOG
from tests.cloudmonitor.people import page_of, signed_in

pytestmark = pytest.mark.django_db


def test_every_event_of_the_catalogue_is_explained_under_an_anchor_of_its_own() -> None:
    page = page_of(signed_in(Role.VIEWER), reverse("cloudmonitor:event_catalogue"))
    for record in CATALOG:
        entry = page.find(id=anchor(record.name))
        assert entry is not None
        said = " ".join(entry.get_text(" ").split())
        for words in (record.title, record.name, record.level, record.event_type, record.condition, record.meaning,
                      record.impact, record.remedy, "eventId"):  # fmt: skip
            assert words in said
        assert page.find("a", href=f"#{anchor(record.name)}")
    assert len({anchor(record.name) for record in CATALOG}) == len(CATALOG)
