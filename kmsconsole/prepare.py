"""What stands between the database and the first page, in one process: tables, static files, account, administrator.

Run by the supervisor as `python -m kmsconsole.prepare`. The last line of standard output is what the command `prepare`
wrote: JSON with what was generated or changed. Everything else goes to standard error.
"""

import sys
import time
from collections.abc import Callable
from io import StringIO

import django
from django.core.management import call_command

from kmsconsole.celery import app as celery


def step(what: str, run: Callable[[], object]) -> None:
    """Run one step and say how long it took."""
    started = time.monotonic()
    sys.stderr.write(f"{what} …\n")
    run()
    took = time.monotonic() - started
    if took > 1:
        sys.stderr.write(f"{what}: {took:.1f} s\n")


def main() -> None:
    """Migrate, collect, prepare."""
    celery.set_current()  # what is recorded here rings through it
    django.setup()
    written = StringIO()
    step("tables", lambda: call_command("migrate", verbosity=0, interactive=False))
    step("static files", lambda: call_command("collectstatic", verbosity=0, interactive=False))
    step("account and estate", lambda: call_command("prepare", stdout=written))
    sys.stdout.write(written.getvalue().strip() + "\n")


if __name__ == "__main__":
    main()
