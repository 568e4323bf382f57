"""The statements of availability by number, built once for each shape: putting one together costs more than running it (G10).

All take the values of `Asked.values`. A shape says by which kinds of numbers it searches: an empty list in an OR is no search by an index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, BindParameter, ColumnElement, FromClause, Select, String, and_, bindparam, case, func, or_, select, true

from shopfloor.db import table
from shopfloor.items.models import NumberInformation
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus
from shopfloor.reservations.rules import Demand

_open = table(OpenItemEntry)
_entry = table(ReservationEntry)
_demand = _entry.alias("demand")
_supply = _entry.alias("supply")
_information = table(NumberInformation)
_NUMBERS = ("serial_no", "lot_no", "package_no")
Shape = tuple[str, ...]
"""Columns of numbers that are searched."""


@dataclass(frozen=True)
class Asked:
    """Chosen numbers of one kind of goods at one location, as parameters."""

    shape: Shape
    values: dict[str, Any]

    @classmethod
    def of(cls, plant_no: int, item_no: str, variant_code: str, location_code: str, wanted: Sequence[Tracking]) -> Asked:
        """Finds all that are wanted and perhaps a few neighbours: of a serial its lot is not asked, of a lot not its package."""
        lists = {
            "serial_no": sorted({one.serial_no for one in wanted if one.serial_no}),
            "lot_no": sorted({one.lot_no for one in wanted if one.lot_no and not one.serial_no}),
            "package_no": sorted({one.package_no for one in wanted if not one.serial_no and not one.lot_no}),
        }
        place = {"at_plant": plant_no, "at_item": item_no, "at_variant": variant_code, "at_location": location_code}
        searched = {name: numbers for name, numbers in lists.items() if numbers}
        return cls(tuple(searched), place | {f"at_{name}": numbers for name, numbers in searched.items()})


def of_line(line: Demand) -> dict[str, Any]:
    """The values by which a demand's own records are told apart."""
    return {
        "own_type": line.source_type, "own_id": line.source_id, "own_line": line.source_line_no, "own_sub_line": line.source_sub_line_no,
    }


@cache
def in_stock(shape: Shape) -> Select[Any]:
    """AV-01: total and reserved of each number in stock."""
    return _sums(_open, shape, func.sum(_open.c.remaining), func.sum(_open.c.reserved), _open.c.remaining > ZERO)


@cache
def requested(shape: Shape) -> Select[Any]:
    """AV-03: every record that asks for the number, of whatever status, unless nothing of it is to be handled."""
    return _sums(_entry, shape, func.sum(-_entry.c.quantity_base), func.count(), _asks())


@cache
def of_need(shape: Shape) -> Select[Any]:
    """AV-05: what one demand asks for under each number."""
    return _sums(_entry, shape, func.sum(-_entry.c.quantity_base), func.count(), and_(_asks(), _own(_entry)))


@cache
def held(shape: Shape, *, with_own: bool) -> Select[Any]:
    """LB-09: what others hold of each number without naming it, and what the line itself holds of it."""
    own = _own(_demand) if with_own else ~true()
    unnamed = and_(*(_demand.c[name] == "" for name in _NUMBERS))
    s, d = _supply.c, _demand.c
    return (
        select(
            *(s[name] for name in _NUMBERS),
            func.sum(case((and_(unnamed, ~own), s.quantity_base), else_=ZERO)).label("first"),
            func.sum(case((own, s.quantity_base), else_=ZERO)).label("second"),
        )
        .join_from(_supply, _demand, and_(d.plant_no == s.plant_no, d.entry_no == s.entry_no))
        .where(
            _here(_supply), d.plant_no == _given("at_plant", BigInteger), s.positive, d.positive.is_(False),
            s.source_type == ReservationSource.ITEM_LEDGER_ENTRY.value, s.reservation_status == ReservationStatus.RESERVATION.value,
            _among(_supply, shape),
        )
        .group_by(*(s[name] for name in _NUMBERS))
    )


@cache
def facts() -> Select[Any]:
    """What is known of the numbers `at_numbers`."""
    c = _information.c
    return select(c.kind, c.number, c.stops, c.expiration_date).where(
        c.plant_no == _given("at_plant", BigInteger), c.item_no == _given("at_item"), c.variant_code == _given("at_variant"),
        c.number.in_(bindparam("at_numbers", type_=String, expanding=True)),
    )


def _sums(
    source: FromClause, shape: Shape, first: ColumnElement[Any], second: ColumnElement[Any], condition: ColumnElement[bool]
) -> Select[Any]:
    columns = [source.c[name] for name in _NUMBERS]
    return (
        select(*columns, first.label("first"), second.label("second"))
        .where(_here(source), condition, _among(source, shape))
        .group_by(*columns)
    )


def _asks() -> ColumnElement[bool]:
    return and_(_entry.c.positive.is_(False), or_(_entry.c.to_handle_base.is_(None), _entry.c.to_handle_base != ZERO))


def _here(source: FromClause) -> ColumnElement[bool]:
    c = source.c
    return and_(
        c.plant_no == _given("at_plant", BigInteger), c.item_no == _given("at_item"), c.variant_code == _given("at_variant"),
        c.location_code == _given("at_location"),
    )


def _among(source: FromClause, shape: Shape) -> ColumnElement[bool]:
    return or_(*(source.c[name].in_(bindparam(f"at_{name}", type_=String, expanding=True)) for name in shape))


def _own(entry: FromClause) -> ColumnElement[bool]:
    c = entry.c
    return and_(
        c.source_type == _given("own_type"), c.source_id == _given("own_id"), c.source_line_no == _given("own_line", BigInteger),
        c.source_sub_line_no == _given("own_sub_line", BigInteger),
    )


def _given(name: str, kind: Any = String) -> BindParameter[Any]:  # noqa: ANN401  # a type of SQLAlchemy
    return bindparam(name, type_=kind)
