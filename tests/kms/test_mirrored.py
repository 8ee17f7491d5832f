"""What is read from the cloud: its pages say from where and since when, and offer nothing to do; nor does a form."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import get_resolver, reverse

from alerts.accounts.models import Role
from alerts.estate.models import Instance, Resource
from alerts.estate.refusal import Refused
from alerts.estate.replicas import add_replica, record_synchronization
from alerts.estate.secrets import create_secret
from alerts.kms.addresses import address_of
from tests.builders import (
    NOW,
    REGION,
    a_client_key,
    a_key,
    a_replica,
    a_secret,
    an_access_point,
    an_account,
    an_instance,
)
from tests.cloudmonitor.people import signed_in, words_of
from tests.mirrors.cloud import a_source

pytestmark = pytest.mark.django_db
KINDS = ["key", "secret", "clientkey", "instance", "accesspoint"]


def a_mirrored(kind: str) -> Any:
    """Return a resource of this kind that a source reads."""
    makers: dict[str, Any] = {
        "key": a_key, "secret": a_secret, "clientkey": a_client_key, "instance": an_instance,
        "accesspoint": an_access_point,
    }  # fmt: skip
    return mirror(makers[kind]())


def mirror(row: Resource) -> Any:
    """Let a source read it."""
    row.mirrored_by, row.mirrored_at = a_source().pk, NOW
    row.save()
    return row


def actions_of(kind: str) -> list[str]:
    """Return the names of everything that the addresses offer to be done to a resource of this kind."""
    spaces: list[Any] = get_resolver().url_patterns
    found = [
        entry.name.removeprefix(f"{kind}_")
        for space in spaces if getattr(space, "namespace", "") == "kms"
        for entry in space.url_patterns if entry.name and entry.name.startswith(f"{kind}_")
    ]  # fmt: skip
    return [name for name in found if name != "create"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_says_from_where_and_when_and_offers_nothing_to_do(kind: str) -> None:
    row = a_mirrored(kind)
    answer = signed_in(Role.ADMINISTRATOR).get(address_of(row))
    said = words_of(answer)
    assert "Read from the cloud. It is changed there; here it can only be looked at. Source: main · last seen" in said
    source_page = reverse("cloudmonitor:source", args=[row.mirrored_by])
    assert f'href="{source_page}"' in answer.content.decode()
    main = answer.content.decode().partition("<main")[2]
    assert 'method="post"' not in main.partition("</main>")[0]
    assert actions_of(kind)
    assert not [name for name in actions_of(kind) if f'"{address_of(row, name)}"' in main]


@pytest.mark.parametrize("kind", KINDS)
def test_no_form_about_it_is_shown_and_none_that_is_sent_changes_anything(kind: str) -> None:
    row, client = a_mirrored(kind), signed_in(Role.ADMINISTRATOR)
    before = type(row).objects.values().get(pk=row.pk)
    for name in actions_of(kind):
        address = address_of(row, name)
        assert client.get(address).headers.get("Location") == address_of(row), name
        typed = {"days": "7", "resource_type": "qps", "used": "1", "rearm_margin": "5", "qps_quota": "1"}
        assert client.post(address, typed).status_code == 422, name
    assert type(row).objects.values().get(pk=row.pk) == before


def test_nothing_is_made_in_an_instance_that_is_read_from_the_cloud() -> None:
    instance: Instance = a_mirrored("instance")
    with pytest.raises(Refused, match="read from the cloud"):
        create_secret(an_account(), region=REGION, name="s", instance=instance, now=NOW)
    form = signed_in(Role.ADMINISTRATOR).get(reverse("kms:key_create", args=[REGION])).context["form"]
    assert instance not in form.fields["instance"].queryset


def test_no_synchronization_is_told_of_what_is_read_from_the_cloud() -> None:
    replica = a_replica()
    key = mirror(a_key(instance=replica.primary))
    with pytest.raises(Refused, match="read from the cloud"):
        record_synchronization(replica, key=key, succeeded=False, now=NOW)
    with pytest.raises(Refused, match="read from the cloud"):
        add_replica(mirror_instance(replica.primary), replica=replica.replica, now=NOW)


def mirror_instance(row: Instance) -> Instance:
    """Let the source of the test read an instance too."""
    Instance.objects.filter(pk=row.pk).update(mirrored_by=1, mirrored_at=NOW)
    return row


def test_the_page_of_what_a_source_let_go_offers_its_verbs_again() -> None:
    row = a_key()
    said = words_of(signed_in(Role.ADMINISTRATOR).get(address_of(row)))
    assert "Read from the cloud" not in said
    assert "Schedule deletion" in said
