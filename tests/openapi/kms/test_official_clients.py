"""KMS through Alibaba Cloud's own clients, unmodified, against a server: the new one and the one before it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from alibabacloud_kms20160120 import models
from alibabacloud_kms20160120.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient

from alerts.accounts.models import Role
from alerts.estate.models import Key, Secret
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from tests.builders import NOW, a_key, an_instance
from tests.openapi.served import served
from tests.openapi.signing import an_access_key

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.allow_hosts(["127.0.0.1", "::1"]),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def snake(name: str) -> str:
    """Return `ListKmsInstances` as `list_kms_instances`, as the clients' generator does."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


class New:
    """The client of today: signs the headers, knows a model for each answer."""

    def __init__(self, server: str, **fields: Any) -> None:
        key, secret = an_access_key(**fields)
        config = Config(
            access_key_id=key.key_id, access_key_secret=secret, region_id="cn-hangzhou",
            endpoint=server, protocol="http",
        )  # fmt: skip
        self.client = Client(config)

    def __call__(self, action: str, told: dict[str, str]) -> dict[str, Any]:
        """Call, and return what its model understood of the answer."""
        kind = getattr(models, f"{action}Request", None)
        method = getattr(self.client, snake(action))
        answer = method(kind().from_map(nested(told))) if kind else method()
        body: dict[str, Any] = answer.body.to_map()
        return body


class Old:
    """The client before it: signs the parameters, hands out the answer as it came."""

    def __init__(self, server: str, **fields: Any) -> None:
        key, secret = an_access_key(**fields)
        self.client = AcsClient(key.key_id, secret, "cn-hangzhou")
        self.endpoint = server

    def __call__(self, action: str, told: dict[str, str]) -> dict[str, Any]:
        """Call, and return the answer."""
        module = importlib.import_module(f"aliyunsdkkms.request.v20160120.{action}Request")
        request = getattr(module, f"{action}Request")()
        request.set_endpoint(self.endpoint)
        request.set_protocol_type("http")
        request.set_accept_format("json")
        for name, value in told.items():
            request.add_query_param(name, value)
        body: dict[str, Any] = json.loads(self.client.do_action_with_exception(request))
        return body


def nested(told: dict[str, str]) -> dict[str, Any]:
    """Return parameters as models take them: real truth values, numbers and lists."""
    plain: dict[str, Any] = {name: value for name, value in told.items() if "." not in name}
    plain |= {name: value == "True" for name, value in told.items() if name.startswith("Enable")}
    plain |= {name: int(value) for name, value in told.items() if name in {"PendingWindowInDays", "PageSize"}}
    if "ResourceId.1" in told:
        plain |= {"RegionId": "cn-hangzhou", "ResourceId": [told["ResourceId.1"]]}
        plain["Tag"] = [{"Key": told["Tag.1.Key"], "Value": told["Tag.1.Value"]}]
    if "ExtendedConfig" in told:
        plain["ExtendedConfig"] = json.loads(told["ExtendedConfig"])
    return plain


@pytest.fixture
def server(db: None) -> Iterator[str]:
    """The product behind a port."""
    with served() as address:
        yield address


@pytest.fixture(params=[New, Old])
def client(request: pytest.FixtureRequest, server: str) -> Any:
    """Each of the clients, with a key that may change things."""
    return request.param(server, role=Role.OPERATOR)


def test_the_new_client_makes_an_exception_of_a_refusal(server: str) -> None:
    client = New(server)
    for action, told, status, code in (
        ("DescribeKey", {"KeyId": "key-none"}, 404, "Forbidden.KeyNotFound"),
        ("DescribeKey", {}, 400, "MissingParameter"),
        ("ListKeys", {"Filters": "["}, 400, "InvalidParameter"),
        ("CancelKeyDeletion", {"KeyId": a_key().key_id}, 409, "Rejected.StateModifiedFailed"),
        ("GetSecretValue", {"SecretName": "a"}, 400, "UnsupportedOperation"),
        ("UpdateKeyDescription", {"KeyId": "a", "Description": "b"}, 404, "InvalidAction.NotFound"),
    ):
        with pytest.raises(ClientException) as raised:
            client(action, told)
        assert (raised.value.status_code, raised.value.code) == (status, code)


def test_the_old_client_makes_an_exception_of_a_refusal(server: str) -> None:
    with pytest.raises(ServerException) as raised:
        Old(server)("DescribeKey", {"KeyId": "key-none"})
    assert (raised.value.get_http_status(), raised.value.get_error_code()) == (404, "Forbidden.KeyNotFound")


def test_a_key_that_only_looks_is_refused_by_either(server: str) -> None:
    with pytest.raises(ClientException) as raised:
        New(server, role=Role.VIEWER)("CreateKey", {})
    assert (raised.value.status_code, raised.value.code) == (403, "Forbidden.NoPermission")
    with pytest.raises(ServerException, match=r"Forbidden\.NoPermission"):
        Old(server, role=Role.VIEWER)("CreateKey", {})
    assert not Key.objects.exists()


def test_an_estate_is_built_read_and_taken_down_by_a_program(client: Any) -> None:
    instance = an_instance().instance_id
    key = client("CreateKey", {"DKMSInstanceId": instance})["KeyMetadata"]["KeyId"]
    client("CreateAlias", {"KeyId": key, "AliasName": "alias/orders"})
    client("CreateSecret", {
        "SecretName": "prod/db", "VersionId": "v1", "SecretData": "s3cret", "SecretType": "Rds", "EncryptionKeyId": key,
        "DKMSInstanceId": instance,
    })  # fmt: skip
    client("RotateSecret", {"SecretName": "prod/db", "VersionId": "v2"})
    listed = client("ListKeys", {"Filters": json.dumps([{"Key": "AliasName", "Values": ["alias/orders"]}])})
    assert [each["KeyId"] for each in listed["Keys"]["Key"]] == [key]
    client("ScheduleKeyDeletion", {"KeyId": key, "PendingWindowInDays": "7"})
    client("DeleteSecret", {"SecretName": "prod/db", "ForceDeleteWithoutRecovery": "true"})
    assert client("ListSecrets", {})["TotalCount"] == 0
    assert Secret.objects.get().state == "Deleted"
    while evaluate_batch(now=NOW):
        pass
    names = set(SystemEvent.objects.values_list("name", flat=True))
    assert names >= {
        "Secret:RotateSecret:Success", "Key:ScheduleKeyDeletion:Success", "Secret:DeleteSecret:Success",
    }  # fmt: skip
