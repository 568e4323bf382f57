"""The closed lists of the ledger: kinds of entry, document, source and order. Pure, so that rules may know them."""

from __future__ import annotations

from enum import StrEnum


class EntryType(StrEnum):
    """DM-02. The assembly types are unused in version 1 and keep their names (C8)."""

    PURCHASE = "Purchase"
    SALE = "Sale"
    POSITIVE_ADJUSTMENT = "Positive Adjmt."
    NEGATIVE_ADJUSTMENT = "Negative Adjmt."
    TRANSFER = "Transfer"
    CONSUMPTION = "Consumption"
    OUTPUT = "Output"
    ASSEMBLY_CONSUMPTION = "Assembly Consumption"
    ASSEMBLY_OUTPUT = "Assembly Output"


REPAIRS = (EntryType.NEGATIVE_ADJUSTMENT, EntryType.POSITIVE_ADJUSTMENT)
"""D22: with a production order, a part that went into one of its units or came out of it after the order had ended."""


class DocumentType(StrEnum):
    """The posted document that an entry belongs to."""

    NONE = ""
    PURCHASE_RECEIPT = "Purchase Receipt"
    SALES_SHIPMENT = "Sales Shipment"
    RETURN_SHIPMENT = "Return Shipment"
    RETURN_RECEIPT = "Return Receipt"
    TRANSFER_SHIPMENT = "Transfer Shipment"
    TRANSFER_RECEIPT = "Transfer Receipt"
    ITEM_JOURNAL = "Item Journal"
    PRODUCTION_JOURNAL = "Production Journal"

    @property
    def address(self) -> str:
        """Its place in addresses, such as `purchase-receipts`; blank without a document."""
        return self.value.lower().replace(" ", "-") + "s" if self.value else ""


class SourceType(StrEnum):
    """Who the goods came from or went to."""

    NONE = ""
    VENDOR = "Vendor"
    CUSTOMER = "Customer"
    ITEM = "Item"


class OrderType(StrEnum):
    """The kind of order that an entry belongs to."""

    NONE = ""
    PRODUCTION = "Production"
    TRANSFER = "Transfer"
