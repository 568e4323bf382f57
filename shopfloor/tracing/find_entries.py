"""Find entries: every posted entry and open record of a number, one line for each table with its count (FN-01 to FN-08). Read only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    String,
    Table,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.items.models import NumberInformation, NumberKind
from shopfloor.ledger.entry_types import DocumentType, OrderType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.reservations.models import ReservationEntry, ReservationSource

ENTRY = table(ItemLedgerEntry)
RESERVATION = table(ReservationEntry)
INFORMATION = table(NumberInformation)
PRODUCT = table(TrackedProduct)
ASSOCIATION = table(ComponentAssociation)
NUMBERS = ("serial_no", "lot_no", "package_no")
NUMBER_LENGTH = 50


class FoundTable(StrEnum):
    """What is counted, in the order of the page. Each caption is the name of a table in the words of the field."""

    ENTRIES = "Item Ledger Entry"
    RESERVATIONS = "Reservation Entry"
    SERIAL_INFORMATION = "Serial No. Information"
    LOT_INFORMATION = "Lot No. Information"
    PACKAGE_INFORMATION = "Package No. Information"
    PRODUCTS = "Tracked Product"
    ASSOCIATIONS = "Component Association"
    PURCHASE_RECEIPTS = "Purchase Receipt"
    RETURN_SHIPMENTS = "Return Shipment"
    SALES_SHIPMENTS = "Sales Shipment"
    RETURN_RECEIPTS = "Return Receipt"
    TRANSFER_SHIPMENTS = "Transfer Shipment"
    TRANSFER_RECEIPTS = "Transfer Receipt"
    PRODUCTION_ORDERS = "Production Order"
    PRODUCTION_COMPONENTS = "Prod. Order Component"
    PRODUCTION_LINES = "Prod. Order Line"
    SALES_LINES = "Sales Line"
    PURCHASE_LINES = "Purchase Line"
    TRANSFER_LINES = "Transfer Line"
    JOURNAL_LINES = "Item Journal Line"


DOCUMENTS = tuple(
    FoundTable(kind.value)
    for kind in DocumentType
    if kind not in {DocumentType.NONE, DocumentType.ITEM_JOURNAL, DocumentType.PRODUCTION_JOURNAL}
)
"""FN-04: posted documents, found through ledger entries. A journal is no document: its entries are counted as entries."""
OPEN_LINES = tuple(FoundTable(source.value) for source in ReservationSource if source is not ReservationSource.ITEM_LEDGER_ENTRY)
"""FN-05: open lines, found through reservation entries."""
INFORMATION_OF = {
    FoundTable.SERIAL_INFORMATION: NumberKind.SERIAL,
    FoundTable.LOT_INFORMATION: NumberKind.LOT,
    FoundTable.PACKAGE_INFORMATION: NumberKind.PACKAGE,
}


@dataclass(frozen=True)
class Asked:
    """FN-01: numbers to look for; item and variant narrow. All that are given must fit."""

    serial_no: str = ""
    lot_no: str = ""
    package_no: str = ""
    item_no: str = ""
    variant_code: str = ""

    @property
    def answerable(self) -> bool:
        """Whether a number is asked for, and a database can compare the texts."""
        texts = [str(value) for value in vars(self).values()]
        return any((self.serial_no, self.lot_no, self.package_no)) and all(text.isprintable() for text in texts)

    def numbers(self) -> dict[str, str]:
        """The numbers that are given, by column."""
        return {name: getattr(self, name) for name in NUMBERS if getattr(self, name)}

    def goods(self) -> dict[str, str]:
        """The item and variant that are given, by column."""
        return {name: getattr(self, name) for name in ("item_no", "variant_code") if getattr(self, name)}


@dataclass(frozen=True)
class Count:
    """One line of the answer (FN-02)."""

    table: FoundTable
    records: int
    """Each distinct record once for each distinct number combination (FN-06)."""
    no: str = ""
    """*Find by Document*: the posted document that all of them belong to; blank: several, or none."""


def find_entries(session: Session, asked: Asked) -> tuple[Count, ...]:
    """FN-02: the tables that hold the number, with their counts; nothing for a number that nobody knows (FN-07). Three statements."""
    if not asked.answerable:
        return ()
    found: dict[FoundTable, int] = {}
    for statement in (_posted(session, asked), _unposted(session, asked), _known(session, asked)):
        for name, records in session.connection().execute(statement):
            if records:
                found[FoundTable(name)] = records
    return tuple(Count(kind, found[kind]) for kind in FoundTable if kind in found)


def find_document(session: Session, number: str) -> tuple[Count, ...]:
    """FN-08 *Find by Document*: what was posted under a document number, or for an order of that number. One statement."""
    if not number.isprintable() or not number:
        return ()
    found = select(ENTRY).where(plant(session, ENTRY), or_(ENTRY.c.document_no == number, ENTRY.c.order_no == number)).cte("found")
    of_kind = found.c.document_type.in_([kind.value for kind in DOCUMENTS])
    documents = select(found.c.document_type, found.c.document_no).where(of_kind).distinct().subquery()
    orders = select(found.c.order_no).where(of_production(found)).distinct().subquery()
    nothing = literal("", String)
    statement = union_all(
        _count(FoundTable.ENTRIES, found).add_columns(_alone(found.c.document_no)),
        select(documents.c.document_type, func.count(), _alone(documents.c.document_no)).group_by(documents.c.document_type),
        _count(FoundTable.PRODUCTION_ORDERS, orders).add_columns(nothing),
    )
    counts = [Count(FoundTable(name), records, no) for name, records, no in session.connection().execute(statement)]
    order = list(FoundTable)
    return tuple(sorted((count for count in counts if count.records), key=lambda count: order.index(count.table)))


def _alone(number: ColumnElement[str]) -> ColumnElement[str]:
    """The number that all rows have; blank when they have several."""
    return case((func.min(number) == func.max(number), func.min(number)), else_="")


def entries_of(session: Session, asked: Asked) -> Select[Any]:
    """FN-03: ledger entries that carry the numbers. A package has no index: its items are known by its information."""
    conditions = [ENTRY.c[name] == value for name, value in (asked.numbers() | asked.goods()).items()]
    if asked.package_no and not (asked.serial_no or asked.lot_no or asked.item_no):
        package = and_(INFORMATION.c.kind == NumberKind.PACKAGE, INFORMATION.c.number_folded == asked.package_no.casefold())
        conditions.append(ENTRY.c.item_no.in_(select(INFORMATION.c.item_no).where(plant(session, INFORMATION), package)))
    return select(ENTRY).where(plant(session, ENTRY), *conditions)


def reservations_of(session: Session, asked: Asked) -> Select[Any]:
    """FN-03: reservation entries, whichever side carries the numbers; a reclassification finds its new ones too."""
    numbers = [or_(RESERVATION.c[name] == value, RESERVATION.c["new_" + name] == value) for name, value in asked.numbers().items()]
    goods = [RESERVATION.c[name] == value for name, value in asked.goods().items()]
    return select(RESERVATION).where(plant(session, RESERVATION), *numbers, *goods)


def products_of(session: Session, asked: Asked) -> Select[Any]:
    """Rows of tracked components that carry the numbers, voided ones too (D39)."""
    return _registered(session, PRODUCT, asked)


def associations_of(session: Session, asked: Asked) -> Select[Any]:
    """Registered parts that carry the numbers, removed ones too."""
    return _registered(session, ASSOCIATION, asked)


def information_of(session: Session, asked: Asked, kind: NumberKind) -> Select[Any] | None:
    """The card of a number of one kind; None when no number of that kind is asked for."""
    number = {NumberKind.SERIAL: asked.serial_no, NumberKind.LOT: asked.lot_no, NumberKind.PACKAGE: asked.package_no}[kind]
    if not number:
        return None
    goods = [INFORMATION.c[name] == value for name, value in asked.goods().items()]
    same = and_(INFORMATION.c.number_folded == number.casefold(), INFORMATION.c.number == number, INFORMATION.c.kind == kind)
    return select(INFORMATION).where(plant(session, INFORMATION), same, *goods)


def of_production(entry: FromClause) -> ColumnElement[bool]:
    """FN-04: consumption and output entries of production orders."""
    return and_(entry.c.order_type == OrderType.PRODUCTION, entry.c.order_no != "")


def _registered(session: Session, of: Table, asked: Asked) -> Select[Any]:
    """Neither rows nor associations know packages, so a package finds none of them."""
    numbers = [literal("", String) == value if name == "package_no" else of.c[name] == value for name, value in asked.numbers().items()]
    goods = [of.c[name] == value for name, value in asked.goods().items()]
    return select(of).where(plant(session, of), *numbers, *goods)


# --- counting -------------------------------------------------------------------------------------------------------------


def _posted(session: Session, asked: Asked) -> CompoundSelect[Any]:
    """Entries, and documents and production orders through them (FN-04, FN-06)."""
    found = entries_of(session, asked).cte("found")
    combination = [found.c[name] for name in NUMBERS]
    of_document = found.c.document_type.in_([kind.value for kind in DOCUMENTS])
    documents = select(found.c.document_type, found.c.document_no, *combination).where(of_document).distinct().subquery()
    orders = select(found.c.order_no, *combination).where(of_production(found)).distinct().subquery()
    return union_all(
        _count(FoundTable.ENTRIES, found),
        select(documents.c.document_type, func.count()).group_by(documents.c.document_type),
        _count(FoundTable.PRODUCTION_ORDERS, orders),
    )


def _unposted(session: Session, asked: Asked) -> CompoundSelect[Any]:
    """Reservation entries, each pair once as its list shows it, and open lines through them (FN-05, FN-06)."""
    found = reservations_of(session, asked).cte("found")
    pointer = [found.c[name] for name in ("source_type", "source_id", "source_line_no", "source_sub_line_no", *NUMBERS)]
    lines = select(*pointer).where(found.c.source_type.in_([kind.value for kind in OPEN_LINES])).distinct().subquery()
    return union_all(
        _count(FoundTable.RESERVATIONS, select(found.c.entry_no).distinct().subquery()),
        select(lines.c.source_type, func.count()).group_by(lines.c.source_type),
    )


def _known(session: Session, asked: Asked) -> CompoundSelect[Any]:
    """Number information, and what is registered."""
    parts: list[Select[str, int]] = [
        _count(FoundTable.PRODUCTS, products_of(session, asked).subquery()),
        _count(FoundTable.ASSOCIATIONS, associations_of(session, asked).subquery()),
    ]
    for name, kind in INFORMATION_OF.items():
        cards = information_of(session, asked, kind)
        if cards is not None:
            parts.append(_count(name, cards.subquery()))
    return union_all(*parts)


def _count(name: FoundTable, rows: FromClause) -> Select[str, int]:
    return select(literal(name.value, String), func.count()).select_from(rows)
