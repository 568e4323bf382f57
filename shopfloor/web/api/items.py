"""Units, items, their codes, locations, numbers, number series, stock."""

from __future__ import annotations

from pydantic import Field
from werkzeug.wrappers import Response

from shopfloor.genealogy.stock_queries import stock_by_number
from shopfloor.items import commands, identification, number_information, number_series, queries
from shopfloor.items.inputs import (
    AssignNumbers,
    HoldNumber,
    NewGtin,
    NewItem,
    NewItemUnit,
    NewLocation,
    NewNumberSeries,
    NewPolicy,
    NewReference,
    NewUnit,
    NumberDetails,
    NumberKey,
)
from shopfloor.items.new_numbers import assign_new_numbers
from shopfloor.items.number_history import history_of
from shopfloor.items.rules import GoodsNumber
from shopfloor.ledger.number_queries import entries_of_one_number, list_numbers, number_figures
from shopfloor.people.fields import InputModel
from shopfloor.quality import holding
from shopfloor.web.api.base import READS, WRITES, ItemPath, PageQuery, WriteHeaders, blueprint, command, page, show
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.lists import found

api = blueprint("items", "Items and stock")


class ItemsQuery(PageQuery):
    """Items whose number or description holds a text."""

    text: str = Field(default="", max_length=100)


class StockQuery(PageQuery):
    """Filters of the stock by number."""

    item_no: str = Field(default="", max_length=20)
    location_code: str = Field(default="", max_length=20)
    number: str = Field(default="", max_length=50)


class NumbersQuery(PageQuery):
    """Filters of the list of numbers; a blank one filters nothing."""

    item_no: str = Field(default="", max_length=20)
    kind: str = Field(default="", max_length=10)
    text: str = Field(default="", max_length=50)
    blocked: bool = False


class CodeQuery(InputModel):
    """A plain code: item number, GTIN or reference."""

    code: str = Field(min_length=1, max_length=100)


@api.get("/items", summary="Items by number", responses=READS)
def list_items(query: ItemsQuery) -> Response:
    """A page of items."""
    return page(queries.list_items(request_session(), after=query.after, limit=query.limit, text=query.text))


@api.get("/items/<item_no>", summary="One item with units and codes", responses=READS)
def item(path: ItemPath) -> Response:
    """One item."""
    return show(found("item", path.item_no, queries.item_card(request_session(), path.item_no)))


@api.get("/stock", summary="Stock by number: on hand, in units, picked, reserved", responses=READS)
def stock(query: StockQuery) -> Response:
    """A page of stock."""
    return page(stock_by_number(request_session(), **query.model_dump()))


@api.get("/locations", summary="Locations", responses=READS)
def locations() -> Response:
    """All locations."""
    return show({"rows": queries.list_locations(request_session())})


@api.get("/codes", summary="Every item that a code can mean", responses=READS)
def codes(query: CodeQuery) -> Response:
    """Items of a code."""
    return show({"rows": identification.items_of_code(request_session(), query.code)})


@api.get("/numbers", summary="What is known of one number", responses=READS)
def number(query: NumberKey) -> Response:
    """One serial, lot or package number."""
    card = queries.number_card(
        request_session(), item_no=query.item_no, kind=query.kind, number=query.number, variant_code=query.variant_code
    )
    return show(found(query.kind.lower() + " number", query.number, card))


@api.get("/numbers/list", summary="Numbers with their stock", responses=READS)
def numbers(query: NumbersQuery) -> Response:
    """A page of numbers."""
    return page(list_numbers(request_session(), **query.model_dump()))


@api.get("/numbers/figures", summary="Inventory, expired inventory, entries and history of one number", responses=READS)
def number_in_full(query: NumberKey) -> Response:
    """Everything that the card of a number shows beside its information."""
    session, number = request_session(), GoodsNumber(query.item_no, query.variant_code, query.kind.value, query.number)
    figures = number_figures(session, number, current_actor().work_date())
    return show({"figures": figures, "entries": entries_of_one_number(session, number), "history": history_of(session, number)})


@api.get("/numbers/held", summary="Numbers on hold", responses=READS)
def held() -> Response:
    """Every number on hold."""
    return show({"rows": queries.held_numbers(request_session())})


@api.post("/units", summary="Create a unit of measure", responses=WRITES)
def create_unit(header: WriteHeaders, body: NewUnit) -> Response:
    """A unit of measure."""
    return command(commands.create_unit, header, given=body)


@api.post("/policies", summary="Create a Tracked components policy", responses=WRITES)
def create_policy(header: WriteHeaders, body: NewPolicy) -> Response:
    """A Tracked components policy."""
    return command(commands.create_policy, header, given=body)


@api.post("/items", summary="Create an item", responses=WRITES)
def create_item(header: WriteHeaders, body: NewItem) -> Response:
    """An item."""
    return command(commands.create_item, header, given=body)


@api.post("/item-units", summary="Add a unit to an item", responses=WRITES)
def add_item_unit(header: WriteHeaders, body: NewItemUnit) -> Response:
    """Another unit of an item."""
    return command(commands.add_item_unit, header, given=body)


@api.post("/gtins", summary="Add a GTIN to an item", responses=WRITES)
def add_gtin(header: WriteHeaders, body: NewGtin) -> Response:
    """A GTIN with a right check digit."""
    return command(commands.add_gtin, header, given=body)


@api.post("/references", summary="Add another code to an item", responses=WRITES)
def add_reference(header: WriteHeaders, body: NewReference) -> Response:
    """A code of our own, or a vendor's or customer's item number."""
    return command(commands.add_reference, header, given=body)


@api.post("/locations", summary="Create a location", responses=WRITES)
def create_location(header: WriteHeaders, body: NewLocation) -> Response:
    """A warehouse of the plant."""
    return command(commands.create_location, header, given=body)


@api.post("/number-series", summary="Create a number series", responses=WRITES)
def create_series(header: WriteHeaders, body: NewNumberSeries) -> Response:
    """A series of document or goods numbers."""
    return command(number_series.create_series, header, given=body)


@api.post("/number-series/defaults", summary="Create every number series that the product asks for", responses=WRITES)
def create_default_series(header: WriteHeaders) -> Response:
    """The series of a new plant."""
    return command(number_series.create_default_series, header)


@api.post("/numbers/assign", summary="New numbers from the series of the items", responses=WRITES)
def assign_numbers(header: WriteHeaders, body: AssignNumbers) -> Response:
    """A serial for each base unit, a lot for each line; nothing is posted."""
    return command(assign_new_numbers, header, given=body)


@api.post("/numbers/hold", summary="Put a number on hold", responses=WRITES)
def hold(header: WriteHeaders, body: HoldNumber) -> Response:
    """Stop a number."""
    return command(holding.hold_number, header, given=body)


@api.post("/numbers/release", summary="End a hold", responses=WRITES)
def release(header: WriteHeaders, body: HoldNumber) -> Response:
    """Let a number go again."""
    return command(number_information.release_number, header, given=body)


@api.post("/numbers", summary="Write what is known of a number", responses=WRITES)
def set_information(header: WriteHeaders, body: NumberDetails) -> Response:
    """Vendor, vendor's lot and dates of a number."""
    return command(number_information.set_number_information, header, given=body)
