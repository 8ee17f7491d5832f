"""The import contracts hold, and would not hold with one forbidden import more."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

LINT = Path(sys.executable).with_name("lint-imports")
PLANTS = {
    "a stage that knows a later one": ("alerts/facts/planted.py", "import alerts.events.models"),
    "a console that knows the other": ("alerts/kms/planted.py", "import alerts.cloudmonitor.urls"),
    "a catalogue that knows Django": ("alerts/events/triggers.py", "import django.conf"),
    "a channel that knows a model": ("alerts/channels/planted.py", "import alerts.accounts.models"),
    "a second file that meets Celery": ("alerts/rules/planted.py", "import celery"),
    "an application that knows the project": ("alerts/ui/planted.py", "import kmsconsole.settings"),
    "a package without a place": ("alerts/planted/__init__.py", ""),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the modules and of the contracts."""
    place = tmp_path_factory.mktemp("copy")
    for name in ("alerts", "kmsconsole"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def contracts_hold(place: Path) -> bool:
    """Run import-linter in a folder."""
    return subprocess.run([LINT, "--no-cache"], cwd=place, capture_output=True, check=False).returncode == 0


def test_the_contracts_hold(copy: Path) -> None:
    assert contracts_hold(copy)


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS.keys())
def test_one_forbidden_import_breaks_them(copy: Path, plant: tuple[str, str]) -> None:
    place = copy / plant[0]
    before = place.read_text() if place.exists() else None
    place.parent.mkdir(exist_ok=True)
    place.write_text((before or "") + "\n" + plant[1] + "\n")
    try:
        assert not contracts_hold(copy)
    finally:
        place.unlink() if before is None else place.write_text(before)
        if not any(place.parent.iterdir()):
            place.parent.rmdir()
