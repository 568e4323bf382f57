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
