"""Invariants of tracked components; `shopfloor check` and tests run them."""

from __future__ import annotations

from sqlalchemy import Select, and_, except_, func, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.genealogy.facts import PICKED
from shopfloor.genealogy.models import AssociationEntry, ComponentAssociation, ProductState, TrackedProduct
from shopfloor.genealogy.scan_queries import ACTIVE
from shopfloor.ledger.check import Problem
from shopfloor.ledger.entry_types import REPAIRS, EntryType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.production.models import ProdOrderLine
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.models import ReservationEntry

_row = table(TrackedProduct)
_association = table(ComponentAssociation)
_log = table(AssociationEntry)
_entry = table(ItemLedgerEntry)
_reserved = table(ReservationEntry)
_line = table(ProdOrderLine)


def run_all(session: Session) -> list[Problem]:
    """Every invariant of this package."""
    checks = (
        unposted_is_reserved, picked_is_held_as_picked, reported_equals_output, consumed_equals_ledger, registered_equals_rows,
        log_equals_projection, nothing_vanished,
    )
    return [problem for check in checks for problem in check(session)]


def unposted_is_reserved(session: Session) -> list[Problem]:
    """EDG-20: what an association has not consumed yet is held for it, exactly; what it has consumed is not."""
    held = (
        select(_reserved.c.association_no, func.sum(_reserved.c.quantity_base).label("quantity"))
        .where(plant(session, _reserved), _reserved.c.positive.is_(True), _reserved.c.association_no != 0)
        .group_by(_reserved.c.association_no)
        .subquery()
    )
    rows = session.execute(
        select(
            _association.c.association_no, _association.c.state, _association.c.quantity, _association.c.consumed_quantity,
            held.c.quantity.label("held"),
        )
        .outerjoin(held, held.c.association_no == _association.c.association_no)
        .where(plant(session, _association))
    )
    problems = []
    for association_no, state, quantity, consumed, reserved in rows:
        expected = ZERO if state == "Removed" else quantity - consumed
        if (reserved or ZERO) != expected:
            problems.append(Problem(f"association {association_no} holds {shown(reserved or ZERO)} instead of {shown(expected)}"))
    return problems


def picked_is_held_as_picked(session: Session) -> list[Problem]:
    """D1: of a picked part nothing is held as if it still lay on its shelf."""
    rows = session.execute(
        select(_association.c.association_no, func.sum(_reserved.c.quantity_base))
        .join(_reserved, _reserved.c.association_no == _association.c.association_no)
        .where(
            plant(session, _association), plant(session, _reserved), _association.c.state == PICKED, _reserved.c.positive.is_(True),
            _reserved.c.picked.is_(False),
        )
        .group_by(_association.c.association_no)
    )
    return [Problem(f"association {number} is picked, and {shown(quantity)} of it is held as not picked") for number, quantity in rows]


def reported_equals_output(session: Session) -> list[Problem]:
    """Good and error of a row equal the net output of its match id."""
    made = (
        select(_entry.c.match_id, func.sum(_entry.c.quantity).label("good"), func.sum(_entry.c.scrap_quantity).label("error"))
        .where(plant(session, _entry), _entry.c.entry_type == EntryType.OUTPUT.value, _entry.c.match_id != 0)
        .group_by(_entry.c.match_id)
        .subquery()
    )
    rows = session.execute(
        select(_row.c.match_id, _row.c.good_quantity, _row.c.error_quantity, made.c.good, made.c.error)
        .outerjoin(made, made.c.match_id == _row.c.match_id)
        .where(plant(session, _row))
    )
    return [
        Problem(f"row {match_id} says {shown(good)} good and {shown(error)} error, the ledger {shown(g or ZERO)} and {shown(e or ZERO)}")
        for match_id, good, error, g, e in rows
        if (good, error) != (g or ZERO, e or ZERO)
    ]


def registered_equals_rows(session: Session) -> list[Problem]:
    """QTY-1: an order line counts its rows that were scanned or made by hand."""
    rows = (
        select(_row.c.order_no, _row.c.order_line_no, func.sum(_row.c.quantity).label("quantity"))
        .where(plant(session, _row), _row.c.state.in_(ACTIVE))
        .group_by(_row.c.order_no, _row.c.order_line_no)
        .subquery()
    )
    counted = session.execute(
        select(_line.c.order_no, _line.c.line_no, _line.c.registered_quantity, rows.c.quantity)
        .outerjoin(rows, and_(rows.c.order_no == _line.c.order_no, rows.c.order_line_no == _line.c.line_no))
        .where(plant(session, _line))
    )
    return [
        Problem(f"{order_no} line {line_no} counts {shown(said)} registered, its rows are {shown(quantity or ZERO)}")
        for order_no, line_no, said, quantity in counted
        if said != (quantity or ZERO)
    ]


def consumed_equals_ledger(session: Session) -> list[Problem]:
    """What the associations of a row, line and number consumed equals the net consumption in the ledger."""
    keys = ("order_no", "match_id", "component_line_no", "item_no", "serial_no", "lot_no")
    by_ledger = {
        tuple(row[:-1]): -row[-1]
        for row in session.execute(
            select(*(_entry.c[key] for key in keys), func.sum(_entry.c.quantity))
            .where(
                plant(session, _entry), _entry.c.order_no != "", _entry.c.entry_type.in_([EntryType.CONSUMPTION, *REPAIRS]),
                or_(_entry.c.serial_no != "", _entry.c.lot_no != ""),
            )
            .group_by(*(_entry.c[key] for key in keys))
        )
    }
    by_association = {
        tuple(row[:-1]): row[-1]
        for row in session.execute(
            select(*(_association.c[key] for key in keys), func.sum(_association.c.consumed_quantity))
            .where(plant(session, _association))
            .group_by(*(_association.c[key] for key in keys))
        )
    }
    return [
        Problem(f"associations {key} consumed {shown(by_association.get(key, ZERO))}, the ledger says {shown(by_ledger.get(key, ZERO))}")
        for key in by_association.keys() | by_ledger.keys()
        if by_association.get(key, ZERO) != by_ledger.get(key, ZERO) and key in by_association
    ]


def log_equals_projection(session: Session) -> list[Problem]:
    """A22: number and quantity of each association are those that the log told last."""
    newest = (
        select(_log.c.association_no, func.max(_log.c.entry_no).label("entry_no"))
        .where(plant(session, _log), _log.c.association_no != 0, _log.c.action.in_(("registered", "changed", "removed")))
        .group_by(_log.c.association_no)
        .subquery()
    )
    rows = session.execute(
        select(
            _association.c.association_no, _association.c.state, _association.c.quantity, _log.c.quantity,
            _association.c.serial_no, _association.c.lot_no, _log.c.serial_no, _log.c.lot_no,
        )
        .join(newest, newest.c.association_no == _association.c.association_no)
        .join(_log, _log.c.entry_no == newest.c.entry_no)
        .where(plant(session, _association, _log))
    )
    problems = []
    for association_no, state, quantity, logged, serial, lot, logged_serial, logged_lot in rows:
        if (ZERO if state == "Removed" else quantity) != logged:
            problems.append(Problem(f"association {association_no} is {state} with {shown(quantity)}, its log says {shown(logged)}"))
        elif (serial, lot) != (logged_serial, logged_lot):
            is_now, was = serial or lot, logged_serial or logged_lot
            problems.append(Problem(f"association {association_no} is {is_now}, its log says {was}"))
    return problems


def nothing_vanished(session: Session) -> list[Problem]:
    """A22: rows and associations that the log tells of are there, and rows are told of from their registration on. Four statements."""
    match_ids, in_rows = select(_log.c.match_id).where(plant(session, _log)), select(_row.c.match_id).where(plant(session, _row))
    numbers = select(_log.c.association_no).where(plant(session, _log), _log.c.association_no != 0)
    # A number that its order was given by itself is told of once somebody scans it, or takes it off the list.
    registered = in_rows.where(_row.c.state != ProductState.PREALLOCATED)
    there = select(_association.c.association_no).where(plant(session, _association))
    of_associations = numbers.where(_log.c.action.in_(("registered", "changed", "removed")))
    return [
        *(Problem(f"row {no} is in the log and nowhere else") for no in _only_in(session, match_ids.where(_log.c.match_id != 0), in_rows)),
        *(Problem(f"row {no} is not in the log") for no in _only_in(session, registered, match_ids)),
        *(Problem(f"association {no} is in the log and nowhere else") for no in _only_in(session, numbers, there)),
        *(Problem(f"association {no} is not in the log") for no in _only_in(session, there, of_associations)),
    ]


def _only_in(session: Session, first: Select[tuple[int]], second: Select[tuple[int]]) -> list[int]:
    return sorted(session.scalars(except_(first, second)))
