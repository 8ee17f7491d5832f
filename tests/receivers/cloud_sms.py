"""Alibaba Cloud SMS as its page describes it: SendSms, variables of a template, and `Code` inside 200.

From "Short Message Service: SendSms".
"""

import json
import re

from tests.receivers.cloud import REQUEST_ID, OpenApiReceiver, failed
from tests.receivers.http import ReceivedRequest, Reply
from tests.receivers.provider import said

VARIABLE_LIMIT = 35


class CloudSmsReceiver(OpenApiReceiver):
    """One account with one signature and one template; `texts` holds number and variables of each message."""

    def __init__(self, *, key_id: str, key_secret: str, signature: str, template: str) -> None:
        """Take the access key, and what is approved."""
        super().__init__(key_id=key_id, key_secret=key_secret)
        self.signature = signature
        self.template = template
        self.texts: list[tuple[str, dict[str, str]]] = []

    def serve(self, request: ReceivedRequest) -> Reply:
        """Answer with `Code`, as in 200 as the service does."""
        given = {name: values[0] for name, values in request.query.items()}
        if request.headers.get("x-acs-action") != "SendSms" or request.headers.get("x-acs-version") != "2017-05-25":
            return failed(404, "InvalidAction.NotFound", "Specified api is not found.")
        if not re.fullmatch(r"(86)?1\d{10}", given["PhoneNumbers"]):
            return answered("isv.MOBILE_NUMBER_ILLEGAL", f"{given['PhoneNumbers']} is not a mobile number")
        if given["SignName"] != self.signature:
            return answered("isv.SMS_SIGNATURE_ILLEGAL", "The signature is not approved")
        if given["TemplateCode"] != self.template:
            return answered("isv.SMS_TEMPLATE_ILLEGAL", "The template is not approved")
        variables = json.loads(given["TemplateParam"])
        if any(len(value) > VARIABLE_LIMIT for value in variables.values()):
            return answered("isv.PARAM_LENGTH_LIMIT", "A variable is too long")
        self.texts.append((given["PhoneNumbers"], variables))
        return answered("OK", "OK", BizId="900619746936498440^0")


def answered(code: str, message: str, **more: str) -> Reply:
    """Return an answer of SendSms."""
    return said(Code=code, Message=message, RequestId=REQUEST_ID, **more)
