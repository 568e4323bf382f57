"""An association draws its quantity: it takes over what the line holds, reserves the rest, and is written (EDG-20, D15, D19, D32)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant, table
from shopfloor.genealogy.entries import Event, Numbers, append
from shopfloor.genealogy.errors import ComponentNotPreallocated, WrongLocation
from shopfloor.genealogy.facts import PICKED, Association, Line, NumberStock, Situation
from shopfloor.genealogy.models import AssociationAction, AssociationState, ComponentAssociation
from shopfloor.genealogy.rules import Wanted, in_line_unit
from shopfloor.items.tracking import Tracking
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.commands import NewPair, carry_out_moves, change_reserved, close_on_posting, insert_pairs, release
from shopfloor.reservations.errors import NotAvailable, ReservedElsewhere
from shopfloor.reservations.models import ReservationSource, TakenOver
from shopfloor.reservations.pairs import pairs_of_demand
from shopfloor.reservations.queries import lock_free_supply, pieces_on
from shopfloor.reservations.rules import Demand, Draw, Move, OpenEntry, ReservedPiece, Take, UsedReservation, movable, plan_draw, rebind
from shopfloor.reservations.specific import replace_inbound

_association = table(ComponentAssociation)
_INSERT = insert(_association)


@dataclass(frozen=True)
class Part:
    """A component number that is to be registered."""

    line: Line
    tracking: Tracking
    stock: tuple[NumberStock, ...]
    """Its locked open entries."""
    wanted: Wanted
    scan_quantity: Decimal | None = None
    scan_unit: str = ""
    reason: str = ""
    approved_by: str = ""
    late_serial: bool = False
    """D33: the serial is captured only now; the stock behind it carries none."""
    from_loaded: bool = False
    """D24: nobody scanned it for this unit."""


@dataclass(frozen=True)
class Registered:
    """What was written."""

    association_no: int
    quantity: Decimal
    """Base units added by this registration."""
    moved: tuple[Move, ...]
    """Other people's reservations that moved (D19)."""


def line_demand(order_no: str, line: Line, association_no: int = 0) -> Demand:
    """What the ledger's stock is held for: the component line, or one association of it."""
    component = line.component
    return Demand(ReservationSource.PROD_ORDER_COMPONENT.value, order_no, component.order_line_no, component.line_no, association_no)


def associate(session: Session, actor: Actor, situation: Situation, part: Part) -> Registered:
    """Register a component number on the current row, with its reservation. Raises what stands in the way; then nothing is written."""
    entries = _entries_at(part)
    pieces = _pieces(session, situation, part, entries)
    draw, moves, supply = _plan(session, situation, part, entries, pieces)
    existing = _to_top_up(part)
    numbers = Numbers.take(
        session,
        {
            "association": 0 if existing else 1, "association_entry": 1, "scan_entry": 1,
            "reservation_entry": len(draw.takes) + len(draw.taken_over),
        },
    )
    association_no = existing.association_no if existing else numbers.next("association")
    carry_out_moves(session, actor, moves, {entry.entry_no: entry for entry in supply})
    demand = line_demand(situation.order_no, part.line, association_no)
    picked = existing is not None and existing.state == PICKED
    _hold(session, actor, demand, entries, draw, numbers, holds_more=situation.line_holds, picked=picked)
    _write(session, actor, situation, part, draw, association_no, existing)
    _log(session, actor, situation, part, draw, association_no, existing, numbers)
    session.info["scan_entry_no"] = numbers.next("scan_entry")
    return Registered(association_no, draw.quantity, tuple(moves))


def _entries_at(part: Part) -> list[OpenEntry]:
    """EDG-41: only stock at the line's location counts; oldest first."""
    here = [stock.entry for stock in part.stock if stock.entry.location_code == part.line.component.location_code]
    if part.stock and not here:
        raise WrongLocation(
            number=part.tracking.label(), item=part.line.component.description, found=part.stock[0].entry.location_code,
            needed=part.line.component.location_code,
        )
    return sorted(here, key=lambda entry: (entry.posting_date, entry.entry_no))


def _pieces(session: Session, situation: Situation, part: Part, entries: Sequence[OpenEntry]) -> list[ReservedPiece]:
    """Reservations matter only if somebody has some: the ordinary scan asks for none."""
    if not situation.line_holds and not any(entry.reserved > ZERO for entry in entries):
        return []
    return pieces_on(session, [entry.entry_no for entry in entries], line_demand(situation.order_no, part.line))


def _plan(
    session: Session, situation: Situation, part: Part, entries: Sequence[OpenEntry], pieces: Sequence[ReservedPiece]
) -> tuple[Draw, list[Move], list[OpenEntry]]:
    line = line_demand(situation.order_no, part.line)
    only_held = part.line.component.check_preallocation
    draw = plan_draw(entries, pieces, line, part.wanted.quantity, only_held=only_held)
    if draw.short == ZERO:
        return draw, [], []
    if only_held:
        if draw.quantity == ZERO or part.wanted.exact:
            raise ComponentNotPreallocated(number=part.tracking.label(), item=part.line.component.description)
        return draw, [], []
    moves, supply = _late_binding(session, part, entries, pieces, line, draw.short)
    if moves:
        freed = [Take(move.piece.open_entry_no, move.quantity) for move in moves]
        draw = plan_draw(entries, pieces, line, part.wanted.quantity, freed=freed)
    if draw.quantity == ZERO or (part.wanted.exact and draw.short > ZERO):
        raise _too_little(part, entries, pieces, line, draw)
    return draw, moves, supply


def _late_binding(
    session: Session, part: Part, entries: Sequence[OpenEntry], pieces: Sequence[ReservedPiece], line: Demand, short: Decimal
) -> tuple[list[Move], list[OpenEntry]]:
    """D19, LB-03: others' non-specific reservations make room, if other stock can take them: all or nothing (C2)."""
    own_numbers = {entry.entry_no for entry in entries}
    candidates = [piece for piece in movable(pieces, line) if piece.open_entry_no in own_numbers]
    wanted = min(short, sum((piece.quantity for piece in candidates), ZERO))
    if wanted == ZERO:
        return [], []
    component = part.line.component
    supply = [
        entry for entry in lock_free_supply(session, component.item_no, component.variant_code, component.location_code)
        if entry.entry_no not in own_numbers
    ]
    return rebind(candidates, supply, wanted) or [], supply


def _too_little(
    part: Part, entries: Sequence[OpenEntry], pieces: Sequence[ReservedPiece], line: Demand, draw: Draw
) -> NotAvailable | ReservedElsewhere:
    others = [piece for piece in pieces if not piece.demand.same_line(line)]
    item, number = part.line.component.description, part.tracking.label()
    if others and (draw.quantity == ZERO or sum((entry.remaining for entry in entries), ZERO) >= part.wanted.quantity):
        return ReservedElsewhere(item=item, number=number, holder=others[0].demand.label())
    return NotAvailable(
        item=item, number=number, location=part.line.component.location_code, available=shown(in_line_unit(part.line, draw.quantity)),
        needed=shown(in_line_unit(part.line, part.wanted.quantity)), unit=part.line.component.unit_code,
    )


def _to_top_up(part: Part) -> Association | None:
    """EDG-4: the same batch again tops the unposted association up."""
    if part.tracking.serial_no:
        return None
    return next((a for a in part.line.associations if a.tracking == part.tracking and a.state in {"Open", "Picked"}), None)


def _hold(
    session: Session, actor: Actor, demand: Demand, entries: Sequence[OpenEntry], draw: Draw, numbers: Numbers, *, holds_more: bool,
    picked: bool,
) -> None:
    """Write the association's pairs; taken-over stock was held before, so only free stock changes `reserved`.

    `holds_more`: lines of the order hold something without an association, perhaps of orders that have not come in (D32).
    `picked`: it joins what is picked already, and is picked with that (EDG-4).
    """
    by_no = {entry.entry_no: entry for entry in entries}
    pairs = [NewPair(demand, by_no[take.open_entry_no], take.quantity, specific=True, picked=picked) for take in draw.takes]
    for piece, quantity in draw.taken_over:
        before = TakenOver.SPECIFIC if piece.specific else TakenOver.NON_SPECIFIC
        pairs.append(NewPair(demand, by_no[piece.open_entry_no], quantity, specific=True, picked=picked or piece.picked, taken_over=before))
    if draw.replaced:
        release(session, [piece for piece, _ in draw.replaced], {piece.entry_no: quantity for piece, quantity in draw.replaced})
    if sum((take.quantity for take in draw.takes), ZERO) > sum((quantity for _, quantity in draw.replaced), ZERO) and holds_more:
        replace_inbound(session, actor, pairs_of_demand(session, demand), draw)
    if draw.taken_over:
        # The line's pair shrinks; `reserved` of the entry stays, because the association holds the same stock now.
        close_on_posting(session, [UsedReservation(piece.entry_no, quantity) for piece, quantity in draw.taken_over])
    change: dict[int, Decimal] = defaultdict(Decimal)
    for take in draw.takes:
        change[take.open_entry_no] += take.quantity
    change_reserved(session, change)
    insert_pairs(session, actor, pairs, numbers.taken["reservation_entry"])


def _write(
    session: Session, actor: Actor, situation: Situation, part: Part, draw: Draw, association_no: int, existing: Association | None
) -> None:
    if existing is not None:
        session.connection().execute(
            update(_association)
            .where(_association.c.plant_no == current_plant(session), _association.c.association_no == association_no)
            .values(quantity=_association.c.quantity + draw.quantity, version=_association.c.version + 1)
        )
        return
    assert situation.row is not None
    component = part.line.component
    row = {
        "plant_no": current_plant(session),
        "association_no": association_no,
        "match_id": 0 if part.line.order_level else situation.row.match_id,
        "order_no": situation.order_no,
        "order_line_no": component.order_line_no,
        "component_line_no": component.line_no,
        "item_no": component.item_no,
        "variant_code": component.variant_code,
        "location_code": component.location_code,
        "serial_no": part.tracking.serial_no,
        "lot_no": part.tracking.lot_no,
        "quantity": draw.quantity,
        "consumed_quantity": ZERO,
        "scan_quantity": part.scan_quantity,
        "scan_unit": part.scan_unit,
        "state": (AssociationState.PICKED if draw.picked else AssociationState.OPEN).value,
        "prior_state": "",
        "use_date": actor.work_date(),
        "late_serial": part.late_serial,
        "from_loaded": part.from_loaded,
        "version": 1,
        "registered_at": now(),
        "registered_by": actor.operator_no,
    }
    session.connection().execute(_INSERT, row)


def _log(
    session: Session, actor: Actor, situation: Situation, part: Part, draw: Draw, association_no: int, existing: Association | None,
    numbers: Numbers,
) -> None:
    assert situation.row is not None
    old = existing.quantity if existing else ZERO
    event = Event(
        action=(AssociationAction.CHANGED if existing else AssociationAction.REGISTERED).value,
        order_no=situation.order_no,
        match_id=0 if part.line.order_level else situation.row.match_id,
        item_no=part.line.component.item_no,
        variant_code=part.line.component.variant_code,
        tracking=part.tracking,
        old_tracking=part.tracking if existing else Tracking(),
        quantity=old + draw.quantity,
        old_quantity=old,
        association_no=association_no,
        component_line_no=part.line.line_no,
        approved_by=part.approved_by,
        reason=part.reason,
    )
    append(session, actor, [event], numbers.taken["association_entry"])
    after = {"quantity": shown(event.quantity)}
    audit.record(session, event.action, f"association {association_no}", before={"quantity": shown(old)}, after=after, reason=part.reason)
