"""What the file of rules holds beyond those of the rules' own stage: the sections of the stages after it, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.notifications.batch_check import check_push_template, check_words
from alerts.silences.files import SECTION as SILENCES
from alerts.subscriptions.files import sections

if TYPE_CHECKING:
    from alerts.rules.files.shape import Section

MORE: tuple[Section, ...] = (SILENCES, *sections(words=check_words, template=check_push_template))
