"""Proves what the posting door promises across packages, and runs every check of the ledger."""

from __future__ import annotations

from sqlalchemy import and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import QuantityType, plant, table
from shopfloor.items.models import NumberInformation
from shopfloor.ledger.check import CHECKS as LEDGER_CHECKS
from shopfloor.ledger.check import LIMIT, Check, Problem
from shopfloor.ledger.check_edges import EDGE_CHECKS
from shopfloor.ledger.models import ItemApplicationEntry, ItemLedgerEntry, OpenItemEntry
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.check import CHECKS as RESERVATION_CHECKS
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus

_entry = table(ItemLedgerEntry)
_open = table(OpenItemEntry)
_reservation = table(ReservationEntry)
_application = table(ItemApplicationEntry)
_information = table(NumberInformation)
_zero = literal(ZERO, QuantityType)


def reserved_is_right(session: Session) -> list[Problem]:
    """CI-03, A20: `reserved` of an open entry is the sum of the pairs against it; no pair holds an entry that is not open."""
    held = (
        select(_reservation.c.source_line_no.label("entry_no"), func.sum(_reservation.c.quantity_base).label("quantity"))
        .where(
            plant(session, _reservation),
            _reservation.c.positive,
            _reservation.c.reservation_status == ReservationStatus.RESERVATION,
            _reservation.c.source_type == ReservationSource.ITEM_LEDGER_ENTRY,
        )
        .group_by(_reservation.c.source_line_no)
        .subquery("held")
    )
    same = and_(_open.c.entry_no == held.c.entry_no, plant(session, _open))
    total = func.coalesce(held.c.quantity, _zero)
    wrong = (
        select(_open.c.entry_no, _open.c.reserved, total.label("quantity"))
        .outerjoin_from(_open, held, same)
        .where(plant(session, _open), _open.c.reserved != total)
    )
    lost = select(held).outerjoin_from(held, _open, same).where(_open.c.entry_no.is_(None))
    connection = session.connection()
    return [
        *(
            Problem(f"Open entry {r.entry_no} says {shown(r.reserved)} reserved, but the reservations say {shown(r.quantity)}.")
            for r in connection.execute(wrong.limit(LIMIT))
        ),
        *(
            Problem(f"{shown(r.quantity)} are reserved of entry {r.entry_no}, which is not open.")
            for r in connection.execute(lost.limit(LIMIT))
        ),
    ]


def pairs_are_balanced(session: Session) -> list[Problem]:
    """DM-21, CI-03: the two records of a reservation are equal and opposite."""
    c = _reservation.c
    sides = func.count()
    statement = (
        select(c.entry_no)
        .where(plant(session, _reservation), c.reservation_status.in_([ReservationStatus.RESERVATION, ReservationStatus.TRACKING]))
        .group_by(c.entry_no)
        .having(or_(func.sum(c.quantity_base) != ZERO, sides != 2))  # noqa: PLR2004
    )
    return [Problem(f"Reservation {r.entry_no} is not a balanced pair.") for r in session.connection().execute(statement.limit(LIMIT))]


def returns_stay_within(session: Session) -> list[Problem]:
    """AP-08: what was given back of an entry, less returns that were undone (AP-15), is at most what it took."""
    a, undo = _application.c, _entry.alias("undo")
    undone = select(undo.c.entry_no).where(plant(session, undo), undo.c.quantity < ZERO, undo.c.corrects_entry_no == a.item_entry_no)
    given_back = (
        select(a.outbound_item_entry_no.label("entry_no"), func.sum(a.quantity).label("quantity"))
        .where(plant(session, _application), a.cost_application, ~undone.exists())
        .group_by(a.outbound_item_entry_no)
        .subquery("given_back")
    )
    statement = (
        select(_entry.c.entry_no, _entry.c.quantity, given_back.c.quantity.label("given_back"))
        .join_from(_entry, given_back, given_back.c.entry_no == _entry.c.entry_no)
        .where(plant(session, _entry), given_back.c.quantity > -_entry.c.quantity)
    )
    return [
        Problem(f"{shown(r.given_back)} were given back of entry {r.entry_no}, which took {shown(-r.quantity)}.")
        for r in session.connection().execute(statement.limit(LIMIT))
    ]


def scrap_stays_within(session: Session) -> list[Problem]:
    """C4: scrap that was taken back is at most what was reported."""
    first = case((_entry.c.corrects_entry_no == 0, _entry.c.entry_no), else_=_entry.c.corrects_entry_no)
    total = func.sum(_entry.c.scrap_quantity)
    statement = (
        select(first.label("entry_no"), total.label("quantity"))
        .where(plant(session, _entry), _entry.c.scrap_quantity != ZERO)
        .group_by(first)
        .having(total < ZERO)
    )
    return [
        Problem(f"{shown(-r.quantity)} more scrap was taken back than entry {r.entry_no} reported.")
        for r in session.connection().execute(statement.limit(LIMIT))
    ]


def numbers_have_information(session: Session) -> list[Problem]:
    """C13, C15: every number in stock has its information."""
    found = []
    for kind, column in (("Serial", _open.c.serial_no), ("Lot", _open.c.lot_no), ("Package", _open.c.package_no)):
        known = and_(
            _information.c.plant_no == _open.c.plant_no, _information.c.item_no == _open.c.item_no,
            _information.c.variant_code == _open.c.variant_code, _information.c.kind == kind, _information.c.number == column,
        )
        statement = (
            select(_open.c.entry_no, column.label("number"))
            .outerjoin_from(_open, _information, known)
            .where(plant(session, _open), column != "", _information.c.number.is_(None))
        )
        rows = session.connection().execute(statement.limit(LIMIT))
        found += [Problem(f"{kind} number {r.number} of open entry {r.entry_no} has no number information.") for r in rows]
    return found


CHECKS: tuple[Check, ...] = (
    reserved_is_right,
    pairs_are_balanced,
    returns_stay_within,
    scrap_stays_within,
    numbers_have_information,
)


def run_all(session: Session) -> list[Problem]:
    """Every check of the ledger, the edges, reservations, and the posting door. No problem: the books are right."""
    return [problem for check in (*LEDGER_CHECKS, *EDGE_CHECKS, *RESERVATION_CHECKS, *CHECKS) for problem in check(session)]
