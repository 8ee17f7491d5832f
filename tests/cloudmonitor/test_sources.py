"""Access Center › Sources: connecting an account, how it stands, what is done to it, and who may do that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from alerts.accounts.models import AuditEntry, Role
from alerts.estate.models import Key
from alerts.mirrors.check import check_batch
from alerts.mirrors.cloud import Trouble
from alerts.mirrors.models import Reads, Source
from tests.builders import NOW, REGION
from tests.cloudmonitor.people import a_stranger, page_of, sent, signed_in, words_of
from tests.mirrors.cloud import Cloud, a_key_record, a_source, cloud, read_all

__all__ = ["cloud"]
pytestmark = pytest.mark.django_db
LIST, CREATE = reverse("cloudmonitor:sources"), reverse("cloudmonitor:source_create")
SECRET = "wJalrXUtnFEMI/K7MDENG"


def at(name: str, source: Source) -> str:
    """Return the address of a page of the source."""
    return reverse(f"cloudmonitor:{name}", args=[source.pk])


def typed(**fields: Any) -> dict[str, Any]:
    """Return what is typed to connect an account."""
    usual = {
        "name": "production", "access_key_id": "LTAI0123456789", "access_key_secret": SECRET, "regions": REGION,
        "reads": list(Reads.values), "every": "5", "calls_per_second": "25", "teller": "cloud", "endpoint": "",
    }  # fmt: skip
    return {**usual, **fields}


def test_an_account_is_connected_checked_at_once_and_stands_in_the_audit_trail() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    answer = sent(client, CREATE, typed(), expect=302)
    source = Source.objects.get()
    assert answer.url == at("source", source)
    assert (source.regions, source.teller, source.role_session) == ([REGION], "cloud", "kms-console")
    assert source.check_left == [REGION, "cms"]
    assert AuditEntry.objects.get(verb="source.add").subject == "production"
    said = words_of(client.get(answer.url))
    assert "Each permission is being tried 0 of 2 places" in said
    assert "kms:ListClientKeys" in said
    assert SECRET not in said


def test_nothing_typed_is_lost_but_the_secret_which_the_form_asks_for_again() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    wrong = typed(regions="nowhere at all", role_arn="acs:ram::1:role/x", external_id="e-1", every="7", reads=["keys"])
    answer = sent(client, CREATE, {**wrong, "teller": "console"}, expect=422)
    said = answer.content.decode()
    assert "“nowhere” is no region" in said
    assert "Type it again: it is not sent back to this page." in said
    assert SECRET not in said
    page = page_like(answer)
    kept = {"name": "production", "role_arn": "acs:ram::1:role/x", "external_id": "e-1", "every": "7"}
    for name, value in kept.items():
        assert page.find("input", {"name": name})["value"] == value
    assert [box["value"] for box in page.find_all("input", {"name": "reads", "checked": True})] == ["keys"]
    assert not Source.objects.exists()


def page_like(answer: Any) -> Any:
    """Return the page of an answer."""
    return BeautifulSoup(answer.content, "html.parser")


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("role_arn", {"role_arn": "not-a-role"}), ("every", {"every": "0"}), ("endpoint", {"endpoint": "a b"}),
        ("endpoint", {"endpoint": "console:99999"}), ("endpoint", {"endpoint": f"{'x' * 64}.example"}),
        ("endpoint", {"endpoint": "key:secret@console:8000"}),
        ("role_arn", {"role_arn": "x acs:ram::1:role/x"}),
        ("reads", {"reads": []}), ("calls_per_second", {"calls_per_second": "51"}), ("name", {"name": ""}),
        ("teller", {"reads": ["keys"], "teller": "cloud"}), ("external_id", {"external_id": "über"}),
    ],
)  # fmt: skip
def test_a_mistake_stands_at_its_field(field: str, fields: dict[str, Any]) -> None:
    answer = sent(signed_in(Role.ADMINISTRATOR), CREATE, typed(**fields), expect=422)
    assert field in answer.context["form"].errors


def test_a_name_that_is_taken_is_refused() -> None:
    a_source()
    answer = sent(signed_in(Role.ADMINISTRATOR), CREATE, typed(name="main"), expect=422)
    assert "There is a source of this name already." in answer.content.decode()


def test_the_list_says_how_each_source_stands(cloud: Cloud) -> None:
    client = signed_in(Role.VIEWER)
    assert "No account is connected" in words_of(client.get(LIST))
    cloud.put("keys", a_key_record())
    source = read_all(a_source("keys"), now=NOW)
    assert "Active" in words_of(client.get(LIST))
    found = client.get(LIST, {"format": "json"}).json()["sources"][0]
    assert (found["Name"], found["State"], found["Error"]) == ("main", "active", "")
    assert found["LagSeconds"] >= 0
    for fields, word in (
        ({"error": "KMS refused: no (Forbidden.RAM)"}, "Failing"), ({"silent_since": NOW}, "Silent"),
        ({"paused_at": NOW}, "Paused"),
    ):  # fmt: skip
        Source.objects.filter(pk=source.pk).update(**fields)
        assert word in words_of(client.get(LIST))
    assert SECRET not in client.get(LIST, {"format": "csv"}).getvalue().decode()


def test_a_page_shows_how_far_each_thing_is_and_what_went_wrong_with_what_to_do(cloud: Cloud) -> None:
    cloud.put("keys", a_key_record())
    cloud.trouble["secrets"] = Trouble("KMS refused: no (Forbidden.RAM)", code="Forbidden.RAM")
    source = read_all(a_source("keys", "secrets"), now=NOW)
    said = words_of(signed_in(Role.VIEWER).get(at("source", source)))
    assert "Keys 1 of 1 Read" in said
    assert f"{REGION} Read 1 Failed, will be tried again 1" in said
    assert "KMS refused: no (Forbidden.RAM) A permission is missing" in said
    live = signed_in(Role.VIEWER).get(at("source_live", source))
    assert b"<h1" not in live.content
    assert b'id="source-standing"' in live.content


def test_a_silent_source_says_since_when_and_what_that_means() -> None:
    source = a_source()
    Source.objects.filter(pk=source.pk).update(silent_since=NOW, failures=3, error="KMS refused: no", error_at=NOW)
    said = words_of(signed_in(Role.VIEWER).get(at("source", source)))
    assert "State Silent" in said
    assert "Nothing was read as a whole since" in said
    assert "its open incidents are marked as unknown" in said


def test_what_a_key_and_a_role_are_called_by_is_shown_to_administrators_alone() -> None:
    source = a_source(role_arn="acs:ram::1:role/reader", external_id="ext-4711")
    shown = words_of(signed_in(Role.ADMINISTRATOR).get(at("source", source)))
    assert "LTAI0123456789" in shown
    assert '"Action": "sts:AssumeRole"' in shown
    said = words_of(signed_in(Role.VIEWER).get(at("source", source)))
    assert "LTAI0123456789" not in said
    assert "ext-4711" not in said
    assert "Delete" not in said


def test_a_button_pauses_resumes_reads_and_checks_and_each_stands_in_the_audit_trail() -> None:
    client, source = signed_in(Role.ADMINISTRATOR), a_source()
    for name in ("source_pause", "source_resume", "source_read", "source_check"):
        answer = client.post(at(name, source), follow=True)
        assert answer.status_code == 200
        source.refresh_from_db()
        assert (source.paused_at is not None) == (name == "source_pause")
    assert source.check_asked_at is not None
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["source.pause", "source.resume", "source.poll", "source.check"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_who_is_no_administrator_changes_nothing(role: Role) -> None:
    client, source = signed_in(role), a_source()
    for name in ("modify", "teller", "delete", "check", "read", "pause", "resume"):
        assert client.post(at(f"source_{name}", source)).status_code == 403, name
    assert client.get(at("source", source)).status_code == 200
    assert client.post(CREATE, typed()).status_code == 403
    source.refresh_from_db()
    assert source.paused_at is None


def changed(source: Source, **fields: Any) -> Any:
    """Send the form of a change."""
    stored = {**typed(), "name": "main", "reads": source.reads, "access_key_secret": "", "role_session": "kms-console"}
    return signed_in(Role.ADMINISTRATOR).post(at("source_modify", source), {**stored, **fields})


def test_a_change_keeps_the_stored_secret_where_none_is_typed() -> None:
    source = a_source()
    assert changed(source, name="renamed", every="10", role_arn="acs:ram::1:role/x").status_code == 302
    source.refresh_from_db()
    assert (source.name, source.every, source.access_key_secret) == ("renamed", timedelta(minutes=10), SECRET)
    assert source.role_arn == "acs:ram::1:role/x"
    assert source.check_left == ["sts", REGION]
    assert AuditEntry.objects.get(verb="source.change").subject == "renamed"


@pytest.mark.parametrize("fields", [{"endpoint": "elsewhere.example:80"}, {"access_key_id": "LTAI-another"}])
def test_a_stored_secret_signs_for_no_other_key_and_no_other_place(fields: dict[str, Any]) -> None:
    source = a_source()
    answer = changed(source, **fields)
    assert answer.status_code == 422
    assert "what is stored signs for no other key" in answer.content.decode()
    assert changed(source, access_key_secret="typed-anew", **fields).status_code == 302
    source.refresh_from_db()
    assert source.access_key_secret == "typed-anew"


def test_the_clouds_events_tell_only_while_they_are_read() -> None:
    source = a_source("keys", "events")
    assert source.teller == "cloud"
    assert "The cloud&#x27;s events can tell only while" in changed(source, reads=["keys"]).content.decode()
    client = signed_in(Role.ADMINISTRATOR)
    assert sent(client, at("source_teller", source), {"teller": "console"}, expect=302)
    assert changed(source, reads=["keys"]).status_code == 302
    sent(client, at("source_teller", source), {"teller": "cloud"}, expect=422)
    assert "What the switch means" in words_of(client.get(at("source_teller", source)))


def test_a_source_is_deleted_after_saying_what_becomes_of_what_it_read(cloud: Cloud) -> None:
    cloud.put("keys", a_key_record())
    source, client = read_all(a_source("keys"), now=NOW), signed_in(Role.ADMINISTRATOR)
    said = words_of(client.get(at("source_delete", source)))
    assert "Keys 1" in said
    assert "can be changed here from then on" in said
    assert sent(client, at("source_delete", source), {}, expect=302).url == LIST
    assert not Source.objects.exists()
    assert Key.objects.get().mirrored_by is None
    assert AuditEntry.objects.get(verb="source.delete").subject == "main"


def test_a_check_that_does_not_reach_the_cloud_says_so_and_asks_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreached(*_source: object, **_region: object) -> Any:
        raise Trouble("The host does not answer.", code="Timeout")

    monkeypatch.setattr("alerts.mirrors.check.opened", unreached)
    client, source = signed_in(Role.ADMINISTRATOR), a_source("keys", "secrets", "events")
    client.post(at("source_check", source))
    while check_batch(now=NOW):
        pass
    said = words_of(client.get(at("source", source)))
    assert said.count("The host does not answer.") == 2
    assert said.count("Not tried, after what is said above.") == 3
    assert "Not known 5" in said


def test_the_live_part_of_another_accounts_source_does_not_exist() -> None:
    source = a_source()
    assert a_stranger().get(at("source_live", source)).status_code == 404


def test_the_page_of_a_source_is_in_the_menu() -> None:
    page = page_of(signed_in(Role.VIEWER), LIST)
    link = page.find("a", {"href": LIST, "aria-current": "page"})
    assert link is not None
