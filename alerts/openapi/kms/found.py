"""The resource that a call names. One of another account or region is not found, as if there were none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from alerts.estate.models import AccessPoint, Alias, ClientKey, Instance, Key, Secret
from alerts.estate.naming import ALIAS_PREFIX
from alerts.openapi.errors import Fault
from alerts.openapi.kms.lists import living, region_of

if TYPE_CHECKING:
    from alerts.openapi.call import Call

NOT_FOUND = 404
ARN = "acs:kms:"


def local_part(call: Call, value: str, kind: str) -> str:
    """Return the id of a resource that is given by its id or by its ARN; nothing for an ARN that is not from here."""
    if not value.startswith(ARN):
        return value
    here = f"{ARN}{call.region}:{call.account.pk}:"
    if kind == "alias":
        return value.removeprefix(here) if value.startswith(f"{here}{ALIAS_PREFIX}") else ""
    return value.removeprefix(f"{here}{kind}/") if value.startswith(f"{here}{kind}/") else ""


def the_key(call: Call, name: str = "KeyId", *, by_alias: bool = False) -> Key:
    """Return the key that a parameter names by id or ARN, `by_alias` also by alias. Raises Fault."""
    return key_named(call, call.parameters.required(name), by_alias=by_alias)


def key_named(call: Call, value: str, *, by_alias: bool = False) -> Key:
    """Return the key of this id, ARN or alias. Raises Fault."""
    rows: QuerySet[Key] = living(call, Key.objects.select_related("instance"))
    if by_alias and (value.startswith(ALIAS_PREFIX) or f":{ALIAS_PREFIX}" in value):
        return _aliased(call, local_part(call, value, "alias"))
    found = rows.filter(key_id=local_part(call, value, "key")).first()
    if found is None:
        raise no_key()
    return found


def _aliased(call: Call, name: str) -> Key:
    found = (
        Alias.objects.filter(account=call.account, region=region_of(call), name=name)
        .select_related("key__instance")
        .first()
    )
    if found is None:
        raise Fault(NOT_FOUND, "Forbidden.AliasNotFound", "The specified Alias is not found.")
    return found.key


def no_key() -> Fault:
    """Return the fault of a key that is not there."""
    return Fault(NOT_FOUND, "Forbidden.KeyNotFound", "The specified Key is not found.")


def no_resource() -> Fault:
    """Return the fault of any other resource that is not there."""
    return Fault(NOT_FOUND, "Forbidden.ResourceNotFound", "Resource not found.")


def the_secret(call: Call) -> Secret:
    """Return the secret that `SecretName` names. Raises Fault."""
    return secret_named(call, call.parameters.required("SecretName"))


def secret_named(call: Call, value: str) -> Secret:
    """Return the secret of this name or ARN. Raises Fault."""
    rows: QuerySet[Secret] = living(call, Secret.objects.select_related("instance"))
    found = rows.filter(name=local_part(call, value, "secret")).first()
    if found is None:
        raise no_resource()
    return found


def instance_named(call: Call, value: str) -> Instance:
    """Return the instance of this id or ARN. Raises Fault."""
    rows: QuerySet[Instance] = living(call, Instance.objects.all())
    found = rows.filter(instance_id=local_part(call, value, "keystore")).first()
    if found is None:
        raise no_resource()
    return found


def holding_instance(call: Call) -> Instance | None:
    """Return the instance that `DKMSInstanceId` names, None when it is absent: the shared gateway. Raises Fault."""
    wanted = call.parameters.text("DKMSInstanceId")
    return instance_named(call, wanted) if wanted else None


def the_point(call: Call) -> AccessPoint:
    """Return the access point that `AapName` names. Raises Fault."""
    wanted = call.parameters.required("AapName")
    rows: QuerySet[AccessPoint] = living(call, AccessPoint.objects.all())
    found = rows.filter(name=wanted).first()
    if found is None:
        raise no_resource()
    return found


def the_client_key(call: Call) -> ClientKey:
    """Return the client key that `ClientKeyId` names. Raises Fault."""
    wanted = call.parameters.required("ClientKeyId")
    rows: QuerySet[ClientKey] = living(call, ClientKey.objects.select_related("access_point"))
    found = rows.filter(client_key_id=wanted).first()
    if found is None:
        raise no_resource()
    return found
