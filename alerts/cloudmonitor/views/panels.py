"""Panels: forms that open in the side panel or on a page of their own, with rows that can be added without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.shortcuts import render

from alerts.accounts.models import Role
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict
    from django.http.response import HttpResponseBase


class PanelPage(FormPage):
    """A form of which `fields` names the template of its fields. `rows`: the prefix of its rows, and how many at most.

    The form has `mistakes()`, `forget()` and `opened`, the version that it shows of what is modified.
    """

    template = "cloudmonitor/panel.html"
    needs = Role.OPERATOR
    fields: ClassVar[str]
    rows: ClassVar[tuple[str, int]] = ("", 0)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        """Add a row where that was asked for, else save."""
        prefix, most = self.rows
        if not prefix or request.POST.get("add", "") != prefix:
            return super().post(request, **kwargs)
        form: Any = self.form(one_row_more(request.POST, prefix, most=most))
        form.forget()
        return self.show(form)

    def opened(self, form: Any) -> int | None:
        """Return the version that is saved over: the one that was shown, or the newer one that was said to be fine."""
        anyway = self.request.POST.get("anyway", "")
        sane = anyway.isascii() and anyway.isdigit() and len(anyway) < 10
        found: int | None = int(anyway) if sane else form.cleaned_data["opened"]
        return found

    def framed(self, title: str, back: str, trail: list[dict[str, str]], *, stored: Any = None) -> dict[str, Any]:
        """Return what frames the form; `stored` is what is modified."""
        return {"title": title, "trail": trail, "back": back, "fields": self.fields, "rows": self.rows,
                "here": self.request.get_full_path(), "stored": stored, "account": self.account}  # fmt: skip

    def show(self, form: Any, *, status: int = 200) -> HttpResponseBase:
        """Render the page; for htmx the side panel, or the form alone when a row was added."""
        template = self.template
        if self.request.htmx and not self.request.htmx.history_restore_request:
            template = f"cloudmonitor/{'_panel_form' if self.request.method == 'POST' else '_panel_drawer'}.html"
        return render(self.request, template, {"form": form, **self.context()}, status=status)


def one_row_more(data: QueryDict, prefix: str, *, most: int) -> QueryDict:
    """Return what was posted with one more empty row, up to `most`."""
    more = data.copy()
    name = f"{prefix}-TOTAL_FORMS"
    count = more.get(name, "0")
    rows = int(count) if count.isascii() and count.isdigit() and len(count) < 3 else 0
    more[name] = str(min(rows + 1, most))
    return more
