"""Access points and client keys by the API: policies, passwords, validity."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.estate.models import ClientKey
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from tests.builders import NOW, a_client_key, an_access_point
from tests.openapi.kms.calls import answer, fault, refusal

pytestmark = pytest.mark.django_db
PASSWORD = "canary-0451"


def at(days: float) -> str:
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_access_point_has_policies_and_a_name_of_its_own() -> None:
    told = {"Name": "aap-1", "Policies": '["one", "two"]', "Description": "of the shop"}
    made = answer("CreateApplicationAccessPoint", told)
    assert (made["AuthenticationMethod"], made["Policies"]) == ("ClientKey", '["one", "two"]')
    assert made["Arn"].endswith(":applicationaccesspoint/aap-1")
    assert refusal("CreateApplicationAccessPoint", told) == (409, "Rejected.ResourceExist")
    role = told | {"Name": "aap-2", "AuthenticationMethod": "RAMRole"}
    assert answer("CreateApplicationAccessPoint", role)["AuthenticationMethod"] == "RAMRole"


@pytest.mark.parametrize(
    ("told", "parameter"),
    [
        ({"Name": "a b"}, "Name"),
        ({"Name": "x" * 65}, "Name"),
        ({"Policies": "one"}, "Policies"),
        ({"Policies": "{}"}, "Policies"),
        ({"Policies": "[1]"}, "Policies"),
        ({"Policies": '["1","2","3","4"]'}, "Policies"),
        ({"Policies": f'["{"x" * 129}"]'}, "Policies"),
        ({"AuthenticationMethod": "Smile"}, "AuthenticationMethod"),
        ({"Description": "x" * 257}, "Description"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_an_access_point_that_there_cannot_be_is_refused(told: dict[str, str], parameter: str) -> None:
    found = fault("CreateApplicationAccessPoint", {"Name": "aap-1", "Policies": '["one"]'} | told)
    assert (found.status, found.code) == (400, "InvalidParameter")
    assert f'"{parameter}"' in found.message


def test_a_client_key_is_valid_for_five_years_unless_told_and_has_no_private_half() -> None:
    point = an_access_point()
    told = answer("CreateClientKey", {"AapName": point.name, "Password": PASSWORD})
    assert (told["NotBefore"], told["NotAfter"]) == (at(0), at(5 * 365))
    assert (told["KeyAlgorithm"], told["PrivateKeyData"]) == ("RSA_2048", "")
    described = answer("GetClientKey", {"ClientKeyId": told["ClientKeyId"]})
    assert (described["AapName"], described["CreateTime"], described["NotAfter"]) == (point.name, at(0), at(5 * 365))
    assert answer("ListClientKeys", {"AapName": point.name})["ClientKeys"] == [described]
    assert refusal("ListClientKeys", {"AapName": "none"}) == (404, "Forbidden.ResourceNotFound")


def test_a_client_key_that_ends_soon_reminds() -> None:
    point = an_access_point()
    told = {"AapName": point.name, "Password": PASSWORD, "NotBefore": at(-1), "NotAfter": at(5)}
    key_id = answer("CreateClientKey", told)["ClientKeyId"]
    evaluate_batch(now=NOW)
    evaluate_batch(now=NOW)
    event = SystemEvent.objects.get(name="ClientKey:Expiration:Reminder")
    assert event.resource.endswith(key_id)


@pytest.mark.parametrize(
    "password", ["short-1", "x" * 65, "onlyletters", "1234567890", "spaces are no 1", "ümlaut-12345", "12345678~\0"]
)
def test_a_password_that_the_service_would_refuse_is_refused_and_not_repeated(password: str) -> None:
    found = fault("CreateClientKey", {"AapName": an_access_point().name, "Password": password})
    assert (found.status, found.code) == (400, "InvalidParameter")
    assert password not in found.message
    assert not ClientKey.objects.exists()


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"NotBefore": at(0)}, "MissingParameter"),
        ({"NotAfter": at(1)}, "MissingParameter"),
        ({"NotBefore": "yesterday", "NotAfter": at(1)}, "InvalidParameter"),
        ({"NotBefore": at(0), "NotAfter": "2027-02-30T00:00:00Z"}, "InvalidParameter"),
        ({"NotBefore": at(-2), "NotAfter": at(-1)}, "InvalidParameter"),
        ({"NotBefore": at(2), "NotAfter": at(1)}, "InvalidParameter"),
        ({"NotBefore": at(2), "NotAfter": "9999-12-31T23:59:59Z"}, "InvalidParameter"),
    ],
)
def test_a_validity_that_there_cannot_be_is_refused(told: dict[str, str], code: str) -> None:
    told |= {"AapName": an_access_point().name, "Password": PASSWORD}
    assert refusal("CreateClientKey", told) == (400, code)


def test_an_access_point_has_three_client_keys_at_most_and_a_deleted_one_makes_room() -> None:
    point = an_access_point()
    for _ in range(3):
        a_client_key(point=point)
    told = {"AapName": point.name, "Password": PASSWORD}
    assert refusal("CreateClientKey", told) == (400, "Rejected.LimitExceeded")
    gone = {"ClientKeyId": ClientKey.objects.earliest("pk").client_key_id}
    assert answer("DeleteClientKey", gone) == {}
    assert refusal("DeleteClientKey", gone) == (404, "Forbidden.ResourceNotFound")
    assert refusal("GetClientKey", gone) == (404, "Forbidden.ResourceNotFound")
    answer("CreateClientKey", told)
