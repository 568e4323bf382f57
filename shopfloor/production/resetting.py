"""An order back by one stage (LIF-5): what the stage had brought is taken away again, and posted history stays.

Callers hold the order and have looked after what is registered on it; see `genealogy.resetting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import plant, table
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import PostedLine
from shopfloor.posting.post import post
from shopfloor.production import rules
from shopfloor.production.counters import count_consumption, count_reports
from shopfloor.production.errors import OrderStatus
from shopfloor.production.holding import refuse_registered
from shopfloor.production.journals import return_line, reversed_output_line
from shopfloor.production.locking import LockedOrder
from shopfloor.production.models import ProdOrderComponent, ProdOrderLine, ProductionOrder
from shopfloor.production.production_journal import standing
from shopfloor.production.reversal import Entry, Return, read_entries
from shopfloor.quantity import ZERO
from shopfloor.reservations.cancelling import drop_demand, drop_inbound
from shopfloor.reservations.commands import put_back_picks
from shopfloor.reservations.models import ReservationSource

_orders = table(ProductionOrder)
_lines = table(ProdOrderLine)
_components = table(ProdOrderComponent)
_entry = table(ItemLedgerEntry)
COMPONENT, OUTPUT_LINE = ReservationSource.PROD_ORDER_COMPONENT.value, ReservationSource.PROD_ORDER_LINE.value


@dataclass(frozen=True)
class Standing:
    """What was posted on an order and not taken back yet, newest first."""

    outputs: tuple[Entry, ...]
    consumption: tuple[Entry, ...]
    """Of rows and of the order itself, with its returns subtracted."""

    def __bool__(self) -> bool:
        return bool(self.outputs or self.consumption)


@dataclass(frozen=True)
class TakenBackOrder:
    """What a reset posted."""

    register_no: int = 0
    outputs: tuple[Entry, ...] = ()
    returned: tuple[tuple[Entry, PostedLine], ...] = ()
    """Each consumption with the entries that are stock again."""


def stage_before(order: LockedOrder) -> str:
    """Where a reset leads. Raises OrderStatus for an order that has no way back (EDG-34)."""
    stage = rules.BACK.get(order.status)
    if stage is None:
        raise OrderStatus(order_no=order.no, status=order.status, needed=rules.listed(tuple(rules.BACK)))
    return stage


def standing_of(session: Session, order_no: str) -> Standing:
    """Everything that a reset would take back. One statement."""
    left = standing(read_entries(session, _entry.c.order_no == order_no))
    return Standing(
        tuple(entry for entry in left if entry.entry_type == EntryType.OUTPUT),
        tuple(entry for entry in left if entry.entry_type == EntryType.CONSUMPTION),
    )


def take_back(session: Session, actor: Actor, *, order: LockedOrder, found: Standing, reason: str) -> TakenBackOrder:
    """Post the opposite of all that stands, in one register, and give back every pick (LIF-5, EDG-32).

    Raises NotReversible for a product that is not free stock any more, and the other refusals of `posting.post`; then nothing is posted.
    """
    put_back_picks(session, COMPONENT, order.no)
    if not found:
        return TakenBackOrder()
    outputs = [reversed_output_line(actor, order, entry) for entry in found.outputs]
    returns = [return_line(actor, order, Return(entry, entry.quantity)) for entry in found.consumption]
    posted = post(session, actor, [*outputs, *returns], source="Reset", reason=reason)
    if found.outputs:
        count_reports(session, order.no, [(one.order_line_no, -one.quantity, -one.scrap_quantity) for one in found.outputs])
    count_consumption(session, order.no, [(one.order_line_no, one.component_line_no, -one.quantity) for one in found.consumption])
    back: Sequence[PostedLine] = posted.lines[len(outputs) :]
    return TakenBackOrder(posted.register_no, found.outputs, tuple(zip(found.consumption, back, strict=True)))


def set_back(session: Session, actor: Actor, *, order: LockedOrder, reason: str) -> LockedOrder:
    """Put a locked order to the stage before; a created one is a simulation again and neither needs nor brings anything (LIF-2, LIF-5).

    Raises OrderStatus, and OrderReserved while a created order would leave registered or picked parts hanging.
    """
    stage = stage_before(order)
    if stage == rules.CREATED:
        refuse_registered(session, order.no)
    connection = session.connection()
    connection.execute(update(_orders).where(plant(session, _orders), _orders.c.no == order.no).values(status=stage))
    if order.status == rules.STARTED:
        mine = (plant(session, _lines), _lines.c.order_no == order.no)
        connection.execute(update(_lines).where(*mine).values(started_quantity=ZERO))
        # Nothing is consumed any more, so no line is ended either (D26).
        connection.execute(update(_components).where(plant(session, _components), _components.c.order_no == order.no).values(ended=False))
    if stage == rules.CREATED:
        drop_inbound(session, actor, OUTPUT_LINE, order.no)
        drop_demand(session, actor, COMPONENT, order.no)
    audit.record(session, "reset", order.no, before={"status": order.status}, after={"status": stage}, reason=reason)
    return replace(order, status=stage)
