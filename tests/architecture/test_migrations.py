"""Migrations are linear, numbered and named for the change."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, name_of

FOLDERS = sorted((ROOT / "alerts").glob("*/migrations"))


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_migrations_are_one_row_with_names(folder: Path) -> None:
    names = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert [name for name in names if re.search(r"_auto_|_alter_|_merge", name)] == []
