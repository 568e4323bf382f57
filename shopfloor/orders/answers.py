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
class JournalPosted(Answer):
    """An item journal is posted."""

    code = "ITEM_JOURNAL_POSTED"
    message = "Item journal {document_no} is posted: {line_count} lines."
    document_no: str
    line_count: int
    register_no: int


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
