"""Every action through every official client: good, missing, malformed, unauthorised, and with a wrong secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alibabacloud_tea_openapi.exceptions import ClientException
from aliyunsdkcore.acs_exception.exceptions import ServerException

from alerts.openapi.verify import SECRET
from tests.openapi.cases import CASES, FORBIDDEN, MISSING, WRONG, Case, malformed, told
from tests.openapi.sdk import New, NewByParameters, Old
from tests.openapi.served import served
from tests.openapi.signing import Program, a_program
from tests.openapi.wire import request_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.allow_hosts(["127.0.0.1", "::1"]),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
KINDS = (New, NewByParameters, Old)
MOST = 1  # malformed values of an action: test_every_call has them all


@pytest.fixture
def server(db: None) -> Iterator[str]:
    """The product behind a port."""
    with served() as address:
        yield address


def refusal(client: Any, case: Case, given: dict[str, str]) -> tuple[int, str]:
    """Return status and code of the exception that a client makes of a refusal."""
    with pytest.raises((ClientException, ServerException)) as raised:
        client(case.name, given)
    error: Any = raised.value
    if isinstance(error, ServerException):
        return error.get_http_status(), error.get_error_code()
    assert error.data["RequestId"]
    return error.status_code, error.code


def values(case: Case) -> list[tuple[str, str]]:
    """Return some values that must be refused; a model takes no text for an object."""
    hints = request_of(case.version, case.name)
    found = [(name, value) for name, value, refused in malformed(case) if refused and hints[name] in {str, int, bool}]
    return [each for number, each in enumerate(found) if number % max(1, len(found) // MOST) == 0][:MOST]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_client_understands_the_answer_and_the_refusals(case: Case, server: str) -> None:
    one, other = a_program(version=case.version), a_program(version=case.version, actions=["cms:None"])
    wrong = Program(one.key_id, "another", case.version)
    for kind in KINDS:
        client = kind(server, one)
        if not client.knows(case.name):
            continue
        assert client(case.name, case.example.make())["RequestId"]
        if kind is NewByParameters:
            continue
        # The old one tells so when it finds its own string to sign in our answer, from which passwords are left out.
        shown = SECRET.isdisjoint(told(case))
        expected = "InvalidAccessKeySecret" if kind is Old and shown else "SignatureDoesNotMatch"
        assert refusal(kind(server, wrong), case, told(case)) == (400, expected)
        given = told(case)
        status, code = refusal(kind(server, other), case, given)
        assert (status, code in FORBIDDEN[case.version]) == (403, True)
        for name in case.example.required:
            lacking = {key: value for key, value in given.items() if key != name}
            assert refusal(client, case, lacking) == (400, MISSING), name
        for name, value in values(case):
            status, code = refusal(client, case, given | {name: value})
            assert (status, code in WRONG[case.version]) == (400, True), (name, value)
