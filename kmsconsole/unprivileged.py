"""Running as root what refuses to run as root."""

import os
import subprocess
from pathlib import Path

UNPRIVILEGED = 65534


class Unusable(Exception):
    """An embedded server cannot be started here. The message is one sentence and says what to do."""


def _runs(*command: str) -> bool:
    try:
        return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def as_nobody_special() -> tuple[str, ...]:
    """Return what stands before a command that refuses to run as root.

    In a user namespace root is shown as another uid and the files stay root's own. Where namespaces are forbidden, the
    command runs as an unprivileged uid that keeps the right to look into root's folders.
    """
    if os.geteuid() != 0:
        return ()
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    capabilities = "+dac_override,+dac_read_search"
    ids = (f"--reuid={UNPRIVILEGED}", f"--regid={UNPRIVILEGED}", "--clear-groups", "--pdeathsig", "keep")
    other = ("setpriv", *ids, f"--inh-caps={capabilities}", f"--ambient-caps={capabilities}")
    for prefix in (namespace, other):
        if _runs(*prefix):
            return prefix
    raise Unusable(
        "PostgreSQL refuses to run as root, and neither unshare nor setpriv works here: run as an ordinary user, "
        "or set KMSCONSOLE_DATABASE_URL."
    )


def hand_over(place: Path, prefix: tuple[str, ...]) -> None:
    """Give a folder to the uid that the server runs as, if it is not its already."""
    owner = UNPRIVILEGED if prefix[:1] == ("setpriv",) else os.geteuid()
    if place.stat().st_uid != owner:
        for each in (place, *place.rglob("*")):
            os.chown(each, owner, owner, follow_symlinks=False)
