"""Vendors, customers, purchase and sales orders, and their posted receipts and shipments."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shopfloor.db import Base, PlantLed, QuantityType, UtcDateTime, captions


class OrderStatus(StrEnum):
    """Whether a purchase or sales order still expects goods."""

    OPEN = "Open"
    RELEASED = "Released"
    COMPLETED = "Completed"


class Vendor(Base):
    """Somebody we buy from."""

    __tablename__ = "vendor"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    city: Mapped[str] = mapped_column(String(50), default="")
    country: Mapped[str] = mapped_column(String(2), default="")


class Customer(Base):
    """Somebody we sell to; the one to call in a recall (TR-52)."""

    __tablename__ = "customer"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    city: Mapped[str] = mapped_column(String(50), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    email: Mapped[str] = mapped_column(String(100), default="")
    priority: Mapped[int] = mapped_column(default=0)
    """Who is served first when stock is allocated: the greater one (RS-18)."""


class PurchaseHeader(PlantLed, Base):
    """A purchase order."""

    __tablename__ = "purchase_header"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    vendor_no: Mapped[str] = mapped_column(ForeignKey("vendor.no"))
    status: Mapped[str] = mapped_column(String(20), default=OrderStatus.OPEN)
    order_date: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (captions("status", OrderStatus),)


class PurchaseLine(PlantLed, Base):
    """One item of a purchase order. Quantities as entered and in base units (A27)."""

    __tablename__ = "purchase_line"
    order_no: Mapped[str] = mapped_column(String(20), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    location_code: Mapped[str] = mapped_column(String(20))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit_of_measure.code"))
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    quantity_per_unit: Mapped[Decimal] = mapped_column(QuantityType)
    quantity_base: Mapped[Decimal] = mapped_column(QuantityType)
    received_base: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    expected_receipt_date: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(["plant_no", "order_no"], ["purchase_header.plant_no", "purchase_header.no"]),
        CheckConstraint("quantity_base > 0 AND received_base >= 0 AND received_base <= quantity_base", name="received"),
        Index(None, "plant_no", "item_no"),
    )


class SalesHeader(PlantLed, Base):
    """A sales order."""

    __tablename__ = "sales_header"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    customer_no: Mapped[str] = mapped_column(ForeignKey("customer.no"))
    status: Mapped[str] = mapped_column(String(20), default=OrderStatus.OPEN)
    order_date: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (captions("status", OrderStatus),)


class SalesLine(PlantLed, Base):
    """One item of a sales order. Quantities as entered and in base units (A27)."""

    __tablename__ = "sales_line"
    order_no: Mapped[str] = mapped_column(String(20), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    location_code: Mapped[str] = mapped_column(String(20))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit_of_measure.code"))
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    quantity_per_unit: Mapped[Decimal] = mapped_column(QuantityType)
    quantity_base: Mapped[Decimal] = mapped_column(QuantityType)
    shipped_base: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    shipment_date: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(["plant_no", "order_no"], ["sales_header.plant_no", "sales_header.no"]),
        CheckConstraint("quantity_base > 0 AND shipped_base >= 0 AND shipped_base <= quantity_base", name="shipped"),
        Index(None, "plant_no", "item_no"),
    )


class PurchaseReceipt(PlantLed, Base):
    """A posted receipt; its quantities are the item ledger entries with its number."""

    __tablename__ = "purchase_receipt"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    order_no: Mapped[str] = mapped_column(String(20))
    vendor_no: Mapped[str] = mapped_column(ForeignKey("vendor.no"))
    vendor_shipment_no: Mapped[str] = mapped_column(String(50), default="")
    posting_date: Mapped[date]
    register_no: Mapped[int]
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (Index(None, "plant_no", "order_no"),)


class SalesShipment(PlantLed, Base):
    """A posted shipment; its quantities are the item ledger entries with its number."""

    __tablename__ = "sales_shipment"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    order_no: Mapped[str] = mapped_column(String(20))
    customer_no: Mapped[str] = mapped_column(ForeignKey("customer.no"))
    posting_date: Mapped[date]
    register_no: Mapped[int]
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (Index(None, "plant_no", "order_no"),)
