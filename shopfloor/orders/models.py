"""Vendors, customers, purchase, sales and transfer orders, and what was posted for them.

A return order is a purchase or sales order with another document type: the same header and lines, goods the other way (C9).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shopfloor.db import Base, Counted, PlantLed, QuantityType, UtcDateTime, captions


class OrderStatus(StrEnum):
    """Whether an order still expects goods."""

    OPEN = "Open"
    RELEASED = "Released"
    COMPLETED = "Completed"
    CLOSED = "Closed"
    """Given up before everything came or went."""


class OrderDocument(StrEnum):
    """What a purchase or sales header stands for."""

    ORDER = "Order"
    RETURN_ORDER = "Return Order"


class OrderColumns:
    """What every order has."""

    no: Mapped[str] = mapped_column(String(20), primary_key=True, sort_order=-90)
    status: Mapped[str] = mapped_column(String(20), default=OrderStatus.OPEN)
    order_date: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)


class OrderLineColumns:
    """What every order line has. Quantities as entered and in base units (A27)."""

    order_no: Mapped[str] = mapped_column(String(20), primary_key=True, sort_order=-90)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, sort_order=-80)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit_of_measure.code"))
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    quantity_per_unit: Mapped[Decimal] = mapped_column(QuantityType)
    quantity_base: Mapped[Decimal] = mapped_column(QuantityType)


class PostedColumns:
    """What every posted document has; its quantities are the item ledger entries with its number."""

    no: Mapped[str] = mapped_column(String(20), primary_key=True, sort_order=-90)
    order_no: Mapped[str] = mapped_column(String(20))
    posting_date: Mapped[date]
    register_no: Mapped[int]
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Vendor(Counted, Base):
    """Somebody we buy from."""

    __tablename__ = "vendor"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    city: Mapped[str] = mapped_column(String(50), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    blocked: Mapped[bool] = mapped_column(default=False)
    """Nothing more is ordered there."""


class Customer(Counted, Base):
    """Somebody we sell to; the one to call in a recall (TR-52)."""

    __tablename__ = "customer"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    city: Mapped[str] = mapped_column(String(50), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    email: Mapped[str] = mapped_column(String(100), default="")
    blocked: Mapped[bool] = mapped_column(default=False)
    """Nothing more is ordered from us."""
    priority: Mapped[int] = mapped_column(default=0)
    """Who is served first when stock is allocated: the greater one (RS-18)."""


class PurchaseHeader(OrderColumns, PlantLed, Base):
    """A purchase order, or goods that go back to a vendor."""

    __tablename__ = "purchase_header"
    document_type: Mapped[str] = mapped_column(String(20), default=OrderDocument.ORDER)
    vendor_no: Mapped[str] = mapped_column(ForeignKey("vendor.no"))
    __table_args__ = (captions("status", OrderStatus), captions("document_type", OrderDocument))


class PurchaseLine(OrderLineColumns, PlantLed, Base):
    """One item of a purchase order, or of a return to the vendor."""

    __tablename__ = "purchase_line"
    location_code: Mapped[str] = mapped_column(String(20))
    received_base: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """Received; of a return order: sent back."""
    expected_receipt_date: Mapped[date | None]
    """Of a return order: when the goods go back."""
    __table_args__ = (
        ForeignKeyConstraint(["plant_no", "order_no"], ["purchase_header.plant_no", "purchase_header.no"]),
        CheckConstraint("quantity_base > 0 AND received_base >= 0 AND received_base <= quantity_base", name="received"),
        Index(None, "plant_no", "item_no"),
    )


class SalesHeader(OrderColumns, PlantLed, Base):
    """A sales order, or goods that a customer sends back."""

    __tablename__ = "sales_header"
    document_type: Mapped[str] = mapped_column(String(20), default=OrderDocument.ORDER)
    customer_no: Mapped[str] = mapped_column(ForeignKey("customer.no"))
    __table_args__ = (captions("status", OrderStatus), captions("document_type", OrderDocument))


class SalesLine(OrderLineColumns, PlantLed, Base):
    """One item of a sales order, or of a customer's return."""

    __tablename__ = "sales_line"
    location_code: Mapped[str] = mapped_column(String(20))
    shipped_base: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """Shipped; of a return order: come back."""
    shipment_date: Mapped[date | None]
    """Of a return order: when the goods are expected."""
    __table_args__ = (
        ForeignKeyConstraint(["plant_no", "order_no"], ["sales_header.plant_no", "sales_header.no"]),
        CheckConstraint("quantity_base > 0 AND shipped_base >= 0 AND shipped_base <= quantity_base", name="shipped"),
        Index(None, "plant_no", "item_no"),
    )


class TransferHeader(OrderColumns, PlantLed, Base):
    """Goods that go from one location to another, on the way at an in-transit location (AP-09)."""

    __tablename__ = "transfer_header"
    from_code: Mapped[str] = mapped_column(String(20))
    to_code: Mapped[str] = mapped_column(String(20))
    in_transit_code: Mapped[str] = mapped_column(String(20))
    __table_args__ = (captions("status", OrderStatus), CheckConstraint("from_code <> to_code", name="two_places"))


class TransferLine(OrderLineColumns, PlantLed, Base):
    """One item of a transfer order: demand where it leaves, supply where it arrives (RS-15)."""

    __tablename__ = "transfer_line"
    shipped_base: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    received_base: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    shipment_date: Mapped[date | None]
    receipt_date: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(["plant_no", "order_no"], ["transfer_header.plant_no", "transfer_header.no"]),
        CheckConstraint("quantity_base > 0 AND shipped_base <= quantity_base", name="shipped"),
        CheckConstraint("received_base >= 0 AND received_base <= shipped_base", name="received"),
    )


class PurchaseReceipt(PostedColumns, PlantLed, Base):
    """Goods that came from a vendor."""

    __tablename__ = "purchase_receipt"
    vendor_no: Mapped[str] = mapped_column(ForeignKey("vendor.no"))
    vendor_shipment_no: Mapped[str] = mapped_column(String(50), default="")
    __table_args__ = (Index(None, "plant_no", "order_no"),)


class SalesShipment(PostedColumns, PlantLed, Base):
    """Goods that went to a customer."""

    __tablename__ = "sales_shipment"
    customer_no: Mapped[str] = mapped_column(ForeignKey("customer.no"))
    __table_args__ = (Index(None, "plant_no", "order_no"),)


class ReturnShipment(PostedColumns, PlantLed, Base):
    """Goods that went back to a vendor."""

    __tablename__ = "return_shipment"
    vendor_no: Mapped[str] = mapped_column(ForeignKey("vendor.no"))
    __table_args__ = (Index(None, "plant_no", "order_no"),)


class ReturnReceipt(PostedColumns, PlantLed, Base):
    """Goods that came back from a customer."""

    __tablename__ = "return_receipt"
    customer_no: Mapped[str] = mapped_column(ForeignKey("customer.no"))
    __table_args__ = (Index(None, "plant_no", "order_no"),)


class TransferShipment(PostedColumns, PlantLed, Base):
    """Goods that left with a transfer order."""

    __tablename__ = "transfer_shipment"
    __table_args__ = (Index(None, "plant_no", "order_no"),)


class TransferReceipt(PostedColumns, PlantLed, Base):
    """Goods that arrived with a transfer order."""

    __tablename__ = "transfer_receipt"
    __table_args__ = (Index(None, "plant_no", "order_no"),)
