"""Item tracking lines, the summary of numbers, and the availability of one number."""

from __future__ import annotations

from typing import Annotated, Any

from flask import jsonify
from pydantic import Field, WithJsonSchema
from werkzeug.wrappers import Response

from shopfloor.item_tracking import queries
from shopfloor.item_tracking.commands import add_tracking_lines, assign_to_line, create_serials, save_tracking_lines
from shopfloor.item_tracking.inputs import AddTrackingLines, AssignToLine, CreateSerials, SaveTrackingLines, ScanForLine, TrackingSource
from shopfloor.item_tracking.scanned import scanned_number
from shopfloor.items.tracking import Tracking
from shopfloor.people.fields import Code20, Day, InputModel, Number, OptionalQuantity, Variant
from shopfloor.quantity import ZERO
from shopfloor.reservations.availability import NumberAvailability
from shopfloor.reservations.availability_queries import Place, availability_by_lot, availability_of, numbers_in_stock
from shopfloor.web.api.base import READS, WRITES, WriteHeaders, as_json, blueprint, command
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.scanner import scanner_profile

api = blueprint("item_tracking", "Item tracking lines and availability of numbers")


class PlaceQuery(InputModel):
    """Goods of one item at one location."""

    item_no: Code20
    location_code: Code20
    variant_code: Variant = ""


class NumberQuery(PlaceQuery):
    """One number of it."""

    pending: Annotated[OptionalQuantity, WithJsonSchema({"type": "string", "description": "Typed, not saved, base units (AV-04)"})] = None
    serial_no: Number = ""
    lot_no: Number = ""
    package_no: Number = ""


class NumbersQuery(PlaceQuery):
    """A page of its numbers; the next page begins after the last number of the one before."""

    by_lot: bool = False
    after_serial: Number = ""
    after_lot: Number = ""
    after_package: Number = ""
    limit: int = Field(default=200, ge=1, le=1000)


class LotsQuery(PlaceQuery):
    """Lots until a date."""

    until: Day = None


@api.get("/item-tracking-lines", summary="Numbers of a document line", responses=READS)
def lines(query: TrackingSource) -> Response:
    """TL-01: rows, matrix, and what was posted of the line."""
    page = queries.tracking_lines_page(request_session(), query)
    matrix = page.matrix
    return jsonify(
        {
            "document": page.source.document,
            "status": page.source.status,
            "numbers": [
                {**as_json(number), "availability": _availability(number.availability), "available": number.available}
                for number in page.numbers
            ],
            "handled": [{**as_json(tracking), "quantity": as_json(quantity)} for tracking, quantity in page.handled],
            "matrix": as_json(matrix)
            | {"undefined": as_json(matrix.undefined), "undefined_to_handle": as_json(matrix.undefined_to_handle)},
            "version": page.version,
            "read_at": as_json(page.read_at),
        }
    )


@api.get("/item-tracking-lines/scanned", summary="Numbers that a scanned label means for a document line", responses=READS)
def scanned(query: ScanForLine) -> Response:
    """Nothing is saved: the caller fills a row with it."""
    found = scanned_number(request_session(), current_actor(), given=query, profile=scanner_profile())
    return jsonify({**as_json(found.tracking), "quantity": as_json(found.quantity), "expiration_date": as_json(found.expiration_date)})


@api.post("/item-tracking-lines", summary="Save all numbers of a document line", responses=WRITES)
def save(header: WriteHeaders, body: SaveTrackingLines) -> Response:
    """TL-02 to TL-12: the line carries exactly these numbers from now on."""
    return command(save_tracking_lines, header, given=body)


@api.post("/item-tracking-lines/add", summary="Add numbers to a document line", responses=WRITES)
def add(header: WriteHeaders, body: AddTrackingLines) -> Response:
    """TL-11, TL-16: beside those that it carries already."""
    return command(add_tracking_lines, header, given=body)


@api.post("/item-tracking-lines/assign", summary="New numbers from the item's series on a document line", responses=WRITES)
def assign(header: WriteHeaders, body: AssignToLine) -> Response:
    """TL-13."""
    return command(assign_to_line, header, given=body)


@api.post("/item-tracking-lines/serials", summary="Create customised serial numbers on a document line", responses=WRITES)
def serials(header: WriteHeaders, body: CreateSerials) -> Response:
    """TL-13."""
    return command(create_serials, header, given=body)


@api.get("/item-tracking-summary", summary="Numbers of an item in stock, with their availability", responses=READS)
def summary(query: NumbersQuery) -> Response:
    """AV-01 to AV-12, by lot and serial."""
    after = Tracking(query.after_serial, query.after_lot, query.after_package)
    found = numbers_in_stock(request_session(), _place(query), by_lot=query.by_lot, after=after or None, limit=query.limit)
    return jsonify({"numbers": [_availability(number) for number in found.numbers], "next_after": as_json(found.after)})


@api.get("/number-availability", summary="Availability of one number", responses=READS)
def availability(query: NumberQuery) -> Response:
    """AV-01: total − requested − pending + what is named twice."""
    tracking = Tracking(query.serial_no, query.lot_no, query.package_no)
    found = availability_of(request_session(), _place(query), [tracking]) if tracking else {tracking: NumberAvailability()}
    return jsonify(_availability(found[tracking].typed(ZERO, query.pending or ZERO)))


@api.get("/lot-availability", summary="Availability of an item by lot until a date", responses=READS)
def lots(query: LotsQuery) -> Response:
    """AV-11: inventory + receipts − requirements under each lot number."""
    found = availability_by_lot(request_session(), _place(query), until=query.until)
    return jsonify({"lots": [{**as_json(lot), "available": as_json(lot.available)} for lot in found]})


def _availability(number: NumberAvailability | None) -> dict[str, Any] | None:
    return None if number is None else {**as_json(number), "available": as_json(number.available)}


def _place(query: PlaceQuery) -> Place:
    return Place(query.item_no, query.location_code, query.variant_code)
