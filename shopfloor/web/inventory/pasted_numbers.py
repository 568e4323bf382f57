"""Numbers that somebody pastes for a document line: one in a line, of a delivery note or a spreadsheet."""

from __future__ import annotations

import re
from typing import Any

_BETWEEN = re.compile(r"[\t;]")


def rows_of(text: str, *, serials: bool, lot_no: str = "", expiration_date: str = "") -> list[dict[str, Any]]:
    """Rows as `AddTrackingLines` reads them. A serial number stands alone; a lot has its quantity behind a tab or semicolon.

    Nothing is guessed of further columns: they become a part of number or quantity, where they are seen or refused.
    """
    rows = []
    for line in text.splitlines():
        number, *rest = [part.strip(" ") for part in ([line] if serials else _BETWEEN.split(line, maxsplit=1))]
        if not (number or rest):
            continue
        row = {"serial_no": number, "lot_no": lot_no} if serials else {"lot_no": number, "quantity": "".join(rest)}
        rows.append(row | ({"expiration_date": expiration_date} if expiration_date else {}))
    return rows
