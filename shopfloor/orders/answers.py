"""Answers of postings with documents."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Answer


@dataclass(frozen=True)
class Received(Answer):
    """Goods of a purchase order came in."""

    code = "RECEIPT_POSTED"
    message = "Receipt {receipt_no} of {order_no} is posted: {line_count} lines."
    receipt_no: str
    order_no: str
    order_status: str
    line_count: int
    register_no: int


@dataclass(frozen=True)
class Shipped(Answer):
    """Goods of a sales order went out."""

    code = "SHIPMENT_POSTED"
    message = "Shipment {shipment_no} of {order_no} is posted: {line_count} lines."
    shipment_no: str
    order_no: str
    order_status: str
    line_count: int
    register_no: int


@dataclass(frozen=True)
class OrderPosted(Answer):
    """Goods of a return or transfer order moved."""

    code = "ORDER_POSTED"
    message = "{record} {document_no} of {order_no} is posted: {line_count} lines."
    record: str
    """Return shipment, return receipt, transfer shipment or transfer receipt."""
    document_no: str
    order_no: str
    order_status: str
    line_count: int
    register_no: int


@dataclass(frozen=True)
class OrderPostedReserved(OrderPosted):
    """AP-13: goods left that were reserved for others."""

    code = "ORDER_BROKE_RESERVATIONS"
    message = "{record} {document_no} of {order_no} is posted: {line_count} lines. It took goods that were reserved for {broken}."
    sound = "attention"
    broken: str = ""


@dataclass(frozen=True)
class PostingUndone(Answer):
    """AP-15: a posted document, or a part of it, was taken back."""

    code = "POSTING_UNDONE"
    message = "{record} {document_no} is undone: {line_count} entries. {order_no} is {order_status}."
    record: str
    document_no: str
    order_no: str
    order_status: str
    line_count: int
    register_no: int


@dataclass(frozen=True)
class ReturnLinesCopied(Answer):
    """TL-15: a return order has the lines of a posted document."""

    code = "RETURN_LINES_COPIED"
    message = "{line_count} lines of {document_no} stand on return order {order_no}."
    order_no: str
    document_no: str
    line_count: int


@dataclass(frozen=True)
class LineChanged(Answer):
    """A line of an order is other than before."""

    code = "LINE_CHANGED"
    message = "Line {line_no} of {order_no} {what}."
    order_no: str
    line_no: int
    what: str
    """was changed, was added, was deleted, or is not reserved any more."""
    order_status: str
    released: str = "0"
    """Base quantity that is not reserved for the line any more."""


@dataclass(frozen=True)
class OrderClosed(Answer):
    """What was open of an order is given up."""

    code = "ORDER_CLOSED"
    message = "{order_no} is closed."
    order_no: str


@dataclass(frozen=True)
class ShippedReserved(Shipped):
    """AP-13: goods went out that were reserved for others."""

    code = "SHIPMENT_BROKE_RESERVATIONS"
    message = "Shipment {shipment_no} of {order_no} is posted: {line_count} lines. It took goods that were reserved for {broken}."
    sound = "attention"
    broken: str = ""


@dataclass(frozen=True)
class JournalPosted(Answer):
    """An item journal is posted."""

    code = "ITEM_JOURNAL_POSTED"
    message = "Item journal {document_no} is posted: {line_count} lines."
    document_no: str
    line_count: int
    register_no: int


@dataclass(frozen=True)
class JournalPostedReserved(JournalPosted):
    """AP-13: stock was written off that was reserved."""

    code = "ITEM_JOURNAL_BROKE_RESERVATIONS"
    message = "Item journal {document_no} is posted: {line_count} lines. It took goods that were reserved for {broken}."
    sound = "attention"
    broken: str = ""


@dataclass(frozen=True)
class ReclassificationPosted(Answer):
    """Goods have other numbers, dates or places."""

    code = "RECLASSIFICATION_POSTED"
    message = "Reclassification {document_no} is posted: {line_count} lines."
    document_no: str
    line_count: int
    register_no: int


@dataclass(frozen=True)
class ExpirationCorrected(Answer):
    """A number and all that is open of it have another expiration date (C15)."""

    code = "EXPIRATION_CORRECTED"
    message = "{number} expires on {new_date}: {quantity} {unit} in stock."
    number: str
    new_date: str
    quantity: str
    """Base units that were reclassified."""
    unit: str
    register_no: int
