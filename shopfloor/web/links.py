"""Addresses of pages about records: where a number, a document, an order or an entry leads. One place, so that every page links alike."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import DocumentType, OrderType, SourceType
from shopfloor.orders.document_queries import KINDS
from shopfloor.orders.kinds import MOVEMENTS

PRODUCTION_ORDERS, TRANSFER_ORDERS = "/production-orders/", "/transfer-orders/"
ORDERS = {OrderType.PRODUCTION.value: PRODUCTION_ORDERS, OrderType.TRANSFER.value: TRANSFER_ORDERS, "Purchase": "/purchase-orders/"}
"""Kind of order of an entry -> where its card is."""
PARTIES = {SourceType.VENDOR.value: "/vendors/", SourceType.CUSTOMER.value: "/customers/"}
SOURCES = {
    "Prod. Order Component": (PRODUCTION_ORDERS, PRODUCTION_ORDERS),
    "Prod. Order Line": (PRODUCTION_ORDERS, PRODUCTION_ORDERS),
    "Sales Line": ("/sales-orders/", "/sales-return-orders/"),
    "Purchase Line": ("/purchase-return-orders/", "/purchase-orders/"),
    "Transfer Line": (TRANSFER_ORDERS, TRANSFER_ORDERS),
    "Item Ledger Entry": ("/ledger-entries/", "/ledger-entries/"),
    "Item Journal Line": ("", ""),
}
"""What a reservation entry points at -> where it is shown as demand, and as supply.

A sales line that brings goods belongs to a return order, and so does a purchase line that takes some. A journal is posted at once.
"""


def item_link(item_no: str) -> str:
    """The card of an item."""
    return _below("/items/", item_no)


def card_address(item_no: str, variant_code: str, kind: str, number: str) -> str:
    """The card of a serial, lot or package number."""
    named = {"item_no": item_no, "variant_code": variant_code, "kind": kind, "number": number}
    return "/numbers/card?" + urlencode({name: value for name, value in named.items() if value}, quote_via=quote)


def inspections_link(state: str = "All", **filters: str) -> str:
    """The list of inspections with filters."""
    return _asked("/inspections", {"state": state, **filters})


def new_inspection_link(item_no: str, variant_code: str, kind: str, number: str) -> str:
    """The form that opens an inspection of a number."""
    return _asked("/inspections/new", {"item_no": item_no, "variant_code": variant_code, "kind": kind, "number": number})


def labels_link(source: str, **named: str) -> str:
    """The page that prints labels of a posted document, a production order, one of its units, or a number."""
    return _asked("/labels", {"source": source, **named})


def entry_link(entry_no: int) -> str:
    """The card of an item ledger entry."""
    return f"/ledger-entries/{entry_no}" if entry_no else ""


def entries_link(**filters: object) -> str:
    """The list of item ledger entries with filters."""
    return _asked("/ledger-entries", filters)


def reservations_link(**filters: object) -> str:
    """The list of reservation entries with filters."""
    return _asked("/reservation-entries", filters)


def documents_link(document_type: str) -> str:
    """The list of posted documents of one kind."""
    return _asked("/documents", {"document_type": document_type})


def document_link(document_type: str, document_no: str) -> str:
    """A posted document. That of a production journal is its order; of a kind that has no page, its entries."""
    if document_type == DocumentType.PRODUCTION_JOURNAL:
        return _below(PRODUCTION_ORDERS, document_no)
    if document_type in KINDS:
        return _below(f"/documents/{DocumentType(document_type).address}/", document_no)
    return entries_link(document_no=document_no) if document_no else ""


def order_of_document(document_type: str, order_no: str) -> str:
    """The order that a document was posted for."""
    return _below(f"/{MOVEMENTS[DocumentType(document_type)][0].kind.address}/", order_no) if document_type in MOVEMENTS else ""


def party_of_document(document_type: str, party_no: str) -> str:
    """The vendor or customer of a document."""
    return party_link(MOVEMENTS[DocumentType(document_type)][0].source_type, party_no) if document_type in MOVEMENTS else ""


def order_link(order_type: str, order_no: str) -> str:
    """The order of an entry."""
    return _below(ORDERS[order_type], order_no) if order_type in ORDERS else ""


def party_link(source_type: str, source_no: str) -> str:
    """Vendor or customer."""
    return _below(PARTIES[source_type], source_no) if source_type in PARTIES else ""


def source_link(source_type: str, source_id: str, *, supply: bool) -> str:
    """What a side of a reservation entry points at. `supply`: the side that brings goods. Blank: it has no page."""
    place = SOURCES[source_type][supply]
    return _below(place, source_id) if place else ""


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
