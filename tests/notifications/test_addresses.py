"""The addresses of contacts: the question and the test, in two languages and not too often; the last message."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from alerts.accounts.refusal import Refused
from alerts.contacts.confirmation import confirm
from alerts.contacts.models import Address
from alerts.notifications.addresses import MOST_TESTS, ask, ask_again, ask_unasked, recipients_at, send_test, ways_to
from alerts.notifications.deliver import deliver_one
from alerts.notifications.direct import direct_message
from alerts.notifications.models import Destination, Notification
from tests.builders import NOW, OTHER_UID, a_contact, an_account

pytestmark = pytest.mark.django_db

PHONE = {"phone": "+8613800001234"}


def the_mail(*, confirmed: bool = False, language: str = "auto") -> Address:
    """Return the e-mail address of a new contact."""
    contact = a_contact("Li.Na", email="li.na@example.com", confirmed=confirmed)
    contact.language = language
    contact.save()
    return Address.objects.select_related("contact__account").get(contact=contact, kind="email")


def the_code_in(notification: Notification) -> str:
    """Return the code that a question holds."""
    found = re.search(r"http://\S+/confirm/([\w-]+)/", direct_message(notification).text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("language", "subject", "spoken"),
    [("auto", "Confirm your e-mail address", "en"), ("en", "Confirm your e-mail address", "en"),
     ("zh-hans", "请确认", "zh-hans")],
)  # fmt: skip
def test_the_question_is_in_the_language_of_the_contact_and_its_link_confirms(
    language: str, subject: str, spoken: str
) -> None:
    asked = ask(the_mail(language=language), now=NOW)
    message = direct_message(asked)
    assert message.subject.startswith(subject)
    assert message.language == spoken
    assert asked.purpose == "CONFIRMATION"
    assert f"/confirm/{the_code_in(asked)}/" in message.html
    assert "Li.Na" in message.text
    assert confirm(the_code_in(asked), now=NOW)


def test_the_question_is_asked_again_once_a_minute_and_not_of_a_confirmed_address() -> None:
    address = the_mail()
    first = ask(address, now=NOW)
    with pytest.raises(Refused, match="less than a minute ago"):
        ask_again(address, now=NOW + timedelta(seconds=59))
    second = ask_again(address, now=NOW + timedelta(seconds=60))
    assert confirm(the_code_in(first), now=NOW + timedelta(seconds=61)) is None
    assert confirm(the_code_in(second), now=NOW + timedelta(seconds=61)) == address
    with pytest.raises(Refused, match="confirmed already"):
        ask_again(address, now=NOW + timedelta(hours=1))


def test_every_address_that_was_not_asked_yet_is_asked_once() -> None:
    the_mail()
    a_contact(confirmed=False)
    a_contact(confirmed=True, phone=PHONE)
    a_contact(confirmed=False, account=an_account(OTHER_UID))
    assert ask_unasked(an_account(), now=NOW) == 2
    assert ask_unasked(an_account(), now=NOW) == 0
    assert Notification.objects.filter(purpose="CONFIRMATION").count() == 2


def test_the_test_says_that_it_is_one() -> None:
    sent = send_test(the_mail(confirmed=True), channel="email", actor="ann", now=NOW)
    message = direct_message(sent)
    assert message.subject.startswith("[Test]")
    assert "ann asked for it" in message.text
    assert message.body["type"] == sent.purpose.lower() == "test"


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_a_phone_is_tested_by_message_and_by_call(channel: str) -> None:
    contact = a_contact(email="", phone=PHONE)
    address = contact.addresses.select_related("contact__account").get()
    assert send_test(address, channel=channel, actor="ann", now=NOW).channel == channel
    assert [each.channel for each in recipients_at(address)] == ["sms", "voice"]


def test_an_address_that_is_not_confirmed_is_not_tested_and_no_other_channel_is_made_up() -> None:
    with pytest.raises(Refused, match="not confirmed"):
        send_test(the_mail(), channel="email", actor="ann", now=NOW)
    with pytest.raises(Refused, match="cannot be reached"):
        send_test(the_mail_of_another(), channel="slack", actor="ann", now=NOW)
    assert not Notification.objects.exists()


def the_mail_of_another() -> Address:
    """Return a confirmed e-mail address of somebody else."""
    return a_contact().addresses.select_related("contact__account").get()


def test_an_account_tests_ten_times_a_minute_at_most() -> None:
    address = the_mail(confirmed=True)
    for _ in range(MOST_TESTS):
        send_test(address, channel="email", actor="ann", now=NOW)
    with pytest.raises(Refused, match="Ten tests"):
        send_test(address, channel="email", actor="ann", now=NOW + timedelta(seconds=59))
    theirs = a_contact(account=an_account(OTHER_UID)).addresses.select_related("contact__account").get()
    send_test(theirs, channel="email", actor="bob", now=NOW)
    send_test(address, channel="email", actor="ann", now=NOW + timedelta(seconds=61))
    assert Notification.objects.filter(purpose="TEST").count() == MOST_TESTS + 2


def test_each_way_to_a_contact_tells_its_last_message_and_its_health() -> None:
    contact = a_contact("Li.Na", phone=PHONE, slack={"url": "https://hooks.example.com/x"})
    slack = contact.addresses.select_related("contact__account").get(kind="slack")
    sent = [send_test(slack, channel="slack", actor="ann", now=NOW) for _ in range(2)]
    Destination.objects.create(account=contact.account, destination=sent[0].destination, channel="slack", paused_at=NOW)
    ways = {way.channel: way for way in ways_to(contact)}
    assert list(ways) == ["email", "sms", "voice", "slack"]
    assert ways["slack"].last == sent[1]
    assert ways["slack"].health is not None
    assert (ways["email"].last, ways["email"].health) == (None, None)


def test_the_text_of_a_question_is_not_kept_in_the_open() -> None:
    asked = ask(the_mail(), now=NOW)
    code = the_code_in(asked)
    assert deliver_one(now=NOW)
    asked.refresh_from_db()
    assert asked.state == "KEPT"
    assert asked.subject.startswith("Confirm")
    with_text = [field.name for field in Notification._meta.fields if code in str(getattr(asked, field.name))]
    assert with_text == ["subject_of"]
