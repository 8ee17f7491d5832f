"""Text messages through Alibaba Cloud SMS, for the channel of text messages.

The text itself stands in a template that the provider has approved; what is sent are its variables. Such a template
holds `${level}`, `${subject}`, `${text}` or `${rule}`; a variable bears 35 characters. The service says no inside HTTP
200: only the code `OK` is success. Codes: "Short Message Service: Error codes".
"""

from types import MappingProxyType
from typing import Any

from alerts.channels import outgoing
from alerts.channels.base import ChannelSettings, Message, Outcome
from alerts.channels.cloud import KEPT, Call, Product, has_key, sdk
from alerts.channels.envelope import as_json
from alerts.channels.exchange import for_good, for_now
from alerts.channels.open_api import client, options
from alerts.channels.texts import ELLIPSIS, one_line

VARIABLE_LIMIT = 35
"""Characters of one variable of a template."""
REGION = "cn-hangzhou"
"""Where the service is; a text message has no region."""

_NUMBER = for_good("Correct the phone number of the contact.")
_TEMPLATE = for_good("Check the template and its variables: level, subject, text and rule are given.")
_SETTING = for_now("Check KMSCONSOLE_SMS_TEMPLATE, which names the signature and the template.")
_ACCOUNT = for_now("Check balance and state of the account at the provider.")
_BUSY = for_now(wait=60.0)
_SDK = "alibabacloud_dysmsapi20170525"
_PRODUCT = Product(
    label="Alibaba Cloud SMS",
    name="dysmsapi",
    request_id="x-acs-request-id",
    meanings=MappingProxyType(
        {
            "isv.BUSINESS_LIMIT_CONTROL": _BUSY,
            "isv.DAY_LIMIT_CONTROL": _BUSY,
            "isv.MONTH_LIMIT_CONTROL": _ACCOUNT,
            "isp.SYSTEM_ERROR": _BUSY,
            "isp.GATEWAY_ERROR": _BUSY,
            "isv.OUT_OF_PRODUCT": _ACCOUNT,
            "isv.AMOUNT_NOT_ENOUGH": _ACCOUNT,
            "isv.ACCOUNT_ABNORMAL": _ACCOUNT,
            "isv.ACCOUNT_NOT_EXISTS": _ACCOUNT,
            "isv.PRODUCT_UN_SUBSCRIPT": _ACCOUNT,
            "isv.SMS_SIGNATURE_ILLEGAL": _SETTING,
            "isv.SMS_TEMPLATE_ILLEGAL": _SETTING,
            "isv.MOBILE_NUMBER_ILLEGAL": _NUMBER,
            "isv.MOBILE_COUNT_OVER_LIMIT": _NUMBER,
            "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": _NUMBER,
            "isv.TEMPLATE_MISSING_PARAMETERS": _TEMPLATE,
            "isv.TEMPLATE_PARAMS_ILLEGAL": _TEMPLATE,
            "isv.INVALID_PARAMETERS": _TEMPLATE,
            "isv.INVALID_JSON_PARAM": _TEMPLATE,
            "isv.PARAM_LENGTH_LIMIT": _TEMPLATE,
            "isv.PARAM_NOT_SUPPORT_URL": _TEMPLATE,
            "isv.BLACK_KEY_CONTROL_LIMIT": for_good("The provider does not carry a word of this message."),
        }
    ),
)


def send_by_template(
    message: Message, *, phone: str, settings: ChannelSettings, wiring: outgoing.Wiring = outgoing.SYSTEM
) -> Outcome:
    """Send once by the template `settings.phone.sms_template`, or keep the message when there is no access key.

    `phone` is a number with its country code, such as +8613800001234. Raises DeliveryError.
    """
    if not has_key(settings.cloud):
        return KEPT
    number = phone.lstrip("+")
    signature, _colon, template = settings.phone.sms_template.rpartition(":")
    variables = as_json(template_variables(message))
    hidden = (phone, number, number.removeprefix("86"))
    call = Call(_PRODUCT, settings, f"SendSms {template}\n{variables}", wiring=wiring, secrets=hidden)
    host = call.locate(region=REGION, uid=str(message.body.get("userId", "")))
    given = {
        "sign_name": signature,
        "template_code": template,
        "template_param": variables,
        "out_id": message.delivery_id,
    }

    def sent() -> Outcome:
        with client(call, _SDK, host=host, region=REGION) as phones:
            request = sdk(f"{_SDK}.models", product=_PRODUCT).SendSmsRequest(phone_numbers=number, **given)
            return _judged(call, phones.send_sms_with_options(request, options()).body)

    return call.judge(sent)


def template_variables(message: Message) -> dict[str, str]:
    """Return the variables of a template, each on one line and within VARIABLE_LIMIT characters."""
    given = {"level": message.level, "subject": message.subject, "text": message.text, "rule": message.source}
    lines = {name: one_line(text) for name, text in given.items()}
    return {
        name: text if len(text) <= VARIABLE_LIMIT else text[: VARIABLE_LIMIT - 1] + ELLIPSIS
        for name, text in lines.items()
    }


def _judged(call: Call, said: Any) -> Outcome:
    if said is None or not said.code:
        return call.outcome("UNKNOWN")
    if said.code != "OK":
        raise call.refused(said.code, said.message or "")
    return call.accepted(said.code)
