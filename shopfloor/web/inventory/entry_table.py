"""Item ledger entries as a table, wherever they are shown."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from shopfloor.ledger.entry_queries import EntryLine, EntryPage, EntryTotals
from shopfloor.web.filters import quantity
from shopfloor.web.links import document_link, entry_link, find_entries_link, item_link, order_link
from shopfloor.web.tables import Cell, Column, Table, table

COLUMNS = (
    Column(_l("Entry"), "number"),
    Column(_l("Date"), "day"),
    Column(_l("Entry type")),
    Column(_l("Item"), "number"),
    Column(_l("Lot number"), "number"),
    Column(_l("Serial number"), "number"),
    Column(_l("Quantity"), "quantity"),
    Column(_l("Remaining"), "quantity"),
    Column(_l("Location")),
    Column(_l("Document"), "number"),
)
QUANTITY_PLACE, REMAINING_PLACE = 6, 7
PACKAGE, ORDER = Column(_l("Package number"), "number"), Column(_l("Order"), "number")
"""Columns that stand there only when a row has something to show in them."""


def entries_table(rows: Sequence[EntryLine], page: EntryPage | None = None, totals: EntryTotals | None = None) -> Table:
    """Entries as a table; every number leads on."""
    optional = []
    if any(row.tracking.package_no for row in rows):
        optional.append(PACKAGE)
    if any(row.order_no not in {"", row.document_no} for row in rows):  # the document of a production journal is its order
        optional.append(ORDER)
    columns = (*COLUMNS, *optional)
    cells = [(*_cells(row), *(_more(row, column) for column in optional)) for row in rows]
    return table(columns, cells, page, totals=_totals(totals, len(columns)) if totals else ())


def _cells(row: EntryLine) -> tuple[Cell, ...]:
    numbers, goods = row.tracking, (row.item_no, row.variant_code)
    return (
        Cell(row.entry_no, entry_link(row.entry_no)),
        Cell(row.posting_date),
        Cell(_(row.entry_type)),
        Cell(row.item_no, item_link(row.item_no)),
        Cell(numbers.lot_no, find_entries_link(*goods, lot_no=numbers.lot_no)),
        Cell(numbers.serial_no, find_entries_link(*goods, serial_no=numbers.serial_no)),
        Cell(row.quantity or row.scrap_quantity, unit=row.base_unit_code if row.quantity else _("scrapped")),
        Cell(row.remaining or "", unit=row.base_unit_code if row.open else ""),
        Cell(row.location_code),
        Cell(row.document_no, document_link(row.document_type, row.document_no)),
    )


def _more(row: EntryLine, column: Column) -> Cell:
    if column is PACKAGE:
        number = row.tracking.package_no
        return Cell(number, find_entries_link(row.item_no, row.variant_code, package_no=number))
    return Cell(row.order_no, order_link(row.order_type, row.order_no))


def _totals(totals: EntryTotals, columns: int) -> tuple[Cell, ...]:
    count = quantity(totals.count) if totals.complete else _("more than %(count)s", count=quantity(totals.count))
    cells = [Cell(_("%(count)s entries", count=count)), *[Cell("")] * (columns - 1)]
    if totals.item_no:
        cells[QUANTITY_PLACE] = Cell(totals.quantity, unit=totals.unit_code)
        cells[REMAINING_PLACE] = Cell(totals.remaining, unit=totals.unit_code)
    return tuple(cells)
