"""Proves the genealogy edges equal to what the entries say (A17), and derives them again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, FromClause, Select, and_, func, or_, select, union_all
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.ledger.check import LIMIT, NUMBERS, Check, Problem, in_base_units
from shopfloor.ledger.entry_types import REPAIRS, EntryType, OrderType
from shopfloor.ledger.models import GenealogyEdge, ItemApplicationEntry, ItemLedgerEntry, OpenItemEntry, TrackingUnit
from shopfloor.quantity import ZERO, shown

_entry = table(ItemLedgerEntry)
_application = table(ItemApplicationEntry)
_open = table(OpenItemEntry)
_unit = table(TrackingUnit)
_edge = table(GenealogyEdge)


def numbers_have_units(session: Session) -> list[Problem]:
    """Open entries carry the unit of their numbers; entries of the genealogy have both their units."""
    unit = _unit.alias("number")
    wrong_open = (
        select(_open.c.entry_no)
        .outerjoin_from(_open, unit, and_(unit.c.unit_no == _open.c.unit_no, _is_number(unit, _open)))
        .where(plant(session, _open), _open.c.remaining > ZERO, _has_number(_open), unit.c.unit_no.is_(None))
    )
    place = _unit.alias("place")
    missing = (
        select(_entry.c.entry_no)
        .outerjoin_from(_entry, unit, _is_number(unit, _entry))
        .outerjoin(place, _is_place(place, _entry, _entry.c.match_id))
        .where(plant(session, _entry), _in_genealogy(), or_(unit.c.unit_no.is_(None), place.c.unit_no.is_(None)))
    )
    connection = session.connection()
    return [
        *(Problem(f"Open entry {r.entry_no} does not carry the unit of its numbers.") for r in connection.execute(wrong_open.limit(LIMIT))),
        *(Problem(f"Entry {r.entry_no} has no tracking unit.") for r in connection.execute(missing.limit(LIMIT))),
    ]


def edges_are_right(session: Session) -> list[Problem]:
    """A17: every edge has the net quantity that the entries say; none is missing and none is left over."""
    derived = derived_edges(session).subquery("derived")
    same = and_(_edge.c.parent_no == derived.c.parent_no, _edge.c.child_no == derived.c.child_no, plant(session, _edge))
    wrong = (
        select(derived, _edge.c.quantity.label("stored"))
        .outerjoin_from(derived, _edge, same)
        .where(or_(_edge.c.quantity.is_(None), _edge.c.quantity != derived.c.quantity))
    )
    left_over = (
        select(_edge.c.parent_no, _edge.c.child_no)
        .outerjoin_from(_edge, derived, same)
        .where(plant(session, _edge), derived.c.parent_no.is_(None))
    )
    connection = session.connection()
    return [
        *(
            Problem(
                f"Edge {r.parent_no} to {r.child_no} should be {shown(r.quantity)}, "
                f"but is {'missing' if r.stored is None else shown(r.stored)}."
            )
            for r in connection.execute(wrong.limit(LIMIT))
        ),
        *(Problem(f"Edge {r.parent_no} to {r.child_no} has no entries behind it.") for r in connection.execute(left_over.limit(LIMIT))),
    ]


EDGE_CHECKS: tuple[Check, ...] = (numbers_have_units, edges_are_right)


def derived_edges(session: Session) -> Select[Any]:
    """(parent_no, child_no, quantity) from entries alone: what `genealogy_edge` has to hold."""
    parts = union_all(*_productions(session), *_reclassifications(session)).subquery("parts")
    total = func.sum(parts.c.quantity)
    return (
        select(parts.c.parent_no, parts.c.child_no, total.label("quantity"))
        .group_by(parts.c.parent_no, parts.c.child_no)
        .having(total != ZERO)
    )


def _productions(session: Session) -> list[Select[Any] | CompoundSelect[Any]]:
    """Consumption: place to number. Output: number to place, and the row's place to the order line's."""
    number, place, line = _unit.alias("number"), _unit.alias("place"), _unit.alias("line")
    made = in_base_units(_entry.c.quantity + _entry.c.scrap_quantity)
    output, consumption = _entry.c.entry_type == EntryType.OUTPUT, _entry.c.entry_type.in_([EntryType.CONSUMPTION, *REPAIRS])
    held = plant(session, _entry)
    is_number, is_place = _is_number(number, _entry), _is_place(place, _entry, _entry.c.match_id)
    return [
        select(place.c.unit_no.label("parent_no"), number.c.unit_no.label("child_no"), in_base_units(-_entry.c.quantity).label("quantity"))
        .join_from(_entry, number, is_number).join(place, is_place).where(held, _in_genealogy(), consumption),
        select(number.c.unit_no, place.c.unit_no, made)
        .join_from(_entry, number, is_number).join(place, is_place).where(held, _in_genealogy(), output),
        select(place.c.unit_no, line.c.unit_no, made)
        .join_from(_entry, place, is_place).join(line, _is_place(line, _entry, 0))
        .where(held, _in_genealogy(), output, _entry.c.match_id != 0),
    ]


def _reclassifications(session: Session) -> list[Select[Any]]:
    """New number to old number; the other way round, and subtracted, when a reclassification is taken back."""
    came, went = _entry.alias("came"), _entry.alias("went")
    new, old = _unit.alias("new_number"), _unit.alias("old_number")

    def joined(parent: FromClause, child: FromClause, quantity: ColumnElement[Any], corrects: ColumnElement[bool]) -> Select[Any]:
        a = _application.c
        return (
            select(parent.c.unit_no, child.c.unit_no, quantity)
            .select_from(_application)
            .join(came, and_(came.c.plant_no == a.plant_no, came.c.entry_no == a.item_entry_no))
            .join(went, and_(went.c.plant_no == a.plant_no, went.c.entry_no == a.outbound_item_entry_no))
            .join(new, _is_number(new, came))
            .join(old, _is_number(old, went))
            .where(plant(session, _application, came, went, new, old), a.transferred_from_entry_no != 0)
            .where(_has_number(came), _has_number(went), new.c.unit_no != old.c.unit_no, corrects)
        )

    return [
        joined(new, old, came.c.quantity, came.c.corrects_entry_no == 0),
        joined(old, new, in_base_units(-came.c.quantity), came.c.corrects_entry_no != 0),
    ]


def _in_genealogy() -> ColumnElement[bool]:
    """Entries that make edges: numbered output, consumption and repairs of production orders."""
    return and_(
        _entry.c.order_type == OrderType.PRODUCTION,
        _entry.c.entry_type.in_([EntryType.OUTPUT, EntryType.CONSUMPTION, *REPAIRS]),
        _has_number(_entry),
    )


def _has_number(goods: FromClause) -> ColumnElement[bool]:
    return or_(*(goods.c[name] != "" for name in NUMBERS))


def _is_number(unit: FromClause, goods: FromClause) -> ColumnElement[bool]:
    """The unit is the number combination of these goods. All columns of the key are named, or a database might look through a plant."""
    same = (unit.c[name] == goods.c[name] for name in ("plant_no", "item_no", "variant_code", *NUMBERS))
    return and_(*same, unit.c.order_no == "", unit.c.order_line_no == 0, unit.c.match_id == 0)


def _is_place(unit: FromClause, entry: FromClause, match_id: ColumnElement[int] | int) -> ColumnElement[bool]:
    """The unit is the order line of this entry, or the row `match_id` of it."""
    same = (unit.c[name] == entry.c[name] for name in ("plant_no", "order_no", "order_line_no"))
    no_number = (unit.c[name] == "" for name in ("item_no", "variant_code", *NUMBERS))
    return and_(*same, unit.c.match_id == match_id, *no_number)
