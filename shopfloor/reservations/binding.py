"""Order-to-order binding: a supply that was made for one demand (RS-16). Before it goes, somebody is asked."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.errors import FullyReserved
from shopfloor.reservations.matching import DemandLine, Match, Supply
from shopfloor.reservations.models import Binding
from shopfloor.reservations.pairs import write_matches
from shopfloor.reservations.reserving import require_line
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.supplies import lock_board


def line_to_serve(session: Session, demand: Demand) -> DemandLine:
    """Lock a line that an order is to be made for. Raises NotFound, ItemNotReservable, FullyReserved."""
    line = require_line(lock_board(session, [demand], inbound=False), demand)
    if line.needed == ZERO:
        raise FullyReserved(line=demand.label(), quantity=shown(line.reserved), unit=line.unit_code, item=line.item_no)
    return line


def bind(session: Session, actor: Actor, line: DemandLine, source_type: str, source_id: str, source_line_no: int) -> None:
    """Reserve all that the locked line needs from an order that was just made for it, in the same transaction."""
    supply = Supply(
        source_type, source_id, source_line_no, line.item_no, line.variant_code, line.location_code, line.needed, ZERO,
        due_date=line.due_date,
    )
    write_matches(session, actor, [Match(line, supply, line.needed)], binding=Binding.ORDER_TO_ORDER.value)
