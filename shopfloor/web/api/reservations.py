"""Reservations by hand, their list, and the allocation of stock."""

from __future__ import annotations

from pydantic import Field
from werkzeug.wrappers import Response

from shopfloor.orders.inputs import BuyForLine, ChangeCustomerPriority
from shopfloor.orders.order_to_order import make_purchase_order
from shopfloor.orders.priorities import change_customer_priority
from shopfloor.production.order_to_order import make_production_order
from shopfloor.reservations import page_queries
from shopfloor.reservations.allocating import allocate_stock, worksheet
from shopfloor.reservations.allocation import BASIC
from shopfloor.reservations.cancelling import cancel_reservations, change_reservation
from shopfloor.reservations.inputs import (
    Allocate,
    CancelReservations,
    ChangeReservation,
    DemandInput,
    LinePlace,
    Method,
    Reserve,
    ReserveFromSupply,
)
from shopfloor.reservations.reserving import auto_reserve, reserve_from_supply
from shopfloor.web.api.base import READS, WRITES, PageQuery, WriteHeaders, blueprint, command, page, show
from shopfloor.web.extensions import request_session
from shopfloor.web.lists import found

api = blueprint("reservations", "Reservations")


class ReservationsQuery(PageQuery):
    """Reservations of one item, of one order, or all."""

    item_no: str = Field(default="", max_length=20)
    order_no: str = Field(default="", max_length=20)


class WorksheetQuery(PageQuery):
    """What a method would reserve."""

    method: Method = BASIC  # type: ignore[assignment]
    item_no: str = Field(default="", max_length=20)
    location_code: str = Field(default="", max_length=20)


@api.get("/reservations", summary="Reservations by number", responses=READS)
def reservations(query: ReservationsQuery) -> Response:
    """A page of reservations with both sides."""
    return page(page_queries.list_reservations(request_session(), **query.model_dump()))


@api.get("/reservations/<kind>/<order_no>/<int:line_no>/<int:sub_line_no>", summary="Demand line with its supply", responses=READS)
def demand_line(path: LinePlace) -> Response:
    """Supply by kind with total, reserved and available; what the line holds; the available to promise."""
    demand = DemandInput(**path.source()).demand()  # type: ignore[arg-type]
    return show(found("open order line", demand.label(), page_queries.reservation_page(request_session(), demand)))


@api.get("/allocation", summary="What a method would reserve", responses=READS)
def allocation(query: WorksheetQuery) -> Response:
    """Open demands by item, variant and location, with what each would get."""
    given = query.model_dump(include={"method", "item_no", "location_code"})
    return show(worksheet(request_session(), **given))


@api.post("/reservations", summary="Reserve for a line", responses=WRITES)
def reserve(header: WriteHeaders, body: Reserve) -> Response:
    """Stock first, then orders; with a number that stands on the line, that number only."""
    return command(auto_reserve, header, given=body)


@api.post("/reservations/from-supply", summary="Reserve from one supply", responses=WRITES)
def reserve_from(header: WriteHeaders, body: ReserveFromSupply) -> Response:
    """As much as both sides allow."""
    return command(reserve_from_supply, header, given=body)


@api.post("/reservations/cancel", summary="Cancel reservations", responses=WRITES)
def cancel(header: WriteHeaders, body: CancelReservations) -> Response:
    """All of them or none."""
    return command(cancel_reservations, header, given=body)


@api.post("/reservations/change", summary="Reduce a reservation", responses=WRITES)
def change(header: WriteHeaders, body: ChangeReservation) -> Response:
    """To a smaller quantity."""
    return command(change_reservation, header, given=body)


@api.post("/allocation", summary="Allocate stock", responses=WRITES)
def allocate(header: WriteHeaders, body: Allocate) -> Response:
    """Reserve free stock of an item and location for its open demands."""
    return command(allocate_stock, header, given=body)


@api.post("/production-orders/for-line", summary="Production order for a line", responses=WRITES)
def make(header: WriteHeaders, body: DemandInput) -> Response:
    """Scheduled over what the line still needs, and bound to it."""
    return command(make_production_order, header, given=body)


@api.post("/purchase-orders/for-line", summary="Purchase order for a line", responses=WRITES)
def buy(header: WriteHeaders, body: BuyForLine) -> Response:
    """Over what the line still needs, and bound to it."""
    return command(make_purchase_order, header, given=body)


@api.post("/customers/priority", summary="Priority of a customer", responses=WRITES)
def priority(header: WriteHeaders, body: ChangeCustomerPriority) -> Response:
    """Who is served first when stock is allocated."""
    return command(change_customer_priority, header, given=body)
