"""Who speaks with the installation of the session."""

from collections.abc import Iterator

import pytest

from tests.installation import Installation
from tests.person import Person, Program


@pytest.fixture
def program(installation: Installation) -> Iterator[Program]:
    """A program with the API token."""
    with Program(installation) as program:
        yield program


@pytest.fixture
def person(installation: Installation) -> Iterator[Person]:
    """The administrator, signed in."""
    with Person(installation) as person:
        yield person
