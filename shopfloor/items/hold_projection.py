"""Keeps the one answer to what stops a number equal to hold, quality hold and disposition code (D20, A20).

Readers ask `stops`, `stopped_by` and `stop_reason` of the number and nothing else, so that a scan needs neither another statement nor
another join. Whoever changes one of the three holds the number's row first: two changes at once would not see each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, exists, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, plant, table
from shopfloor.errors import NotFound
from shopfloor.items.holds import REASON_LENGTH, Disposition, HoldSource, Use, standing
from shopfloor.items.models import DispositionCode, NumberInformation
from shopfloor.items.rules import GoodsNumber

_information = table(NumberInformation)
_code = table(DispositionCode)
_DISPOSITION = ("code", "name", "blocks_reservation", "blocks_production", "blocks_sales", "blocks_transfer")


def stopped(information: FromClause) -> ColumnElement[bool]:
    """Rows of numbers that something stops. The 0 is written out, or no database would use the index of these few rows."""
    found: ColumnElement[bool] = information.c.stops != literal_column("0")
    return found


def may_be_reserved(goods: FromClause) -> ColumnElement[bool]:
    """Rows of stock of which no number is stopped for reservations, neither serial nor lot nor package."""
    i = _information.c
    numbers = (("Serial", goods.c.serial_no), ("Lot", goods.c.lot_no), ("Package", goods.c.package_no))
    return ~exists().where(
        i.plant_no == goods.c.plant_no, i.item_no == goods.c.item_no, i.variant_code == goods.c.variant_code,
        stopped(_information), i.stops.bitwise_and(int(Use.RESERVE)) != 0,
        or_(*(and_(i.kind == kind, i.number == number) for kind, number in numbers)),
    )


def locked_number(session: Session, number: GoodsNumber) -> NumberInformation:
    """The row of a number, held until the end. Postings that have read it finish first, later ones wait (D20). Raises NotFound."""
    key = (current_plant(session), number.item_no, number.variant_code, number.kind, number.number)
    row = session.get(NumberInformation, key, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(record=f"{number.kind.lower()} number", number=number.number)
    return row


def project(session: Session, row: NumberInformation) -> None:
    """Make the answer of a locked row anew. One statement, none without a disposition code."""
    hold = standing(
        blocked=row.blocked, hold_reason=row.hold_reason, quality_hold=row.quality_hold, quality_reason=row.quality_reason,
        disposition=disposition(session, row.disposition_code), disposition_reason=row.disposition_reason,
    )
    row.stops, row.stopped_by, row.stop_reason = int(hold.stops), hold.source, hold.reason


def disposition(session: Session, code: str) -> Disposition | None:
    """A code as the rule sees it, kept from changing until the end; None: blank or unknown."""
    if not code:
        return None
    statement = select(*(_code.c[name] for name in _DISPOSITION)).where(plant(session, _code), _code.c.code == code)
    row = session.connection().execute(statement.with_for_update(read=True)).one_or_none()
    return Disposition(*row) if row is not None else None


def follow_code(session: Session, values: Mapping[str, Any]) -> None:
    """EDG-14: a code that blocks something else now does so for every batch that carries it, at once. One statement."""
    code = Disposition(**{name: values[name] for name in _DISPOSITION})
    c = _information.c
    told = case((c.disposition_reason == "", code.name), else_=func.substr(code.name + ": " + c.disposition_reason, 1, REASON_LENGTH))
    stopping = {"stops": int(code.stops), "stopped_by": HoldSource.DISPOSITION.value, "stop_reason": told}
    free = {"stops": 0, "stopped_by": "", "stop_reason": ""}
    session.connection().execute(
        update(_information)
        .where(plant(session, _information), c.disposition_code == code.code, c.blocked.is_(False), c.quality_hold.is_(False))
        .values(**(stopping if code.stops else free))
    )
