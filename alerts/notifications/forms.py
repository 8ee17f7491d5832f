"""Forms of the alert history: the one parser of what is asked to be sent again."""

from __future__ import annotations

from typing import Any

import django_filters.fields
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.events.forms import LocalMoment


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
