"""Administration › Members: who may look, change and administer in this account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.forms import MemberForm, RoleForm
from alerts.accounts.members import add_member, change_role, remove_member
from alerts.accounts.models import Member
from alerts.administration.views.frame import AdministrationForm, AdministrationList, tabs
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString


def actions_cell(member: Member) -> SafeString:
    """Draw the links to what can be done with a member."""
    links = (("member_modify", _("Change role"), ""), ("member_remove", _("Remove"), "danger-quiet"))
    drawn = (
        ui.button(
            label,
            href=reverse(f"accounts:{name}", args=[member.pk]),
            size="small",
            kind=kind,
            aria_label=f"{label}: {member.user}",
        )
        for name, label, kind in links
    )
    return format_html('<span class="row nowrap">{}{}</span>', *drawn)


class Members(AdministrationList):
    """The list of members."""

    collection = "members"
    columns = (
        Column("User", gettext_lazy("User"), lambda row: format_html("<strong>{}</strong>", row.user.username)),
        Column("Role", gettext_lazy("Role"), attribute("get_role_display")),
        Column("LastSignIn", gettext_lazy("Last sign-in"), lambda row: ui.moment(row.user.last_login)),
        Column("TimeZone", gettext_lazy("Time zone"), attribute("user.time_zone"), minor=True),
        Column("Actions", gettext_lazy("Actions"), actions_cell),
    )
    exported = (
        Column("User", "User", attribute("user.username")),
        Column("Role", "Role", attribute("role")),
        Column("LastSignIn", "LastSignIn", attribute("user.last_login")),
    )

    def rows(self) -> QuerySet[Member]:
        """Return the account's members."""
        return Member.objects.filter(account=self.account).select_related("user")

    def context(self) -> dict[str, Any]:
        """Return title, tabs and the way to a new member."""
        add = {"label": _("Add member"), "url": reverse("accounts:member_add"), "icon": "user-plus", "kind": "primary"}
        lead = _("Who may look, change and administer in %(account)s.") % {"account": self.account}
        return {"title": _("Members"), "lead": lead, "tabs": tabs("administration"), "actions": [add]}


class MemberPage(AdministrationForm):
    """What changing and removing a member have in common."""

    def member(self) -> Member:
        """Return the member that the address names, if it is one of this account."""
        members = Member.objects.filter(account=self.account).select_related("user")
        return get_object_or_404(members, pk=self.kwargs["pk"])


class MemberAdd(AdministrationForm):
    """A new member."""

    template = "pages/form.html"
    verb = "member.add"

    def form(self, data: Any = None) -> MemberForm:
        """Return the form."""
        return MemberForm(data)

    def act(self, form: MemberForm, *, now: datetime) -> str:
        """Add the member."""
        self.subject = add_member(self.account, **form.cleaned_data).user.get_username()
        return reverse("accounts:administration")

    def done(self) -> str:
        """Say so."""
        return _("“%(name)s” is a member now.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Add member"), submit=_("Add"))


class MemberModify(MemberPage):
    """Another role."""

    verb = "member.modify"

    def form(self, data: Any = None) -> RoleForm:
        """Return the form with the present role."""
        member = self.member()
        self.subject = member.user.get_username()
        return RoleForm(data, initial={"role": member.role})

    def act(self, form: RoleForm, *, now: datetime) -> str:
        """Change the role."""
        change_role(self.member(), role=form.cleaned_data["role"])
        return reverse("accounts:administration")

    def done(self) -> str:
        """Say so."""
        return _("The role of “%(name)s” is changed.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Role of “%(name)s”") % {"name": self.subject})


class MemberRemove(MemberPage):
    """Asks, and ends a membership."""

    template = "pages/confirm.html"
    verb = "member.remove"

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields: it only carries the refusal."""
        self.subject = self.member().user.get_username()
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Remove the member."""
        remove_member(self.member())
        return reverse("accounts:administration")

    def done(self) -> str:
        """Say so."""
        return _("“%(name)s” is no member any more.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        text = _("The user can no longer see this account. What they did stays in the audit trail.")
        return self.framed(_("Remove “%(name)s”?") % {"name": self.subject}, text=text, accept=_("Remove"))
