"""A part that is exchanged after its order has ended: adjustments that name the unit; the order itself takes no more (D22, PR-08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from shopfloor.ledger.entry_types import EntryType
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.post import post
from shopfloor.production.journals import ComponentUse, PostedJournal, consume, consumption_line
from shopfloor.production.locking import LockedOrder
from shopfloor.production.rules import ENDED


def consume_or_repair(
    session: Session, actor: Actor, *, order: LockedOrder, uses: Sequence[ComponentUse], reason: str = ""
) -> PostedJournal:
    """Consumption or return of named numbers on an order that takes it; on an ended one a repair, which its counters leave out.

    Raises OrderStatus for an order that was never started, and every refusal of `posting.post`.
    """
    if order.status != ENDED:
        return consume(session, actor, order=order, uses=uses, reason=reason)
    assert uses, "a repair of nothing"
    posted = post(session, actor, [_repair_line(actor, order, use) for use in uses], source="Repair", reason=reason)
    return PostedJournal(posted.register_no, posted.lines, uses=posted.lines)


def _repair_line(actor: Actor, order: LockedOrder, use: ComponentUse) -> ItemJournalLine:
    """The new part is a negative adjustment, the old one a positive one that names the entry by which it went in."""
    line = consumption_line(actor, order, use)
    if line.inbound:
        return replace(line, entry_type=EntryType.POSITIVE_ADJUSTMENT, quantity=-line.quantity)
    return replace(line, entry_type=EntryType.NEGATIVE_ADJUSTMENT)
