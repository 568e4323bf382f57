"""Reserve a number that an order line will bring (RS-04, LB-10): what names it serves, and what the demand gives up for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.items.tracking import Tracking
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO
from shopfloor.reservations.matching import DemandLine, Match, Matcher, Piece, Supply, carries
from shopfloor.reservations.pairs import Pair, pairs_of_demand, release_pairs, return_numbers, write_matches
from shopfloor.reservations.supplies import demand_lines


def may_become_specific(pair: Pair) -> bool:
    """LB-10: the line's own, without a number, and nothing else has fixed it."""
    return not (pair.specific or pair.picked or pair.binding or pair.demand.association_no)


def orders_that_bring(
    line: DemandLine, supplies: Sequence[Supply], own: Sequence[Pair], tracking: Tracking, wanted: Decimal
) -> list[Match]:
    """Pure. Parts of order lines that name the number: what the demand holds of them already without naming it, then what is free."""
    pieces = [supply for supply in supplies if not supply.is_stock and supply.tracking and carries(supply, tracking)]
    if wanted <= ZERO or not pieces:
        return []
    mine: dict[Piece, Decimal] = defaultdict(Decimal)
    for pair in own:
        mine[_piece(pair)] += pair.quantity
    return Matcher([replace(piece, reserved=piece.reserved - mine[piece.piece]) for piece in pieces]).give(line, wanted)


def reserve_coming(session: Session, actor: Actor, line: DemandLine, coming: Sequence[Match]) -> None:
    """Hold the parts by name. What the demand held without a number makes room for them: of the same parts first, then the newest.

    A constant number of statements.
    """
    if not coming:
        return
    wanted = {match.supply.piece: match.quantity for match in coming}
    own = [pair for pair in pairs_of_demand(session, line.demand) if may_become_specific(pair)]
    now = demand_lines(session, [line.demand])[line.demand]
    parts: dict[int, Decimal] = {}
    for pair in own:
        part = min(pair.quantity, wanted.get(_piece(pair), ZERO))
        if part > ZERO:
            parts[pair.entry_no] = part
            wanted[_piece(pair)] -= part
    too_much = sum(wanted.values(), ZERO) - max(now.outstanding - now.reserved, ZERO)
    for pair in sorted((pair for pair in own if pair.entry_no not in parts), key=lambda pair: (pair.from_stock, -pair.entry_no)):
        part = min(pair.quantity, too_much)
        if part > ZERO:
            parts[pair.entry_no] = part
            too_much -= part
    give_up(session, actor, [pair for pair in own if pair.entry_no in parts], parts)
    write_matches(session, actor, coming, specific=True)


def give_up(session: Session, actor: Actor, pairs: Sequence[Pair], parts: Mapping[int, Decimal]) -> None:
    """Take parts off pairs; numbers that order lines bring are loose on those lines again."""
    release_pairs(session, pairs, parts)
    return_numbers(session, actor, [replace(pair, quantity=parts[pair.entry_no]) for pair in pairs])


def _piece(pair: Pair) -> Piece:
    number = pair.supply_tracking
    place = (pair.source_type, pair.source_id, pair.source_line_no, pair.source_sub_line_no)
    return (*place, number.serial_no, number.lot_no, number.package_no)
