"""Numbers that somebody pastes or uploads for a document line: one in a line, or a CSV file whose first line names its columns (D9)."""

from __future__ import annotations

import re
from typing import Any

from shopfloor.exchange import csv_text

COLUMNS = ("serial_no", "lot_no", "package_no", "quantity", "to_handle", "expiration_date")
_BETWEEN = re.compile(r"[\t;]")
_BETWEEN_NAMES = re.compile(r"[\t;,]")


def rows_of(text: str, *, serials: bool, lot_no: str = "", expiration_date: str = "") -> list[dict[str, Any]]:
    """Rows as `AddTrackingLines` reads them. A serial number stands alone; a lot has its quantity behind a tab or semicolon.

    Nothing is guessed of further columns: they become a part of number or quantity, where they are seen or refused.
    Raises FileUnreadable for what names columns and is no CSV file.
    """
    text = text.removeprefix(csv_text.BYTE_ORDER_MARK)
    common = {"expiration_date": expiration_date} if expiration_date else {}
    if _names_columns(text):
        common |= {"lot_no": lot_no} if lot_no else {}
        return [common | {name: value for name, value in row.values.items() if value} for row in csv_text.read(text, COLUMNS, ())]
    rows = []
    for line in text.splitlines():
        number, *rest = [part.strip(" ") for part in ([line] if serials else _BETWEEN.split(line, maxsplit=1))]
        if not (number or rest):
            continue
        rows.append(common | ({"serial_no": number, "lot_no": lot_no} if serials else {"lot_no": number, "quantity": "".join(rest)}))
    return rows


def _names_columns(text: str) -> bool:
    first = next((line for line in text.splitlines() if line.strip(" ")), "")
    return any(name.strip(" \"'").lower() in COLUMNS for name in _BETWEEN_NAMES.split(first))
