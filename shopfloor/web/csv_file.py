"""Tables as CSV files, in one place: plain numbers and dates, and no text that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from flask import stream_with_context
from werkzeug.wrappers import Response

from shopfloor.exchange.csv_text import cell

T = TypeVar("T")
Columns = Sequence[tuple[str, Callable[[T], Any]]]
"""Name of a column, and how it reads its value from a row."""
MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""


def csv_parts(columns: Columns[T], parts: Iterable[Iterable[T]]) -> Iterator[str]:
    """The file a part at a time, so that a long one needs little memory; the first part holds the names."""
    yield _lines([[name for name, _value in columns]])
    for rows in parts:
        yield _lines([cell(value(row)) for _name, value in columns] for row in rows)


def csv_response(columns: Columns[T], parts: Iterable[Iterable[T]], name: str) -> Response:
    """The file as an answer that is written while it is read."""

    def written() -> Iterator[bytes]:
        yield MARK.encode()
        for part in csv_parts(columns, parts):
            yield part.encode()

    response = Response(stream_with_context(written()), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()
