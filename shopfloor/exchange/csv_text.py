"""CSV files: written so that no spreadsheet runs a formula out of them, read so that nothing is guessed. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from shopfloor.exchange.errors import FileUnreadable
from shopfloor.quantity import shown

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a text that begins so for a formula."""
DELIMITERS = (";", ",", "\t")
BYTE_ORDER_MARK = "\ufeff"
LOST = "\N{REPLACEMENT CHARACTER}"
LINE_END = re.compile("\r\n|\r|\n")
MOST_ROWS = 100_000
LONGEST_FIELD = 10_000


@dataclass(frozen=True)
class CsvRow:
    """One row below the header."""

    line: int
    """Line of the file in which it begins; the header is line 1."""
    values: dict[str, str]


def cell(value: object) -> str:
    """One value as a file shows it; a text that a spreadsheet would run as a formula begins with an apostrophe."""
    if isinstance(value, Decimal):
        return shown(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def write(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The lines of a file, header first."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(cell(value) for value in row)
        if lines.tell() > LONGEST_FIELD:
            yield lines.getvalue()
            lines.seek(0)
            lines.truncate()
    yield lines.getvalue()


def decoded(data: bytes) -> str:
    """A file in UTF-8, with or without byte order mark. Raises FileUnreadable naming line and byte."""
    for mark, name in ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00", "UTF-16 or a binary format")):
        if data[:4].startswith(mark) or (mark == b"\x00" and mark in data[:1000]):
            raise FileUnreadable(problem=f"it is {name}, not UTF-8. Save it as “CSV UTF-8”")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_of(data[: error.start].decode("latin-1"))
        problem = f"line {line} holds the byte 0x{data[error.start]:02X}, which is not UTF-8. Save it as “CSV UTF-8”"
        raise FileUnreadable(problem=problem) from None


def read(text: str, known: Sequence[str], required: Sequence[str]) -> list[CsvRow]:
    """The rows under a header of field names, in any order. Empty lines are left out.

    Raises FileUnreadable for an empty file, lost letters, no delimiter that fits, an unknown, missing or double column, broken quotes,
    too many rows.
    """
    text = text.removeprefix(BYTE_ORDER_MARK)
    _refuse_lost(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, known), strict=True)
    rows: list[CsvRow] = []
    header: list[str] = []
    line = 1
    try:
        for fields in reader:
            begins, line = line, reader.line_num + 1
            if not any(fields):
                continue
            if not header:
                header = _header(fields, known, required)
            else:
                rows.append(_row(begins, header, fields))
            if len(rows) > MOST_ROWS:
                raise FileUnreadable(problem=f"it has more than {MOST_ROWS} rows. Split it")
    except csv.Error as error:
        raise FileUnreadable(problem=f"line {line}: {_broken(str(error))}") from None
    if not rows:
        raise FileUnreadable(problem="it has no rows below its header")
    return rows


def _broken(words: str) -> str:
    """What the reader found, for somebody who looks at the file: it speaks of where it gave up, we name the line where the row begins."""
    if "unexpected end" in words:
        return "a quotation mark begins a field and none ends it"
    if "field limit" in words:
        return f"a field has more than {csv.field_size_limit()} characters; a quotation mark probably does not end"
    if "expected after" in words:
        return "something follows a quotation mark that ends a field. Inside a field write it twice"
    return words


def _refuse_lost(text: str) -> None:
    """Whatever read the file before us put this mark in place of letters that it did not know; nobody can tell them any more."""
    place = text.find(LOST)
    if place >= 0:
        line = _line_of(text[:place])
        raise FileUnreadable(problem=f"line {line} holds “{LOST}” where a letter was lost. Save the original as “CSV UTF-8”")


def _line_of(text_before: str) -> int:
    """The line on which a text goes on. Lines end as in Windows, Unix, or as old Macintosh programs end them."""
    return len(LINE_END.findall(text_before)) + 1


def _delimiter(text: str, known: Sequence[str]) -> str:
    """The one that cuts the header into the most known names."""
    first = next((line for line in LINE_END.split(text) if line.strip(" ")), "")
    if not first:
        raise FileUnreadable(problem="it is empty")
    hits = {delimiter: sum(1 for name in _names(first.split(delimiter)) if name in known) for delimiter in DELIMITERS}
    best = max(hits, key=lambda delimiter: hits[delimiter])
    if not hits[best]:
        raise FileUnreadable(problem="its first line names no field. It must name columns such as " + ", ".join(known[:4]))
    return best


def _names(fields: Sequence[str]) -> list[str]:
    return [field.strip("\r \"'").lower() for field in fields]


def _header(fields: Sequence[str], known: Sequence[str], required: Sequence[str]) -> list[str]:
    names = _names(fields)
    unknown = [name for name in names if name not in known]
    double = sorted({name for name in names if names.count(name) > 1})
    missing = [name for name in required if name not in names]
    for words, found in (("it has the unknown column", unknown), ("it has twice the column", double), ("it lacks the column", missing)):
        if found:
            shown_names = ", ".join("".join(c if c.isprintable() else "?" for c in name[:40]) or "(blank)" for name in found[:5])
            raise FileUnreadable(problem=f"{words} {shown_names}. Known are: {', '.join(known)}")
    return names


def _row(line: int, header: Sequence[str], fields: Sequence[str]) -> CsvRow:
    if len(fields) != len(header):
        raise FileUnreadable(problem=f"line {line} has {len(fields)} fields, the header has {len(header)}")
    return CsvRow(line, {name: _value(field) for name, field in zip(header, fields, strict=True)})


def _value(field: str) -> str:
    """What `cell` made of it, taken back."""
    return field[1:] if field.startswith("'") and field[1:].startswith(FORMULA_STARTS) else field
