"""The SDKs of the OpenAPI family (function, log, text messages), with our way to the network in place of theirs.

These SDKs take neither a session nor an adapter: all of them send by one function of the module they share. That
function is replaced, once and before the first of them is used, by one that hands the finished request to the current
`Call`. Without a call nothing is sent, so nothing can go around the address guard.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from typing import Any

from alerts.channels.cloud import Call, sdk

_CALL: ContextVar[Call] = ContextVar("call")


@contextmanager
def client(
    call: Call, module: str, *, host: str, region: str, queries: Mapping[str, str] | None = None
) -> Iterator[Any]:
    """Give the client of the SDK `module`, which signs for `host` and sends by `call`; empty: a host that it knows.

    `queries` go with each of its requests.
    """
    signing = sdk(f"{module}.client", product=call.product)
    models = sdk("alibabacloud_tea_openapi.utils_models", product=call.product)
    _put_guard_in()
    config = models.Config(
        access_key_id=call.settings.cloud.access_key_id,
        access_key_secret=call.settings.cloud.access_key_secret,
        security_token=call.settings.cloud.security_token or None,
        endpoint=host or None,
        region_id=region,
        user_agent=call.settings.user_agent,
        global_parameters=models.GlobalParameters(queries=dict(queries or {})),
    )
    token = _CALL.set(call)
    try:
        yield signing.Client(config)
    finally:
        _CALL.reset(token)


def options() -> Any:
    """Return the options of one request: none, for our own time-out holds and nothing is tried twice here."""
    return import_module("darabonba.runtime").RuntimeOptions()


@cache
def _put_guard_in() -> None:
    core = import_module("darabonba.core").DaraCore
    guarded = type("GuardedCore", (core,), {"do_action": staticmethod(_carried)})
    client_of_all: Any = import_module("alibabacloud_tea_openapi.client")
    client_of_all.DaraCore = guarded


def _carried(request: Any, runtime_option: object = None) -> Any:
    """Stand in for DaraCore.do_action: the same request and response, carried by the current call."""
    del runtime_option
    content = request.body or b""
    answer = _CALL.get().carry(
        request.method,
        request.pathname,
        headers=request.headers,
        content=content.encode() if isinstance(content, str) else content,
        params={name: str(value) for name, value in request.query.items() if value is not None},
    )
    response = import_module("darabonba.response").DaraResponse()
    response.status_code, response.status_message = answer.status, answer.reason
    response.headers, response.body = dict(answer.headers), answer.body
    return response
