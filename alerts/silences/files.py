"""Silences as a section of the file of rules: their documents, and how one is brought in.

Moments are in UTC, the wall time of a recurring one in its own zone. What is over is neither written nor brought in: a
file that is kept elsewhere would not be good any more as soon as one of its silences has ended.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.events.filters import Seen
from alerts.rules.differences import Difference, compared
from alerts.rules.document import key_named
from alerts.rules.files.mistaken import Mistaken
from alerts.rules.files.shape import TEXT, WORDS, Section
from alerts.rules.models import ResourceGroup
from alerts.rules.when import CLOCK
from alerts.silences.forms import AGAIN, ONCE, SilenceForm
from alerts.silences.keep import keep_silence
from alerts.silences.models import Silence

if TYPE_CHECKING:
    from alerts.accounts.models import CloudAccount

Document = dict[str, Any]
TEXTS = ("name", "reason", "product", "keyword_mode", "sql_filter", "rule", "time_zone")
LISTS = ("event_types", "levels", "names", "statuses", "keywords", "resources")
TIMES = ("starts_at", "ends_at", "first_on", "begins", "lasts")
FIELDS = (*TEXTS, *LISTS, "resource_group", *TIMES)
LINES = ("keywords", "resources")


def silence_document(silence: Silence) -> Document:
    """Return a silence as a document."""
    first = silence.starts_at.astimezone(ZoneInfo(silence.time_zone))
    minutes = int(silence.lasts_for.total_seconds() // 60) if silence.lasts_for else 0
    return {
        **{field: getattr(silence, field) for field in TEXTS},
        **{field: list(getattr(silence, field)) for field in LISTS},
        "resource_group": silence.resource_group.name if silence.resource_group else "",
        "starts_at": "" if silence.recurring else _said(silence.starts_at),
        "ends_at": _said(silence.ends_at),
        "first_on": f"{first:%Y-%m-%d}" if silence.recurring else "",
        "begins": f"{first:{CLOCK}}" if silence.recurring else "",
        "lasts": f"{minutes // 60}:{minutes % 60:02d}" if silence.recurring else "",
    }


def _said(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""


def documents(account: CloudAccount, *, secrets: bool) -> list[Document]:
    """Return what the account has, by name; silences hold no secrets."""
    del secrets
    found = Silence.objects.filter(account=account).select_related("resource_group").order_by("name")
    return [silence_document(each) for each in found if each.untold_end]


def load_silence(account: CloudAccount, document: Document, *, now: datetime, by: str) -> tuple[bool, list[Difference]]:
    """Create or change a silence; return whether it is new, and what is different. Raises Mistaken and Refused."""
    silence = Silence.objects.filter(account=account, name=document["name"]).select_related("resource_group").first()
    before = silence_document(silence) if silence else {}
    # Without a start it begins when it is brought in: the first time, and not anew with each.
    kept = {field: before[field] for field in ("starts_at", "first_on") if before and not document[field]}
    wanted = {**document, **kept}
    if wanted == before or _over(wanted, now=now):
        return False, []
    form = _form_of(wanted, account=account, silence=silence, now=now)
    name = document["resource_group"]
    if name and not ResourceGroup.objects.filter(account=account, name=name).exists():
        raise Mistaken(_("There is no resource group “%(name)s”.") % {"name": name})
    if not form.is_valid():
        raise Mistaken(*(f"{label}: {sentence}" if label else sentence for _id, label, sentence in form.mistakes()))
    after = silence_document(keep_silence(form.wanted(), now=now, by=by))
    return not before, compared(before, after, FIELDS, label=_label, said=_words) if before else []


def _over(document: Document, *, now: datetime) -> bool:
    ends_at = _moment(document["ends_at"])
    return ends_at is not None and ends_at <= now


def _moment(text: str) -> datetime | None:
    """Return a moment that names its offset; what is none stays for the form to refuse."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return None if found is None or is_naive(found) else found


def _form_of(document: Document, *, account: CloudAccount, silence: Silence | None, now: datetime) -> SilenceForm:
    data = MultiValueDict({field: [str(document[field])] for field in (*TEXTS, *TIMES)})
    for field in LISTS:
        if field in LINES:
            data[field] = "\n".join(document[field])
        else:
            data.setlist(field, [str(each) for each in document[field]])
    data["recurs"] = AGAIN if document["rule"] else ONCE
    data["resource_group"] = key_named(ResourceGroup.objects.all(), account, document["resource_group"])
    for field in ("starts_at", "ends_at"):
        if document[field] and _moment(document[field]) is None:
            raise Mistaken(_("%(field)s: write a moment such as 2026-12-24T18:00:00Z.") % {"field": field})
    return SilenceForm(data, account=account, seen=Seen(), now=now, silence=silence)


def _label(field: str) -> str:
    return str(SilenceForm.base_fields[field].label)


def _words(_field: str, value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


SECTION = Section(
    "silences",
    gettext_lazy("Silence"),
    {**dict.fromkeys((*TEXTS, *TIMES, "resource_group"), TEXT), **dict.fromkeys(LISTS, WORDS)},
    load_silence,
    documents,
    {"keyword_mode": Silence.Keywords.ANY.value, "time_zone": "UTC"},
)
