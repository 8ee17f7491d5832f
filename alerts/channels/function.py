"""The function channel: Function Compute runs a function with the machine envelope as its payload, asynchronously.

202 says that the service has queued the call and tries it by itself; what the function makes of it is not our business.
The interface is that of Function Compute 3.0, where a function that was made in a service is called
`service$function`. Codes: "Function Compute: Error codes".
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from alerts.channels import outgoing
from alerts.channels.base import MASK, ChannelSettings, Limits, Message, Outcome
from alerts.channels.cloud import KEPT, REGION, Call, Product, checked, has_key, sdk
from alerts.channels.envelope import as_text, fitted
from alerts.channels.exchange import for_good
from alerts.channels.open_api import client, options

PAYLOAD_LIMIT = 128 * 1024
"""Bytes of the payload of an asynchronous call."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}")
"""Names of services and functions."""
_SDK = "alibabacloud_fc20230330"
_PRODUCT = Product(
    label="Function Compute",
    name="fc",
    request_id="x-fc-request-id",
    meanings=MappingProxyType(
        {
            "FunctionNotFound": for_good("There is no such function in this region and account."),
            "ServiceNotFound": for_good("There is no such service in this region and account."),
        }
    ),
)


class Function:
    """Calls a function. An address is `region`, `function` and, where the function is in one, `service`."""

    kind = "function"
    label = "Function Compute"
    fields = ("region", "service", "function")
    limits = Limits(max_bytes=PAYLOAD_LIMIT)

    def __init__(self, *, wiring: outgoing.Wiring = outgoing.SYSTEM) -> None:
        """Take the way to the network; tests bring their own."""
        self._wiring = wiring

    def send(self, message: Message, *, address: Mapping[str, str], settings: ChannelSettings) -> Outcome:
        """Call the function once, or keep the message when there is no access key; raises DeliveryError."""
        region = checked(address.get("region", ""), REGION, what="region")
        name = checked(address.get("function", ""), NAME, what="function")
        if service := address.get("service", ""):
            name = f"{checked(service, NAME, what='service')}${name}"
        if not has_key(settings.cloud):
            return KEPT
        payload = fitted(message.body, limit=PAYLOAD_LIMIT)
        call = Call(_PRODUCT, settings, f"InvokeFunction {region} {name}\n{payload}", wiring=self._wiring)
        host = call.locate(region=region, uid=as_text(message.body.get("userId", "")))
        return call.judge(lambda: _invoked(call, payload, name=name, host=host, region=region))

    def mask(self, address: Mapping[str, str]) -> str:
        """Region and name; nothing of it is secret."""
        name = "/".join(filter(None, (address.get("service", ""), address.get("function", ""))))
        return " · ".join(filter(None, (address.get("region", ""), name))) or MASK


def _invoked(call: Call, payload: str, *, name: str, host: str, region: str) -> Outcome:
    with client(call, _SDK, host=host, region=region) as functions:
        models = sdk(f"{_SDK}.models", product=_PRODUCT)
        answer = functions.invoke_function_with_options(
            name,
            models.InvokeFunctionRequest(body=payload.encode()),
            models.InvokeFunctionHeaders(x_fc_invocation_type="Async"),
            options(),
        )
    return call.outcome("ACCEPTED" if answer.status_code == HTTPStatus.ACCEPTED else "UNKNOWN")
