"""What is known of a number anywhere: asked when a number is new, or when a scan is about to be refused."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, literal, literal_column, or_, select, union_all
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, plant, table
from shopfloor.genealogy.facts import NumberInUse, Product, Situation
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.items.models import Gtin, Item, Location, NumberInformation
from shopfloor.items.rules import folded
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import REPAIRS, EntryType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people.models import Operator
from shopfloor.production.models import ProductionOrder
from shopfloor.production.rules import MAIN_LINE
from shopfloor.quantity import ZERO

_row = table(TrackedProduct)
_association = table(ComponentAssociation)
_information = table(NumberInformation)
_entry = table(ItemLedgerEntry)
_item = table(Item)
_operator = table(Operator)


@dataclass(frozen=True)
class KnownRow:
    """A product number that is or was registered somewhere."""

    match_id: int
    order_no: str
    tracking: Tracking
    state: str
    quantity: Decimal


@dataclass(frozen=True)
class KnownText:
    """What a plain text is, if it is anything."""

    label: str
    """As a sentence names it: `an item number`, `a badge`."""
    component_item: str = ""
    """Description of the listed component that it is a number or code of; empty: none."""
    items: tuple[str, ...] = ()
    """Items that have it as a number."""


@dataclass(frozen=True)
class Fate:
    """Where a number that is not in stock went."""

    known: bool
    """Whether the ledger or the number information knows it."""
    where: str = ""
    """`consumed on order RPO-1`, `shipped to C100`, in words."""


def product_rows(session: Session, situation: Situation, *trackings: Tracking) -> list[KnownRow]:
    """Rows of the product's item with these numbers, in any case; also those of other orders and removed ones. One statement."""
    by_serial = bool(trackings[0].serial_no)
    column = _row.c.serial_no if by_serial else _row.c.lot_no
    numbers = sorted({tracking.serial_no if by_serial else tracking.lot_no for tracking in trackings})
    here = and_(_row.c.order_no == situation.order_no, func.lower(column).in_(sorted({number.lower() for number in numbers})))
    rows = session.connection().execute(
        select(_row.c.match_id, _row.c.order_no, _row.c.serial_no, _row.c.lot_no, _row.c.state, _row.c.quantity)
        .where(plant(session, _row), _row.c.item_no == situation.product.item_no, or_(column.in_(numbers), here))
        .order_by(_row.c.state == "Removed", _row.c.match_id)
    )
    return [KnownRow(r.match_id, r.order_no, Tracking(r.serial_no, r.lot_no), r.state, r.quantity) for r in rows]


def numbered_quantity(session: Session, order_no: str) -> Decimal:
    """Base quantity of the product that the order's numbers stand for, scanned or not."""
    rows = select(func.sum(_row.c.quantity)).where(
        plant(session, _row), _row.c.order_no == order_no, _row.c.order_line_no == MAIN_LINE, _row.c.state != "Removed"
    )
    return session.connection().execute(rows).scalar_one() or ZERO


def made_before(session: Session, product: Product, *serial_nos: str) -> set[str]:
    """EDG-21, C14: those of the serials that came into the world already, and that was not taken back. One statement."""
    inbound = (EntryType.OUTPUT.value, EntryType.PURCHASE.value, EntryType.POSITIVE_ADJUSTMENT.value)
    came = func.sum(_entry.c.quantity + _entry.c.scrap_quantity)
    rows = session.connection().execute(
        select(_entry.c.serial_no)
        .where(
            plant(session, _entry), _entry.c.item_no == product.item_no, _entry.c.variant_code == product.variant_code,
            _entry.c.serial_no.in_(sorted(set(serial_nos))), _entry.c.entry_type.in_(inbound),
        )
        .group_by(_entry.c.serial_no)
        .having(came > literal_column("0"))
    )
    return {row.serial_no for row in rows}


def what_is(session: Session, text: str, situation: Situation) -> KnownText | None:
    """D17: what a plain text is beside a product number: component number, item, GTIN, order, badge, location. One statement."""
    found = session.connection().execute(_known_texts(session, text)).all()
    components = {line.component.item_no: line.component.description for line in situation.listed}
    for row in found:
        if row.item_no in components:
            return KnownText(row.label, components[row.item_no])
    for row in found:
        if row.item_no != situation.product.item_no or row.label != NUMBER_LABEL:
            return KnownText(row.label, items=tuple(other.item_no for other in found if other.label == NUMBER_LABEL))
    return None


NUMBER_LABEL = "a number of another item"


def _known_texts(session: Session, text: str) -> Any:  # noqa: ANN401  # a union has no row type
    order, location = table(ProductionOrder), table(Location)
    gtin = table(Gtin)
    padded = text.zfill(14) if text.isascii() and text.isdigit() and len(text) <= 14 else text  # noqa: PLR2004
    parts = [
        select(literal("an item number").label("label"), _item.c.no.label("item_no")).where(_item.c.no == text),
        select(literal("a GTIN"), gtin.c.item_no).where(gtin.c.gtin == padded),
        select(literal("an order number"), literal("")).select_from(order).where(plant(session, order), order.c.no == text),
        select(literal("a badge"), literal("")).select_from(_operator).where(_operator.c.badge == text),
        select(literal("a location"), literal("")).select_from(location).where(plant(session, location), location.c.code == text),
        select(literal(NUMBER_LABEL), _information.c.item_no).where(plant(session, _information), _information.c.number == text),
        select(literal(NUMBER_LABEL), _row.c.item_no).where(
            plant(session, _row), or_(_row.c.serial_no == text, _row.c.lot_no == text), _row.c.state != "Removed"
        ),
    ]
    return union_all(*parts)


def items_with_number(session: Session, text: str) -> list[tuple[str, str, str, str]]:
    """Every item that has a number like this, in any case: (item, description, kind, number as it is written)."""
    rows = session.connection().execute(
        select(_information.c.item_no, _item.c.description, _information.c.kind, _information.c.number)
        .join(_item, _item.c.no == _information.c.item_no)
        .where(plant(session, _information), _information.c.number_folded == folded(text))
        .order_by(_information.c.number != text, _information.c.item_no)
        .limit(20)
    )
    return [(r.item_no, r.description, r.kind, r.number) for r in rows]


def unreported_row(session: Session, item_no: str, number: str) -> KnownRow | None:
    """D25: the number is registered on an order that has not reported it."""
    r = session.connection().execute(
        select(_row.c.match_id, _row.c.order_no, _row.c.serial_no, _row.c.lot_no, _row.c.state, _row.c.quantity)
        .where(
            plant(session, _row), _row.c.item_no == item_no, or_(_row.c.serial_no == number, _row.c.lot_no == number),
            _row.c.state == "Open",
        )
        .limit(1)
    ).one_or_none()
    return None if r is None else KnownRow(r.match_id, r.order_no, Tracking(r.serial_no, r.lot_no), r.state, r.quantity)


def registered_in(session: Session, item_no: str, serial_no: str) -> NumberInUse | None:
    """Where a serial is registered although it is not in stock any more: consumed, or captured late."""
    product = table(TrackedProduct).alias("product")
    r = session.connection().execute(
        select(
            _association.c.association_no, _association.c.match_id, _association.c.order_no, _association.c.component_line_no,
            _association.c.state, _association.c.registered_at,
            func.coalesce(func.nullif(product.c.serial_no, ""), product.c.lot_no).label("number"),
            func.coalesce(_operator.c.name, _association.c.registered_by).label("operator"),
        )
        .outerjoin(product, and_(product.c.plant_no == _association.c.plant_no, product.c.match_id == _association.c.match_id))
        .outerjoin(_operator, _operator.c.no == _association.c.registered_by)
        .where(
            _association.c.plant_no == current_plant(session), _association.c.item_no == item_no, _association.c.serial_no == serial_no,
            _association.c.state != "Removed",
        )
        .limit(1)
    ).one_or_none()
    if r is None:
        return None
    return NumberInUse(
        r.association_no, r.match_id, r.order_no, r.component_line_no, r.number or r.order_no, r.operator or "", r.state, r.registered_at
    )


def fate_of(session: Session, item_no: str, number: str) -> Fate:
    """EDG-9: where a number that was in stock went last."""
    r = session.connection().execute(
        select(_entry.c.entry_type, _entry.c.order_no, _entry.c.source_no, _entry.c.document_no, _entry.c.quantity)
        .where(plant(session, _entry), _entry.c.item_no == item_no, or_(_entry.c.serial_no == number, _entry.c.lot_no == number))
        .order_by(_entry.c.entry_no.desc())
        .limit(1)
    ).one_or_none()
    if r is None:
        return Fate(known=False)
    return Fate(known=True, where=_words(r.entry_type, r.order_no, r.source_no, r.document_no, r.quantity))


def _words(entry_type: str, order_no: str, source_no: str, document_no: str, quantity: Decimal) -> str:
    if entry_type == EntryType.CONSUMPTION or (order_no and entry_type in REPAIRS):
        return f"consumed on order {order_no}"
    if entry_type == EntryType.SALE:
        return f"shipped to customer {source_no} with {document_no}"
    if entry_type == EntryType.OUTPUT and quantity <= ZERO:
        return f"scrapped or reversed on order {order_no}"
    return f"taken out with {document_no or order_no}"


def newest_match_ids(session: Session, limit: int = 5) -> list[KnownRow]:
    """SET-3: the last match ids given in the plant, newest first, with what they name. One statement."""
    c = _row.c
    rows = session.connection().execute(
        select(c.match_id, c.order_no, c.serial_no, c.lot_no, c.state, c.quantity)
        .where(plant(session, _row)).order_by(c.match_id.desc()).limit(limit)
    )
    return [KnownRow(row.match_id, row.order_no, Tracking(row.serial_no, row.lot_no), row.state, row.quantity) for row in rows]
