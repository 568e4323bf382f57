"""Item ledger entries, applications, registers, and the projections `open_item_entry`, `tracking_unit`, `genealogy_edge`.

Entry numbers increase; `quantity` is signed in base units (DM-01, DM-04). Entries are never updated or deleted (A24).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shopfloor.db import Base, PlantLed, QuantityType, UtcDateTime, captions
from shopfloor.ledger.entry_types import DocumentType, EntryType, OrderType, SourceType

__all__ = [
    "DocumentType",
    "EntryType",
    "GenealogyEdge",
    "ItemApplicationEntry",
    "ItemLedgerEntry",
    "ItemRegister",
    "OpenItemEntry",
    "OrderType",
    "SourceType",
    "TrackingUnit",
]


class ItemLedgerEntry(PlantLed, Base):
    """One quantity of one number combination that came or went (DM-01, DM-05)."""

    __tablename__ = "item_ledger_entry"
    entry_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    register_no: Mapped[int] = mapped_column(BigInteger)
    entry_type: Mapped[str] = mapped_column(String(30))
    document_type: Mapped[str] = mapped_column(String(30), default="")
    document_no: Mapped[str] = mapped_column(String(20), default="")
    document_line_no: Mapped[int] = mapped_column(default=0)
    external_document_no: Mapped[str] = mapped_column(String(50), default="")
    posting_date: Mapped[date]
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    location_code: Mapped[str] = mapped_column(String(20), default="")
    serial_no: Mapped[str] = mapped_column(String(50), default="")
    lot_no: Mapped[str] = mapped_column(String(50), default="")
    package_no: Mapped[str] = mapped_column(String(50), default="")
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    """Signed, in base units."""
    scrap_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """Reported error quantity: made and scrapped at once, so it never was stock (C4, PST-7). Its `quantity` is 0. Signed."""
    unit_code: Mapped[str] = mapped_column(String(10), default="")
    quantity_in_unit: Mapped[Decimal] = mapped_column(QuantityType)
    """As entered, in `unit_code`."""
    expiration_date: Mapped[date | None]
    warranty_date: Mapped[date | None]
    """Set when the goods go out (EX-07)."""
    source_type: Mapped[str] = mapped_column(String(10), default="")
    source_no: Mapped[str] = mapped_column(String(20), default="")
    order_type: Mapped[str] = mapped_column(String(10), default="")
    order_no: Mapped[str] = mapped_column(String(20), default="")
    order_line_no: Mapped[int] = mapped_column(default=0)
    component_line_no: Mapped[int] = mapped_column(default=0)
    match_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """The row of tracked components that the quantity belongs to; 0: order level (A17)."""
    corrects_entry_no: Mapped[int] = mapped_column(BigInteger, default=0)
    """The entry that this one takes back; 0: not a correction."""
    reason: Mapped[str] = mapped_column(String(200), default="")
    __table_args__ = (
        captions("entry_type", EntryType),
        captions("document_type", DocumentType),
        captions("source_type", SourceType),
        captions("order_type", OrderType),
        CheckConstraint("quantity <> 0 OR scrap_quantity <> 0", name="quantity"),
        Index(None, "plant_no", "item_no", "serial_no", "entry_no"),
        Index(None, "plant_no", "lot_no", "item_no", "entry_no"),
        Index(None, "plant_no", "serial_no", "entry_no"),
        Index(None, "plant_no", "order_no", "order_line_no", "match_id"),
        Index(None, "plant_no", "document_no"),
    )


class ItemApplicationEntry(PlantLed, Base):
    """Which inbound entry an outbound quantity was taken from (DM-10, DM-11). `quantity` has the sign of its entry."""

    __tablename__ = "item_application_entry"
    entry_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    item_entry_no: Mapped[int] = mapped_column(BigInteger)
    """The entry whose posting made this record (BC: `ile`)."""
    inbound_item_entry_no: Mapped[int] = mapped_column(BigInteger)
    outbound_item_entry_no: Mapped[int] = mapped_column(BigInteger, default=0)
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    posting_date: Mapped[date]
    transferred_from_entry_no: Mapped[int] = mapped_column(BigInteger, default=0)
    cost_application: Mapped[bool] = mapped_column(default=False)
    """A return that names what it takes back (applies-from): it links, but it opens no stock of the older entry."""
    __table_args__ = (
        Index(None, "plant_no", "inbound_item_entry_no"),
        Index(None, "plant_no", "outbound_item_entry_no"),
    )


class ItemRegister(PlantLed, Base):
    """One posting: who, when, from which command (PST-17)."""

    __tablename__ = "item_register"
    register_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(40))
    """The use case, such as `Report as finished`."""
    operator_no: Mapped[str] = mapped_column(String(50))
    station_code: Mapped[str] = mapped_column(String(50), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OpenItemEntry(PlantLed, Base):
    """Projection of the ledger: entries with something remaining (A20). A row goes when nothing remains."""

    __tablename__ = "open_item_entry"
    entry_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    posting_date: Mapped[date]
    item_no: Mapped[str] = mapped_column(String(20))
    variant_code: Mapped[str] = mapped_column(String(10))
    location_code: Mapped[str] = mapped_column(String(20))
    serial_no: Mapped[str] = mapped_column(String(50))
    lot_no: Mapped[str] = mapped_column(String(50))
    package_no: Mapped[str] = mapped_column(String(50))
    serial_specific: Mapped[bool]
    unit_no: Mapped[int] = mapped_column(BigInteger)
    """The tracking unit of the numbers, so that consumption needs no look-up; 0: no number."""
    order_type: Mapped[str] = mapped_column(String(10), default="")
    """Production: made by that order (AP-10). Transfer: on its way with that order (AP-09). Blank: free of orders."""
    order_no: Mapped[str] = mapped_column(String(20), default="")
    order_line_no: Mapped[int] = mapped_column(default=0)
    remaining: Mapped[Decimal] = mapped_column(QuantityType)
    reserved: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """Sum of the reservations against this entry, specific, non-specific and picked."""
    __table_args__ = (
        CheckConstraint(
            "(remaining > 0 AND reserved >= 0 AND reserved <= remaining) OR (remaining < 0 AND reserved = 0)", name="remaining"
        ),
        Index(
            "uq_open_item_entry_serial",
            "plant_no", "item_no", "variant_code", "serial_no",
            unique=True,
            sqlite_where=text("serial_specific AND remaining > 0"),
            postgresql_where=text("serial_specific AND remaining > 0"),
        ),
        Index(None, "plant_no", "item_no", "variant_code", "location_code", "posting_date", "entry_no"),
        Index(None, "plant_no", "serial_no"),
        Index(None, "plant_no", "lot_no"),
    )


class TrackingUnit(PlantLed, Base):
    """A node of the genealogy: a number combination of an item, or a place where things come together.

    A *place* is an order line with `match_id` 0 (order level) or one row of it (A17). Numbers leave the order columns blank,
    places leave the item and number columns blank.
    """

    __tablename__ = "tracking_unit"
    unit_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    item_no: Mapped[str] = mapped_column(String(20), default="")
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    serial_no: Mapped[str] = mapped_column(String(50), default="")
    lot_no: Mapped[str] = mapped_column(String(50), default="")
    package_no: Mapped[str] = mapped_column(String(50), default="")
    order_no: Mapped[str] = mapped_column(String(20), default="")
    order_line_no: Mapped[int] = mapped_column(default=0)
    match_id: Mapped[int] = mapped_column(BigInteger, default=0)
    __table_args__ = (
        Index(
            "uq_tracking_unit_key",
            "plant_no", "item_no", "variant_code", "serial_no", "lot_no", "package_no", "order_no", "order_line_no", "match_id",
            unique=True,
        ),
        Index(None, "plant_no", "serial_no"),
        Index(None, "plant_no", "lot_no"),
    )


class GenealogyEdge(PlantLed, Base):
    """Projection of the ledger: what is in what. Derived, rebuildable, proved by `shopfloor check` (A17).

    A consumption makes place -> number; an output makes number -> place; a row's place leads to its order line's place;
    a reclassification makes new number -> old number. A row goes when its net quantity is 0.
    """

    __tablename__ = "genealogy_edge"
    parent_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    child_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    """Net quantity in base units of the child (of the parent for number -> place)."""
    __table_args__ = (Index("ix_genealogy_edge_child", "plant_no", "child_no", "parent_no"),)
