"""What a filter of a trace asks of entries, links and products, as SQL (TR-10, C13)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, false, or_, select, true
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, table
from shopfloor.items.models import NumberInformation, NumberKind
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.tracing.criteria import Filter, Filters

LEDGER = table(ItemLedgerEntry)
INFORMATION = table(NumberInformation)


def carries_number() -> ColumnElement[bool]:
    """TR-10: an entry with a serial, lot or package number."""
    return or_(LEDGER.c.serial_no != "", LEDGER.c.lot_no != "", LEDGER.c.package_no != "")


def no_package(filters: Filters) -> ColumnElement[bool]:
    """Registrations carry no package number."""
    return true() if filters.package_no.passes("") else false()


def filtered(session: Session, holder: Table, filters: Filters) -> list[ColumnElement[bool]]:
    """Item, variant, serial, lot and the supplier's lot, of a table that has them."""
    conditions = [
        passes(session, holder.c.item_no, filters.item_no),
        passes(session, holder.c.variant_code, filters.variant_code),
        passes(session, holder.c.serial_no, filters.serial_no),
        passes(session, holder.c.lot_no, filters.lot_no),
    ]
    if filters.vendor_lot_no:
        conditions.append(_of_vendor_lot(session, holder, filters.vendor_lot_no))
    return conditions


def _of_vendor_lot(session: Session, holder: Table, wanted: Filter) -> ColumnElement[bool]:
    """C13: numbers that arrived under the supplier's own lot number."""
    number = or_(
        and_(INFORMATION.c.kind == NumberKind.LOT, INFORMATION.c.number == holder.c.lot_no),
        and_(INFORMATION.c.kind == NumberKind.SERIAL, INFORMATION.c.number == holder.c.serial_no),
    )
    same = and_(INFORMATION.c.item_no == holder.c.item_no, INFORMATION.c.variant_code == holder.c.variant_code, number)
    return (
        select(1)
        .where(INFORMATION.c.plant_no == current_plant(session), same, passes(session, INFORMATION.c.vendor_lot_no, wanted))
        .exists()
    )


def passes(session: Session, what: ColumnElement[str], wanted: Filter) -> ColumnElement[bool]:
    """Ranges compare by character codes on both databases, as `Filter.passes` does."""
    if not wanted:
        return true()
    ordered = what if session.get_bind().dialect.name == "sqlite" else what.collate("C")
    parts: list[ColumnElement[bool]] = [what.in_(wanted.values)] if wanted.values else []
    for low, high in wanted.ranges:
        ends = [what != "", *([ordered >= low] if low else []), *([ordered <= high] if high else [])]
        parts.append(and_(*ends))
    return or_(*parts)
