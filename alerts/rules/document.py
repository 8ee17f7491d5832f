"""A rule as a plain document, and back through the panel's form: one validation path for every writer.

Versions, roll-back, files and programs all write documents. A document holds text, numbers and lists only; what it
refers to stands in it by name. Without `secrets` it holds masks in their places, and a mask that is read again means
"as it is stored": the first of the stored URLs that look the same and are not taken yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from alerts.channels import BY_KIND
from alerts.channels.base import MASK
from alerts.contacts.models import ContactGroup
from alerts.events.filters import Seen
from alerts.rules.forms import AlertRuleForm
from alerts.rules.models import AlertRule, ResourceGroup, RuleTarget
from alerts.rules.rows import KINDS
from alerts.rules.when import CLOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import time

    from django.db.models import QuerySet

    from alerts.accounts.models import CloudAccount

Document = dict[str, Any]
TEXTS = ("name", "description", "product", "keyword_mode", "sql_filter", "time_zone")
LISTS = ("event_types", "levels", "names", "statuses", "keywords")
CLOCKS = ("effective_start", "effective_end")
TARGETS = tuple(kind.name for kind in KINDS)
SECRETS = ("url", "secret", "previous_secret")
URL_CUT = "/…"
ORDER = ("region", "service", "project", "url", "method", "secret", "previous_secret")


class Mistake(NamedTuple):
    """Why a document cannot become a rule: the field (empty: the whole), and a sentence."""

    field: str
    sentence: str


def document_of(rule: AlertRule, *, targets: Iterable[RuleTarget] | None = None, secrets: bool = False) -> Document:
    """Return the document of a rule, with the stored targets unless others are given."""
    where = list(rule.targets.select_related("group").order_by("pk")) if targets is None else list(targets)
    return {
        **{field: getattr(rule, field) for field in TEXTS},
        "state": rule.state,
        **{field: list(getattr(rule, field)) for field in LISTS},
        "resource_group": rule.resource_group.name if rule.resource_group else "",
        **{field: _clock(getattr(rule, field)) for field in CLOCKS},
        "weekdays": list(rule.weekdays),
        "mute_for": rule.mute_for,
        **{kind.name: [_entry(t, secrets=secrets) for t in where if t.kind == kind.target] for kind in KINDS},
    }


def _clock(moment: time | None) -> str:
    return moment.strftime(CLOCK) if moment else ""


def _entry(target: RuleTarget, *, secrets: bool) -> dict[str, str]:
    if target.group:
        return {"group": target.group.name, "method": target.method}
    return ordered(target.fields) if secrets else masked(target.kind, target.fields)


def ordered(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of an address in one order, so that equal ones are written alike."""
    return dict(sorted(fields.items(), key=lambda pair: (ORDER.index(pair[0]) if pair[0] in ORDER else -1, pair[0])))


def masked(channel: str, fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of an address as a document without secrets holds them."""
    hidden = {"url": BY_KIND[channel].mask(fields), "secret": MASK, "previous_secret": MASK}
    return {name: hidden.get(name, value) for name, value in ordered(fields).items()}


def is_mask(text: str) -> bool:
    """Tell whether a text stands for something that is stored."""
    return MASK in text or text.endswith(URL_CUT)


def form_of(document: Document, *, account: CloudAccount, rule: AlertRule | None) -> AlertRuleForm:
    """Return the panel's form, filled with a document, for a stored rule or a new one."""
    stored = list(rule.targets.order_by("pk")) if rule else []
    data = MultiValueDict({field: [str(document.get(field, ""))] for field in (*TEXTS, *CLOCKS, "mute_for")})
    for field in ("event_types", "levels", "names", "statuses", "weekdays"):
        data.setlist(field, [str(each) for each in document.get(field, ())])
    data["keywords"] = "\n".join(document.get("keywords", ()))
    data["resource_group"] = key_named(ResourceGroup.objects.all(), account, document.get("resource_group", ""))
    for kind in KINDS:
        rows = _rows(kind.name, document.get(kind.name, ()), stored=stored, account=account)
        data[f"{kind.name}-TOTAL_FORMS"], data[f"{kind.name}-INITIAL_FORMS"] = str(len(rows)), "0"
        for number, row in enumerate(rows):
            for name, value in row.items():
                data[f"{kind.name}-{number}-{name}"] = value
    return AlertRuleForm(data, account=account, seen=Seen(), rule=rule)


def key_named(groups: QuerySet[Any], account: CloudAccount, name: str) -> str:
    """Return the key of something by its name; one that is none where there is no such thing."""
    if not name:
        return ""
    return str(groups.filter(account=account, name=name).values_list("pk", flat=True).first() or 0)


def _rows(
    kind: str, entries: Sequence[Mapping[str, str]], *, stored: Sequence[RuleTarget], account: CloudAccount
) -> list[dict[str, str]]:
    if kind == "groups":
        return [
            {**each, "group": key_named(ContactGroup.objects.all(), account, each.get("group", ""))} for each in entries
        ]
    if kind != "urls":
        return [dict(each) for each in entries]
    free = [target for target in stored if target.kind == RuleTarget.Kind.WEBHOOK]
    return [_url_row(each, free) for each in entries]


def _url_row(entry: Mapping[str, str], free: list[RuleTarget]) -> dict[str, str]:
    """Return the row of a URL callback; takes the stored target that its masks stand for out of the free ones."""
    row = {"http_method": entry.get("method", ""), **{name: entry.get(name, "") for name in SECRETS}}
    if not any(is_mask(row[name]) for name in SECRETS):
        return row
    match = next((t for t in free if row["url"] in {BY_KIND[t.kind].mask(t.fields), t.fields.get("url")}), None)
    if match is None:
        return row
    free.remove(match)
    filled = {name: match.fields.get(name, "") if is_mask(row[name]) else row[name] for name in SECRETS}
    return {**row, **filled}


def mistakes_of(document: Document, form: AlertRuleForm) -> list[Mistake]:
    """Return everything that is wrong with a document, in the order of the panel; empty when it can be saved."""
    found = [*_unknown_masks(form)]
    if form.is_valid():
        return found
    found += _missing(document, form)
    found += [Mistake(label, sentence) for _control, label, sentence in form.mistakes()]
    said: set[str] = set()
    return [each for each in found if not (each.sentence in said or said.add(each.sentence))]  # type: ignore[func-returns-value]


def _missing(document: Document, form: AlertRuleForm) -> Iterable[Mistake]:
    groups = ContactGroup.objects.filter(account=form.account)
    names = {str(each.get("group", "")) for each in document.get("groups", ())} - {""}
    for name in sorted(names - set(groups.filter(name__in=names).values_list("name", flat=True))):
        yield Mistake(_("Contact group"), _("There is no contact group “%(name)s”.") % {"name": name})
    name = document.get("resource_group", "")
    if name and not ResourceGroup.objects.filter(account=form.account, name=name).exists():
        yield Mistake(_("Resource range"), _("There is no resource group “%(name)s”.") % {"name": name})


def _unknown_masks(form: AlertRuleForm) -> Iterable[Mistake]:
    for row in form.urls.forms:
        if any(is_mask(str(row[name].value() or "")) for name in SECRETS):
            said = _(
                "This URL or secret is masked, and this alert rule has none like it stored: write it in full, or bring"
                " in a file made by “Export with secrets”."
            )
            yield Mistake(_("URL callback"), said)
