"""Reads rows and their associations for corrections, reports and reversals: sets of rows in a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, bindparam, select
from sqlalchemy import Row as SqlRow
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, plant, table
from shopfloor.errors import NotFound, StaleRow
from shopfloor.genealogy.co_products import read_co_products
from shopfloor.genealogy.facts import Association, Line, Row, Situation
from shopfloor.genealogy.models import ComponentAssociation, PickingListLine, TrackedProduct
from shopfloor.genealogy.rules import lines_of
from shopfloor.genealogy.scan_queries import ACTIVE, ASSOCIATION_COLUMNS, completing_row, read_association, read_situation
from shopfloor.genealogy.start_queries import awaiting_of
from shopfloor.inspections.at_report import inspected_at_report
from shopfloor.items.hold_projection import stopped
from shopfloor.items.holds import Hold, Use, strictest
from shopfloor.items.models import NumberInformation
from shopfloor.items.tracking import Tracking
from shopfloor.people.models import Operator
from shopfloor.production.components import operated, order_components, route_flushed
from shopfloor.production.locking import LockedOrder
from shopfloor.production.rules import MAIN_LINE, Component

_row = table(TrackedProduct)
_association = table(ComponentAssociation)
_journal = table(PickingListLine)
_information = table(NumberInformation)
_operator = table(Operator)

# Built once: putting a statement together costs more than running it.
_JOURNAL_LINES = (
    select(
        _journal.c.association_no, _journal.c.journal_no, _journal.c.owner_no, _operator.c.name, _journal.c.quantity, _journal.c.end_line
    )
    .outerjoin(_operator, _operator.c.no == _journal.c.owner_no)
    .where(_journal.c.plant_no == bindparam("at_plant"), _journal.c.order_no == bindparam("at_order"))
)
_held = ("item_no", "kind", "number", "stops", "stopped_by", "stop_reason")
_HELD = select(*(_information.c[name] for name in _held)).where(
    _information.c.plant_no == bindparam("at_plant"),
    _information.c.item_no.in_(bindparam("items", type_=String, expanding=True)),
    stopped(_information),
)
FACTS = ("inspected", "operated", "route_flushed")
"""Of the order, which ride along with its rows."""
_ROWS = (
    select(
        _row,
        inspected_at_report(_row.c.item_no).label("inspected"),
        operated(bindparam("at_plant"), bindparam("at_order")).label("operated"),
        route_flushed(bindparam("at_plant"), bindparam("at_order")).label("route_flushed"),
    )
    .where(
        _row.c.plant_no == bindparam("at_plant"), _row.c.order_no == bindparam("at_order"), _row.c.state != "Removed",
        _row.c.match_id.in_(bindparam("wanted", type_=BigInteger, expanding=True)),
    )
    .order_by(_row.c.match_id)
)
_ASSOCIATIONS_OF_ROWS = (
    select(*(_association.c[name] for name in ASSOCIATION_COLUMNS))
    .where(
        _association.c.plant_no == bindparam("at_plant"), _association.c.order_no == bindparam("at_order"),
        _association.c.match_id.in_(bindparam("match_ids", type_=BigInteger, expanding=True)), _association.c.state != "Removed",
    )
    .order_by(_association.c.association_no)
)
_QUANTITIES = (
    select(_row.c.match_id, _row.c.quantity)
    .where(
        _row.c.plant_no == bindparam("at_plant"), _row.c.order_no == bindparam("at_order"), _row.c.order_line_no == MAIN_LINE,
        _row.c.state.in_(ACTIVE),
    )
    .order_by(_row.c.match_id)
)


@dataclass(frozen=True)
class OrderRows:
    """A locked order with some of its rows, each with its lines as it needs them."""

    situation: Situation
    """The order without a current row."""
    rows: dict[int, tuple[Row, tuple[Line, ...]]]
    """By match id."""
    order_level: tuple[Association, ...]
    """Associations that belong to the order and to no row (D21)."""
    components: tuple[Component, ...] = ()
    """Every component line of the order."""
    awaiting: frozenset[int] = frozenset()
    """Rows above the started quantity (EDG-31, D9)."""
    inspected: bool = False
    """The product is inspected when it is reported (ASC-19)."""
    operated: bool = False
    """Somebody reported an operation of the order (C16)."""
    route_flushed: bool = False
    """An operation posts by itself at *Finish* (LIF-7)."""
    co_products: Mapping[int, Situation] = field(default_factory=dict)
    """By order line, without a row; read only where one of the rows is a co-product's (D40)."""

    def of_line(self, match_id: int) -> Situation:
        """The situation of the order line that the row belongs to, without a current row."""
        row, _ = self.rows[match_id]
        return self.co_products[row.order_line_no] if row.co_product else self.situation

    def associations(self, match_id: int) -> tuple[Association, ...]:
        """The row's own associations, oldest first."""
        _, lines = self.rows[match_id]
        own = [a for line in lines for a in line.associations if a.match_id == match_id]
        return tuple(sorted(own, key=lambda a: a.association_no))

    def on(self, match_id: int) -> Situation:
        """The situation with this row as the current one."""
        row, lines = self.rows[match_id]
        return replace(self.of_line(match_id), row=row, lines=lines)


def read_rows(session: Session, order: LockedOrder, match_ids: Iterable[int]) -> OrderRows:
    """The rows of a locked order by match id; unknown and removed ones are left out.

    Four statements (one more for batch products, when every unit is registered, and where rows of co-products are among them).
    """
    wanted = sorted(set(match_ids))
    components = order_components(session, order.no)
    situation = read_situation(session, order, 0, components=components)
    rows, facts = _rows(session, order.no, wanted, situation)
    asked = {"at_plant": current_plant(session), "at_order": order.no, "match_ids": [*wanted, 0]}
    associations = [read_association(r) for r in session.connection().execute(_ASSOCIATIONS_OF_ROWS, asked)]
    co_products = read_co_products(session, order) if any(row.co_product for row in rows) else {}
    products = {line.product.order_line_no: line.product for line in (situation, *co_products.values())}
    return OrderRows(
        situation,
        {row.match_id: (row, lines_of(components, products[row.order_line_no], row, associations)) for row in rows},
        tuple(a for a in associations if a.match_id == 0),
        tuple(components),
        awaiting_of(session, situation, *co_products.values()),
        co_products=co_products,
        **facts,
    )


def associations_by_no(session: Session, order_no: str, association_nos: Sequence[int]) -> list[Association]:
    """Active associations of an order by number."""
    return associations_where(session, (_association.c.order_no == order_no) & _association.c.association_no.in_(association_nos))


def association_by_no(session: Session, order_no: str, association_no: int) -> Association:
    """One active association. Raises StaleRow for one that was removed or replaced meanwhile (ASC-7), NotFound for any other number."""
    found = associations_by_no(session, order_no, [association_no])
    if found:
        return found[0]
    c = _association.c
    gone = session.connection().execute(
        select(c.serial_no, c.lot_no).where(plant(session, _association), c.order_no == order_no, c.association_no == association_no)
    ).one_or_none()
    if gone is None:
        raise NotFound(record="registration on this order", number=str(association_no))
    raise StaleRow(record=gone.serial_no or gone.lot_no)


def associations_of_order(session: Session, order_no: str) -> list[Association]:
    """Every active association of an order, oldest first. One statement."""
    return associations_where(session, _association.c.order_no == order_no)


def open_journal_lines(session: Session, order_no: str) -> dict[int, tuple[int, str, str, Decimal, bool]]:
    """Unposted picking list lines by association: journal number, owner, owner's name, quantity, end of line (ASC-23, D29)."""
    rows = session.connection().execute(_JOURNAL_LINES, {"at_plant": current_plant(session), "at_order": order_no})
    return {r.association_no: (r.journal_no, r.owner_no, r.name or r.owner_no, r.quantity, r.end_line) for r in rows}


HeldNumbers = dict[tuple[str, str, str], Hold]
"""(item, kind, number) -> what stops it."""


def held_numbers(session: Session, associations: Sequence[Association], *more_items: str) -> HeldNumbers:
    """D20: numbers of the items of these associations, and of more items, that something stops."""
    items = sorted({a.item_no for a in associations} | set(more_items))
    if not items:
        return {}
    rows = session.connection().execute(_HELD, {"at_plant": current_plant(session), "items": items})
    return {(r.item_no, r.kind, r.number): Hold(Use(r.stops), r.stopped_by, r.stop_reason) for r in rows}


def hold_of(association: Association, held: HeldNumbers) -> Hold | None:
    """What keeps an association's number from being picked and reported; None: nothing does."""
    return hold_of_goods(association.item_no, association.tracking, held)


def hold_of_goods(item_no: str, tracking: Tracking, held: HeldNumbers) -> Hold | None:
    """The same for any number combination of an item."""
    found = (held.get((item_no, "Serial", tracking.serial_no)), held.get((item_no, "Lot", tracking.lot_no)))
    return strictest((hold for hold in found if hold is not None), Use.PRODUCE)


def _rows(session: Session, order_no: str, wanted: Sequence[int], situation: Situation) -> tuple[list[Row], dict[str, bool]]:
    """The last row takes the rest (D31), so it is read with those before it: serial rows are one each, batch rows have quantities.

    And FACTS of the order.
    """
    if not wanted:
        return [], {}
    at = {"at_plant": current_plant(session), "at_order": order_no}
    found = session.connection().execute(_ROWS, at | {"wanted": list(wanted)}).all()
    facts = {name: any(getattr(r, name) for r in found) for name in FACTS}
    product = situation.product
    if product.serial:
        last, earlier = completing_row(session, order_no, product, situation.registered)
        return [read_row(r, earlier if r.match_id == last else ()) for r in found], facts
    quantities = session.connection().execute(_QUANTITIES, at).all()
    return [read_row(r, tuple(q.quantity for q in quantities if q.match_id < r.match_id)) for r in found], facts


def read_row(r: SqlRow[Any], earlier: tuple[Decimal, ...]) -> Row:
    """A row of tracked products as the rules see it; `earlier`: the quantities of the rows before it in the same order."""
    return Row(
        match_id=r.match_id,
        tracking=Tracking(r.serial_no, r.lot_no),
        state=r.state,
        quantity=r.quantity,
        good=r.good_quantity,
        error=r.error_quantity,
        closed_lines=frozenset(r.closed_lines),
        version=r.version,
        order_no=r.order_no,
        earlier=earlier,
        expiration_date=r.expiration_date,
        registered_by=r.registered_by,
        preallocated=r.preallocated,
        order_line_no=r.order_line_no,
        item_no=r.item_no,
        variant_code=r.variant_code,
    )


def associations_where(session: Session, wanted: ColumnElement[bool]) -> list[Association]:
    """Active associations that fit, oldest first. One statement."""
    rows = session.connection().execute(
        select(*(_association.c[name] for name in ASSOCIATION_COLUMNS))
        .where(plant(session, _association), wanted, _association.c.state != "Removed")
        .order_by(_association.c.association_no)
    )
    return [read_association(r) for r in rows]
