"""What every test has: marks by what a test needs, sockets only where they are meant, and installations to test.

* `database` is added to each test that uses the database, so that the quick gate can leave them out;
* `line`, `browser` and `faults` tests may connect on loopback;
* `installation` is a whole running product with the demonstration estate, shared by the session;
* `an_installation(**environ)` makes further ones, not started yet, each with data of its own; like all but the first
  they begin with `tables_made`, unless told `tables=None`;
* `a_sturdy_installation` is one without estate, shared by tests that disturb it and leave it healthy.
"""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.utils import timezone

from alerts.events import partitions
from tests import chromium, tables
from tests.installation import Installation, a_free_port

pytest_plugins = ["tests.receivers.plugin"]

# A slow machine is no mistake of the code. Where the result decides about landing a change, the examples are always the
# same ones; elsewhere each run tries others.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")

NEEDS_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}
ON_LOOPBACK = ("line", "browser", "faults")
JOURNEY_TIMEOUT = 400  # seconds: whichever comes first also waits until the installation of all has started
Maker = Callable[..., Installation]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by what it needs."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & NEEDS_DATABASE:
            item.add_marker(pytest.mark.database)
        if any(item.get_closest_marker(name) for name in ON_LOOPBACK):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(JOURNEY_TIMEOUT))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Make the partitions that every installation has once, not anew in each test: there are hundreds of indexes."""
    with django_db_blocker.unblock():
        partitions.ensure(now=timezone.now())


def pytest_collection_finish() -> None:
    """Keep the garbage collector away from everything that lives as long as the session."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    """Spare each test what takes time once in an installation: hard passwords, and a look at every static file."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Tell pytest-playwright which Chromium to start and how."""
    found = chromium.find(may_fetch=False)
    assert found, "No Chromium: `make test` looks for one, or set KMSCONSOLE_CHROMIUM."
    return {"executable_path": found.path, "args": found.arguments, "env": {**os.environ, **found.environ}}


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A whole running product with the demonstration estate. Tests must not stop it."""
    one = Installation(tmp_path_factory.mktemp("installation") / "data", a_free_port())
    try:
        yield one.start()
    finally:
        one.stop()


@pytest.fixture(scope="session")
def tables_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the tables are made already, to begin with."""
    return tables.make(tmp_path_factory.mktemp("tables") / "data")


@pytest.fixture
def an_installation(tmp_path: Path, tables_made: Path) -> Iterator[Maker]:
    """Return a maker of installations: `an_installation(KMSCONSOLE_DEMO="0").start()`. They are stopped at the end."""
    made: list[Installation] = []

    def make(*, tables: Path | None = tables_made, **environ: str) -> Installation:
        made.append(Installation(tmp_path / f"data{len(made)}", a_free_port(), environ, tables=tables))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture(scope="session")
def shared_empty_installation(tmp_path_factory: pytest.TempPathFactory, tables_made: Path) -> Iterator[Installation]:
    """One without estate for the whole session."""
    data, empty = tmp_path_factory.mktemp("empty") / "data", {"KMSCONSOLE_DEMO": "0"}
    one = Installation(data, a_free_port(), empty, tables=tables_made)
    try:
        yield one.start()
    finally:
        one.stop()


@pytest.fixture
def a_sturdy_installation(shared_empty_installation: Installation) -> Iterator[Installation]:
    """Return a running installation without estate that a test may rob of its children: they come back by themselves.

    What other tests sent stays in it.
    """
    yield shared_empty_installation
    shared_empty_installation.wait_until_healthy()
