"""Reserve by hand: auto reserve, and reserve from the current line (RS-05 to RS-09). What the policy reserves is in `always`.

Each use case locks the line's document, then supplying documents, then stock (A23), and decides on what it reads after that.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import NotFound
from shopfloor.items.tracking import Tracking
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.answers import PartlyReserved, Reserved
from shopfloor.reservations.errors import FullyReserved, ItemNotReservable, NothingToReserve, SupplyTooLate
from shopfloor.reservations.inputs import Reserve, ReserveFromSupply
from shopfloor.reservations.matching import DemandLine, Matcher, Supply, total
from shopfloor.reservations.pairs import write_matches
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.specific import reserve_by_number
from shopfloor.reservations.supplies import Board, lock_board

NEVER = "Never"


def auto_reserve(session: Session, actor: Actor, *, given: Reserve) -> Reserved | PartlyReserved:
    """RS-06: reserve all that the line still needs, from stock first, then from orders; with a number, specifically (RS-09, LB-10).

    Raises NotAllowed, NotFound, ItemNotReservable, FullyReserved, NothingToReserve, NumberNotOnLine, ReservedElsewhere.
    """
    line, board = _open(session, actor, given)
    return _reserve(session, actor, line, board, board.supplies, given.tracking())


def reserve_from_supply(session: Session, actor: Actor, *, given: ReserveFromSupply) -> Reserved | PartlyReserved:
    """RS-08: reserve for the line from one chosen supply, as much as both sides allow. Nobody's reservation changes for it.

    Raises what `auto_reserve` raises, and SupplyTooLate.
    """
    line, board = _open(session, actor, given)
    chosen = [supply for supply in board.supplies if _is_chosen(supply, given)]
    if not chosen:
        raise _nothing(line, given.tracking())
    late = next((supply for supply in chosen if not supply.in_time(line.due_date)), None)
    if late is not None:
        raise SupplyTooLate(
            supply=f"{late.source_id} line {late.source_line_no}", expected=str(late.due_date or "on no known day"),
            line=line.demand.label(), item=line.item_no, needed_on=str(line.due_date),
        )
    return _reserve(session, actor, line, board, chosen, given.tracking())


def require_line(board: Board, demand: Demand) -> DemandLine:
    """The locked line. Raises NotFound for one that is not there or wants nothing, ItemNotReservable."""
    line = board.lines.get(demand)
    if line is None:
        raise NotFound(record="open order line", number=demand.label())
    if line.policy == NEVER:
        raise ItemNotReservable(item=line.item_no)
    return line


def _open(session: Session, actor: Actor, given: Reserve) -> tuple[DemandLine, Board]:
    actor.require(rights.RESERVE)
    demand = given.demand()
    board = lock_board(session, [demand])
    return require_line(board, demand), board


def _is_chosen(supply: Supply, given: ReserveFromSupply) -> bool:
    if supply.source_type != given.supply_type:
        return False
    if supply.is_stock:
        return supply.tracking == given.supply_tracking()
    named = given.supply_tracking()
    return (supply.source_id, supply.source_line_no) == (given.supply_id, given.supply_line_no) and (not named or supply.tracking == named)


def _reserve(
    session: Session, actor: Actor, line: DemandLine, board: Board, supplies: Sequence[Supply], tracking: Tracking
) -> Reserved | PartlyReserved:
    if tracking:
        done, moved = reserve_by_number(session, actor, line, board, supplies, tracking)
        # What the line held without a number became specific, so that only new quantity counts against its need.
        missing = max(done.wanted - done.quantity, ZERO)
        quantity = done.quantity
    else:
        if line.needed == ZERO:
            raise FullyReserved(line=line.demand.label(), quantity=shown(line.reserved), unit=line.unit_code, item=line.item_no)
        matches = Matcher(supplies).give(line, line.needed)
        if not matches:
            raise _nothing(line, tracking)
        write_matches(session, actor, matches)
        quantity, missing, moved = total(matches), line.needed - total(matches), ""
    after = {"line": line.demand.label(), "item": line.item_no, "quantity": shown(quantity), "number": tracking.label(), "moved": moved}
    audit.record(session, "reserve", line.demand.source_id, after=after)
    told = {"quantity": shown(quantity), "unit": line.unit_code, "item": line.item_no, "line": line.demand.label()}
    if missing > ZERO:
        return PartlyReserved(**told, missing=shown(missing), moved=moved)
    return Reserved(**told, moved=moved)


def _nothing(line: DemandLine, tracking: Tracking) -> NothingToReserve:
    return NothingToReserve(
        item=f"{line.item_no} {tracking.label()}".rstrip(), location=line.location_code, line=line.demand.label(),
        needed=shown(line.needed), unit=line.unit_code, until=f" until {line.due_date}" if line.due_date else "",
    )
