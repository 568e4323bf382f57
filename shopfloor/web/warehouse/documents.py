"""Tables and rows on the card of an order."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from flask_babel import gettext as _

from shopfloor.items.tracking import Tracking
from shopfloor.orders.kinds import RETURN_OF, TRANSFER_RECEIPT, TRANSFER_SHIPMENT, OrderKind
from shopfloor.orders.queries import OrderCard, OrderLineRow
from shopfloor.quantity import ZERO, shown
from shopfloor.web.filters import quantity
from shopfloor.web.inventory.item_tracking import line_address
from shopfloor.web.links import document_link
from shopfloor.web.tables import Cell, Column, Table, table
from shopfloor.web.warehouse.desks import Desk

OPEN, RELEASED = "Open", "Released"
CHANGEABLE = (OPEN, RELEASED)
BLANK_ROWS = 4
MOST_ROWS = 200
"""Rows of a form; more numbers than that are posted in parts."""


def lines_table(card: OrderCard, desk: Desk, line_page: str = "") -> Table:
    """The lines with what came or went already. Quantities in base units beside the quantity as entered.

    `line_page`: where a line is changed; blank: it cannot be.
    """
    located = not desk.completed
    columns = (
        Column(_("Line"), "number"),
        Column(_("Item")),
        Column(_("Numbers")),
        Column(_("Description")),
        *((Column(_("Location")),) if located else ()),
        Column(_("Quantity"), "quantity"),
        Column(_("In base units"), "quantity"),
        Column(desk.handled, "quantity"),
        Column(desk.completed or _("Open"), "quantity"),
        Column(_("Date"), "day"),
    )
    return table(columns, [_line_cells(line, desk, line_page, card.order.no) for line in card.lines])


def _line_cells(line: OrderLineRow, desk: Desk, line_page: str, order_no: str) -> list[Cell]:
    last = line.completed_base if desk.completed else line.open_base
    return [
        Cell(str(line.line_no), f"{line_page}/{line.line_no}" if line_page else ""),
        Cell(line.item_no, f"/items/{quote(line.item_no, safe='')}"),
        Cell(_numbers_words(line), line_address(_kind(desk), order_no, line.line_no)),
        Cell(line.description),
        *([] if desk.completed else [Cell(line.location_code)]),
        Cell(line.quantity, unit=line.unit_code),
        Cell(line.quantity_base, unit=line.base_unit_code),
        Cell(line.handled_base, unit=line.base_unit_code),
        Cell(last, unit=line.base_unit_code),
        Cell(line.date),
    ]


def _numbers_words(line: OrderLineRow) -> str:
    """How much of what is open has its numbers, in base units; the word where nothing has."""
    if line.numbered_base <= ZERO:
        return str(_("Numbers"))
    return str(_("%(named)s of %(open)s", named=quantity(line.numbered_base), open=quantity(line.open_base)))


def _kind(desk: Desk) -> str:
    """The word of the item tracking pages: a return is a line of the same table."""
    if desk.kind is OrderKind.TRANSFER:
        return "transfer"
    return "purchase" if desk.kind in {OrderKind.PURCHASE, OrderKind.PURCHASE_RETURN} else "sales"


def posted_table(card: OrderCard, *, may_undo: bool) -> Table:
    """What was posted for the order, each with its own page. What has arrived of a transfer is not undone (AP-15)."""
    noted = any(document.external_no for document in card.posted)
    columns = (
        Column(_("Document"), "number"), Column(_("Kind")), Column(_("Posting date"), "day"),
        *((Column(_("Vendor's delivery note")),) if noted else ()), *((Column(_("Take back")),) if may_undo else ()),
    )
    rows = []
    for document in card.posted:
        kind, page = document.document_type, document_link(document.document_type, document.no)
        arrived = kind == TRANSFER_RECEIPT.document_type or (kind == TRANSFER_SHIPMENT.document_type and not card.on_the_way)
        words = "" if arrived else _("Undo or return") if kind in RETURN_OF else _("Undo")
        rows.append(
            (
                Cell(document.no, page),
                Cell(_(kind)),
                Cell(document.posting_date),
                *((Cell(document.external_no),) if noted else ()),
                *((Cell(words, f"{page}#back" if words else ""),) if may_undo else ()),
            )
        )
    return table(columns, rows)


def numbers_table(numbers: Sequence[tuple[int, str, Tracking, object, str]]) -> Table:
    """Numbers by line: on their way, or copied from a posted document."""
    columns = (
        Column(_("Line"), "number"), Column(_("Item")), Column(_("Serial number"), "number"), Column(_("Lot number"), "number"),
        Column(_("Quantity"), "quantity"),
    )
    return table(
        columns,
        [
            (Cell(str(line_no)), Cell(item_no), Cell(tracking.serial_no), Cell(tracking.lot_no), Cell(quantity, unit=unit))
            for line_no, item_no, tracking, quantity, unit in numbers
        ],
    )


def posting_rows(card: OrderCard, *, arrives: bool = False) -> tuple[list[dict[str, str]], list[tuple[str, str]]]:
    """Rows of a posting form, and the words by which a row chooses its line.

    What is known of the numbers is filled in: copied ones of a return, and what is on its way. Else there is one row for each open
    line, and some more for further numbers.
    """
    left = {line.line_no: line.handled_base - line.completed_base if arrives else line.open_base for line in card.lines}
    lines = [line for line in card.lines if left[line.line_no] > ZERO]
    options = [(str(line.line_no), f"{line.line_no} {line.item_no}: {shown(left[line.line_no])} {line.base_unit_code}") for line in lines]
    rows = _known_rows(card, arrives=arrives)[:MOST_ROWS]
    filled = {row["line_no"] for row in rows}
    rows += [] if arrives else [{"line_no": str(line.line_no)} for line in lines if str(line.line_no) not in filled]
    first = {"line_no": str(lines[0].line_no)} if lines else {}
    return rows + [first] * (0 if arrives else BLANK_ROWS), options


def _known_rows(card: OrderCard, *, arrives: bool) -> list[dict[str, str]]:
    if arrives:
        return [
            {"line_no": str(p.line_no), "quantity": shown(p.quantity), "unit_code": p.base_unit_code, **_numbers(p.tracking)}
            for p in card.on_the_way
        ]
    # The unit of a copied line is the base unit, and so is a blank one there.
    return [
        {"line_no": str(n.line_no), "quantity": shown(n.quantity), **_numbers(n.tracking), **_applies(n.applies_entry)}
        for n in card.numbers
    ]


def _numbers(tracking: Tracking) -> dict[str, str]:
    return {name: str(value) for name, value in vars(tracking).items() if value}


def _applies(entry_no: int) -> dict[str, str]:
    """Each form has the field of its direction only; the other one is not drawn."""
    return {"applies_from_entry": str(entry_no), "applies_to_entry": str(entry_no)} if entry_no else {}
