"""Scrap of picking list lines: parts that were lost beside what went in (LIF-11).

Written off as a replaced part is that came out broken: a negative adjustment that names order, component line and number. It is no
consumption, so it is in no unit, and the line still needs as much as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from shopfloor.errors import in_row
from shopfloor.genealogy.open_journal_queries import OpenLine
from shopfloor.items.masters import ItemMaster
from shopfloor.items.queries import item_masters, unit_factors
from shopfloor.items.units import UnitFactors, measured
from shopfloor.ledger.entry_types import EntryType, OrderType
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.post import post
from shopfloor.posting.room import make_room_for
from shopfloor.production.components import CONSUMED_BY, order_components
from shopfloor.production.journals import ComponentUse, consumption_line, settle_reservations
from shopfloor.production.locking import LockedOrder
from shopfloor.production.rules import Component
from shopfloor.quantity import ZERO

SOURCE = "Picking list scrap"


def post_scrap(session: Session, actor: Actor, *, order: LockedOrder, lines: Sequence[OpenLine], reason: str) -> int:
    """Write off the scrap of the lines, taking the component line's reservations first. Gives the register; 0: there is none.

    The right is checked. Raises the refusals of a quantity and of `posting.post`; each names its line.
    """
    scrapped = [line for line in lines if line.scrap_quantity > ZERO]
    if not scrapped:
        return 0
    items = {line.item_no for line in scrapped}
    masters, factors = item_masters(session, items), unit_factors(session, items)
    components = {component.line_no: component for component in order_components(session, order.no)}
    journal = [
        _written_off(actor, order, line, components[line.source_line_no], masters, factors, reason) for line in scrapped
    ]
    make_room_for(session, actor, journal, masters)
    register = post(session, actor, journal, source=SOURCE, reason=reason, rows=[line.line_no for line in scrapped])
    settle_reservations(session, actor, order)
    return register.register_no


def _written_off(
    actor: Actor, order: LockedOrder, line: OpenLine, component: Component, masters: Mapping[str, ItemMaster], factors: UnitFactors,
    reason: str,
) -> ItemJournalLine:
    with in_row(line.line_no, "scrap_quantity"):
        amount = measured(masters[line.item_no], factors, line.scrap_quantity, line.unit_code)
    use = ComponentUse(
        component.order_line_no, component.line_no, 0, 0, component.item_no, component.variant_code, component.location_code,
        line.tracking, amount.base,
    )
    return replace(
        consumption_line(actor, order, use), entry_type=EntryType.NEGATIVE_ADJUSTMENT, order_type=OrderType.NONE, order_no="",
        order_line_no=0, component_line_no=0, transaction=CONSUMED_BY, posting_date=line.posting_date or actor.work_date(),
        reason=f"Scrap: {reason}"[:200] if reason else "",  # a hold asks for a reason, and ours is none (D20)
    )
