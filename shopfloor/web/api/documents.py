"""Return and transfer orders, posted documents with undo and return, and changes of any order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from shopfloor.errors import NotFound
from shopfloor.ledger.entry_types import DocumentType
from shopfloor.orders import commands, line_commands, queries
from shopfloor.orders.document_queries import PLACES, document_card, list_documents
from shopfloor.orders.inputs import (
    AddLine,
    ChangeLine,
    ChosenLine,
    CloseOrder,
    DeleteLine,
    EntryNos,
    LineValues,
    NewPurchaseReturn,
    NewSalesReturn,
    NewTransferOrder,
    PostReturnReceipt,
    PostReturnShipment,
    PostTransfer,
    PostTransferReceipt,
    ReturnPosted,
    UndoPosted,
)
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.returns import return_posted
from shopfloor.orders.transfers import create_transfer_order, post_transfer_receipt, post_transfer_shipment
from shopfloor.orders.undo import undo_posted
from shopfloor.people.fields import Day, InputModel, Reason, Text20, Version, read_input
from shopfloor.web.api.base import READS, WRITES, OrderPath, PageQuery, WriteHeaders, blueprint, command, page, show
from shopfloor.web.api.orders import OrdersQuery
from shopfloor.web.extensions import request_session
from shopfloor.web.lists import found

api = blueprint("documents", "Returns, transfers, undo and changed lines")
M = TypeVar("M", bound=InputModel)
READ_ELSEWHERE = (OrderKind.PURCHASE, OrderKind.SALES)
"""Their lists and cards stand with the orders."""


class LinePath(OrderPath):
    """One line of an order."""

    line_no: int


class DocumentsQuery(PageQuery):
    """Documents of one kind."""

    document_type: DocumentType = DocumentType.PURCHASE_RECEIPT


class DocumentPath(BaseModel):
    """One posted document. Numbers are given by kind, so the kind is a part of the address."""

    kind: str = Field(description="Its document type as in addresses", json_schema_extra={"enum": list(PLACES)})
    no: str

    def document_type(self) -> DocumentType:
        """The kind. Raises NotFound."""
        if self.kind not in PLACES:
            raise NotFound(record="kind of document", number=self.kind)
        return PLACES[self.kind]


class ChangedLine(LineValues):
    """A line with its new values; what is left out becomes blank."""

    version: Version = ""
    confirmed: bool = Field(default=False, description="The question DATE_CONFLICT was answered with yes")


class Confirmation(InputModel):
    """A yes to DELETE_TRACKED_LINE."""

    confirmed: bool = False


class Deletion(Confirmation):
    """Of the line as it was read."""

    version: Version = ""


class Closing(Confirmation):
    """Why nothing more comes or goes, and a yes to CLOSE_TRACKED_ORDER."""

    reason: Reason


class Undo(InputModel):
    """What is taken back, and why."""

    reason: Reason
    entry_nos: EntryNos = ()
    posting_date: Day = None


class MakeReturn(InputModel):
    """What goes back."""

    entry_nos: EntryNos = ()
    order_no: Text20 = ""


@api.post("/purchase-return-orders", summary="Create a purchase return order", responses=WRITES)
def create_purchase_return(header: WriteHeaders, body: NewPurchaseReturn) -> Response:
    """Goods that shall go back to a vendor."""
    return command(commands.create_purchase_return, header, given=body)


@api.post("/sales-return-orders", summary="Create a sales return order", responses=WRITES)
def create_sales_return(header: WriteHeaders, body: NewSalesReturn) -> Response:
    """Goods that a customer sends back."""
    return command(commands.create_sales_return, header, given=body)


@api.post("/transfer-orders", summary="Create a transfer order", responses=WRITES)
def create_transfer(header: WriteHeaders, body: NewTransferOrder) -> Response:
    """Goods that shall go from one location to another."""
    return command(create_transfer_order, header, given=body)


@api.post("/return-shipments", summary="Post a return shipment", responses=WRITES)
def return_shipments(header: WriteHeaders, body: PostReturnShipment) -> Response:
    """Goods that go back to a vendor: all lines or none."""
    return command(commands.post_return_shipment, header, given=body)


@api.post("/return-receipts", summary="Post a return receipt", responses=WRITES)
def return_receipts(header: WriteHeaders, body: PostReturnReceipt) -> Response:
    """Goods that came back from a customer: all lines or none."""
    return command(commands.post_return_receipt, header, given=body)


@api.post("/transfer-shipments", summary="Post a transfer shipment", responses=WRITES)
def transfer_shipments(header: WriteHeaders, body: PostTransfer) -> Response:
    """Goods that leave: all lines or none."""
    return command(post_transfer_shipment, header, given=body)


@api.post("/transfer-receipts", summary="Post a transfer receipt", responses=WRITES)
def transfer_receipts(header: WriteHeaders, body: PostTransferReceipt) -> Response:
    """Goods that arrive: all lines or none; without lines all that is on its way."""
    return command(post_transfer_receipt, header, given=body)


@api.get("/documents", summary="Posted documents of one kind, highest number first", responses=READS)
def documents(query: DocumentsQuery) -> Response:
    """A page of documents."""
    return page(list_documents(request_session(), query.document_type, after=query.after, limit=query.limit))


@api.get("/documents/<kind>/<no>", summary="One posted document with its lines and entries", responses=READS)
def document(path: DocumentPath) -> Response:
    """One document, and whether it can be undone or returned."""
    kind = path.document_type()
    return show(found(kind.value, path.no, document_card(request_session(), kind, path.no)))


@api.post("/documents/<kind>/<no>/undo", summary="Undo a posted document", responses=WRITES)
def undo(path: DocumentPath, header: WriteHeaders, body: Undo) -> Response:
    """Take it back, or some of its entries."""
    given = _given(UndoPosted, document_no=path.no, **dict(body))
    return command(undo_posted, header, document_type=path.document_type(), given=given)


@api.post("/documents/<kind>/<no>/return", summary="Get the lines of a receipt or shipment to reverse", responses=WRITES)
def give_back(path: DocumentPath, header: WriteHeaders, body: MakeReturn) -> Response:
    """A return order with what is left of it."""
    given = _given(ReturnPosted, document_no=path.no, **dict(body))
    return command(return_posted, header, document_type=path.document_type(), given=given)


def _given(model: type[M], **values: object) -> M:
    """What address and body give together. Raises InvalidInput."""
    return read_input(model, values)


def _route(
    method: Callable[..., Any], rule: str, name: str, summary: str, responses: dict[Any, Any], view: Callable[..., Response]
) -> None:
    """The same view for several kinds; the name tells the operations apart."""
    view.__name__ = name.replace("-", "_").replace(" ", "_")
    method(rule, summary=summary, responses=responses)(view)


def _reads_of(kind: OrderKind) -> None:
    place = kind.address

    def orders(query: OrdersQuery) -> Response:
        """A page of orders."""
        return page(queries.list_orders(request_session(), kind, **query.model_dump()))

    def order(path: OrderPath) -> Response:
        """One order with its lines, numbers and what was posted for it."""
        return show(found(kind.value, path.order_no, queries.order_card(request_session(), kind, path.order_no)))

    def release(path: OrderPath, header: WriteHeaders) -> Response:
        """Goods may move."""
        return command(commands.release_order, header, kind=kind, order_no=path.order_no)

    _route(api.get, f"/{place}", f"list {place}", f"{kind.value.capitalize()}s", READS, orders)
    _route(api.get, f"/{place}/<order_no>", f"one of {place}", f"One {kind.value}", READS, order)
    _route(api.post, f"/{place}/<order_no>/release", f"release {place}", f"Release a {kind.value}", WRITES, release)


def _changes_of(kind: OrderKind) -> None:
    place, line_rule = f"/{kind.address}/<order_no>", f"/{kind.address}/<order_no>/lines"

    def add(path: OrderPath, header: WriteHeaders, body: LineValues) -> Response:
        """A further line."""
        return command(line_commands.add_line, header, kind=kind, given=_given(AddLine, order_no=path.order_no, **dict(body)))

    def change(path: LinePath, header: WriteHeaders, body: ChangedLine) -> Response:
        """New values of a line; too many reservations are released."""
        return command(line_commands.change_line, header, kind=kind, given=_given(ChangeLine, **path.model_dump(), **dict(body)))

    def delete(path: LinePath, header: WriteHeaders, body: Deletion) -> Response:
        """A line that nothing was posted for."""
        return command(line_commands.delete_line, header, kind=kind, given=_given(DeleteLine, **path.model_dump(), **dict(body)))

    def cancel(path: LinePath, header: WriteHeaders) -> Response:
        """All reservations of a line."""
        return command(line_commands.cancel_line_reservations, header, kind=kind, given=_given(ChosenLine, **path.model_dump()))

    def close(path: OrderPath, header: WriteHeaders, body: Closing) -> Response:
        """What is open will not come or go."""
        return command(line_commands.close_order, header, kind=kind, given=_given(CloseOrder, order_no=path.order_no, **dict(body)))

    name = kind.value
    _route(api.post, line_rule, f"add line {name}", f"Add a line to a {name}", WRITES, add)
    _route(api.put, f"{line_rule}/<line_no>", f"change line {name}", f"Change a line of a {name}", WRITES, change)
    _route(api.post, f"{line_rule}/<line_no>/delete", f"delete line {name}", f"Delete a line of a {name}", WRITES, delete)
    cancelling = f"Cancel the reservations of a line of a {name}"
    _route(api.post, f"{line_rule}/<line_no>/cancel-reservation", f"cancel reservation {name}", cancelling, WRITES, cancel)
    _route(api.post, f"{place}/close", f"close {name}", f"Close a {name}", WRITES, close)


for _kind in OrderKind:
    if _kind not in READ_ELSEWHERE:
        _reads_of(_kind)
    _changes_of(_kind)
