"""What purchase and sales orders show alike: their lines, and the rows of a posting."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from flask_babel import gettext as _

from shopfloor.orders.queries import OrderLineRow
from shopfloor.quantity import ZERO, shown
from shopfloor.web.inventory.item_tracking import line_address
from shopfloor.web.tables import Cell, Column, Table, table

OPEN, RELEASED, COMPLETED = STATUSES = ("Open", "Released", "Completed")
BLANK_ROWS = 4


def lines_table(lines: Sequence[OrderLineRow], handled: str, *, kind: str, order_no: str) -> Table:
    """The lines with what came or went already; each leads to its item tracking lines. Base units beside the quantity as entered."""
    columns = (
        Column(_("Line"), "number"),
        Column(_("Item")),
        Column(_("Description")),
        Column(_("Location")),
        Column(_("Quantity"), "quantity"),
        Column(_("In base units"), "quantity"),
        Column(handled, "quantity"),
        Column(_("Open"), "quantity"),
        Column(_("Date"), "day"),
        Column(_("Numbers")),
    )
    return table(
        columns,
        [
            (
                Cell(str(line.line_no)),
                Cell(line.item_no, f"/items/{quote(line.item_no, safe='')}"),
                Cell(line.description),
                Cell(line.location_code),
                Cell(line.quantity, unit=line.unit_code),
                Cell(line.quantity_base, unit=line.base_unit_code),
                Cell(line.handled_base, unit=line.base_unit_code),
                Cell(line.open_base, unit=line.base_unit_code),
                Cell(line.date),
                Cell(_("Item tracking lines"), line_address(kind, order_no, line.line_no)),
            )
            for line in lines
        ],
    )


def posting_rows(lines: Sequence[OrderLineRow]) -> tuple[list[dict[str, str]], list[tuple[str, str]]]:
    """One row for each open line and some more for further numbers, and the words by which a row chooses its line."""
    open_lines = [line for line in lines if line.open_base > ZERO]
    options = [(str(line.line_no), f"{line.line_no} {line.item_no}: {shown(line.open_base)} {line.base_unit_code}") for line in open_lines]
    first = {"line_no": str(open_lines[0].line_no)} if open_lines else {}
    return [{"line_no": str(line.line_no)} for line in open_lines] + [first] * BLANK_ROWS, options
