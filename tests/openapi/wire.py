"""What the official SDK's own models say of a request or an answer: wire names and JSON types, read out of their code.

So an answer is compared with what Alibaba Cloud generated from its own description, not with a copy of it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

from alibabacloud_cms20190101 import models as cms_models
from alibabacloud_kms20160120 import models as kms_models

from tests.openapi.signing import CMS, KMS

MODELS: Mapping[str, ModuleType] = {CMS: cms_models, KMS: kms_models}
WRITTEN = re.compile(r"if self\.(\w+) is not None:\s+(?:for \w+ ?in self\.\w+:\s+)?result\['([^']+)'\]")


@cache
def fields_of(kind: type) -> Mapping[str, Any]:
    """Return wire name and type hint of each field of a model."""
    hints = get_type_hints(kind.__init__)  # type: ignore[misc]
    return {wire: hints[name] for name, wire in WRITTEN.findall(inspect.getsource(kind.to_map))}  # type: ignore[attr-defined]


def request_of(version: str, action: str) -> Mapping[str, Any]:
    """Return the parameters of an action with their types; none where its SDK method takes no request."""
    kind = getattr(MODELS[version], f"{action}Request", None)
    return fields_of(kind) if kind else {}


def answer_of(version: str, action: str) -> type:
    """Return the model of the body of an answer."""
    found: type = getattr(MODELS[version], f"{action}ResponseBody")
    return found


def is_model(hint: Any) -> bool:
    """Tell whether a hint is a further model."""
    return isinstance(hint, type) and hasattr(hint, "to_map")


def mistakes(told: Any, hint: Any, where: str) -> Iterator[str]:
    """Yield where an answer is not what the SDK's models are: an unknown name, or another JSON type."""
    if is_model(hint):
        if not isinstance(told, dict):
            yield f"{where} is no object"
            return
        fields = fields_of(hint)
        yield from (f"{where}.{name} is unknown" for name in told.keys() - fields.keys())
        for name in told.keys() & fields.keys():
            yield from mistakes(told[name], fields[name], f"{where}.{name}")
    elif get_origin(hint) is list:
        if not isinstance(told, list):
            yield f"{where} is no list"
            return
        for each in told:
            yield from mistakes(each, get_args(hint)[0], f"{where}[]")
    elif get_origin(hint) is not dict and type(told) is not hint:
        yield f"{where} is {type(told).__name__}, not {hint.__name__}"
