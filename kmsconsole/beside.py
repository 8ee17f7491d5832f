"""A command beside an installation: `manage.py` finds the database, the broker and the keys that `make run` made."""

from collections.abc import MutableMapping

from kmsconsole import embedded, env
from kmsconsole.keys import keys_of


def find_installation(environ: MutableMapping[str, str]) -> None:
    """Add what the data folder's installation has and the environment does not give; without one, change nothing.

    Raises `env.Invalid`.
    """
    environment = env.read(environ)
    if not (environment.data / "keys").is_dir():
        return
    keys = keys_of(environment)
    found = {
        "KMSCONSOLE_SECRET_KEY": keys.secret_key,
        "KMSCONSOLE_ENCRYPTION_KEY": keys.encryption_key,
        "KMSCONSOLE_DATABASE_URL": environment.database_url or embedded.database_url(environment.data),
        "KMSCONSOLE_REDIS_URL": environment.redis_url or embedded.broker_url(environment.data),
    }
    environ.update(found)
