"""Reservation entries: one table for reservation, order tracking and item tracking of unposted business (DM-20)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shopfloor.db import Base, PlantLed, QuantityType, UtcDateTime, captions


class ReservationStatus(StrEnum):
    """DM-20, DM-22, DM-23."""

    RESERVATION = "Reservation"
    TRACKING = "Tracking"
    SURPLUS = "Surplus"
    PROSPECT = "Prospect"


class ReservationSource(StrEnum):
    """What a record points at."""

    ITEM_LEDGER_ENTRY = "Item Ledger Entry"
    PROD_ORDER_COMPONENT = "Prod. Order Component"
    PROD_ORDER_LINE = "Prod. Order Line"
    SALES_LINE = "Sales Line"
    PURCHASE_LINE = "Purchase Line"
    TRANSFER_LINE = "Transfer Line"
    ITEM_JOURNAL_LINE = "Item Journal Line"


class Binding(StrEnum):
    """RS-16: whether a supply was made for its demand."""

    NONE = ""
    ORDER_TO_ORDER = "Order-to-Order"


class TakenOver(StrEnum):
    """How the line held a piece before an association drew on it (D15)."""

    NO = ""
    SPECIFIC = "Specific"
    NON_SPECIFIC = "Non-specific"


class ReservationEntry(PlantLed, Base):
    """One side of a pair, or a single record. The positive record points at the supply, the negative one at the demand."""

    __tablename__ = "reservation_entry"
    entry_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    positive: Mapped[bool] = mapped_column(primary_key=True)
    reservation_status: Mapped[str] = mapped_column(String(20))
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    location_code: Mapped[str] = mapped_column(String(20), default="")
    quantity_base: Mapped[Decimal] = mapped_column(QuantityType)
    """Signed: negative on the demand side."""
    to_handle_base: Mapped[Decimal | None] = mapped_column(QuantityType)
    """Signed part of it that the next posting takes (DM-24); NULL: all of it."""
    source_type: Mapped[str] = mapped_column(String(30))
    source_id: Mapped[str] = mapped_column(String(20), default="")
    """Document number; the entry number of a ledger entry as text."""
    source_line_no: Mapped[int] = mapped_column(BigInteger, default=0)
    """Order line; for a ledger entry its entry number."""
    source_sub_line_no: Mapped[int] = mapped_column(default=0)
    """Component line."""
    association_no: Mapped[int] = mapped_column(BigInteger, default=0)
    """The association that draws on it (D15); 0: the line's own."""
    taken_over: Mapped[str] = mapped_column(String(15), default="")
    """Specific or Non-specific: the line held it before the association took it over; removal gives it back (D15)."""
    picked: Mapped[bool] = mapped_column(default=False)
    """Set aside by a pick: late binding never moves it, only un-pick cancels it, consumption uses it up (D1)."""
    serial_no: Mapped[str] = mapped_column(String(50), default="")
    lot_no: Mapped[str] = mapped_column(String(50), default="")
    package_no: Mapped[str] = mapped_column(String(50), default="")
    expiration_date: Mapped[date | None]
    warranty_date: Mapped[date | None]
    new_serial_no: Mapped[str] = mapped_column(String(50), default="")
    new_lot_no: Mapped[str] = mapped_column(String(50), default="")
    new_package_no: Mapped[str] = mapped_column(String(50), default="")
    new_expiration_date: Mapped[date | None]
    """Reclassification: numbers and date that the goods get."""
    applies_to_entry: Mapped[int] = mapped_column(BigInteger, default=0)
    applies_from_entry: Mapped[int] = mapped_column(BigInteger, default=0)
    """The outbound entry that this piece gives back (AP-08, TL-15)."""
    binding: Mapped[str] = mapped_column(String(20), default="")
    disallow_cancellation: Mapped[bool] = mapped_column(default=False)
    shipment_date: Mapped[date | None]
    expected_receipt_date: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(50))
    __table_args__ = (
        captions("reservation_status", ReservationStatus),
        captions("source_type", ReservationSource),
        captions("taken_over", TakenOver),
        captions("binding", Binding),
        CheckConstraint("(positive AND quantity_base > 0) OR (NOT positive AND quantity_base < 0)", name="sign"),
        Index(None, "plant_no", "source_type", "source_id", "source_line_no", "source_sub_line_no"),
        Index("ix_reservation_entry_own", "plant_no", "source_type", "source_id", "association_no"),
        Index(None, "plant_no", "association_no"),
        Index(None, "plant_no", "item_no", "serial_no", "lot_no"),
    )
