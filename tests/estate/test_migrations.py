"""What was there before the API came is told by it too."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from alerts.estate.models import Alias, Key, SecretVersion
from alerts.estate.secrets import record_rotation
from tests.builders import NOW, a_key, a_secret

pytestmark = pytest.mark.django_db


def test_keys_and_secrets_that_are_there_get_their_aliases_and_versions() -> None:
    first, _twin, gone, plain = a_key(alias="alias/a"), a_key(), a_key(alias="alias/gone", state="Deleted"), a_key()
    secret = record_rotation(a_secret(), succeeded=True, now=NOW + timedelta(days=1))
    Alias.objects.all().delete()
    SecretVersion.objects.all().delete()
    Key.objects.exclude(pk__in=[gone.pk, plain.pk]).update(alias="alias/a", primary_version="")
    told = import_module("alerts.estate.migrations.0004_aliases_and_versions_there_are")
    with connection.cursor() as cursor:
        for statement in (told.ALIASES, told.KEY_VERSIONS, told.VERSIONS):
            cursor.execute(statement)
    assert list(Alias.objects.values_list("name", "key_id")) == [("alias/a", first.pk)]
    assert not Key.objects.filter(primary_version="").exists()
    version = SecretVersion.objects.get()
    assert (version.secret_id, version.stages, version.created_at) == (secret.pk, ["ACSCurrent"], secret.rotated_at)
