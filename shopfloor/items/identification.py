"""Which item, unit and number a code on a label means (SCN-11, SCN-14), and what the search box finds (UI-1)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import ColumnElement, CompoundSelect, Select, SQLColumnExpression, String, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from shopfloor.db import QuantityType, current_plant
from shopfloor.items.models import Gtin, Item, ItemReference, ItemUnitOfMeasure, Location, NumberInformation
from shopfloor.items.rules import folded
from shopfloor.people.queries import Found
from shopfloor.quantity import ONE
from shopfloor.scanning.gs1.check_digits import GTIN_LENGTHS, are_digits

__all__ = ["Found", "IdentifiedItem", "find", "item_of_gtin", "item_of_reference", "items_of_code"]

SHORTEST_PREFIX = 2
"""A search for the beginning of a number needs this many characters, so that it stays a search."""
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class IdentifiedItem:
    """An item, and the unit that the code counts in."""

    item_no: str
    description: str
    variant_code: str
    unit_code: str
    quantity_per_unit: Decimal
    """Base units in one such unit."""
    source: str
    """What the code is: `Item`, `GTIN` or `Reference`."""


def item_of_gtin(session: Session, gtin: str) -> IdentifiedItem | None:
    """The item of a GTIN; 8, 12 and 13 digits are padded with zeros (SCN-14). One statement."""
    return _first(session, _by_gtin(gtin)) if are_digits(gtin) and len(gtin) in GTIN_LENGTHS else None


def item_of_reference(session: Session, reference_no: str, source_no: str = "") -> IdentifiedItem | None:
    """The item of another code: that of this vendor or customer first, then the one that everybody uses (SCN-14). One statement."""
    if not reference_no.isprintable():
        return None
    return _first(session, _by_reference(reference_no, source_no).order_by(ItemReference.source_no.desc()))


def items_of_code(session: Session, code: str) -> list[IdentifiedItem]:
    """Every item that a plain code can mean: item number, GTIN, reference, in this order (SCN-11, D17). One statement."""
    if not code.isprintable():
        return []
    parts: list[Select[*tuple[Any, ...]]] = [_by_item_no(code), _by_reference(code, "")]
    if are_digits(code) and len(code) in GTIN_LENGTHS:
        parts.append(_by_gtin(code))
    return _read(session, union_all(*parts).order_by("rank", "item_no"))


def find(session: Session, text: str, *, limit: int = 8) -> list[Found]:
    """UI-1: items, locations, serial, lot and package numbers; exact ones first, then those that begin with the text."""
    if not text.isprintable() or not 1 <= len(text) <= LONGEST_SEARCH:
        return []
    found = [_found_item(item.item_no, item.description) for item in items_of_code(session, text)]
    found += _find_numbers(session, text, limit)
    found += _find_locations(session, text, limit)
    if len(found) < limit and len(text) >= SHORTEST_PREFIX:
        found += _find_items(session, text, limit)
    return list(dict.fromkeys(found))[:limit]


def _identified(rank: int, source: str, item_unit: SQLColumnExpression[str], variant: SQLColumnExpression[str]) -> Select[*tuple[Any, ...]]:
    """Start of each look-up. The factor of the base unit is 1."""
    per_unit = case((item_unit == Item.base_unit_code, literal(ONE, QuantityType)), else_=ItemUnitOfMeasure.quantity_per_unit)
    return select(
        literal(rank).label("rank"),
        Item.no.label("item_no"),
        Item.description,
        variant.label("variant_code"),
        item_unit.label("unit_code"),
        per_unit.label("quantity_per_unit"),
        literal(source, String).label("source"),
    )


def _unit_join(unit: SQLColumnExpression[str]) -> ColumnElement[bool]:
    return and_(ItemUnitOfMeasure.item_no == Item.no, ItemUnitOfMeasure.unit_code == unit)


def _by_item_no(code: str) -> Select[*tuple[Any, ...]]:
    start = _identified(1, "Item", Item.base_unit_code, literal("", String)).select_from(Item)
    return start.outerjoin(ItemUnitOfMeasure, _unit_join(Item.base_unit_code)).where(Item.no == code)


def _by_gtin(gtin: str) -> Select[*tuple[Any, ...]]:
    start = _identified(2, "GTIN", Gtin.unit_code, Gtin.variant_code).select_from(Gtin).join(Item, Item.no == Gtin.item_no)
    return start.outerjoin(ItemUnitOfMeasure, _unit_join(Gtin.unit_code)).where(Gtin.gtin == gtin.rjust(14, "0"))


def _by_reference(reference_no: str, source_no: str) -> Select[*tuple[Any, ...]]:
    start = _identified(3, "Reference", ItemReference.unit_code, ItemReference.variant_code).select_from(ItemReference)
    return (
        start.join(Item, Item.no == ItemReference.item_no)
        .outerjoin(ItemUnitOfMeasure, _unit_join(ItemReference.unit_code))
        .where(ItemReference.reference_no == reference_no, ItemReference.source_no.in_(sorted({source_no, ""})))
    )


def _first(session: Session, statement: Select[*tuple[Any, ...]]) -> IdentifiedItem | None:
    return next(iter(_read(session, statement.limit(1))), None)


def _read(session: Session, statement: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]) -> list[IdentifiedItem]:
    return [
        IdentifiedItem(
            item_no=row.item_no,
            description=row.description,
            variant_code=row.variant_code,
            unit_code=row.unit_code,
            quantity_per_unit=row.quantity_per_unit,
            source=row.source,
        )
        for row in session.connection().execute(statement)
    ]


def _found_item(item_no: str, description: str) -> Found:
    return Found("Item", item_no, description, f"/items/{quote(item_no, safe='')}")


def _find_items(session: Session, text: str, limit: int) -> list[Found]:
    wanted = text.lower()
    fits = or_(func.lower(Item.no).startswith(wanted, autoescape=True), func.lower(Item.description).contains(wanted, autoescape=True))
    rows = session.execute(select(Item.no, Item.description).where(fits).order_by(Item.no).limit(limit))
    return [_found_item(item_no, description) for item_no, description in rows]


def _find_locations(session: Session, text: str, limit: int) -> list[Found]:
    statement = select(Location.code, Location.name).where(func.lower(Location.code) == text.lower()).order_by(Location.code)
    rows = session.execute(statement.limit(limit))
    return [Found("Location", code, name, f"/locations/{quote(code, safe='')}") for code, name in rows]


def _find_numbers(session: Session, text: str, limit: int) -> list[Found]:
    """Exact look-alikes by the index; the beginning of a number only when there is none."""
    rows = _numbers(session, NumberInformation.number_folded == folded(text), text, limit)
    if not rows and len(text) >= SHORTEST_PREFIX:
        rows = _numbers(session, NumberInformation.number_folded.startswith(folded(text), autoescape=True), text, limit)
    return rows


def _numbers(session: Session, fits: ColumnElement[bool], text: str, limit: int) -> list[Found]:
    columns = (NumberInformation.item_no, NumberInformation.variant_code, NumberInformation.kind, NumberInformation.number)
    statement = (
        select(*columns, Item.description)
        .join(Item, Item.no == NumberInformation.item_no)
        .where(NumberInformation.plant_no == current_plant(session), fits)
        .order_by(case((NumberInformation.number == text, 0), else_=1), NumberInformation.number, NumberInformation.item_no)
        .limit(limit)
    )
    return [_found_number(*row) for row in session.execute(statement)]


def _found_number(item_no: str, variant_code: str, kind: str, number: str, description: str) -> Found:
    """A number leads to its trace."""
    named = {"item_no": item_no, "variant": variant_code, {"Serial": "serial_no", "Lot": "lot_no"}.get(kind, "package_no"): number}
    return Found(kind, number, f"{item_no} {description}", "/tracing?" + urlencode({key: value for key, value in named.items() if value}))
