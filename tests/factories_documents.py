"""Returns, transfers and undo for tests, made by the real commands."""

from __future__ import annotations

from sqlalchemy import select

from shopfloor.items.commands import create_location
from shopfloor.items.inputs import NewLocation
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.orders import commands
from shopfloor.orders.inputs import (
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
from shopfloor.orders.kinds import MOVEMENTS, OrderKind
from shopfloor.orders.returns import return_posted
from shopfloor.orders.transfers import create_transfer_order, post_transfer_receipt, post_transfer_shipment
from shopfloor.orders.undo import undo_posted
from shopfloor.posting.check import run_all


def kind_of(record):
    """The document type of what people call the document, such as `receipt`; a word that is none stays as it is."""
    return next((kind for kind, (_shape, movement) in MOVEMENTS.items() if movement.record == record), record)


def undo(run, record, document_no, *entry_nos, reason="wrong pallet", **more):
    given = UndoPosted(document_no=document_no, entry_nos=entry_nos, reason=reason)
    return run(undo_posted, document_type=kind_of(record), given=given, **more)


def copy_posted(run, record, document_no, *entry_nos, order_no="", release=True):
    """Get posted lines to reverse; gives the number of the return order."""
    given = ReturnPosted(document_no=document_no, entry_nos=entry_nos, order_no=order_no)
    answer = run(return_posted, document_type=kind_of(record), given=given)
    if release and not order_no:
        kind = OrderKind.PURCHASE_RETURN if record == "receipt" else OrderKind.SALES_RETURN
        run(commands.release_order, kind=kind, order_no=answer.order_no)
    return answer.order_no


def make_sales_return(run, *lines, no="SRO-1", customer_no="C1"):
    given = NewSalesReturn(no=no, customer_no=customer_no, lines=[{"location_code": "MAIN", **line} for line in lines])
    run(commands.create_sales_return, given=given)
    run(commands.release_order, kind=OrderKind.SALES_RETURN, order_no=no)
    return no


def make_purchase_return(run, *lines, no="PRO-1", vendor_no="V1"):
    given = NewPurchaseReturn(no=no, vendor_no=vendor_no, lines=[{"location_code": "MAIN", **line} for line in lines])
    run(commands.create_purchase_return, given=given)
    run(commands.release_order, kind=OrderKind.PURCHASE_RETURN, order_no=no)
    return no


def take_back(run, order_no, *lines, **more):
    """Return receipt: a customer's goods come back."""
    given = PostReturnReceipt(order_no=order_no, lines=[{"line_no": 10000, **line} for line in lines], **more)
    return run(commands.post_return_receipt, given=given)


def send_back(run, order_no, *lines, actor=None, **more):
    """Return shipment: goods go back to the vendor."""
    given = PostReturnShipment(order_no=order_no, lines=[{"line_no": 10000, **line} for line in lines], **more)
    return run(commands.post_return_shipment, *([actor] if actor else []), given=given)


def make_in_transit(run, code="TRANSIT"):
    run(create_location, given=NewLocation(code=code, name="On the road", in_transit=True))
    return code


def make_transfer_order(run, *lines, no="TO-1", release=True, from_code="MAIN", to_code="SIDE", **more):
    run(create_transfer_order, given=NewTransferOrder(no=no, from_code=from_code, to_code=to_code, lines=lines, **more))
    if release:
        run(commands.release_order, kind=OrderKind.TRANSFER, order_no=no)
    return no


def send_off(run, order_no, *lines):
    return run(post_transfer_shipment, given=PostTransfer(order_no=order_no, lines=[{"line_no": 10000, **line} for line in lines]))


def arrive(run, order_no, *lines):
    """Without lines: everything that is on its way."""
    return run(post_transfer_receipt, given=PostTransferReceipt(order_no=order_no, lines=[{"line_no": 10000, **line} for line in lines]))


def entries_of(session, document_no):
    """Entries with the number of a posted document, oldest first."""
    wanted = select(ItemLedgerEntry).where(ItemLedgerEntry.document_no == document_no).order_by(ItemLedgerEntry.entry_no)
    found = session.scalars(wanted).all()
    session.expunge_all()
    session.rollback()
    return found


def stock_at(session, item_no):
    """(location, number) -> quantity in stock."""
    found = {}
    for row in session.scalars(select(OpenItemEntry).where(OpenItemEntry.item_no == item_no)):
        key = (row.location_code, row.serial_no or row.lot_no)
        found[key] = found.get(key, 0) + row.remaining
    session.expunge_all()
    session.rollback()
    return found


def books_are_right(session):
    """Every check of `shopfloor check` over ledger and reservations."""
    problems = [problem.text for problem in run_all(session)]
    session.rollback()
    assert problems == []
