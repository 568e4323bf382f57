"""What a line holds of goods that are still to come follows the numbers that are entered on it (RS-04, OT-03, LB-10). Rule and command."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.item_tracking.linking import Relinked, rewrite
from shopfloor.item_tracking.sources import SourceLine
from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO
from shopfloor.reservations.cancelling import told
from shopfloor.reservations.pairs import Pair, own_pairs, return_numbers
from shopfloor.reservations.rules import Demand, ReservedPiece
from shopfloor.reservations.supplies import lock_pairs


def plan_coming(pairs: Sequence[Pair], wanted: Mapping[Tracking, Decimal], room: Decimal) -> list[Relinked]:
    """Pure. `wanted`: numbers of the line that stock does not hold for it; `room`: what it may hold of orders without a number.

    What brings a number that the line asks for is held by name. The rest is held without, what was made for the line and then the
    oldest first; where every piece of the line has another number, nothing can serve it any more (RS-04).
    """
    left = dict(wanted)
    parts: dict[int, dict[Tracking, Decimal]] = {pair.entry_no: {} for pair in pairs}
    free = {pair.entry_no: pair.quantity for pair in pairs}

    def give(pair: Pair, tracking: Tracking, quantity: Decimal) -> None:
        if quantity > ZERO:
            parts[pair.entry_no][tracking] = quantity
            free[pair.entry_no] -= quantity

    for pair in sorted(pairs, key=lambda pair: (not pair.specific, pair.entry_no)):
        if pair.supply_tracking:
            quantity = min(pair.quantity, left.get(pair.supply_tracking, ZERO))
            left[pair.supply_tracking] = left.get(pair.supply_tracking, ZERO) - quantity
            give(pair, pair.supply_tracking, quantity)
    for pair in sorted(pairs, key=lambda pair: (not _stays(pair), pair.entry_no)):
        quantity = free[pair.entry_no] if _stays(pair) else min(free[pair.entry_no], max(room, ZERO))
        room -= quantity
        give(pair, NO_TRACKING, quantity)
    return [Relinked(pair, tuple(parts[pair.entry_no].items()), free[pair.entry_no]) for pair in pairs]


def without_coming(
    wanted: Mapping[Tracking, Decimal], own: Sequence[ReservedPiece], coming: Sequence[Pair]
) -> dict[Tracking, Decimal]:
    """Pure. Numbers for which a line needs stock: not for those that it holds by name of orders already (ER-08)."""
    of_stock: dict[Tracking, Decimal] = defaultdict(Decimal)
    of_orders: dict[Tracking, Decimal] = defaultdict(Decimal)
    for piece in own:
        if piece.specific:
            of_stock[piece.tracking] += piece.quantity
    for pair in coming:
        if pair.specific:
            of_orders[pair.supply_tracking] += pair.quantity
    return {one: quantity - min(of_orders[one], max(quantity - of_stock[one], ZERO)) for one, quantity in wanted.items()}


def lock_coming(session: Session, line: Demand) -> list[Pair]:
    """What the line holds of orders, after those are locked; the caller holds the line's document. Three statements at most."""
    pairs = _of_orders(session, line)
    if not pairs:
        return []
    lock_pairs(session, {(pair.source_type, pair.source_id) for pair in pairs}, ())
    return _of_orders(session, line)


def follow_coming(
    session: Session, actor: Actor, source: SourceLine, wanted: Mapping[Tracking, Decimal], own: Sequence[ReservedPiece]
) -> Decimal:
    """Carry it out after stock has followed (`own`: what the line holds of stock now). Gives what is held by number and was not before.

    A constant number of statements.
    """
    pairs = _of_orders(session, source.line)
    left = dict(wanted)
    room = source.open_quantity - sum(wanted.values(), ZERO)
    for piece in own:
        if piece.specific and piece.tracking in left:
            left[piece.tracking] = max(left[piece.tracking] - piece.quantity, ZERO)
        elif not piece.specific:
            room -= piece.quantity
    plan = plan_coming(pairs, left, room)
    changed = [one for one in plan if one.dissolved > ZERO or one.parts != ((one.pair.demand_tracking, one.pair.quantity),)]
    if not changed:
        return ZERO
    rewrite(session, changed, positive=False)
    gone = [one.gone for one in changed if one.dissolved > ZERO]
    return_numbers(session, actor, gone)
    for pair in gone:
        audit.record(session, "drop reservation", pair.demand.source_id, before=told(pair))
    return sum((quantity for one in changed if not one.pair.specific for tracking, quantity in one.parts if tracking), ZERO)


def _of_orders(session: Session, line: Demand) -> list[Pair]:
    return [pair for pair in own_pairs(session, line) if not pair.from_stock]


def _stays(pair: Pair) -> bool:
    """What was ordered for the line is given up by people alone."""
    return bool(pair.binding or pair.disallow_cancellation)
