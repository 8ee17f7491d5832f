"""The receivers of `deliveries`: `python -m bench.doors`. The first answers, the second takes requests and is silent.

It prints both addresses; each line on its standard input is answered with what came to the first; it ends with that.
"""

from __future__ import annotations

import json
import sys

from tests.receivers.http import HttpReceiver, Reply


def main() -> None:
    """Receive until the input ends."""
    with HttpReceiver() as well, HttpReceiver() as hanging:
        hanging.always_answer_with(Reply(delay=600))
        print(json.dumps([well.url, hanging.url]), flush=True)
        for _asked in sys.stdin:
            print(json.dumps([(each.json["resourceId"], each.at) for each in well.requests]), flush=True)


if __name__ == "__main__":
    main()
