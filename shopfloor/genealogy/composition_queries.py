"""Reads the log of one unit, and the unit itself, for the page that shows what it is made of (A22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import NotFound
from shopfloor.genealogy.composition import LogEntry, PartOfUnit, as_built, parts_of, until
from shopfloor.genealogy.models import AssociationEntry, TrackedProduct
from shopfloor.items.models import Item
from shopfloor.items.tracking import Tracking
from shopfloor.people.models import Operator
from shopfloor.production.rules import MAIN_LINE

_log = table(AssociationEntry)
_row = table(TrackedProduct)
_item = table(Item)
_operator = table(Operator)
_approver = _operator.alias("approver")
MOST_SHOWN = 500
"""Lines of the history; the parts are always those of the whole log."""


@dataclass(frozen=True)
class UnitComposition:
    """One unit with its parts in one view, and its whole log."""

    order_no: str
    match_id: int
    number: str
    item_no: str
    item: str
    state: str
    quantity: Decimal
    unit_code: str
    reported_at: datetime | None
    built: bool
    """Whether there is an *as built* to show: a report that still stands."""
    parts: tuple[PartOfUnit, ...]
    removed: tuple[PartOfUnit, ...]
    """Parts that the view has no more."""
    history: tuple[LogEntry, ...]
    """What happened, latest first."""
    co_product: bool
    """D40: no part is registered in it."""
    complete: bool
    """False: more happened before what `history` shows."""


def unit_composition(
    session: Session, order_no: str, match_id: int, *, built: bool = False, as_of: datetime | None = None
) -> UnitComposition:
    """What the unit is made of now, as it was built, or as it was at an instant. Two statements. Raises NotFound."""
    unit = session.connection().execute(
        select(_row, _item.c.description, _item.c.base_unit_code)
        .join_from(_row, _item, _item.c.no == _row.c.item_no)
        .where(plant(session, _row), _row.c.order_no == order_no, _row.c.match_id == match_id)
    ).one_or_none()
    if unit is None:
        raise NotFound(record="product on this order", number=str(match_id))
    entries = _entries(session, order_no, match_id)
    then = as_built(entries)
    seen = (then or []) if built else entries if as_of is None else until(entries, as_of)
    every = parts_of(seen, removed=True)
    own = [entry for entry in reversed(entries) if entry.match_id == match_id]
    return UnitComposition(
        order_no=order_no, match_id=match_id, number=unit.serial_no or unit.lot_no, item_no=unit.item_no, item=unit.description,
        state=unit.state, quantity=unit.quantity, unit_code=unit.base_unit_code, reported_at=unit.reported_at, built=then is not None,
        parts=tuple(part for part in every if part.removed_at is None),
        removed=tuple(part for part in every if part.removed_at is not None and not part.order_level),
        history=tuple(own[:MOST_SHOWN]),
        co_product=unit.order_line_no != MAIN_LINE,
        complete=len(own) <= MOST_SHOWN,
    )


def _entries(session: Session, order_no: str, match_id: int) -> list[LogEntry]:
    """The unit's log and that of the order's own parts, oldest first."""
    rows = session.connection().execute(
        select(_log, _item.c.description, _item.c.base_unit_code, _operator.c.name, _approver.c.name.label("approver"))
        .join_from(_log, _item, _item.c.no == _log.c.item_no)
        .outerjoin(_operator, _operator.c.no == _log.c.operator_no)
        .outerjoin(_approver, _approver.c.no == _log.c.approved_by)
        .where(
            plant(session, _log),
            or_(_log.c.match_id == match_id, and_(_log.c.match_id == 0, _log.c.order_no == order_no)),
        )
        .order_by(_log.c.entry_no)
    )
    return [_entry(row) for row in rows]


def _entry(row: Row[Any]) -> LogEntry:
    return LogEntry(
        entry_no=row.entry_no, action=row.action, match_id=row.match_id, association_no=row.association_no,
        component_line_no=row.component_line_no, item_no=row.item_no, variant_code=row.variant_code, item=row.description,
        tracking=Tracking(row.serial_no, row.lot_no), quantity=row.quantity, old_quantity=row.old_quantity, unit_code=row.base_unit_code,
        operator=row.name or row.operator_no, approved_by=row.approver or row.approved_by, station_code=row.station_code, reason=row.reason,
        register_no=row.register_no, recorded_at=row.recorded_at,
    )
