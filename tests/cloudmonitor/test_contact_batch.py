"""Create Several Contacts: lines that are pasted, looked at, and stored all or none."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from alerts.contacts.models import Contact
from alerts.notifications.models import Notification
from tests.builders import a_contact, a_contact_group
from tests.cloudmonitor.people import sent, signed_in, words_of

pytestmark = pytest.mark.django_db

SEVERAL = reverse("cloudmonitor:contacts_create_several")
GOOD = "Li.Na, li.na@example.com, +86 138 0000 0000, Night shift\n\nWu.Di, wu.di@example.com\nAnna.S,,+4915112345678\n"


def typed(lines: str, **others: str) -> dict[str, str]:
    """Return what somebody types into the form."""
    return {"lines": lines, "language": "zh-hans", "time_zone": "Asia/Shanghai"} | others


def test_every_line_becomes_a_contact_that_is_asked_for_its_address() -> None:
    group = a_contact_group(name="Night shift")
    client = signed_in()
    sent(client, SEVERAL, typed(GOOD), expect=302)
    found = {contact.name: contact for contact in Contact.objects.all()}
    assert list(found) == ["Li.Na", "Wu.Di", "Anna.S"]
    assert {address.kind for address in found["Li.Na"].addresses.all()} == {"email", "phone"}
    assert {address.kind for address in found["Anna.S"].addresses.all()} == {"phone"}
    assert list(group.contacts.all()) == [found["Li.Na"]]
    assert (found["Wu.Di"].language, found["Wu.Di"].time_zone) == ("zh-hans", "Asia/Shanghai")
    assert Notification.objects.filter(purpose="CONFIRMATION").count() == 2
    assert "3 contacts are stored." in words_of(client.get(reverse("cloudmonitor:contacts")))


def test_a_preview_stores_nothing_and_says_what_each_line_comes_to() -> None:
    a_contact_group(name="Night shift")
    answer = sent(signed_in(), SEVERAL, typed(GOOD, preview="1"), expect=200)
    assert not Contact.objects.exists()
    rows = [
        " ".join(row.get_text(" ").split()) for row in BeautifulSoup(answer.content, "html.parser").select("tbody tr")
    ]
    assert rows == [
        "1 Li.Na l•••@example.com +86•••••0000 Night shift Right",
        "3 Wu.Di w•••@example.com – Right",
        "4 Anna.S +49•••••5678 – Right",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("9lives, a@example.com", "Name: A name starts with a letter"),
        ("Li.Na, no address", "E-mail: Enter a valid email address."),
        ("Li.Na, li.na@example.com, 12", "Phone: The phone number is not valid"),
        ("Li.Na", "Give at least one address"),
        ("Li.Na, li.na@example.com, , Unknown", "There is no contact group of this name."),
        ("Li.Na, li.na@example.com, Unknown", "There is no contact group of this name."),
        ("Wu.Di, li.na@example.com", "There is a contact of this name already."),
        ("Aa, a@example.com\nAa, b@example.com", "This name stands in several lines."),
        ("Aa; a@example.com; 1", "Separate the values by commas, not by semicolons."),
        ("Aa, a@example.com, 1, 2, 3", "There are more than four values"),
        ("\n".join(f"Aa{n}, a@example.com" for n in range(201)), "At most 200 contacts at once."),
    ],
)
@pytest.mark.parametrize("button", [{}, {"preview": "1"}], ids=["OK", "Preview"])
def test_a_mistake_keeps_every_line_from_being_stored_and_the_text_as_it_is(
    line: str, said: str, button: dict[str, str]
) -> None:
    a_contact("Wu.Di")
    lines = f"Zhao.Li, zhao.li@example.com\n{line}"
    answer = sent(signed_in(), SEVERAL, typed(lines, **button), expect=422)
    assert said in words_of(answer)
    assert Contact.objects.count() == 1
    area = BeautifulSoup(answer.content, "html.parser").select_one("textarea")
    assert area is not None
    assert area.text.strip() == lines


def test_lines_of_a_spreadsheet_are_set_apart_by_tabs() -> None:
    sent(signed_in(), SEVERAL, typed("Li.Na\tli.na@example.com\t+8613800000000"), expect=302)
    assert Contact.objects.get().addresses.count() == 2


def test_nothing_pasted_is_a_mistake() -> None:
    for lines in ("", " \n \n"):
        sent(signed_in(), SEVERAL, typed(lines), expect=422)
    assert not Contact.objects.exists()
