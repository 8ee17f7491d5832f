"""Forms about messages: what is to be sent again, and how messages are worded."""

from __future__ import annotations

from typing import Any

import django_filters.fields
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.events.forms import LocalMoment
from alerts.notifications.own import check
from alerts.notifications.sandbox import SOURCE_LIMIT
from alerts.notifications.texts import Mistake, Source


class ResendFailedForm(forms.Form):
    """A period: what was created in since ≤ time < until and failed. Moments are typed in the zone of the reader."""

    since = django_filters.fields.IsoDateTimeField(widget=LocalMoment())
    until = django_filters.fields.IsoDateTimeField(widget=LocalMoment())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["since"].label = _("From (%(zone)s)") % {"zone": zone}
        self.fields["until"].label = _("To (%(zone)s)") % {"zone": zone}

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it starts."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until <= since:
            self.add_error("until", _("The end must be after the start."))
        return self.cleaned_data


def placed(mistake: Mistake) -> str:
    """Return what is wrong with a template, after its line where it has one."""
    said = _("Line %(line)s: %(said)s") % {"line": mistake.line, "said": mistake.said}
    return said if mistake.line else mistake.said


class MessageTextForm(forms.Form):
    """Subject and text of messages of one kind in one language, as templates."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        required=False,
        max_length=1_000,
        strip=False,
        help_text=gettext_lazy("Empty: the default subject."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=SOURCE_LIMIT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "false", "class": "mono"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse templates that fail on an example, each at its field with the line."""
        if not self.errors:
            for mistake in check(self.cleaned_data["subject"], self.cleaned_data["body"]):
                self.add_error(mistake.field, placed(mistake))
        return self.cleaned_data

    def spoken(self, mistake: Mistake) -> str:
        """Return a mistake in the words of the form: which field, which line, and what."""
        return f"{self[mistake.field].label}: {placed(mistake)}"

    def source(self) -> Source:
        """Return the templates of the valid form; line ends as they are stored."""
        subject, body = (str(self.cleaned_data[name]).replace("\r\n", "\n") for name in ("subject", "body"))
        return Source(subject.strip(), body)
