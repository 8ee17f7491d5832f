"""Pages: a list with filter, paging and export, and a form that calls one verb.

One address of a list gives four answers: the page, the fragment that htmx asks for, CSV and JSON. Paging is by key:
`before` and `after` name the row that the page starts from, so the thousandth page costs what the first one does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from alerts.ui.access import ConsoleView
from alerts.ui.export import JSON_PAGE, csv_response, json_response

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django_filters import FilterSet

    from alerts.ui.tables import Column

PAGE_SIZE = 50
MOST_COUNTED = 10_000
CHUNK = 1_000
PAGING = ("before", "after", "format")


@dataclass(slots=True)
class Page:
    """One page of rows, newest first, with the addresses of its neighbours."""

    rows: list[Any]
    newer: str = ""
    older: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Pill:
    """A filter in force, and the address without it."""

    label: str
    value: str
    url: str


class ListPage(ConsoleView):
    """A list of rows of one account.

    A subclass says what rows there are (`rows`), how they are drawn (`columns`) and searched (`filterset`), and which
    template frames it. `collection` is the key of the rows in the JSON.
    """

    template: ClassVar[str] = "pages/list.html"
    fragment: ClassVar[str] = "pages/_results.html"
    collection: ClassVar[str] = "items"
    columns: ClassVar[Sequence[Column]] = ()
    exported: ClassVar[Sequence[Column]] = ()
    filterset: ClassVar[type[FilterSet] | None] = None
    search: FilterSet | None = None

    def rows(self) -> QuerySet[Any]:
        """Return all rows that this person may see here, unordered."""
        raise NotImplementedError

    def shown(self) -> Sequence[Column]:
        """Return the columns of the page; a role that can change something may see more of them."""
        return self.columns

    def context(self) -> dict[str, Any]:
        """Return what the template needs besides the list: title, trail, tabs, actions."""
        return {}

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Answer with the page, the fragment, CSV or JSON."""
        self.now = timezone.now()
        self.search = self.make_search()
        valid = self.search is None or self.search.is_valid()
        wanted = request.GET.get("format", "")
        if wanted in {"csv", "json"}:
            return self.export(wanted) if valid else self.refuse_export()
        found = self.found() if valid else self.rows().none()
        page = self.page(found)
        page.total = self.count(found) if valid else 0
        # Each cell shows its column's label on a phone: translated once, not once for each cell.
        columns = [replace(column, label=str(column.label)) for column in self.shown()]
        context = {
            "page": page, "columns": columns, "search": self.search, "pills": self.pills() if valid else [],
            "here": request.path, "exports": {kind: self.address(format=kind) for kind in ("csv", "json")},
            "table": [[(column, column.cell(row)) for column in columns] for row in page.rows],
            **self.context(),
        }  # fmt: skip
        htmx = self.request.htmx
        partial = htmx and not htmx.boosted and not htmx.history_restore_request
        response = render(request, self.fragment if partial else self.template, context)
        patch_vary_headers(response, ("HX-Request",))
        return response

    def make_search(self) -> FilterSet | None:
        """Return the filter over all rows, or None for a list without one."""
        return self.filterset(self.request.GET, queryset=self.rows()) if self.filterset else None

    def found(self) -> QuerySet[Any]:
        """Return the rows that the filter leaves."""
        return self.search.qs if self.search else self.rows()

    def count(self, found: QuerySet[Any]) -> int:
        """Return how many rows were found, counting to a little over ten thousand."""
        return int(found.order_by()[: MOST_COUNTED + 1].count())

    def page(self, found: QuerySet[Any], size: int = PAGE_SIZE) -> Page:
        """Return the page that `before` or `after` asks for; one row more is read, to know whether there is another."""
        before, after = (self.cursor(name, found.model) for name in ("before", "after"))
        if after is not None:
            rows = list(found.filter(pk__gt=after).order_by("pk")[: size + 1])
            more_newer, more_older = len(rows) > size, True
            rows = rows[:size][::-1]
        else:
            older = found if before is None else found.filter(pk__lt=before)
            rows = list(older.order_by("-pk")[: size + 1])
            more_newer, more_older = before is not None, len(rows) > size
            rows = rows[:size]
        return Page(
            rows,
            newer=self.address(after=rows[0].pk) if rows and more_newer else "",
            older=self.address(before=rows[-1].pk) if rows and more_older else "",
        )

    def cursor(self, name: str, model: type[Model]) -> Any:
        """Return the key that a paging parameter names; what is no key is as if absent."""
        raw = self.request.GET.get(name)
        try:
            return model._meta.pk.to_python(raw) if raw else None
        except ValidationError:
            return None

    def address(self, **changes: object) -> str:
        """Return the address of this list with its filters, without paging, and with the changes."""
        query = self.request.GET.copy()
        for name in PAGING:
            query.pop(name, None)
        for name in [name for name, values in query.lists() if not any(values)]:
            del query[name]
        for name, value in changes.items():
            query[name] = str(value)
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def pills(self) -> list[Pill]:
        """Return the filters in force."""
        form = self.search.form if self.search else None
        return [pill for name in (form.fields if form else ()) for pill in self._pills_of(name)]

    def _pills_of(self, name: str) -> Iterator[Pill]:
        assert self.search is not None
        field = self.search.form.fields[name]
        values = [value for value in self.request.GET.getlist(name) if value]
        for value in values:
            query = self.request.GET.copy()
            query.setlist(name, [each for each in values if each != value])
            for paging in PAGING:
                query.pop(paging, None)
            address = f"{self.request.path}?{query.urlencode()}" if query else self.request.path
            yield Pill(str(field.label or name), self.pill_value(name, value), address)

    def pill_value(self, name: str, value: str) -> str:
        """Return what a pill says of a value: the words of its choice, or the value itself."""
        assert self.search is not None
        choices = getattr(self.search.form.fields[name], "choices", ())
        return next((str(label) for choice, label in choices if str(choice) == value), value)

    def export(self, kind: str) -> HttpResponseBase:
        """Return everything found as CSV, or a page of a thousand as JSON with the address of the next."""
        columns = self.exported or self.columns
        if kind == "csv":
            cells = ([column.exported(row) for column in columns] for row in self.everything())
            return csv_response(names=[c.name for c in columns], rows=cells, filename=self.collection)
        page = self.page(self.found(), size=JSON_PAGE)
        items = [{column.name: column.exported(row) for column in columns} for row in page.rows]
        following = f"{page.older}&format=json" if page.older else None
        absolute = self.request.build_absolute_uri(following) if following else None
        return json_response({self.collection: items, "next": absolute})

    def everything(self) -> Iterator[Any]:
        """Yield everything found, newest first, reading a chunk at a time: the first row leaves at once."""
        found = self.found().order_by("-pk")
        chunk = list(found[:CHUNK])
        while chunk:
            yield from chunk
            chunk = list(found.filter(pk__lt=chunk[-1].pk)[:CHUNK]) if len(chunk) == CHUNK else []

    def refuse_export(self) -> HttpResponseBase:
        """Answer a program whose parameters make no sense: which one, and why."""
        assert self.search is not None
        errors = {name: [str(error) for error in found] for name, found in self.search.form.errors.items()}
        return json_response(
            {"code": "ParameterInvalid", "message": _("Parameter invalid."), "errors": errors}, status=400
        )
