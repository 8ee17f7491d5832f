"""Where facts come from outside: one module for each way in, written out here.

To add a source: one module with `KIND`, `EMITS` and `parse`, and its name in this tuple.
"""

from typing import Final

from alerts.sources import cloudevents, cloudmonitor
from alerts.sources.base import Source

SOURCES: Final[tuple[Source, ...]] = (cloudevents, cloudmonitor)
