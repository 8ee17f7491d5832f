"""Exports: the whole result of a list as CSV, row by row, or as JSON in pages that name the next one."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, StreamingHttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

JSON_PAGE = 1_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class _Echo:
    """A file that hands back what is written: csv writes into it, the response streams out of it."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


def neutral(value: Any) -> Any:
    """Return a CSV cell that no spreadsheet reads as a formula."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def csv_response(*, names: Sequence[str], rows: Iterable[Sequence[Any]], filename: str) -> StreamingHttpResponse:
    """Stream rows as CSV in UTF-8 with a byte order mark, by which spreadsheets know the encoding."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"
        yield writer.writerow(names)
        for row in rows:
            yield writer.writerow([neutral(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}.csv"'
    return response


def json_response(document: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Return a document as JSON; times are ISO 8601 in UTC."""
    text = json.dumps(document, ensure_ascii=False, cls=DjangoJSONEncoder)
    return HttpResponse(text, content_type="application/json", status=status)
