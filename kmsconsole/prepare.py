"""What stands between the database and the first page, in one process: tables, static files, account, administrator.

Run by the supervisor as `python -m kmsconsole.prepare`. The last line of standard output is what the command `prepare`
wrote: JSON with what was generated or changed. Everything else goes to standard error.
"""

import hashlib
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import django
from django import get_version
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
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


def sources_of_static_files() -> str:
    """Return a digest of every static file as it lies in the packages: path, size, time of change."""
    digest = hashlib.sha256(get_version().encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def collect() -> None:
    """Collect and compress the static files, unless those collected last are still the same; that takes seconds."""
    mark = Path(settings.STATIC_ROOT) / ".collected"
    digest = sources_of_static_files()
    if not mark.exists() or mark.read_text() != digest:
        mark.unlink(missing_ok=True)
        call_command("collectstatic", verbosity=0, interactive=False)
        mark.write_text(digest)


def main() -> None:
    """Migrate, collect, prepare."""
    celery.set_current()  # what is recorded here rings through it
    django.setup()
    written = StringIO()
    step("tables", lambda: call_command("migrate", verbosity=0, interactive=False))
    step("static files", collect)
    step("account and estate", lambda: call_command("prepare", stdout=written))
    sys.stdout.write(written.getvalue().strip() + "\n")


if __name__ == "__main__":
    main()
