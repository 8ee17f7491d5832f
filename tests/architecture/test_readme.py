"""The tables of the README are true."""

import re

from alerts.channels import CHANNELS
from alerts.events import catalog
from alerts.openapi.actions import CMS_VERSION, KMS_VERSION
from alerts.openapi.cms import CMS
from alerts.openapi.kms import KMS
from alerts.openapi.kms.refused import REFUSED
from kmsconsole import env
from tests.architecture.tree import ROOT

README = (ROOT / "README.md").read_text()


def table(first: str) -> list[list[str]]:
    """Return the rows of the table whose first heading is `first`, without backticks."""
    found = re.search(rf"^\| {first} \|.*\n\|[-| ]+\n((?:\|.*\n)+)", README, re.MULTILINE)
    assert found, f"no table with the heading {first}"
    return [[cell.strip().replace("`", "") for cell in row.strip("|").split("|")] for row in found[1].splitlines()]


def test_the_environment_table_is_what_the_environment_declares() -> None:
    expected = [[each.name, each.default or "–", each.about] for each in env.DECLARED]
    assert table("Variable") == expected


def test_the_event_table_is_the_catalogue() -> None:
    assert [row[1] for row in table("Event")] == [record.name for record in catalog.CATALOG]


def test_the_channel_table_is_the_channels() -> None:
    expected = []
    for channel in CHANNELS:
        size = channel.limits.max_bytes
        limits = [str(channel.limits.per_minute or "–"), f"{size:,}" if size else "–"]
        expected.append([channel.label, channel.kind, ", ".join(channel.fields), *limits])
    assert table("Channel") == expected


def test_the_table_of_actions_is_what_the_api_performs() -> None:
    expected = [
        [name.upper(), version, [action.name for action in actions if action.name not in REFUSED]]
        for name, version, actions in (("cms", CMS_VERSION, CMS), ("kms", KMS_VERSION, KMS))
    ]
    assert [[*row[:2], row[2].split(", ")] for row in table("Product")] == expected


def test_pictures_and_files_that_it_names_exist() -> None:
    named = re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", README)
    assert [name for name in named if not (ROOT / name.split("#")[0]).exists()] == []


def test_every_make_target_that_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)`", README)) <= targets
