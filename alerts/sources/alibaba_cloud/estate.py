"""The estate of an account in one region, a page at a time: which list, and what is asked of each of its rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from alerts.sources.alibaba_cloud.asking import NOT_FOUND, Page, Unusable, ask, code_of, page_of
from alerts.sources.alibaba_cloud.records import (
    AccessPointRecord,
    AliasRecord,
    ClientKeyRecord,
    InstanceRecord,
    KeyRecord,
    SecretRecord,
    access_point_of,
    alias_of,
    client_key_of,
    instance_of,
    key_of,
    secret_of,
)

PAGE_SIZE: Final = 50
LONGEST_NAME: Final = 255
Record = AccessPointRecord | AliasRecord | ClientKeyRecord | InstanceRecord | KeyRecord | SecretRecord
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one page, how many there are on all pages, and whether this was the last one."""

    rows: Sequence[Record]
    total: int
    last: bool


def read_page(client: Any, what: str, *, number: int) -> Records:
    """Return page `number` (the first is 1) of instances, keys, secrets, access_points, client_keys or aliases."""
    return READERS[what](client, number)


def is_there(client: Any, what: str, local_id: str) -> bool:
    """Ask for one that the lists did not show; False where nothing can be asked for, as of access points."""
    if what not in DESCRIBED:
        return False
    action, name = DESCRIBED[what]
    return _described(client, action, lambda told: told, **{name: local_id}) is not None


def _described(client: Any, action: str, read: Callable[[dict[str, Any]], Read], **told: object) -> Read | None:
    """Return what an action tells of a resource, None when it has gone since it was listed."""
    try:
        return read(ask(client, action, **told))
    except Exception as error:
        if NOT_FOUND.fullmatch(code_of(error)):
            return None
        raise


def _instances(client: Any, number: int) -> Records:
    page = page_of(client, "ListKmsInstances", ("KmsInstances", "KmsInstance"), number=number, size=PAGE_SIZE)
    return _each(page, lambda row: _instance(client, row))


def _instance(client: Any, row: Mapping[str, Any]) -> InstanceRecord | None:
    named = str(row.get("KmsInstanceId"))
    quotas = _described(client, "GetKmsInstanceQuotaInfos", dict, KmsInstanceId=named)
    return _described(
        client,
        "GetKmsInstance",
        lambda told: instance_of(
            told.get("KmsInstance") or {}, arn=str(row.get("KmsInstanceArn") or ""), quotas=quotas or {}
        ),
        KmsInstanceId=named,
    )


def _keys(client: Any, number: int) -> Records:
    page = page_of(client, "ListKeys", ("Keys", "Key"), number=number, size=PAGE_SIZE)
    return _each(
        page,
        lambda row: _described(
            client, "DescribeKey", lambda told: key_of(told.get("KeyMetadata") or {}), KeyId=row.get("KeyId")
        ),
    )


def _secrets(client: Any, number: int) -> Records:
    page = page_of(client, "ListSecrets", ("SecretList", "Secret"), number=number, size=PAGE_SIZE)
    return _each(
        page,
        lambda row: _described(
            client, "DescribeSecret", lambda told: secret_of(told, row), SecretName=row.get("SecretName")
        ),
    )


def _access_points(client: Any, number: int) -> Records:
    path = ("ApplicationAccessPoints", "ApplicationAccessPoint")
    return _each(page_of(client, "ListApplicationAccessPoints", path, number=number, size=PAGE_SIZE), access_point_of)


def _client_keys(client: Any, _number: int) -> Records:
    """There are no pages: ListClientKeys answers all of them."""
    body = ask(client, "ListClientKeys")
    if "ClientKeys" not in body:
        raise Unusable("ListClientKeys answered without a list")
    rows = body["ClientKeys"] or []
    return _each(Page(rows=rows, total=len(rows), last=True), client_key_of)


def _aliases(client: Any, number: int) -> Records:
    return _each(page_of(client, "ListAliases", ("Aliases", "Alias"), number=number, size=100), alias_of)


def _each(page: Page, read: Callable[[Mapping[str, Any]], Record | None]) -> Records:
    """Read each row. Raises Unusable for a record that names nothing, or something twice."""
    found = [record for row in page.rows if (record := read(row)) is not None]
    names = {record.id for record in found}
    if len(names) < len(found) or not all(0 < len(name) <= LONGEST_NAME for name in names):
        raise Unusable("a list holds something without a name, with an overlong one, or twice")
    return Records(rows=found, total=page.total, last=page.last)


READERS: Final[Mapping[str, Callable[[Any, int], Records]]] = {
    "instances": _instances,
    "keys": _keys,
    "aliases": _aliases,
    "secrets": _secrets,
    "access_points": _access_points,
    "client_keys": _client_keys,
}
DESCRIBED: Final = {
    "instances": ("GetKmsInstance", "KmsInstanceId"),
    "keys": ("DescribeKey", "KeyId"),
    "secrets": ("DescribeSecret", "SecretName"),
    "client_keys": ("GetClientKey", "ClientKeyId"),
}
