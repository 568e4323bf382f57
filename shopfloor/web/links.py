"""Addresses of pages about records: where a number, a document, an order or an entry leads. One place, so that every page links alike."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import DocumentType, OrderType, SourceType

ORDERS = {OrderType.PRODUCTION.value: "/production-orders/", OrderType.TRANSFER.value: "/transfer-orders/"}
"""Kind of order of an entry -> where its card is."""
PARTIES = {SourceType.VENDOR.value: "/vendors/", SourceType.CUSTOMER.value: "/customers/"}
DOCUMENTS = {
    DocumentType.PURCHASE_RECEIPT.value: ("/purchase-orders/", "/vendors/"),
    DocumentType.SALES_SHIPMENT.value: ("/sales-orders/", "/customers/"),
    DocumentType.RETURN_SHIPMENT.value: ("/purchase-return-orders/", "/vendors/"),
    DocumentType.RETURN_RECEIPT.value: ("/sales-return-orders/", "/customers/"),
    DocumentType.TRANSFER_SHIPMENT.value: ("/transfer-orders/", ""),
    DocumentType.TRANSFER_RECEIPT.value: ("/transfer-orders/", ""),
    DocumentType.PRODUCTION_JOURNAL.value: ("/production-orders/", ""),
}
"""Kind of posted document -> where its order is, and who it is from or to."""
SOURCES = {
    "Prod. Order Component": "/production-orders/",
    "Prod. Order Line": "/production-orders/",
    "Sales Line": "/sales-orders/",
    "Purchase Line": "/purchase-orders/",
    "Transfer Line": "/transfer-orders/",
    "Item Ledger Entry": "/ledger-entries/",
}
"""What a reservation entry points at -> where it is shown."""


def item_link(item_no: str) -> str:
    """The card of an item."""
    return _below("/items/", item_no)


def entry_link(entry_no: int) -> str:
    """The card of an item ledger entry."""
    return f"/ledger-entries/{entry_no}" if entry_no else ""


def entries_link(**filters: object) -> str:
    """The list of item ledger entries with filters."""
    return _asked("/ledger-entries", filters)


def reservations_link(**filters: object) -> str:
    """The list of reservation entries with filters."""
    return _asked("/reservation-entries", filters)


def document_link(document_no: str, order_type: str = "", order_no: str = "") -> str:
    """A posted document; the document of a production journal is its order."""
    if order_no and document_no == order_no:
        return order_link(order_type, order_no)
    return _below("/documents/", document_no)


def order_of_document(document_type: str, order_no: str) -> str:
    """The order that a document was posted for."""
    return _below(DOCUMENTS[document_type][0], order_no) if document_type in DOCUMENTS else ""


def party_of_document(document_type: str, party_no: str) -> str:
    """The vendor or customer of a document."""
    return _below(DOCUMENTS[document_type][1], party_no) if document_type in DOCUMENTS else ""


def order_link(order_type: str, order_no: str) -> str:
    """The order of an entry."""
    return _below(ORDERS[order_type], order_no) if order_type in ORDERS else ""


def party_link(source_type: str, source_no: str) -> str:
    """Vendor or customer."""
    return _below(PARTIES[source_type], source_no) if source_type in PARTIES else ""


def source_link(source_type: str, source_id: str) -> str:
    """What a reservation entry points at."""
    return _below(SOURCES[source_type], source_id) if source_type in SOURCES else ""


def register_link(register_no: int) -> str:
    """One posting."""
    return f"/item-registers/{register_no}" if register_no else ""


def application_link(application_no: int) -> str:
    """One application."""
    return f"/item-applications/{application_no}"


def find_entries_link(item_no: str = "", variant_code: str = "", *, serial_no: str = "", lot_no: str = "", package_no: str = "") -> str:
    """All records of a number; blank without one (FN-01)."""
    if not (serial_no or lot_no or package_no):
        return ""
    return _asked(
        "/find-entries",
        {"serial_no": serial_no, "lot_no": lot_no, "package_no": package_no, "item_no": item_no, "variant_code": variant_code},
    )


def trace_link(item_no: str, variant_code: str, tracking: Tracking, *, forward: bool = False) -> str:
    """The trace of a number; blank without one."""
    if not tracking:
        return ""
    named = {"item_no": item_no, "variant": variant_code} | vars(tracking) | {"method": "Origin -> Usage" if forward else ""}
    return _asked("/tracing", named)


def _below(place: str, number: str) -> str:
    return place + quote(number, safe="") if number else ""


def _asked(place: str, filters: dict[str, object] | dict[str, str]) -> str:
    query = urlencode({name: value for name, value in filters.items() if value}, errors="replace")
    return f"{place}?{query}" if query else place
