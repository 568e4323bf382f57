"""The kinds of order, and all in which they differ: one table instead of a twin of each use case.

A purchase or sales order and its return are the same document with the goods going the other way (C9). A transfer order has two
movements of its own; it shares lines, numbers, states and changes of lines with the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shopfloor.items import number_series as series
from shopfloor.ledger.entry_types import DocumentType, EntryType, SourceType
from shopfloor.orders.models import (
    OrderDocument,
    PurchaseHeader,
    PurchaseLine,
    PurchaseReceipt,
    ReturnReceipt,
    ReturnShipment,
    SalesHeader,
    SalesLine,
    SalesShipment,
    TransferHeader,
    TransferLine,
    TransferReceipt,
    TransferShipment,
)
from shopfloor.reservations.models import ReservationSource

Header = type[PurchaseHeader | SalesHeader | TransferHeader]
Line = type[PurchaseLine | SalesLine | TransferLine]
PostedDocument = type[PurchaseReceipt | SalesShipment | ReturnShipment | ReturnReceipt | TransferShipment | TransferReceipt]


class OrderKind(StrEnum):
    """The word by which people and refusals name the kind."""

    PURCHASE = "purchase order"
    SALES = "sales order"
    PURCHASE_RETURN = "purchase return order"
    SALES_RETURN = "sales return order"
    TRANSFER = "transfer order"

    @property
    def address(self) -> str:
        """Its place in addresses, such as `sales-return-orders`."""
        return self.value.replace(" ", "-") + "s"


@dataclass(frozen=True)
class Movement:
    """One way of posting goods of an order."""

    record: str
    """What people call the posted document."""
    document: PostedDocument
    document_type: DocumentType
    series: str
    handled: str
    """Column of the line that counts what was posted, in base units."""


@dataclass(frozen=True)
class Shape:
    """What one kind of order is made of."""

    kind: OrderKind
    header: Header
    line: Line
    series: str
    date: str
    """Column of the line's date."""
    source: ReservationSource
    movements: tuple[Movement, ...]
    """In the order in which goods go through them; the last one completes the order."""
    document: OrderDocument | None = None
    """Which of the headers in the table are of this kind; None: all."""
    party: str = ""
    """Column of the vendor or customer; blank: none."""
    source_type: SourceType = SourceType.NONE
    entry_type: EntryType = EntryType.TRANSFER
    inbound: bool = False
    """Goods come in: the line is supply, and numbers are new to the plant or come back."""

    @property
    def record(self) -> str:
        """As refusals name it."""
        return self.kind.value

    @property
    def movement(self) -> Movement:
        """The movement that counts as handled: a quantity never goes below it."""
        return self.movements[0]

    @property
    def returns(self) -> bool:
        """Whether goods go back to where they came from."""
        return self.document is OrderDocument.RETURN_ORDER


RECEIPT = Movement("receipt", PurchaseReceipt, DocumentType.PURCHASE_RECEIPT, series.RECEIPT, "received_base")
SHIPMENT = Movement("shipment", SalesShipment, DocumentType.SALES_SHIPMENT, series.SHIPMENT, "shipped_base")
RETURN_SHIPMENT = Movement("return shipment", ReturnShipment, DocumentType.RETURN_SHIPMENT, series.RETURN_SHIPMENT, "received_base")
RETURN_RECEIPT = Movement("return receipt", ReturnReceipt, DocumentType.RETURN_RECEIPT, series.RETURN_RECEIPT, "shipped_base")
TRANSFER_SHIPMENT = Movement(
    "transfer shipment", TransferShipment, DocumentType.TRANSFER_SHIPMENT, series.TRANSFER_SHIPMENT, "shipped_base"
)
TRANSFER_RECEIPT = Movement("transfer receipt", TransferReceipt, DocumentType.TRANSFER_RECEIPT, series.TRANSFER_RECEIPT, "received_base")

PURCHASE_ORDER = Shape(
    OrderKind.PURCHASE, PurchaseHeader, PurchaseLine, series.PURCHASE, "expected_receipt_date", ReservationSource.PURCHASE_LINE,
    (RECEIPT,), OrderDocument.ORDER, "vendor_no", SourceType.VENDOR, EntryType.PURCHASE, inbound=True,
)
PURCHASE_RETURN = Shape(
    OrderKind.PURCHASE_RETURN, PurchaseHeader, PurchaseLine, series.PURCHASE_RETURN, "expected_receipt_date",
    ReservationSource.PURCHASE_LINE, (RETURN_SHIPMENT,), OrderDocument.RETURN_ORDER, "vendor_no", SourceType.VENDOR, EntryType.PURCHASE,
)
SALES_ORDER = Shape(
    OrderKind.SALES, SalesHeader, SalesLine, series.SALES, "shipment_date", ReservationSource.SALES_LINE,
    (SHIPMENT,), OrderDocument.ORDER, "customer_no", SourceType.CUSTOMER, EntryType.SALE,
)
SALES_RETURN = Shape(
    OrderKind.SALES_RETURN, SalesHeader, SalesLine, series.SALES_RETURN, "shipment_date", ReservationSource.SALES_LINE,
    (RETURN_RECEIPT,), OrderDocument.RETURN_ORDER, "customer_no", SourceType.CUSTOMER, EntryType.SALE, inbound=True,
)
TRANSFER_ORDER = Shape(
    OrderKind.TRANSFER, TransferHeader, TransferLine, series.TRANSFER, "shipment_date", ReservationSource.TRANSFER_LINE,
    (TRANSFER_SHIPMENT, TRANSFER_RECEIPT),
)
SHAPES = {shape.kind: shape for shape in (PURCHASE_ORDER, SALES_ORDER, PURCHASE_RETURN, SALES_RETURN, TRANSFER_ORDER)}
RETURN_OF = {DocumentType.PURCHASE_RECEIPT: PURCHASE_RETURN, DocumentType.SALES_SHIPMENT: SALES_RETURN}
"""The return order that takes back goods of a posted document."""
MOVEMENTS = {movement.document_type: (shape, movement) for shape in SHAPES.values() for movement in shape.movements}
"""The order and the movement that a posted document belongs to."""
