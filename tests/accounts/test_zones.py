"""The zones that a person can choose, and their control."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django import forms

from alerts.accounts.zones import UTC, ZoneSelect, zone_choices


def control(widget: forms.Select, value: str | None) -> object:
    """Return what a drop-down says: its attributes; of each option value and label, and whether it is chosen."""
    widget.choices = [*zone_choices(), ('"><b>', "<b> & so on")]
    select = BeautifulSoup(widget.render("zone", value, {"id": "id_zone"}), "html.parser").find("select")
    assert select is not None
    options = [(each["value"], each.get_text(), each.has_attr("selected")) for each in select.find_all("option")]
    return select.attrs, options


@pytest.mark.parametrize("value", [UTC, "Asia/Shanghai", '"><b>', "Nowhere/Atall", "", None])
def test_the_drop_down_of_zones_says_what_that_of_django_says(value: str | None) -> None:
    attributes = {"required": True, "aria-invalid": "true"}
    assert control(ZoneSelect(attributes), value) == control(forms.Select(attributes), value)


def test_utc_comes_first_and_offsets_are_no_zones() -> None:
    names = [name for name, _label in zone_choices()]
    assert names[0] == UTC
    assert "Asia/Shanghai" in names
    assert not {name for name in names if name.startswith("Etc")}
