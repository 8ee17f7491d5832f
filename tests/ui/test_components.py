"""The components: what they draw for screen readers, for the keyboard, and for those without scripts."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from django import forms
from django.template import engines
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils import timezone

NOW = datetime(2026, 11, 14, 10, tzinfo=UTC)


def html(source: str, **context: object) -> BeautifulSoup:
    template = engines["django"].from_string("{% load i18n ui %}" + source)
    with timezone.override(UTC):
        return BeautifulSoup(template.render(context), "html.parser")


def component(name: str, /, **context: object) -> BeautifulSoup:
    with timezone.override(UTC):
        return BeautifulSoup(render_to_string(f"components/{name}.html", context), "html.parser")


def one(page: BeautifulSoup, selector: str) -> Tag:
    (found,) = page.select(selector)
    return found


class Rule(forms.Form):
    name = forms.CharField(label="Alert rule name", help_text="Unique in this account")
    level = forms.MultipleChoiceField(
        choices=[("CRITICAL", "CRITICAL"), ("WARN", "WARN")], widget=forms.CheckboxSelectMultiple
    )
    enabled = forms.BooleanField(required=False)


@pytest.mark.parametrize("code", ["CRITICAL", "WARN", "INFO"])
def test_a_level_is_told_by_word_and_shape_not_by_colour_alone(code: str) -> None:
    badge = one(html("{% level code %}", code=code), ".level")
    assert badge.get_text(strip=True) == code
    assert badge.find("svg") is not None


def test_the_three_levels_have_three_shapes() -> None:
    shapes = {str(html("{% level code %}", code=code).find("svg")) for code in ("CRITICAL", "WARN", "INFO")}
    assert len(shapes) == 3


def test_a_state_speaks_in_words() -> None:
    badge = one(html('{% state "PendingDeletion" %}'), ".state")
    assert (badge.get_text(strip=True), badge["data-tone"]) == ("Pending deletion", "warn")


def test_a_moment_carries_zone_utc_and_distance() -> None:
    time = one(html("{% moment at now=now %}", at=NOW, now=NOW + timedelta(minutes=3)), "time")
    assert time.get_text() == "2026-11-14 10:00:00 UTC"
    assert time["datetime"] == "2026-11-14T10:00:00+00:00"
    assert time["title"] == "2026-11-14 10:00:00 UTC · 3 min ago"


def test_a_relative_moment_keeps_the_exact_one_in_its_title() -> None:
    time = one(html("{% moment at relative=True now=now %}", at=NOW, now=NOW + timedelta(hours=2)), "time")
    assert time.get_text() == "2 h ago"
    assert "2026-11-14 10:00:00 UTC" in str(time["title"])


def test_a_moment_that_is_not_there_is_a_dash() -> None:
    assert html("{% moment at %}", at=None).get_text() == "–"


@pytest.mark.parametrize(
    ("used", "quota", "tone", "said"),
    [
        (913, 1000, "critical", "Keys: 913 of 1,000, 91%"),
        (70, 100, "warn", "Keys: 70 of 100, 70%"),
        (1, 100, "good", "Keys: 1 of 100, 1%"),
        (0, 0, "good", "Keys: 0 of 0, 0%"),
        (150, 100, "critical", "Keys: 150 of 100, 150%"),
    ],
)
def test_a_meter_says_what_it_shows(used: int, quota: int, tone: str, said: str) -> None:
    page = html('{% meter used quota label="Keys" %}', used=used, quota=quota)
    assert one(page, ".meter")["data-tone"] == tone
    assert one(page, "svg")["aria-label"] == said
    assert float(str(one(page, ".meter-fill")["width"])) <= 100


def test_a_button_is_a_button_and_with_an_address_a_link() -> None:
    button = one(html('{% button "Search" kind="primary" name="go" value="0" disabled=True %}'), "button")
    assert (button["data-kind"], button["name"], button["value"], button.get("disabled")) == ("primary", "go", "0", "")
    link = one(html('{% button "Create" href=url hx_get="/x" %}', url='/a?b=1&c="'), "a.button")
    assert (link["href"], link["hx-get"]) == ('/a?b=1&c="', "/x")


def test_what_people_wrote_is_escaped_everywhere() -> None:
    evil = "<script>alert(1)</script>"
    source = (
        "{% button evil %}{% code evil copy=True %}{% state evil %}{% level evil %}{% icon 'bell' label=evil %}"
        "{% card evil %}{{ evil }}{% endcard %}{% datalist %}{% fact evil %}{{ evil }}{% endfact %}{% enddatalist %}"
        "{% tablebox evil %}{% endtablebox %}{% drawer evil url=evil %}{% enddrawer %}"
        "{% confirm evil title=evil %}{% endconfirm %}"
    )
    assert html(source, evil=evil).find("script") is None


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    assert one(html('{% icon "bell" %}'), "svg")["aria-hidden"] == "true"
    assert one(html('{% icon "bell" label="Muted" %}'), "svg")["aria-label"] == "Muted"


def test_a_field_is_tied_to_its_label_its_help_and_its_errors() -> None:
    page = component("field", field=Rule({})["name"])
    control = one(page, "input")
    assert one(page, "label")["for"] == control["id"]
    assert control["aria-invalid"] == "true"
    for name in str(control["aria-describedby"]).split():
        assert page.find(id=name) is not None


def test_a_field_without_mistakes_points_at_nothing_that_is_not_there() -> None:
    page = component("field", field=Rule()["name"])
    for name in str(one(page, "input").get("aria-describedby", "")).split():
        assert page.find(id=name) is not None


def test_choices_are_a_group_with_a_legend() -> None:
    page = component("field", field=Rule({"level": ["WARN"]})["level"])
    assert one(page, "fieldset > legend").get_text(strip=True) == "Level"
    assert [box["value"] for box in page.select("input[checked]")] == ["WARN"]


def test_an_optional_field_says_so() -> None:
    assert "optional" not in component("field", field=Rule()["name"]).get_text()
    assert "Enabled" in component("field", field=Rule()["enabled"]).get_text()


def test_the_summary_of_mistakes_leads_to_the_fields() -> None:
    page = component("form_errors", form=Rule({}))
    assert one(page, "[role=alert]").find("strong") is not None
    assert [link["href"] for link in page.select("a")] == ["#id_name", "#id_level"]


def test_a_right_form_has_no_summary() -> None:
    assert not component("form_errors", form=Rule({"name": "a", "level": ["WARN"]})).get_text(strip=True)


def test_a_folded_choice_counts_what_is_chosen() -> None:
    assert (
        one(component("multi", field=Rule({"level": ["WARN"]})["level"]), "summary").get_text(strip=True)
        == "1 selected"
    )
    assert one(component("multi", field=Rule()["level"]), "summary").get_text(strip=True) == "All"


def test_a_pill_names_what_its_cross_takes_away() -> None:
    page = component("pills", pills=[{"label": "Level", "value": "WARN", "url": "?a"}], clear_url="?")
    assert one(page, ".pill > a")["aria-label"] == "Remove filter Level WARN"
    assert component("pills", pills=[], clear_url="?").get_text(strip=True) == ""


def test_a_pager_offers_only_pages_that_exist() -> None:
    page = component("pager", newer="", older="?before=7", total=12_345, shown=50)
    assert [link["rel"] for link in page.select("a")] == [["next"]]
    assert "50 of 10,000+" in page.get_text()


def test_a_sorted_column_says_how() -> None:
    head = one(component("th", label="Time", url="?sort=time", sorted="descending"), "th")
    assert (head["aria-sort"], head["scope"]) == ("descending", "col")


def test_a_timeline_holds_decisions_messages_and_attempts() -> None:
    attempt = {"title": "Attempt 1 failed", "tone": "critical", "at": NOW}
    steps = [{"title": "Rule told", "steps": [{"title": "Webhook", "steps": [attempt]}]}]
    page = component("timeline", steps=steps)
    assert one(page, "ol ol ol .timeline-title").get_text(" ", strip=True).startswith("Attempt 1 failed 2026-11-14")


def test_json_can_be_scrolled_by_keyboard_and_copied() -> None:
    page = component("json", value={"a": 1}, name="content", label="Content")
    assert (one(page, "pre")["tabindex"], one(page, "copy-button")["data-source"]) == ("0", "content")


def test_a_drawer_is_a_named_dialog_with_its_own_address() -> None:
    page = html('{% drawer "Details" url="/e/1/" back="/e/" %}inside{% enddrawer %}')
    assert page.find(id=str(one(page, "dialog")["aria-labelledby"])) is not None
    assert (one(page, "side-drawer")["data-url"], one(page, "side-drawer")["data-back"]) == ("/e/1/", "/e/")


def test_a_danger_asks_before_it_posts() -> None:
    page = html('{% confirm "Delete" title="Delete it?" action="/x/" token="t" %}Really{% endconfirm %}')
    assert (one(page, "form")["method"], one(page, "form")["action"]) == ("post", "/x/")
    assert one(page, "input[name=csrfmiddlewaretoken]")["value"] == "t"
    assert page.find("details") is not None


def test_a_table_box_can_be_scrolled_by_keyboard() -> None:
    box = one(html('{% tablebox "Keys" cards=True %}<table></table>{% endtablebox %}'), ".tablebox")
    assert (box["tabindex"], box["role"], box["aria-label"]) == ("0", "region", "Keys")
    assert "data-cards" in box.attrs


def test_nothing_in_a_fact_is_a_dash() -> None:
    assert one(html('{% datalist %}{% fact "Group" %} {% endfact %}{% enddatalist %}'), "dd").get_text() == "–"


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_needs_no_context(name: str) -> None:
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain):
        page = BeautifulSoup(render_to_string(f"{name}.html"), "html.parser")
    assert len(page.select("h1")) == 1
    assert one(page, "title").get_text().endswith("KMS Console")
