"""Contact groups. A weekly report is none of what is sent here: the switch for it is taken, and is always off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.contacts.directory import keep_group
from alerts.contacts.forms import ContactGroupForm
from alerts.contacts.models import Contact, ContactGroup
from alerts.openapi.cms.contacts import WRONG
from alerts.openapi.cms.said import fine, pages, sent
from alerts.openapi.cms.writing import not_found
from alerts.openapi.errors import invalid
from alerts.openapi.parameters import Parameters
from alerts.subscriptions.dependents import delete_group

if TYPE_CHECKING:
    from alerts.openapi.call import Call

FIELDS = {"name": "ContactGroupName", "description": "Describe", "contacts": "ContactNames"}
"""What the API calls the fields of the form."""


def put(call: Call) -> dict[str, object]:
    """PutContactGroup: create the group of this name or change it; ContactNames, where given, are all of its people."""
    given = Parameters(call.parameters.flat, wrong=WRONG)
    name = given.required("ContactGroupName")
    given.boolean("EnableSubscribed")
    stored = ContactGroup.objects.filter(account=call.account, name=name).first()
    group = stored or ContactGroup(account=call.account)
    names = list(dict.fromkeys(given.texts("ContactNames")))
    keys = _keys(call, names) if names else list(group.contacts.values_list("pk", flat=True)) if stored else []
    description = given.text("Describe") if "Describe" in given else group.description
    form = ContactGroupForm({"name": name, "description": description, "contacts": keys}, instance=group)
    form.fields["contacts"].required = False
    if not form.is_valid():
        said = " ".join(str(each) for errors in form.errors.values() for each in errors)
        raise invalid(FIELDS.get(next(iter(form.errors)), "ContactGroupName"), said, code=WRONG)
    keep_group(form.instance, form.cleaned_data["contacts"], now=call.now, may_be_empty=True)
    return fine()


def _keys(call: Call, names: list[str]) -> list[int]:
    found = dict(Contact.objects.filter(account=call.account, name__in=names).values_list("name", "pk"))
    if unknown := [name for name in names if name not in found]:
        raise invalid("ContactNames", f"There is no contact “{unknown[0]}”.", code=WRONG)
    return [found[name] for name in names]


def delete(call: Call) -> dict[str, object]:
    """DeleteContactGroup: refused while an alert rule tells it."""
    name = call.parameters.required("ContactGroupName")
    group = ContactGroup.objects.filter(account=call.account, name=name).first()
    if group is None:
        raise not_found("contact group")
    delete_group(group)
    return fine()


def group_list(call: Call) -> dict[str, object]:
    """DescribeContactGroupList: the groups, by their names alone and in full."""
    number, size = pages(call.parameters)
    groups = ContactGroup.objects.filter(account=call.account).prefetch_related("contacts").order_by("name")
    rows = list(groups[(number - 1) * size : number * size])
    return fine(
        Total=groups.count(),
        ContactGroups={"ContactGroup": [group.name for group in rows]},
        ContactGroupList={"ContactGroup": [_written(group) for group in rows]},
    )


def _written(group: ContactGroup) -> dict[str, object]:
    moment = sent(group.created_at)
    return {
        "Name": group.name, "Describe": group.description, "CreateTime": moment, "UpdateTime": moment,
        "Contacts": {"Contact": sorted(contact.name for contact in group.contacts.all())},
        "EnableSubscribed": False, "EnabledWeeklyReport": False,
    }  # fmt: skip
