"""The keys of an installation."""

from pathlib import Path

from kmsconsole import env
from kmsconsole.keys import keys_of


def test_keys_are_made_once_and_kept_for_their_user_alone(tmp_path: Path) -> None:
    environment = env.read({"KMSCONSOLE_DATA": str(tmp_path)})
    first = keys_of(environment)
    assert first == keys_of(environment)
    assert first.secret_key != first.encryption_key
    for place in (tmp_path / "keys").iterdir():
        assert place.stat().st_mode & 0o777 == 0o600


def test_a_kept_key_is_one_that_the_environment_would_take(tmp_path: Path) -> None:
    made = keys_of(env.read({"KMSCONSOLE_DATA": str(tmp_path)}))
    given = env.read({"KMSCONSOLE_SECRET_KEY": made.secret_key, "KMSCONSOLE_ENCRYPTION_KEY": made.encryption_key})
    assert (given.secret_key, given.encryption_key) == tuple(made)


def test_keys_of_the_environment_come_first_and_nothing_is_written(tmp_path: Path) -> None:
    made = keys_of(env.read({"KMSCONSOLE_DATA": str(tmp_path / "one")}))
    given = {"KMSCONSOLE_SECRET_KEY": made.secret_key, "KMSCONSOLE_ENCRYPTION_KEY": made.encryption_key}
    assert keys_of(env.read({**given, "KMSCONSOLE_DATA": str(tmp_path / "two")})) == made
    assert not (tmp_path / "two").exists()
