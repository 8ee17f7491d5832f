"""The receiver of URL callbacks, in a process of its own: `python -m bench.receiver`.

It prints its address; each line on its standard input is answered with how many messages came and how many of them were
different; it ends with its input.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Self

from tests.installation import ROOT
from tests.receivers import HttpReceiver


class Receiver:
    """The receiver as seen from the bench."""

    def __enter__(self) -> Self:
        command = (sys.executable, "-m", "bench.receiver")
        self._process = subprocess.Popen(
            command, cwd=ROOT, text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.url = self._read() + "/hook"
        return self

    def __exit__(self, *_raised: object) -> None:
        self._process.communicate()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def _asked(self) -> tuple[int, int]:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        count, different = self._read().split()
        return int(count), int(different)

    def count(self) -> int:
        """Return how many messages came so far."""
        return self._asked()[0]

    def different(self) -> int:
        """Return how many different messages came so far."""
        return self._asked()[1]


def main() -> None:
    """Receive until the input ends."""
    with HttpReceiver() as receiver:
        print(receiver.url, flush=True)
        for _asked in sys.stdin:
            received = receiver.requests
            print(len(received), len({each.headers["webhook-id"] for each in received}), flush=True)


if __name__ == "__main__":
    main()
