"""Event Center › Resource Groups: resources are written whole, or short as lists show them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from alerts.rules.models import ResourceGroup
from alerts.rules.resources import completed
from tests.builders import an_event
from tests.cloudmonitor.people import page_of, sent, signed_in, words_of

pytestmark = pytest.mark.django_db

GROUPS = reverse("cloudmonitor:resource_groups")
CREATE = reverse("cloudmonitor:resource_group_create")
SECRET = "acs:kms:cn-hangzhou:1000000000000001:secret/rds-prod-app"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("secret/rds-*", "acs:*:*:*:secret/rds-*"),
        ("key/key-1", "acs:*:*:*:key/key-1"),
        ("acs:kms:*:*:secret/rds-*", "acs:kms:*:*:secret/rds-*"),
        ("*rds*", "*rds*"),
        ("*/rds", "*/rds"),
        ("rds-*", "rds-*"),
    ],
)
def test_the_short_form_is_completed_and_any_other_is_kept(written: str, kept: str) -> None:
    assert completed(written) == kept


def test_a_short_pattern_is_stored_whole_and_matches_what_the_lists_show() -> None:
    an_event(resource=SECRET)
    client = signed_in()
    assert "secret/rds-* is short for acs:*:*:*:secret/rds-*" in words_of(client.get(CREATE))
    sent(client, CREATE, {"name": "databases", "patterns": "secret/rds-*\nacs:*:*:*:secret/rds-*"}, expect=302)
    assert ResourceGroup.objects.get().patterns == ["acs:*:*:*:secret/rds-*"]
    cells = [cell.get_text(" ", strip=True) for cell in page_of(client, GROUPS).select("#results td")]
    assert cells[2] == "1"


def test_whoever_looks_for_keys_by_their_alias_is_told_that_their_ids_count() -> None:
    an_event(resource=SECRET)
    client = signed_in()
    sent(client, CREATE, {"name": "tenants", "patterns": "key/*tenant*"}, expect=302)
    assert "compared with their IDs, not with their aliases" in page_of(client, GROUPS).get_text()
