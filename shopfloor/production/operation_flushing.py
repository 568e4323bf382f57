"""What feedback at an operation consumes by itself, and gives back when it is taken back (LIF-13, PST-12, PST-14).

Only component lines of that operation take part: by the flushing principle those that flush at *Finish*, because their operation is as
far as it is reported; with *Always* every one. Lines that demand a number are left to their associations, and the report as finished
finds less to consume by what was consumed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.db import table
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people.actor import Actor
from shopfloor.posting.post import post
from shopfloor.production import reversal, rules
from shopfloor.production.components import OrderLine, order_components
from shopfloor.production.counters import count_consumption
from shopfloor.production.journals import consumption_line, flush_use, return_line, settle_reservations
from shopfloor.production.locking import LockedOrder
from shopfloor.production.starting import registers_by

SOURCE = "Operation"
_entry = table(ItemLedgerEntry)


def components_of(session: Session, order_no: str, line_no: int, operation_no: int) -> list[rules.Component]:
    """Component lines of one operation. One statement."""
    return [c for c in order_components(session, order_no) if c.operation_no == operation_no and c.order_line_no == line_no]


def flush_operation(
    session: Session, actor: Actor, *, order: LockedOrder, line: OrderLine, components: list[rules.Component], basis: Decimal,
    automatic: str, spoken_for: Mapping[tuple[int, int], Decimal], posting_date: date,
) -> rules.FlushProposal:
    """Consume what is due after `basis` passed through the operation, good and scrap. Raises the refusals of `posting.post`."""
    proposal = rules.flush(
        components, principle=rules.FINISH, basis=basis, order_quantity=line.quantity, automatic=automatic, used=spoken_for,
        exclude=frozenset(component.line_no for component in components if component.takes_part),
    )
    if proposal.lines:
        uses = [consumption_line(actor, order, flush_use(flush)) for flush in proposal.lines]
        post(session, actor, [replace(use, posting_date=posting_date) for use in uses], source=SOURCE)
        count_consumption(session, order.no, [(use.order_line_no, use.component_line_no, use.quantity) for use in uses])
        settle_reservations(session, actor, order)
    return proposal


def give_back(
    session: Session, actor: Actor, *, order: LockedOrder, line: OrderLine, components: list[rules.Component], basis: Decimal
) -> None:
    """Return what operations consumed and only `basis` needs no more; what was consumed in another way stays."""
    too_much = [
        *rules.give_back(components, basis=basis, order_quantity=line.quantity),
        *rules.give_back(components, basis=basis, order_quantity=line.quantity, others=True),
    ]
    by_operations = _entry.c.register_no.in_(registers_by(session, order.no, SOURCE))
    returns = reversal.order_level_returns(session, order.no, line.line_no, too_much, by_operations)
    if not returns:
        return
    post(session, actor, [return_line(actor, order, returned) for returned in returns], source=SOURCE)
    count_consumption(session, order.no, [(line.line_no, r.entry.component_line_no, -r.quantity) for r in returns])
    settle_reservations(session, actor, order)
