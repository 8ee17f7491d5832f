"""Actions that read secrets: the list, one of them, and the ids of its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BooleanField, F, Func, JSONField, Q, QuerySet, Value

from alerts.estate.models import Secret, SecretVersion
from alerts.openapi.kms.found import the_secret
from alerts.openapi.kms.lists import any_of, living, narrowed, one_of, page_of
from alerts.openapi.kms.secrets import described
from alerts.openapi.kms.written import tags_of, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.openapi.call import Call

USUAL_PAGE, USUAL_VERSIONS = 10, 20


def _tagged_with(values: Sequence[str]) -> Q:
    """Return the test that one of the tags has one of these values."""
    found = Q()
    for value in values:
        path = Value("$.* ? (@ == $wanted)")
        wanted = Value({"wanted": value}, output_field=JSONField())
        found |= Q(Func(F("tags"), path, wanted, function="jsonb_path_exists", output_field=BooleanField()))
    return found


FILTERS = {
    "SecretName": any_of("name__icontains"),
    "Description": any_of("description__icontains"),
    "TagKey": any_of("tags__has_key"),
    "TagValue": _tagged_with,
    "DKMSInstanceId": one_of("instance__instance_id"),
    "SecretType": any_of("type__iexact"),
    "Creator": one_of("account_id"),
}


def list_secrets(call: Call) -> dict[str, object]:
    """List secrets, with their tags if `FetchTags` says so."""
    with_tags = call.parameters.boolean("FetchTags", default=False)
    rows: QuerySet[Secret] = living(call, Secret.objects.all())
    found, page = page_of(call, narrowed(call, rows, FILTERS), usual=USUAL_PAGE)
    return {"SecretList": {"Secret": [_listed(row, with_tags=bool(with_tags)) for row in found]}, **page}


def _listed(row: Secret, *, with_tags: bool) -> dict[str, object]:
    told: dict[str, object] = {
        "SecretName": row.name, "SecretType": str(row.type), "OwingService": "",
        "CreateTime": written(row.created_at), "UpdateTime": written(row.changed_at),
    }  # fmt: skip
    if row.delete_at:
        told["PlannedDeleteTime"] = written(row.delete_at)
    return told | ({"Tags": tags_of(row.tags)} if with_tags else {})


def describe_secret(call: Call) -> dict[str, object]:
    """Describe a secret."""
    row = the_secret(call)
    with_tags = call.parameters.boolean("FetchTags", default=False)
    return described(row) | ({"Tags": tags_of(row.tags)} if with_tags else {})


def list_secret_version_ids(call: Call) -> dict[str, object]:
    """List the versions of a secret that have a stage, with `IncludeDeprecated` also those that have none."""
    secret = the_secret(call)
    rows = SecretVersion.objects.filter(secret=secret)
    if not call.parameters.boolean("IncludeDeprecated", default=False):
        rows = rows.exclude(stages=[])
    found, page = page_of(call, rows, usual=USUAL_VERSIONS)
    versions = [
        {
            "VersionId": row.version_id,
            "CreateTime": written(row.created_at),
            "VersionStages": {"VersionStage": row.stages},
        }
        for row in found
    ]
    return {"SecretName": secret.name, "VersionIds": {"VersionId": versions}, **page}
