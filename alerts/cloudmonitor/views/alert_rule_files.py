"""Event-triggered Alert Rules › Export and Import: contacts, groups and rules as one YAML file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.accounts.audit import note
from alerts.accounts.models import Role
from alerts.cloudmonitor.views.versions import as_lines
from alerts.estate.refusal import Refused
from alerts.notifications.addresses import ask_unasked
from alerts.notifications.files import MORE
from alerts.rules.files.load import Plan, load, planned
from alerts.rules.files.text import MOST_BYTES
from alerts.rules.files.write import exported
from alerts.tasks import deliver, ring
from alerts.ui.access import ConsoleView
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class AlertRulesExport(ConsoleView):
    """The file. Secrets are in it only for an administrator who asks for them, which is written down."""

    needs = Role.OPERATOR

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Answer with the file."""
        secrets = request.GET.get("secrets") == "1"
        if secrets:
            if self.request.role is None or not self.request.role.allows(Role.ADMINISTRATOR):
                raise PermissionDenied(_("Only an administrator may export addresses and secrets."))
            note(self.account, actor=self.actor, verb="alert_rule.export_secrets", subject=self.account.name,
                 now=timezone.now())  # fmt: skip
        answer = HttpResponse(
            exported(self.account, secrets=secrets, more=MORE), content_type="application/yaml; charset=utf-8"
        )
        answer["Content-Disposition"] = 'attachment; filename="alert-rules.yaml"'
        answer["Cache-Control"] = "no-store"
        return answer


class FileForm(forms.Form):
    """A file: uploaded, or pasted, as which it comes again to be confirmed. `plan` is what was agreed to."""

    file = forms.FileField(
        label=gettext_lazy("File"), required=False, widget=forms.FileInput(attrs={"accept": ".yaml,.yml"})
    )
    text = forms.CharField(
        label=gettext_lazy("or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "mono"}),
    )
    plan = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_file(self) -> str:
        """Return the text of the file."""
        given = self.cleaned_data["file"]
        if not given:
            return ""
        if given.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than %(limit)s bytes.") % {"limit": f"{MOST_BYTES:,}"})
        try:
            return str(given.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            said = _("The file is not UTF-8: byte %(number)s is none of it.")
            raise ValidationError(said % {"number": error.start + 1}) from error

    def clean(self) -> dict[str, Any]:
        """Ask for one of both."""
        data = self.cleaned_data
        if not self.errors and not (data.get("file") or data.get("text")):
            self.add_error("file", _("Choose a file, or paste its text."))
        return data

    def yaml(self) -> str:
        """Return the text that was given."""
        return str(self.cleaned_data["file"] or self.cleaned_data["text"])


class AlertRulesImport(FormPage):
    """Says what a file would change, and after OK changes it."""

    template = "cloudmonitor/alert_rules_import.html"
    verb = "alert_rule.import"
    needs = Role.OPERATOR
    found: Plan | None = None

    def form(self, data: Any = None) -> FileForm:
        """Return the form."""
        return FileForm(data, self.request.FILES if data is not None else None)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        """Show what the file would change, or what is wrong with it; act once that was agreed to."""
        form = self.form(request.POST)
        if form.is_valid() and form.cleaned_data["plan"]:
            return super().post(request, **kwargs)
        if not form.is_valid():
            return self.show(form, status=422)
        self.found = planned(self.account, form.yaml(), now=timezone.now(), more=MORE)
        return self.show(self.again(form), status=422 if self.found.mistakes else 200)

    def again(self, form: FileForm) -> FileForm:
        """Return the form with the text in place of the file, and with what is agreed to by the next OK."""
        assert self.found is not None
        agreed = self.found.digest if self.found.steps and not self.found.mistakes else ""
        return FileForm(initial={"text": form.yaml(), "plan": agreed})

    def act(self, form: FileForm, *, now: datetime) -> str:
        """Bring it in."""
        done = load(self.account, form.yaml(), now=now, by=self.actor, digest=form.cleaned_data["plan"], more=MORE)
        if done.mistakes:
            raise Refused(" ".join(map(str, done.mistakes)))
        self.asked = ask_unasked(self.account, now=now)
        self.count = len(done.steps)
        self.subject = ", ".join(step.name for step in done.steps)
        return reverse("cloudmonitor:alert_rules")

    def after(self) -> None:
        """Ring for the questions whether addresses are the right ones."""
        if self.asked:
            ring(deliver)

    def done(self) -> str:
        """Say how much."""
        said = ngettext(
            "%(count)s thing was created or changed.", "%(count)s things were created or changed.", self.count
        )
        return said % {"count": self.count}

    def context(self) -> dict[str, Any]:
        """Return what frames the form, and the plan."""
        rules, title = reverse("cloudmonitor:alert_rules"), _("Import contacts, groups and alert rules")
        plan = self.found
        return {
            "title": title,
            "trail": [{"label": _("System Event"), "url": rules}, {"label": _("Import")}],
            "back": rules,
            "looked": plan is not None,
            "mistakes": plan.mistakes if plan else [],
            "steps": [(step, as_lines(step.changes, nothing="")) for step in plan.steps] if plan else [],
        }
