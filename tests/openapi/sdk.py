"""Alibaba Cloud's own clients as they come, of both products: the new one with both signatures, and the one before it.

Each takes an action with flat parameters as they go over the wire, and makes of them what its users would write.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any, get_args, get_origin

from alibabacloud_cms20190101 import client as cms_client
from alibabacloud_kms20160120 import client as kms_client
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.client import AcsClient

from tests.openapi.signing import CMS, KMS, Program
from tests.openapi.wire import MODELS, fields_of, is_model, request_of

CLIENTS: Mapping[str, ModuleType] = {CMS: cms_client, KMS: kms_client}
PACKAGES = {CMS: "aliyunsdkcms.request.v20190101", KMS: "aliyunsdkkms.request.v20160120"}


def snake(name: str) -> str:
    """Return the method of an action as the clients' generator names it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class New:
    """The client of today: signs the headers, knows a model for each answer."""

    algorithm: str | None = None

    def __init__(self, server: str, by: Program) -> None:
        self.version = by.version
        config = Config(
            access_key_id=by.key_id, access_key_secret=by.secret, region_id="cn-hangzhou", endpoint=server,
            protocol="http", signature_algorithm=self.algorithm,
        )  # fmt: skip
        self.client = CLIENTS[by.version].Client(config)

    def knows(self, _action: str) -> bool:
        """Tell whether this client has the action: today's has all."""
        return True

    def __call__(self, action: str, flat: Mapping[str, str]) -> dict[str, Any]:
        """Call, and return what the model understood of the answer."""
        method = getattr(self.client, snake(action))
        kind = getattr(MODELS[self.version], f"{action}Request", None)
        answer = method(kind().from_map(nested(flat, request_of(self.version, action)))) if kind else method()
        body: dict[str, Any] = answer.body.to_map()
        return body


class NewByParameters(New):
    """The client of today, told to sign the parameters."""

    algorithm = "v2"


class Old:
    """The client before it: signs the parameters, hands out the answer as it came."""

    def __init__(self, server: str, by: Program) -> None:
        self.server, self.version = server, by.version
        self.client = AcsClient(by.key_id, by.secret, "cn-hangzhou")

    def knows(self, action: str) -> bool:
        """Tell whether this client has the action: two of KMS came after it."""
        return action not in {"GetDefaultKmsInstance", "GetKmsInstanceQuotaInfos"}

    def __call__(self, action: str, flat: Mapping[str, str]) -> dict[str, Any]:
        """Call, and return the answer."""
        module = importlib.import_module(f"{PACKAGES[self.version]}.{action}Request")
        request = getattr(module, f"{action}Request")()
        request.set_endpoint(self.server)
        request.set_protocol_type("http")
        request.set_accept_format("json")
        for name, value in flat.items():
            request.add_query_param(name, value)
        body: dict[str, Any] = json.loads(self.client.do_action_with_exception(request))
        return body


def nested(flat: Mapping[str, str], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return flat parameters as the models take them: objects, lists, real truth values and numbers."""
    found: dict[str, Any] = {}
    for name, hint in fields.items():
        below = {key[len(name) + 1 :]: value for key, value in flat.items() if key.startswith(f"{name}.")}
        if name in flat:
            found[name] = _typed(flat[name], hint)
        elif below:
            found[name] = _below(below, hint)
    return found


def _below(below: Mapping[str, str], hint: Any) -> Any:
    if is_model(hint):
        return nested(below, fields_of(hint))
    [inner], numbers = get_args(hint), dict.fromkeys(key.partition(".")[0] for key in below)
    if not is_model(inner):
        return list(below.values())
    return [
        nested({key.partition(".")[2]: value for key, value in below.items() if key.partition(".")[0] == number},
               fields_of(inner))
        for number in numbers
    ]  # fmt: skip


def _typed(text: str, hint: Any) -> Any:
    if get_origin(hint) is dict:
        return json.loads(text)
    if hint is bool and text in {"True", "False"}:
        return text == "True"
    return int(text) if hint is int and text.isascii() and text.isdigit() else text
