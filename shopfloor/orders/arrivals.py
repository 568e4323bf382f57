"""Numbers that come in: their shape, look-alikes, second arrivals, and what the label or delivery note says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant
from shopfloor.errors import in_row
from shopfloor.items.masters import ItemMaster
from shopfloor.items.number_information import NumberOrigin, ask_for_case_twins, known_look_alikes, note_origins
from shopfloor.items.rules import GoodsNumber, check_number, numbers_of
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.orders.documents import tracking_of
from shopfloor.orders.errors import SerialUsedBefore
from shopfloor.orders.inputs import ArrivedLine
from shopfloor.quantity import ZERO

_entry = ItemLedgerEntry.__table__


@dataclass(frozen=True)
class Arrival:
    """One line of goods that come in."""

    master: ItemMaster
    variant_code: str
    line: ArrivedLine
    vendor_no: str = ""
    row: int = 0
    """Row that was typed, from 1; 0: not told."""

    def numbers(self) -> list[GoodsNumber]:
        """Its serial, lot and package numbers."""
        return [GoodsNumber(self.master.item_no, self.variant_code, *pair) for pair in numbers_of(tracking_of(self.line))]


def check_arrivals(session: Session, arrivals: Sequence[Arrival], *, confirmed: bool, returned: bool = False) -> None:
    """D34, D17, D35, C14, in at most two statements. Raises NumberInvalid, NumberPattern, CaseTwin, SerialUsedBefore.

    `returned`: a customer sends the goods back, so that a serial that was sold is where it should be, and nothing is asked.
    """
    wanted = []
    for arrival in arrivals:
        for number in arrival.numbers():
            with in_row(arrival.row, f"{number.kind.lower()}_no"):
                check_number(arrival.master, number.kind, number.number)
            wanted.append(number)
    if confirmed:
        return
    known = known_look_alikes(session, wanted)
    ask_for_case_twins(wanted, known, confirmed=confirmed)
    _ask_for_second_arrivals(session, sorted(set(wanted) & set(known)), expected=EntryType.SALE if returned else None)


def note_arrivals(session: Session, arrivals: Iterable[Arrival]) -> None:
    """C13: vendor, vendor's lot and dates of every number that came in. One statement, sorted by key (A23)."""
    origins: dict[GoodsNumber, NumberOrigin] = {}
    for arrival in arrivals:
        line = arrival.line
        for number in arrival.numbers():
            before = origins.get(number, NumberOrigin(number))
            origins[number] = NumberOrigin(
                number,
                vendor_no=before.vendor_no or arrival.vendor_no,
                vendor_lot_no=before.vendor_lot_no or line.vendor_lot_no,
                production_date=before.production_date or line.production_date,
                best_before_date=before.best_before_date or line.best_before_date,
            )
    told = [origin for _number, origin in sorted(origins.items()) if _tells_something(origin)]
    note_origins(session, told)


def _tells_something(origin: NumberOrigin) -> bool:
    return bool(origin.vendor_no or origin.vendor_lot_no or origin.production_date or origin.best_before_date)


def _ask_for_second_arrivals(session: Session, known: Sequence[GoodsNumber], expected: EntryType | None) -> None:
    """C14: a serial whose last entry took it away asks, unless it went the `expected` way; one in stock is refused by the posting door."""
    serials = [number for number in known if number.kind == "Serial"]
    if not serials:
        return
    key = (_entry.c.item_no, _entry.c.variant_code, _entry.c.serial_no)
    last = (
        select(func.max(_entry.c.entry_no))
        .where(
            plant(session, _entry),
            _entry.c.item_no.in_(sorted({number.item_no for number in serials})),
            _entry.c.serial_no.in_(sorted({number.number for number in serials})),
        )
        .group_by(*key)
    )
    statement = select(*key, _entry.c.entry_type, _entry.c.quantity, _entry.c.scrap_quantity)
    gone = {
        GoodsNumber(row.item_no, row.variant_code, "Serial", row.serial_no): "Scrap" if row.scrap_quantity > ZERO else row.entry_type
        for row in session.connection().execute(statement.where(plant(session, _entry), _entry.c.entry_no.in_(last)))
        if (row.quantity < ZERO and row.entry_type != expected) or row.scrap_quantity > ZERO
    }
    for number in serials:
        if number in gone:
            raise SerialUsedBefore(item=number.item_no, number=number.number, how=gone[number])
