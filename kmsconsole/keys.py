"""The two keys of an installation: made once, kept in the data folder, readable by its user alone."""

import base64
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from kmsconsole.env import Environment


class Keys(NamedTuple):
    """What sessions and signatures are made with, and what secrets at rest are encrypted with."""

    secret_key: str
    encryption_key: str


def keys_of(environment: Environment) -> Keys:
    """Return the keys that the environment gives, and for the rest those kept in the data folder, made when missing."""
    folder = environment.data / "keys"
    return Keys(
        environment.secret_key or _kept(folder / "secret_key"),
        environment.encryption_key or _kept(folder / "encryption_key"),
    )


def _kept(place: Path) -> str:
    if not place.exists():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = place.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(place)
    return place.read_text().strip()
