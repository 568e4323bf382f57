"""What the reservation page, the list of reservation entries and the order cards show. Read only; every figure says when it was read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import and_, case, func, literal, select
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import plant, table
from shopfloor.items.paging import Page, page_limit, page_of
from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.quantity import ZERO
from shopfloor.reservations.matching import DemandLine, Piece, Supply, in_order
from shopfloor.reservations.models import ReservationEntry, ReservationStatus
from shopfloor.reservations.pairs import Pair, list_pairs, numbers_of_line, pairs_of_demand
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.supplies import all_supplies, demand_lines, lines_of_document, projected_available

MOST_ROWS = 100
"""Supplies of one kind on the page; the oldest stock, and the orders that come last in time."""
_demand = table(ReservationEntry).alias("demand")
_supply = table(ReservationEntry).alias("supply")


@dataclass(frozen=True)
class SupplyRow:
    """Stock of one number, or one order line, as the reservation page shows it. Base units."""

    source_type: str
    source_id: str
    """Order number; blank for stock, of which several entries are one row."""
    source_line_no: int
    tracking: Tracking
    due_date: date | None
    total: Decimal
    by_this_line: Decimal
    by_others: Decimal
    non_specific: Decimal
    """Part of `by_others` that may move to other stock (LB-09)."""
    free: Decimal
    in_time: bool
    on_hold: bool

    @property
    def is_stock(self) -> bool:
        """Of open entries."""
        return not self.source_id

    @property
    def reservable(self) -> bool:
        """Whether *Reserve from current line* can do something."""
        return self.free > ZERO and self.in_time and not self.on_hold


@dataclass(frozen=True)
class ReservationPage:
    """Everything about one demand line."""

    line: DemandLine
    stock: tuple[SupplyRow, ...]
    orders: tuple[SupplyRow, ...]
    left_out: int
    """Rows that the page has no room for."""
    pairs: tuple[Pair, ...]
    numbers: tuple[tuple[Tracking, Decimal], ...]
    """Numbers on the line that are not reserved yet (RS-09)."""
    chosen: Tracking
    """The number that is reserved by name; blank: none."""
    non_specific: Decimal
    """LB-09: of the chosen number, what others hold without naming it."""
    projected: Decimal
    """RS-01: inventory + scheduled receipts - gross requirements."""
    read_at: datetime


@dataclass(frozen=True)
class _Held:
    """What is reserved of one supply."""

    mine: Decimal = ZERO
    others: Decimal = ZERO
    non_specific: Decimal = ZERO


def reservation_page(session: Session, demand: Demand, chosen: Tracking = NO_TRACKING) -> ReservationPage | None:
    """The page of an open demand line, or None. The number of statements does not depend on the number of supplies."""
    if not all(text.isprintable() for text in (demand.source_id, *vars(chosen).values())):
        return None
    line = demand_lines(session, [demand]).get(demand)
    if line is None:
        return None
    held = _held(session, line)
    rows = [_row(supply, held.get(supply.piece, _Held()), line) for supply in in_order(all_supplies(session, [line.goods]))]
    stock = [row for row in _by_number([row for row in rows if row.is_stock]) if _fits(row.tracking, chosen)]
    # What an order brings without a number serves no demand that names one (RS-04).
    orders = [row for row in rows if not row.is_stock and _fits(row.tracking, chosen) and (row.total > ZERO or row.by_others > ZERO)]
    return ReservationPage(
        line=line,
        stock=tuple(stock[:MOST_ROWS]),
        orders=tuple(orders[:MOST_ROWS]),
        left_out=max(len(stock) - MOST_ROWS, 0) + max(len(orders) - MOST_ROWS, 0),
        pairs=tuple(pairs_of_demand(session, demand)),
        numbers=tuple(sorted(numbers_of_line(session, demand).items())),
        chosen=chosen,
        non_specific=sum((row.non_specific for row in stock), ZERO) if chosen else ZERO,
        projected=projected_available(session, line.goods),
        read_at=now(),
    )


def lines_with_status(session: Session, source_type: str, source_id: str) -> list[DemandLine]:
    """RS-19: open demand lines of an order with what is reserved for them, for its card."""
    return lines_of_document(session, source_type, source_id) if source_id.isprintable() else []


def status_of(lines: list[DemandLine]) -> str:
    """RS-19 for a whole order: Full when every open line is, None when none has anything, else Partial."""
    states = {line.from_stock for line in lines}
    return states.pop() if len(states) == 1 else "Partial" if states else "None"


def list_reservations(session: Session, *, item_no: str = "", order_no: str = "", after: str = "", limit: int = 50) -> Page[Pair]:
    """Reservations by number, optionally of one item, or of one order, which may demand or supply."""
    if not (item_no + order_no + after).isprintable() or not (after == "" or (after.isascii() and after.isdigit() and len(after) < 17)):  # noqa: PLR2004
        return Page(())
    limit = page_limit(limit)
    pairs = list_pairs(session, item_no=item_no, order_no=order_no, after=int(after or 0), limit=limit + 1)
    return page_of(pairs, limit, lambda pair: str(pair.entry_no))


def _held(session: Session, line: DemandLine) -> dict[Piece, _Held]:
    d, s = _demand.c, _supply.c
    key = (s.source_type, s.source_id, s.source_line_no, s.source_sub_line_no, s.serial_no, s.lot_no, s.package_no)
    own = line.demand
    mine = and_(
        d.source_type == own.source_type, d.source_id == own.source_id, d.source_line_no == own.source_line_no,
        d.source_sub_line_no == own.source_sub_line_no,
    )
    movable = and_(~mine, d.serial_no == "", d.lot_no == "", d.package_no == "", d.picked.is_(False), d.binding == "")
    nothing = literal(ZERO, s.quantity_base.type)
    item_no, variant_code, location_code = line.goods
    statement = (
        select(
            *key, func.sum(case((mine, s.quantity_base), else_=nothing)).label("mine"), func.sum(s.quantity_base).label("total"),
            func.sum(case((movable, s.quantity_base), else_=nothing)).label("non_specific"),
        )
        .join_from(_demand, _supply, and_(s.plant_no == d.plant_no, s.entry_no == d.entry_no))
        .where(
            plant(session, _demand, _supply), d.positive.is_(False), s.positive, d.reservation_status == ReservationStatus.RESERVATION,
            s.item_no == item_no, s.variant_code == variant_code, s.location_code == location_code,
        )
        .group_by(*key)
    )
    rows = session.connection().execute(statement)
    return {tuple(row[:7]): _Held(row.mine, row.total - row.mine, row.non_specific) for row in rows}


def _row(supply: Supply, held: _Held, line: DemandLine) -> SupplyRow:
    return SupplyRow(
        supply.source_type, "" if supply.is_stock else supply.source_id, 0 if supply.is_stock else supply.source_line_no, supply.tracking,
        supply.due_date, supply.quantity, held.mine, held.others, held.non_specific if supply.is_stock else ZERO, supply.free,
        supply.in_time(line.due_date), supply.on_hold,
    )


def _by_number(rows: list[SupplyRow]) -> list[SupplyRow]:
    """Entries of one number are one row."""
    found: dict[tuple[Tracking, bool], SupplyRow] = {}
    for row in rows:
        key = (row.tracking, row.on_hold)
        before = found.get(key)
        found[key] = row if before is None else replace(
            before, total=before.total + row.total, by_this_line=before.by_this_line + row.by_this_line,
            by_others=before.by_others + row.by_others, non_specific=before.non_specific + row.non_specific, free=before.free + row.free,
        )
    return list(found.values())


def _fits(tracking: Tracking, chosen: Tracking) -> bool:
    found = vars(tracking)
    return all(not number or found[name] == number for name, number in vars(chosen).items())


