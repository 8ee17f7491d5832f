"""Event subscription in the file of rules: push channels, notification configurations and policies, in this order.

Documents go back through the forms of the pages. What checks texts is known by later stages, which hand it in.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.contacts.models import ContactGroup
from alerts.rules.differences import Difference, compared
from alerts.rules.document import key_named
from alerts.rules.files.mistaken import Mistaken
from alerts.rules.files.shape import TEXT, WORDS, ListOf, Section
from alerts.rules.save import Change
from alerts.subscriptions.configuration_form import ConfigurationForm
from alerts.subscriptions.document import (
    LISTS,
    NUMBERS,
    TEXTS,
    configuration_document,
    policy_document,
    push_document,
)
from alerts.subscriptions.models import NotificationConfiguration, PushChannel, SubscriptionPolicy
from alerts.subscriptions.push_file import bring_in, unmasked
from alerts.subscriptions.reach import PEOPLE
from alerts.subscriptions.restore import form_of, missing_in
from alerts.subscriptions.save import save_configuration, save_policy

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.accounts.models import CloudAccount
    from alerts.subscriptions.methods import Check as WordsCheck
    from alerts.subscriptions.push_form import Check as TemplateCheck

Document = dict[str, Any]
Loaded = tuple[bool, list[Difference]]
GROUPS = ("group", "critical_group", "warn_group", "info_group")
ADDRESS = (
    "url", "method", "format", "headers", "secret", "previous_secret", "region", "queue", "topic", "project",
    "logstore", "service", "function",
)  # fmt: skip
CHANNEL_FIELDS = ("name", "description", "kind", "template", "address")
CONFIGURATION_FIELDS = ("name", "description", "mode", *GROUPS, "steps", "rounds", "recovery")
CLOCKS = ("effective_start", "effective_end")
POLICY_FIELDS = (*TEXTS, *LISTS, *NUMBERS, *CLOCKS, "resource_group", "configuration", "methods", "push_channels")


def plain(value: Any) -> Any:
    """Return a value as a file has it: text, lists and mappings of text; nothing that is empty stands in a mapping."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if each not in ("", [], {})}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same(one: Document, other: Document) -> bool:
    return bool(plain(one) == plain(other))


def _compared(before: Document, after: Document, fields: tuple[str, ...]) -> list[Difference]:
    old, new = plain(before), plain(after)
    one, other = ({field: each.get(field, "") for field in fields} for each in (old, new))
    return compared(one, other, fields, label=_label, said=_said)


def _label(field: str) -> str:
    return field.replace("_", " ").capitalize()


def _said(field: str, value: Any) -> str:
    if field == "address":
        return ", ".join(sorted(value)) if value else ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def load_channel(account: CloudAccount, document: Document, *, now: datetime, by: str, check: TemplateCheck) -> Loaded:
    """Create or change a push channel. Raises Mistaken and Refused."""
    del by
    channel = PushChannel.objects.filter(account=account, name=document["name"]).first()
    before = push_document(channel, secrets=True) if channel else {}
    wanted = unmasked(document, channel)
    if channel and _same(wanted, before):
        return False, []
    after = bring_in(wanted, account=account, channel=channel, now=now, check=check)
    return not before, _compared(before, after, CHANNEL_FIELDS) if before else []


def load_configuration(account: CloudAccount, document: Document, *, now: datetime, by: str) -> Loaded:
    """Create or change a notification configuration. Raises Mistaken and Refused."""
    del by
    found = NotificationConfiguration.objects.filter(account=account, name=document["name"]).first()
    before = configuration_document(found) if found else {}
    if found and _same(document, before):
        return False, []
    form = ConfigurationForm(_configuration_data(document, account), account=account, configuration=found)
    if not form.is_valid():
        raise Mistaken(*(f"{label}: {sentence}" if label else sentence for _id, label, sentence in form.mistakes()))
    after = configuration_document(save_configuration(form.wanted(), steps=form.steps.steps(), now=now))
    return not before, _compared(before, after, CONFIGURATION_FIELDS) if before else []


def _configuration_data(document: Document, account: CloudAccount) -> MultiValueDict[str, Any]:
    groups, steps = ContactGroup.objects.all(), document.get("steps") or []
    data = MultiValueDict({name: [str(document[name])] for name in ("name", "description", "mode", "rounds")})
    data["recovery"] = "on" if document["recovery"] == "true" else ""
    for name in GROUPS:
        data[name] = key_named(groups, account, document[name])
    data["steps-TOTAL_FORMS"], data["steps-INITIAL_FORMS"] = str(len(steps)), "0"
    for number, step in enumerate(steps):
        data[f"steps-{number}-after"] = step.get("after", "")
        data[f"steps-{number}-group"] = key_named(groups, account, step.get("group", ""))
    return data


def load_policy(account: CloudAccount, document: Document, *, now: datetime, by: str, check: WordsCheck) -> Loaded:
    """Create or change a subscription policy. Raises Mistaken and Refused."""
    policy = SubscriptionPolicy.objects.filter(account=account, name=document["name"]).first()
    before = policy_document(policy) if policy else {}
    if policy and _same(document, before):
        return False, []
    states = SubscriptionPolicy.State.values
    said = [] if document["state"] in states else [_("The state is ENABLED or DISABLED.")]
    methods = {channel: method for channel, method in (document.get("methods") or {}).items() if any(method.values())}
    form = form_of({**document, "methods": methods}, account=account, policy=policy, check=check)
    form.methods.replaces(methods)
    said += missing_in(document, account=account)
    if not form.is_valid():
        said += [f"{label}: {sentence}" if label else sentence for _id, label, sentence in form.mistakes()]
    if said:
        raise Mistaken(*said)
    wanted = form.wanted()
    wanted.state = document["state"]
    saved = save_policy(wanted, push_channels=form.cleaned_data["push_channels"], now=now, by=by, change=Change.IMPORT)
    return not before, _compared(before, policy_document(saved), POLICY_FIELDS) if before else []


def _channels(account: CloudAccount, *, secrets: bool) -> list[Document]:
    rows = PushChannel.objects.filter(account=account).order_by("name")
    return [plain(push_document(each, secrets=secrets)) for each in rows]


def _configurations(account: CloudAccount, *, secrets: bool) -> list[Document]:
    del secrets
    rows = NotificationConfiguration.objects.filter(account=account).order_by("name")
    return [plain(configuration_document(each)) for each in rows]


def _policies(account: CloudAccount, *, secrets: bool) -> list[Document]:
    del secrets
    rows = SubscriptionPolicy.objects.filter(account=account).select_related("resource_group", "configuration")
    return [plain(policy_document(each)) for each in rows.order_by("name")]


_BLANK = SubscriptionPolicy()
_SECTIONS = (
    Section(
        "push_channels",
        gettext_lazy("Push channel"),
        {**dict.fromkeys(CHANNEL_FIELDS, TEXT), "address": dict.fromkeys(ADDRESS, TEXT)},
        load_channel,
        _channels,
        {"kind": PushChannel.Kind.WEBHOOK.value},
    ),
    Section(
        "notification_configurations",
        gettext_lazy("Notification configuration"),
        {**dict.fromkeys(CONFIGURATION_FIELDS, TEXT), "steps": ListOf({"after": TEXT, "group": TEXT})},
        load_configuration,
        _configurations,
        {"mode": NotificationConfiguration.Mode.DIRECT.value, "rounds": "1", "recovery": "true"},
    ),
    Section(
        "subscription_policies",
        gettext_lazy("Subscription policy"),
        {
            **dict.fromkeys((*TEXTS, *NUMBERS, *CLOCKS, "resource_group", "configuration"), TEXT),
            **dict.fromkeys((*LISTS, "push_channels"), WORDS),
            "methods": {channel: {"levels": WORDS, "subject": TEXT, "body": TEXT} for channel in PEOPLE},
        },
        load_policy,
        _policies,
        {name: str(getattr(_BLANK, name)) for name in (*TEXTS, *NUMBERS) if getattr(_BLANK, name) != ""},
    ),
)


def sections(*, words: WordsCheck, template: TemplateCheck) -> tuple[Section, ...]:
    """Return the sections; `words` says what is wrong with a method's text, `template` with a push channel's."""
    checks: dict[str, Any] = {"push_channels": template, "subscription_policies": words}
    return tuple(
        replace(each, load=partial(each.load, check=checks[each.name])) if each.name in checks else each
        for each in _SECTIONS
    )
