#!/usr/bin/env python
"""Django's command line for this project. Beside a running installation it works on that one's data."""

import os
import sys

from django.core.management import execute_from_command_line

from kmsconsole import env
from kmsconsole.beside import find_installation

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmsconsole.settings")
    try:
        find_installation(os.environ)
    except env.Invalid as invalid:
        sys.exit(str(invalid))
    execute_from_command_line(sys.argv)
