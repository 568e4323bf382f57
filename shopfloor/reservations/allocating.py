"""Bulk allocation: the worksheet, and reserving what it proposes (RS-18)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.allocation import BASIC, allocate
from shopfloor.reservations.answers import Allocated
from shopfloor.reservations.errors import NotEnoughForAll, NothingToReserve
from shopfloor.reservations.inputs import Allocate
from shopfloor.reservations.matching import DemandLine, Goods, Matcher, Supply, total
from shopfloor.reservations.pairs import write_matches
from shopfloor.reservations.reserving import NEVER
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.supplies import Board, lock_board, open_demands, stock_supplies


@dataclass(frozen=True)
class Group:
    """Open demands of one item, variant and location, with what a method would give them."""

    goods: Goods
    available: Decimal
    """Free stock, base units."""
    lines: tuple[tuple[DemandLine, Decimal], ...]
    """Each demand with its proposed quantity."""

    @property
    def needed(self) -> Decimal:
        """What is not reserved yet."""
        return sum((line.needed for line, _ in self.lines), ZERO)

    @property
    def proposed(self) -> Decimal:
        """What the method would reserve."""
        return sum((quantity for _, quantity in self.lines), ZERO)


@dataclass(frozen=True)
class Worksheet:
    """The allocation page."""

    groups: tuple[Group, ...]
    left_out: int
    """Groups that the page has no room for."""
    read_at: datetime


MOST_GROUPS = 40


def worksheet(session: Session, *, method: str, item_no: str = "", location_code: str = "") -> Worksheet:
    """What a method would reserve, for all open demands or those of one item or location. Nothing is locked or written."""
    if not (item_no + location_code).isprintable():
        return Worksheet((), 0, now())
    lines = [line for line in open_demands(session, item_no=item_no, location_code=location_code) if line.policy != NEVER]
    supplies = stock_supplies(session, {line.goods for line in lines})
    by_goods: dict[Goods, list[DemandLine]] = defaultdict(list)
    for line in lines:
        by_goods[line.goods].append(line)
    groups = [group for goods in sorted(by_goods) if (group := _group(goods, by_goods[goods], supplies, method)).needed > ZERO]
    return Worksheet(tuple(groups[:MOST_GROUPS]), max(len(groups) - MOST_GROUPS, 0), now())


def allocate_stock(session: Session, actor: Actor, *, given: Allocate) -> Allocated:
    """RS-18: reserve free stock for the open demands of an item and a location, by one method.

    Raises NotAllowed, NotEnoughForAll (Basic), NothingToReserve.
    """
    actor.require(rights.RESERVE)
    goods = (given.item_no, given.variant_code, given.location_code)
    found = open_demands(session, item_no=given.item_no, location_code=given.location_code)
    board = lock_board(session, [line.demand for line in found if line.goods == goods and line.policy != NEVER], inbound=False)
    lines = list(board.lines.values())
    available = _available(board.supplies, goods)
    shares = allocate(given.method, lines, available)
    if not shares:
        raise _nothing(given, lines, available)
    quantity, count = _reserve(session, actor, board, shares)
    after = {"method": given.method, "quantity": shown(quantity), "lines": count}
    audit.record(session, "allocate", given.item_no, after=after)
    return Allocated(quantity=shown(quantity), unit=lines[0].unit_code, item=given.item_no, line_count=count)


def _reserve(session: Session, actor: Actor, board: Board, shares: Mapping[Demand, Decimal]) -> tuple[Decimal, int]:
    matcher = Matcher(board.supplies)
    matches = [match for demand, line in board.lines.items() for match in matcher.give(line, shares.get(demand, ZERO))]
    write_matches(session, actor, matches)
    return total(matches), len({match.line.demand for match in matches})


def _group(goods: Goods, lines: Sequence[DemandLine], supplies: Sequence[Supply], method: str) -> Group:
    available = _available(supplies, goods)
    shares = allocate(method, lines, available)
    return Group(goods, available, tuple((line, shares.get(line.demand, ZERO)) for line in lines))


def _available(supplies: Sequence[Supply], goods: Goods) -> Decimal:
    return sum((supply.free for supply in supplies if supply.goods == goods), ZERO)


def _nothing(given: Allocate, lines: Sequence[DemandLine], available: Decimal) -> NotEnoughForAll | NothingToReserve:
    needed = sum((line.needed for line in lines), ZERO)
    unit = lines[0].unit_code if lines else ""
    if given.method == BASIC and available > ZERO and needed > ZERO:
        return NotEnoughForAll(
            available=shown(available), unit=unit, item=given.item_no, location=given.location_code, needed=shown(needed)
        )
    return NothingToReserve(
        item=given.item_no, location=given.location_code, line="any line", needed=shown(needed), unit=unit, until=""
    )
