"""A data folder with every table and the static files, and nothing in it: most first starts of the tests begin with it.

Making tables takes an installation longer than all the rest of its start. Once is enough, but for the tests that are
about the first start.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from kmsconsole import embedded, processes
from tests import gate
from tests.installation import ROOT

if TYPE_CHECKING:
    from pathlib import Path

COLLECT = "import django; django.setup(); from kmsconsole.prepare import collect; collect()"


def make(folder: Path) -> Path:
    """Make the tables and the static files in this empty folder and return it; nothing runs in it afterwards."""
    server, said = embedded.database(folder, durable=False), folder.with_suffix(".log")
    with said.open("wb") as log:
        running = processes.start(server.program, output=log)
        try:
            gate.wait_for(server, said)
            environ = gate.environ(folder, server.url, "redis://localhost/0")
            for command in (("manage.py", "migrate", "-v0"), ("-c", COLLECT)):
                subprocess.run((sys.executable, *command), cwd=ROOT, env=environ, check=True)
        finally:
            processes.stop(running)
    embedded.forget_sockets(folder)
    return folder
