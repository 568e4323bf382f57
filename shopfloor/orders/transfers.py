"""Transfer orders: goods leave one location, are on their way at another, and arrive at a third (AP-09, AP-11, TR-26)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import plant, table
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.items.errors import SetupMissing
from shopfloor.items.locations import require_in_transit, require_locations
from shopfloor.items.models import Item, Location
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import OrderType
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.orders.answers import OrderPosted
from shopfloor.orders.documents import insert_lines, line_values, new_order
from shopfloor.orders.errors import SameLocation
from shopfloor.orders.inputs import NewTransferOrder, OutboundLine, PostTransfer, PostTransferReceipt
from shopfloor.orders.kinds import TRANSFER_ORDER, TRANSFER_RECEIPT, TRANSFER_SHIPMENT
from shopfloor.orders.models import TransferLine
from shopfloor.orders.movements import order_posted, post_movement
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Created
from shopfloor.reservations.always import reserve_always
from shopfloor.reservations.models import ReservationSource

_open = table(OpenItemEntry)
_location = table(Location)
_item = table(Item)
_line = table(TransferLine)


@dataclass(frozen=True)
class OnTheWay:
    """One number combination of a transfer line that left and has not arrived."""

    line_no: int
    item_no: str
    variant_code: str
    tracking: Tracking
    quantity: Decimal
    base_unit_code: str


def create_transfer_order(session: Session, actor: Actor, *, given: NewTransferOrder) -> Created:
    """Make an open transfer order (C9). What its *Always* items need is reserved at once (RS-05).

    Raises NotAllowed, NotFound, SameLocation, LocationInTransit, LocationKeepsGoods, AlreadyExists, SetupMissing, ItemBlocked,
    UnitUnknown, BelowPrecision.
    """
    actor.require(rights.RECEIVE)
    if given.from_code == given.to_code:
        raise SameLocation(location=given.from_code)
    require_locations(session, (given.from_code, given.to_code))
    in_transit_code = given.in_transit_code or _only_in_transit(session)
    require_in_transit(session, in_transit_code)
    places = {"from_code": given.from_code, "to_code": given.to_code, "in_transit_code": in_transit_code}
    order_no = new_order(session, TRANSFER_ORDER, given.no, {"order_date": given.order_date or actor.work_date(), **places})
    insert_lines(session, TRANSFER_ORDER, order_no, line_values(session, TRANSFER_ORDER, given.lines, of_many=True))
    reserve_always(session, actor, ReservationSource.TRANSFER_LINE.value, order_no)
    audit.record(session, "create transfer order", order_no, after=given.model_dump(mode="json") | places)
    return Created(record="Transfer order", number=order_no)


def post_transfer_shipment(session: Session, actor: Actor, *, given: PostTransfer, may_break: bool = False) -> OrderPosted:
    """Goods leave: from then on they are on their way, and only receiving this order brings them on (AP-09).

    `may_break`: a page asks, so goods reserved for others may leave after a yes (AP-13, D19). Raises what `post_movement` raises:
    NotAvailable (AP-11), NumberOnHold (D20), ReservedElsewhere and others; ReservationsWillBreak.
    """
    moved = post_movement(session, actor, TRANSFER_ORDER, TRANSFER_SHIPMENT, given, may_break=may_break)
    return order_posted(TRANSFER_SHIPMENT, given.order_no, moved)


def post_transfer_receipt(session: Session, actor: Actor, *, given: PostTransferReceipt | PostTransfer) -> OrderPosted:
    """Goods arrive, with the numbers that left (TL-14). Without lines: everything that is on its way.

    Raises what `post_movement` raises, and NotFound when nothing is on its way.
    """
    lines = given.lines
    if not lines:
        actor.require(rights.RECEIVE)
        lines = tuple(
            OutboundLine(line_no=part.line_no, quantity=part.quantity, unit_code=part.base_unit_code, **vars(part.tracking))
            for part in on_the_way(session, given.order_no)
        )
        if not lines:
            raise NotFound(record="shipped and not received line of transfer order", number=given.order_no)
    posting = PostTransfer(order_no=given.order_no, lines=lines, posting_date=given.posting_date)
    return order_posted(TRANSFER_RECEIPT, given.order_no, post_movement(session, actor, TRANSFER_ORDER, TRANSFER_RECEIPT, posting))


def on_the_way(session: Session, order_no: str) -> list[OnTheWay]:
    """What was shipped with a transfer order and has not arrived, by line and number. One statement."""
    c = _open.c
    keys = (c.order_line_no, c.item_no, c.variant_code, c.serial_no, c.lot_no, c.package_no, _item.c.base_unit_code)
    # The in-transit location and the items of the lines lead through the index of open entries.
    of_lines = select(_line.c.item_no).where(plant(session, _line), _line.c.order_no == order_no)
    statement = (
        select(*keys, func.sum(c.remaining).label("quantity"))
        .join_from(_open, _item, _item.c.no == c.item_no)
        .where(plant(session, _open), c.item_no.in_(of_lines), c.order_type == OrderType.TRANSFER.value, c.order_no == order_no)
        .group_by(*keys)
        .order_by(*keys)
    )
    return [
        OnTheWay(r.order_line_no, r.item_no, r.variant_code, Tracking(r.serial_no, r.lot_no, r.package_no), r.quantity, r.base_unit_code)
        for r in session.connection().execute(statement)
    ]


def _only_in_transit(session: Session) -> str:
    """The in-transit location, when there is no choice. Raises SetupMissing, InvalidInput."""
    statement = select(_location.c.code).where(plant(session, _location), _location.c.in_transit).order_by(_location.c.code).limit(5)
    codes = [str(code) for code in session.connection().scalars(statement)]
    if not codes:
        raise SetupMissing(record="in-transit location", number="of the plant")
    if len(codes) > 1:
        problem = f"choose one of {', '.join(codes)}"
        raise InvalidInput(summary=f"in_transit_code: {problem}", problems={"in_transit_code": problem})
    return codes[0]
