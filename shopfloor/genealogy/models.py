"""The log of associations, its two projections, the scan log, and picking list journals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shopfloor.db import Base, PlantLed, QuantityType, UtcDateTime, captions


class AssociationAction(StrEnum):
    """A22: everything that can happen to a registration."""

    REGISTERED = "registered"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"
    PICKED = "picked"
    UNPICKED = "unpicked"
    CONSUMED = "consumed"
    REVERSED = "reversed"
    REPORTED = "reported"
    UNREPORTED = "unreported"


class ProductState(StrEnum):
    """State of a row. *Not started / In progress / Completed* is derived, never stored (QTY-7)."""

    PREALLOCATED = "Pre-allocated"
    OPEN = "Open"
    REPORTED = "Reported"
    REMOVED = "Removed"


class AssociationState(StrEnum):
    """State of a component number in a row (D1)."""

    OPEN = "Open"
    PICKED = "Picked"
    CONSUMED = "Consumed"
    REMOVED = "Removed"


class AssociationEntry(PlantLed, Base):
    """One event of the genealogy, append-only. `association_no` 0: the row itself."""

    __tablename__ = "association_entry"
    entry_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(String(20))
    order_no: Mapped[str] = mapped_column(String(20))
    match_id: Mapped[int] = mapped_column(BigInteger)
    association_no: Mapped[int] = mapped_column(BigInteger, default=0)
    component_line_no: Mapped[int] = mapped_column(default=0)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    serial_no: Mapped[str] = mapped_column(String(50), default="")
    lot_no: Mapped[str] = mapped_column(String(50), default="")
    old_serial_no: Mapped[str] = mapped_column(String(50), default="")
    old_lot_no: Mapped[str] = mapped_column(String(50), default="")
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    """Base quantity after the event."""
    old_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    error_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    operator_no: Mapped[str] = mapped_column(String(50))
    approved_by: Mapped[str] = mapped_column(String(50), default="")
    """Who gave an override (D18)."""
    station_code: Mapped[str] = mapped_column(String(50), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    """As it was given; of an override `CODE` or `CODE: remark`."""
    reason_code: Mapped[str] = mapped_column(String(20), default="")
    """The code of an override (D18). Blank: none was given, or the override is older than the codes."""
    register_no: Mapped[int] = mapped_column(BigInteger, default=0)
    corrects_entry_no: Mapped[int] = mapped_column(BigInteger, default=0)
    command_key: Mapped[str] = mapped_column(String(64), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        captions("action", AssociationAction),
        Index(None, "plant_no", "order_no", "entry_no"),
        Index(None, "plant_no", "match_id", "entry_no"),
        Index(None, "plant_no", "item_no", "serial_no"),
        Index(None, "plant_no", "item_no", "lot_no"),
    )


class TrackedProduct(PlantLed, Base):
    """One product number registered on one order: the *row*."""

    __tablename__ = "tracked_product"
    match_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """SET-3: names the row whatever happens to its number."""
    order_no: Mapped[str] = mapped_column(String(20))
    order_line_no: Mapped[int]
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    serial_no: Mapped[str] = mapped_column(String(50), default="")
    lot_no: Mapped[str] = mapped_column(String(50), default="")
    state: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    good_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """Reported good so far."""
    error_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """Reported as error so far."""
    error_cause: Mapped[str] = mapped_column(String(100), default="")
    preallocated: Mapped[bool] = mapped_column(default=False)
    """The number was assigned before it was scanned (SET-8); removing the registration returns to that."""
    expiration_date: Mapped[date | None]
    closed_lines: Mapped[list[int]] = mapped_column(JSON, default=list)
    """D26: component lines that were ended for this row at the posted quantity; the log says why and by whom."""
    version: Mapped[int] = mapped_column(default=1)
    registered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    registered_by: Mapped[str] = mapped_column(String(50), default="")
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reported_by: Mapped[str] = mapped_column(String(50), default="")
    __table_args__ = (
        captions("state", ProductState),
        CheckConstraint("quantity > 0 AND good_quantity >= 0 AND error_quantity >= 0", name="quantities"),
        CheckConstraint("good_quantity + error_quantity <= quantity", name="reported"),
        # OPS-2: one active row for each product serial in the plant, one for each batch in an order.
        Index(
            "uq_tracked_product_serial",
            "plant_no", "item_no", "variant_code", "serial_no",
            unique=True,
            sqlite_where=text("serial_no <> '' AND state <> 'Removed'"),
            postgresql_where=text("serial_no <> '' AND state <> 'Removed'"),
        ),
        Index(
            "uq_tracked_product_lot",
            "plant_no", "order_no", "order_line_no", "item_no", "variant_code", "lot_no",
            unique=True,
            sqlite_where=text("serial_no = '' AND lot_no <> '' AND state <> 'Removed'"),
            postgresql_where=text("serial_no = '' AND lot_no <> '' AND state <> 'Removed'"),
        ),
        Index(None, "plant_no", "order_no", "match_id"),
        Index(None, "plant_no", "serial_no"),
        Index(None, "plant_no", "lot_no"),
    )


class ComponentAssociation(PlantLed, Base):
    """One component number with a quantity, tied to one row and one component line."""

    __tablename__ = "component_association"
    association_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    match_id: Mapped[int] = mapped_column(BigInteger)
    order_no: Mapped[str] = mapped_column(String(20))
    order_line_no: Mapped[int]
    component_line_no: Mapped[int]
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    location_code: Mapped[str] = mapped_column(String(20))
    serial_no: Mapped[str] = mapped_column(String(50), default="")
    lot_no: Mapped[str] = mapped_column(String(50), default="")
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    """Base quantity (QTY-3: the Consumption of the line)."""
    consumed_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """Net base quantity posted for this association."""
    scan_quantity: Mapped[Decimal | None] = mapped_column(QuantityType)
    scan_unit: Mapped[str] = mapped_column(String(10), default="")
    """What the label or the scale said, in its own unit (D31)."""
    state: Mapped[str] = mapped_column(String(20))
    prior_state: Mapped[str] = mapped_column(String(20), default="")
    """Open or Picked: what a reversal returns to (D23)."""
    use_date: Mapped[date]
    """The plant's date of the scan: expiry is judged by it (D8)."""
    from_loaded: Mapped[bool] = mapped_column(default=False)
    """D24: taken from the batch that was loaded at the station, without a scan of its own."""
    late_serial: Mapped[bool] = mapped_column(default=False)
    """The serial was not in stock before; it is recorded by its consumption (D33)."""
    version: Mapped[int] = mapped_column(default=1)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    registered_by: Mapped[str] = mapped_column(String(50))
    __table_args__ = (
        captions("state", AssociationState),
        CheckConstraint("quantity > 0 AND consumed_quantity >= 0", name="quantities"),
        # OPS-2: a serial is in one place at a time. A replaced part's link ends with state Removed.
        Index(
            "uq_component_association_serial",
            "plant_no", "item_no", "variant_code", "serial_no",
            unique=True,
            sqlite_where=text("serial_no <> '' AND state <> 'Removed'"),
            postgresql_where=text("serial_no <> '' AND state <> 'Removed'"),
        ),
        Index(
            "uq_component_association_lot",
            "plant_no", "match_id", "component_line_no", "item_no", "variant_code", "lot_no",
            unique=True,
            sqlite_where=text("serial_no = '' AND state IN ('Open', 'Picked')"),
            postgresql_where=text("serial_no = '' AND state IN ('Open', 'Picked')"),
        ),
        Index(None, "plant_no", "match_id"),
        Index(None, "plant_no", "order_no", "match_id"),
        Index(None, "plant_no", "lot_no", "item_no"),
        Index(None, "plant_no", "serial_no"),
    )


class PickingListLine(PlantLed, Base):
    """An open line of a picking list journal made by *Adjust consumption* (ASC-21 to ASC-25). Deleted when posted or cancelled."""

    __tablename__ = "picking_list_line"
    association_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """ASC-23: one open line for each association."""
    journal_no: Mapped[int] = mapped_column(BigInteger)
    order_no: Mapped[str] = mapped_column(String(20))
    owner_no: Mapped[str] = mapped_column(String(50))
    """Only the person who made the journal enters lines in it (ASC-25)."""
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    end_line: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (Index(None, "plant_no", "order_no"), Index(None, "plant_no", "journal_no"))


class JournalKind(StrEnum):
    """LIF-9: the kinds of journals that stay open until somebody posts them."""

    PICKING_LIST = "Picking list"
    REPORT = "Report as finished"


class OpenJournalLine(PlantLed, Base):
    """A line of a picking list or report journal made by hand, or proposed and not posted (LIF-9, LIF-11). Deleted when posted."""

    __tablename__ = "open_journal_line"
    journal_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    order_no: Mapped[str] = mapped_column(String(20))
    source_line_no: Mapped[int]
    """Component line; of a report: order line."""
    owner_no: Mapped[str] = mapped_column(String(50))
    """Only one person enters lines in a journal (ASC-25)."""
    posting_date: Mapped[date | None]
    """None: the day of posting."""
    serial_no: Mapped[str] = mapped_column(String(50), default="")
    lot_no: Mapped[str] = mapped_column(String(50), default="")
    package_no: Mapped[str] = mapped_column(String(50), default="")
    unit_code: Mapped[str] = mapped_column(String(10), default="")
    """Blank: the base unit."""
    proposal: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """What was proposed, in base units; 0: made by hand."""
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    """*Consumption*, or the good quantity, in `unit_code`; negative: it comes back."""
    error_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """Of a report."""
    scrap_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """LIF-11: of a picking list, lost beside what goes in, in `unit_code`."""
    end_line: Mapped[bool] = mapped_column(default=False)
    """D26: flushing proposes nothing more for the component line once this is posted."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (captions("kind", JournalKind), Index(None, "plant_no", "order_no"))


class ScanEntry(PlantLed, Base):
    """SCN-22: every scan with its raw text and its answer, refused ones too. Append-only."""

    __tablename__ = "scan_entry"
    entry_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    command_key: Mapped[str] = mapped_column(String(64))
    order_no: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    """scan, mode, product, line, undo, continue, discard, confirm."""
    raw_text: Mapped[str] = mapped_column(Text)
    decoded: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(20))
    mode: Mapped[str] = mapped_column(String(20))
    match_id: Mapped[int] = mapped_column(BigInteger, default=0)
    association_no: Mapped[int] = mapped_column(BigInteger, default=0)
    component_line_no: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str] = mapped_column(String(20))
    """accepted, information, question, refused."""
    code: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(String(500))
    after_key: Mapped[str] = mapped_column(String(64), default="")
    holds_key: Mapped[str] = mapped_column(String(64), default="")
    """The held entry that this replaces, or the question that it answers."""
    session_id: Mapped[str] = mapped_column(String(64))
    clock_id: Mapped[str] = mapped_column(String(64), default="")
    clock_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    operator_no: Mapped[str] = mapped_column(String(50))
    station_code: Mapped[str] = mapped_column(String(50), default="")
    captured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index(None, "plant_no", "session_id", "entry_no"),
        Index(None, "plant_no", "order_no", "entry_no"),
        Index(None, "plant_no", "command_key"),
        Index(None, "plant_no", "recorded_at"),
    )


class LoadedBatch(PlantLed, Base):
    """D24: a batch that serves each unit registered at a station, until it is unloaded, used up, or the station takes another order."""

    __tablename__ = "loaded_batch"
    station_code: Mapped[str] = mapped_column(String(50), primary_key=True)
    order_no: Mapped[str] = mapped_column(String(20), primary_key=True)
    component_line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    lot_no: Mapped[str] = mapped_column(String(50))
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    loaded_by: Mapped[str] = mapped_column(String(50))
