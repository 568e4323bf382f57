"""Makes the projections of the ledger anew from entries, applications and reservations (A17, A20).

For the night when `shopfloor check` says that a projection lies: what it is derived from cannot have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Table, and_, case, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import QuantityType, current_plant, plant, table
from shopfloor.errors import Answer
from shopfloor.items.models import Item, ItemTrackingCode
from shopfloor.ledger.check import COPIED, NUMBERS, ORDER, in_base_units, stays_tied
from shopfloor.ledger.check_edges import derived_edges
from shopfloor.ledger.models import GenealogyEdge, ItemApplicationEntry, ItemLedgerEntry, OpenItemEntry, TrackingUnit
from shopfloor.people.actor import Actor
from shopfloor.people.rights import SETTINGS
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus

_entry = table(ItemLedgerEntry)
_open = table(OpenItemEntry)
_edge = table(GenealogyEdge)
_zero = literal(ZERO, QuantityType)


@dataclass(frozen=True)
class ProjectionsRebuilt(Answer):
    """The derived tables are new."""

    code = "PROJECTIONS_REBUILT"
    message = "Open entries and genealogy edges were made anew from the ledger."


def rebuild_projections(session: Session, actor: Actor) -> ProjectionsRebuilt:
    """Replace open entries and edges of the plant by what the ledger says. Nothing else may write meanwhile."""
    actor.require(SETTINGS)
    _rebuild_open_entries(session)
    _rebuild_edges(session)
    audit.record(session, "rebuild projections", "ledger")
    return ProjectionsRebuilt()


def _rebuild_edges(session: Session) -> None:
    derived = derived_edges(session).subquery("derived")
    rows = select(literal(current_plant(session)), derived.c.parent_no, derived.c.child_no, derived.c.quantity)
    connection = session.connection()
    connection.execute(delete(_edge).where(plant(session, _edge)))
    connection.execute(insert(_edge).from_select(["plant_no", "parent_no", "child_no", "quantity"], rows))


def _rebuild_open_entries(session: Session) -> None:
    """Remaining: what applications leave of an inbound entry, or what an outbound one still owes (C10)."""
    application, reservation = table(ItemApplicationEntry), table(ReservationEntry)
    item, code, unit = table(Item), table(ItemTrackingCode), table(TrackingUnit)
    left = _sum(session, application, application.c.inbound_item_entry_no, application.c.quantity, application.c.quantity != ZERO)
    paid = _sum(session, application, application.c.outbound_item_entry_no, application.c.quantity, application.c.quantity < ZERO)
    held = _sum(
        session, reservation, reservation.c.source_line_no, reservation.c.quantity_base,
        and_(
            reservation.c.positive,
            reservation.c.reservation_status == ReservationStatus.RESERVATION,
            reservation.c.source_type == ReservationSource.ITEM_LEDGER_ENTRY,
        ),
    )
    remaining = in_base_units(
        case(
            (_entry.c.quantity > ZERO, func.coalesce(left.c.quantity, _zero)),
            else_=_entry.c.quantity - func.coalesce(paid.c.quantity, _zero),
        )
    )
    tied = stays_tied()
    numbers = and_(*(unit.c[name] == _entry.c[name] for name in ("plant_no", "item_no", "variant_code", *NUMBERS)), unit.c.order_no == "")
    values: dict[str, ColumnElement[Any]] = {name: _entry.c[name] for name in ("plant_no", "entry_no", *COPIED)} | {
        "serial_specific": and_(func.coalesce(code.c.serial_specific, literal(value=False)), _entry.c.serial_no != ""),
        "unit_no": case((remaining > ZERO, func.coalesce(unit.c.unit_no, 0)), else_=0),
        **{name: case((tied, _entry.c[name]), else_=blank) for name, blank in ORDER.items()},
        "remaining": remaining,
        "reserved": func.coalesce(held.c.quantity, _zero),
    }
    rows = (
        select(*(value.label(name) for name, value in values.items()))
        .join_from(_entry, item, item.c.no == _entry.c.item_no)
        .outerjoin(code, code.c.code == item.c.item_tracking_code)
        .outerjoin(unit, and_(numbers, plant(session, unit)))
        .outerjoin(left, left.c.entry_no == _entry.c.entry_no)
        .outerjoin(paid, paid.c.entry_no == _entry.c.entry_no)
        .outerjoin(held, held.c.entry_no == _entry.c.entry_no)
        .where(plant(session, _entry), remaining != ZERO)
    )
    connection = session.connection()
    connection.execute(delete(_open).where(plant(session, _open)))
    connection.execute(insert(_open).from_select(list(values), rows))


def _sum(
    session: Session, rows: Table, entry_no: ColumnElement[int], quantity: ColumnElement[Decimal], which: ColumnElement[bool]
) -> Subquery:
    return (
        select(entry_no.label("entry_no"), func.sum(quantity).label("quantity"))
        .where(plant(session, rows), which)
        .group_by(entry_no)
        .subquery()
    )
