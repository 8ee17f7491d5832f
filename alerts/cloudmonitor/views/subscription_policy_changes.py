"""Subscription policies: enabling, disabling and deleting one or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from alerts.accounts.models import Role
from alerts.cloudmonitor.views.subscription_policies import trail
from alerts.notifications.policy_end import delete_policy
from alerts.subscriptions.models import SubscriptionPolicy
from alerts.subscriptions.save import set_policy_state
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from alerts.accounts.models import CloudAccount

STATE = SubscriptionPolicy.State


def back() -> str:
    """Return the address of the list."""
    return reverse("cloudmonitor:subscription_policies")


class SubscriptionPolicyEnable(FormPage):
    """Enables a policy; only ever posted to."""

    http_method_names = ["post"]
    verb = "subscription_policy.enable"
    state: ClassVar[str] = STATE.ENABLED

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Set the state."""
        policy = get_object_or_404(SubscriptionPolicy, account=self.account, pk=self.kwargs["pk"])
        self.subject = policy.name
        set_policy_state(policy, state=self.state, now=now, by=self.actor)
        return back()

    def done(self) -> str:
        """Say so."""
        return _("The subscription policy “%(name)s” is enabled.") % {"name": self.subject}


class SubscriptionPolicyDisable(SubscriptionPolicyEnable):
    """Disables a policy."""

    verb = "subscription_policy.disable"
    state = STATE.DISABLED

    def done(self) -> str:
        """Say so."""
        return _("The subscription policy “%(name)s” is disabled. What it had gathered is not told any more.") % {
            "name": self.subject
        }


class SubscriptionPolicyDelete(FormPage):
    """Delete Tip: asks, and deletes a policy."""

    template = "pages/confirm.html"
    verb = "subscription_policy.delete"
    needs = Role.OPERATOR

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        self.found = get_object_or_404(SubscriptionPolicy, account=self.account, pk=self.kwargs["pk"])
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Delete it."""
        self.subject = self.found.name
        delete_policy(self.found)
        return back()

    def done(self) -> str:
        """Say so."""
        return _("The subscription policy “%(name)s” is deleted.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        return {
            "title": _("Delete the subscription policy “%(name)s”?") % {"name": self.found.name},
            "text": _("What it has gathered is not told any more. What it told stays in the alert history."),
            "trail": trail((_("Delete"), "")),
            "back": back(),
        }


class SeveralForm(forms.Form):
    """What is to be done to which policies; `sure` is set by the page that asks before they are deleted."""

    policy = forms.ModelMultipleChoiceField(
        queryset=SubscriptionPolicy.objects.none(),
        error_messages={
            "required": gettext_lazy("Mark subscription policies in the list first."),
            "invalid_choice": gettext_lazy("One of these subscription policies is deleted already."),
        },
    )
    do = forms.ChoiceField(choices=[(each, each) for each in ("enable", "disable", "delete")])
    sure = forms.BooleanField(required=False)

    def __init__(self, *args: Any, account: CloudAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policies = SubscriptionPolicy.objects.filter(account=account).order_by("name")
        self.fields["policy"].queryset = policies  # type: ignore[attr-defined]


class SubscriptionPoliciesChange(FormPage):
    """Enables, disables or deletes the policies that are marked in the list; asks once before it deletes."""

    http_method_names = ["post"]
    template = "cloudmonitor/subscription_policies_delete.html"
    SAID: ClassVar[dict[str, Any]] = {
        "enable": ngettext_lazy(
            "%(count)s subscription policy is enabled.", "%(count)s subscription policies are enabled.", "count"
        ),
        "disable": ngettext_lazy(
            "%(count)s subscription policy is disabled.", "%(count)s subscription policies are disabled.", "count"
        ),
        "delete": ngettext_lazy(
            "%(count)s subscription policy is deleted.", "%(count)s subscription policies are deleted.", "count"
        ),
    }

    def form(self, data: Any = None) -> SeveralForm:
        """Return the form."""
        return SeveralForm(data, account=self.account)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        """Say what is wrong on the list itself, ask before deleting, else act."""
        form = self.form(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(str(each) for found in form.errors.values() for each in found))
            return HttpResponseRedirect(back())
        self.policies = sorted(form.cleaned_data["policy"], key=lambda policy: policy.pk)
        self.do = form.cleaned_data["do"]
        if self.do == "delete" and not form.cleaned_data["sure"]:
            return self.show(form)
        self.verb = f"subscription_policy.{self.do}"  # type: ignore[misc]
        return super().post(request, **kwargs)

    def act(self, form: SeveralForm, *, now: datetime) -> str:
        """Do it to all of them, or to none; in one order, so that two who do it at once do not wait for each other."""
        self.subject = ", ".join(policy.name for policy in self.policies)
        for policy in self.policies:
            if self.do == "delete":
                delete_policy(policy)
            else:
                state = STATE.ENABLED if self.do == "enable" else STATE.DISABLED
                set_policy_state(policy, state=state, now=now, by=self.actor)
        return back()

    def done(self) -> str:
        """Say to how many."""
        return str(self.SAID[self.do] % {"count": len(self.policies)})

    def context(self) -> dict[str, Any]:
        """Return the question."""
        said = ngettext("Delete %(count)s subscription policy?", "Delete %(count)s subscription policies?",
                        len(self.policies))  # fmt: skip
        title = said % {"count": len(self.policies)}
        return {"title": title, "policies": self.policies, "trail": trail((_("Delete"), "")), "back": back()}
