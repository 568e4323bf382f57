"""Proves what reservations promise (CI-03): signs, pairs, stock that is there, and orders that still bring what is held of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import QuantityType, plant, table
from shopfloor.ledger.check import LIMIT, Check, Problem
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.matching import STOCK
from shopfloor.reservations.models import ReservationEntry, ReservationStatus
from shopfloor.reservations.sources import LineSource, demand_sources, supply_sources

_entry = table(ReservationEntry)
_other = _entry.alias("other")
_open = table(OpenItemEntry)
_zero = literal(ZERO, QuantityType)
GOODS = ("item_no", "variant_code", "location_code")
SAME = (*GOODS, "reservation_status")


def both_sides_agree(session: Session) -> list[Problem]:
    """DM-21, RS-03: the sides of a pair are opposite, and speak of the same goods."""
    paired = and_(_other.c.plant_no == _entry.c.plant_no, _other.c.entry_no == _entry.c.entry_no, _other.c.positive.is_(False))
    differs = or_(_other.c.quantity_base != -_entry.c.quantity_base, *(_other.c[name] != _entry.c[name] for name in SAME))
    statement = (
        select(_entry.c.entry_no)
        .join_from(_entry, _other, paired)
        .where(plant(session, _entry, _other), _entry.c.positive, differs)
    )
    rows = session.connection().execute(statement.limit(LIMIT))
    return [Problem(f"The two sides of reservation {row.entry_no} do not fit each other.") for row in rows]


def pairs_are_pairs(session: Session) -> list[Problem]:
    """DM-21: a Reservation or Tracking record has its counterpart."""
    paired = and_(_other.c.plant_no == _entry.c.plant_no, _other.c.entry_no == _entry.c.entry_no, _other.c.positive != _entry.c.positive)
    statement = (
        select(_entry.c.entry_no)
        .outerjoin_from(_entry, _other, paired)
        .where(plant(session, _entry), _other.c.entry_no.is_(None))
        .where(_entry.c.reservation_status.in_([ReservationStatus.RESERVATION, ReservationStatus.TRACKING]))
    )
    rows = session.connection().execute(statement.limit(LIMIT))
    return [Problem(f"Reservation {row.entry_no} has only one side.") for row in rows]


def stock_carries_its_numbers(session: Session) -> list[Problem]:
    """LB-01: the supply side of a pair against stock carries the entry's goods and numbers; a specific demand carries them too."""
    demand = _other
    mine = and_(demand.c.plant_no == _entry.c.plant_no, demand.c.entry_no == _entry.c.entry_no, demand.c.positive.is_(False))
    here = and_(_open.c.plant_no == _entry.c.plant_no, _open.c.entry_no == _entry.c.source_line_no)
    names = (*GOODS, "serial_no", "lot_no", "package_no")
    wrong = or_(
        *(_open.c[name] != _entry.c[name] for name in names),
        *(and_(demand.c[name] != "", demand.c[name] != _entry.c[name]) for name in names[3:]),
    )
    statement = (
        select(_entry.c.entry_no, _open.c.entry_no.label("open_no"))
        .join_from(_entry, _open, here)
        .join(demand, mine)
        .where(plant(session, _entry, _open, demand), _entry.c.positive, _entry.c.source_type == STOCK, wrong)
    )
    rows = session.connection().execute(statement.limit(LIMIT))
    return [Problem(f"Reservation {row.entry_no} names other goods than open entry {row.open_no}, which it holds.") for row in rows]


def orders_still_bring_it(session: Session) -> list[Problem]:
    """CI-03, RS-02: what is reserved of an order line is at most what the line still brings."""
    told = "{} are reserved of {} line {}, which still brings {}."
    return [problem for source in supply_sources() for problem in _too_much_of(session, source, told)]


def orders_still_need_it(session: Session) -> list[Problem]:
    """CI-03, RS-10: what is reserved for an order line is at most what the line still takes; nothing is held for a line that is not there.

    A unit keeps the parts that it has registered, whatever becomes of the line (D36, EDG-20). Not one of `CHECKS`: those hold as soon
    as there is a ledger, this one needs the documents.
    """
    told = "{} are reserved for {} line {}, which still needs {}."
    return [problem for source in demand_sources() for problem in _too_much_of(session, source, told)]


def _too_much_of(session: Session, source: LineSource, told: str) -> list[Problem]:
    lines = (
        select(
            source.order_no.label("order_no"), source.line_no.label("line_no"), source.sub_line_no.label("sub_line_no"),
            source.item_no.label("item_no"), source.variant_code.label("variant_code"), source.location_code.label("location_code"),
            case((source.is_open, source.outstanding), else_=_zero).label("outstanding"),
        )
        .select_from(source.joined)
        .where(plant(session, *source.tables))
        .subquery("lines")
    )
    side = _entry.c.quantity_base if source.supply else -_entry.c.quantity_base
    held, of_units = _sum(side), _sum(case((_entry.c.association_no != 0, side), else_=_zero))
    same = and_(
        lines.c.order_no == _entry.c.source_id, lines.c.line_no == _entry.c.source_line_no,
        lines.c.sub_line_no == _entry.c.source_sub_line_no, *(lines.c[name] == _entry.c[name] for name in GOODS),
    )
    too_much = held > lines.c.outstanding
    statement = (
        select(_entry.c.source_id, _entry.c.source_line_no, held.label("held"), lines.c.outstanding)
        .outerjoin_from(_entry, lines, same)
        .where(
            plant(session, _entry), _entry.c.positive.is_(source.supply), _entry.c.source_type == source.source_type.value,
            _entry.c.reservation_status == ReservationStatus.RESERVATION,
        )
        .group_by(_entry.c.source_id, _entry.c.source_line_no, _entry.c.source_sub_line_no, lines.c.outstanding)
        .having(or_(lines.c.outstanding.is_(None), too_much if source.supply else and_(too_much, held > of_units)))
    )
    rows = session.connection().execute(statement.limit(LIMIT))
    return [Problem(told.format(shown(r.held), r.source_id, r.source_line_no, shown(r.outstanding or ZERO))) for r in rows]


def _sum(quantity: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.sum(quantity, type_=_entry.c.quantity_base.type)


CHECKS: tuple[Check, ...] = (both_sides_agree, pairs_are_pairs, stock_carries_its_numbers, orders_still_bring_it)
