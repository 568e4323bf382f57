"""Cancel and reduce reservations, and drop those that have lost their reason (RS-10, RS-11, OT-02, PR-08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import NotFound, StaleRow
from shopfloor.items.errors import BelowPrecision
from shopfloor.items.queries import item_masters
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.answers import ReservationReduced, ReservationsCancelled
from shopfloor.reservations.errors import OrderBinding, ReservationFixed, ReservationNotReduced
from shopfloor.reservations.inputs import CancelReservations, ChangeReservation
from shopfloor.reservations.pairs import (
    Pair,
    inbound_pairs,
    keep_numbers,
    pairs_by_no,
    pairs_of_demand,
    pairs_of_document,
    release_pairs,
    return_numbers,
)
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.supplies import demand_lines, lock_pairs, outstanding_of


def cancel_reservations(session: Session, actor: Actor, *, given: CancelReservations) -> ReservationsCancelled:
    """RS-11: the supply is free again; numbers of the demand stay on its line. All of them or none.

    Raises NotAllowed, NotFound, StaleRow, ReservationFixed (picked, registered in a unit, or not to be cancelled), OrderBinding.
    """
    actor.require(rights.RESERVE)
    pairs = _locked(session, given.entry_nos)
    units = {item_no: master.base_unit_code for item_no, master in item_masters(session, {pair.item_no for pair in pairs}).items()}
    for pair in pairs:
        _refuse_fixed(pair, units[pair.item_no])
        if pair.binding and not given.confirmed:
            raise OrderBinding(
                supply=pair.supply_label(), line=pair.demand.label(), quantity=shown(pair.quantity), unit=units[pair.item_no],
                item=pair.item_no,
            )
    release_pairs(session, pairs)
    keep_numbers(session, actor, pairs)
    return_numbers(session, actor, pairs)
    for pair in pairs:
        audit.record(session, "cancel reservation", pair.demand.source_id, before=told(pair))
    return ReservationsCancelled(count=len(pairs))


def change_reservation(session: Session, actor: Actor, *, given: ChangeReservation) -> ReservationReduced:
    """RS-10: reduce a reservation. Raises NotAllowed, NotFound, StaleRow, ReservationFixed, ReservationNotReduced, BelowPrecision."""
    actor.require(rights.RESERVE)
    pair = _locked(session, [given.entry_no])[0]
    master = item_masters(session, [pair.item_no])[pair.item_no]
    _refuse_fixed(pair, master.base_unit_code)
    if not ZERO < given.quantity < pair.quantity:
        raise ReservationNotReduced(
            entry_no=pair.entry_no, held=shown(pair.quantity), quantity=shown(given.quantity), unit=master.base_unit_code
        )
    if given.quantity % master.rounding_precision != ZERO:
        raise BelowPrecision(
            item=pair.item_no, quantity=shown(given.quantity), unit=master.base_unit_code, precision=shown(master.rounding_precision)
        )
    less = pair.quantity - given.quantity
    release_pairs(session, [pair], {pair.entry_no: less})
    keep_numbers(session, actor, [replace(pair, quantity=less)])
    return_numbers(session, actor, [replace(pair, quantity=less)])
    audit.record(session, "reduce reservation", pair.demand.source_id, before=told(pair), after={"quantity": shown(given.quantity)})
    return ReservationReduced(entry_no=pair.entry_no, quantity=shown(given.quantity), unit=master.base_unit_code)


def drop_inbound(session: Session, actor: Actor, source_type: str, source_id: str) -> list[Pair]:
    """PR-08, CI-03: free the demands that a document will not supply any more, because it is closed or made less. Gives what was freed.

    The caller holds the document. Each line keeps at most what it still brings; the newest reservation goes first.
    """
    pairs = inbound_pairs(session, source_type, source_id)
    return trim(session, actor, pairs, outstanding_of(session, source_type, source_id)) if pairs else []


def drop_demand(session: Session, actor: Actor, source_type: str, source_id: str) -> None:
    """OT-02: a document that needs nothing any more gives back all that its lines hold. The caller holds the document and has refused
    parts in units and picked goods. Numbers of the demand go with their reservations, because nothing will be posted with them.
    """
    pairs = [pair for pair in pairs_of_document(session, source_id, [source_type]) if pair.demand.source_id == source_id]
    lock_pairs(session, (), {pair.source_line_no for pair in pairs if pair.from_stock})
    pairs = [pair for pair in pairs_of_document(session, source_id, [source_type]) if pair.demand.source_id == source_id] if pairs else []
    release_pairs(session, pairs)
    return_numbers(session, actor, pairs)
    for pair in pairs:
        audit.record(session, "drop reservation", pair.demand.source_id, before=told(pair))


def trim(session: Session, actor: Actor, pairs: Sequence[Pair], outstanding: dict[tuple[int, int], Decimal]) -> list[Pair]:
    """Cut pairs against lines of one document down to what those lines still bring. Gives the parts that were cut."""
    left = dict(outstanding)
    cut = []
    for pair in sorted(pairs, key=lambda pair: (not pair.binding, pair.entry_no)):
        key = (pair.source_line_no, pair.source_sub_line_no)
        kept = min(pair.quantity, left.get(key, ZERO))
        left[key] = left.get(key, ZERO) - kept
        if kept < pair.quantity:
            cut.append(replace(pair, quantity=pair.quantity - kept))
    release_pairs(session, cut)
    keep_numbers(session, actor, cut)
    for pair in cut:
        audit.record(session, "drop reservation", pair.demand.source_id, before=told(pair))
    return cut


def trim_demand(session: Session, actor: Actor, demand: Demand) -> None:
    """Release what a line holds beyond what it still needs, the newest first; parts in units and picked goods stay (D36)."""
    line = demand_lines(session, [demand]).get(demand)
    pairs = [pair for pair in pairs_of_demand(session, demand) if not (pair.demand.association_no or pair.picked)]
    too_much = sum((pair.quantity for pair in pairs), ZERO) if line is None else line.reserved - line.outstanding
    for pair in sorted(pairs, key=lambda pair: -pair.entry_no):
        part = min(pair.quantity, too_much)
        if part > ZERO:
            too_much -= part
            release_pairs(session, [pair], {pair.entry_no: part})
            return_numbers(session, actor, [replace(pair, quantity=part)])
            audit.record(session, "drop reservation", pair.demand.source_id, before=told(pair))


def _locked(session: Session, entry_nos: Sequence[int]) -> list[Pair]:
    """Pairs, read again after everything they stand on is locked: late binding may have moved one meanwhile."""
    first = pairs_by_no(session, entry_nos)
    missing = sorted(set(entry_nos) - {pair.entry_no for pair in first})
    if missing:
        raise NotFound(record="reservation", number=str(missing[0]))
    documents = {document for pair in first for document in pair.documents}
    lock_pairs(session, documents, {pair.source_line_no for pair in first if pair.from_stock})
    pairs = pairs_by_no(session, entry_nos)
    if {pair.entry_no for pair in pairs} != set(entry_nos):
        raise StaleRow(record=f"Reservation {entry_nos[0]}")
    return pairs


def _refuse_fixed(pair: Pair, unit: str) -> None:
    """D1, RS-11."""
    why = ""
    if pair.demand.association_no:
        why = "it belongs to a part that is registered in a unit; remove that registration"
    elif pair.picked:
        why = "it is picked; put it back first"
    elif pair.disallow_cancellation:
        why = "it was made with its order and ends with it"
    if why:
        raise ReservationFixed(quantity=shown(pair.quantity), unit=unit, item=pair.item_no, line=pair.demand.label(), why=why)


def told(pair: Pair) -> dict[str, str | int]:
    """A reservation as the audit names it."""
    return {
        "reservation": pair.entry_no, "line": pair.demand.label(), "supply": pair.supply_label(), "item": pair.item_no,
        "quantity": shown(pair.quantity), "number": pair.supply_tracking.label(),
    }
