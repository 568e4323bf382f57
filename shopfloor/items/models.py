"""Master data: items, units, tracking codes, GTINs, locations, and what is known of each serial and lot number.

Items, units, codes and policies are shared by all plants; locations and number information belong to one (A25).
Blank variant, location and number columns hold `''`, never NULL (A21).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.engine.interfaces import ExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from shopfloor.db import Base, Counted, PlantLed, QuantityType, UtcDateTime, captions


class ReservationPolicy(StrEnum):
    """RS-05: whether Reserve and Auto reserve are refused, offered, or done by themselves."""

    NEVER = "Never"
    OPTIONAL = "Optional"
    ALWAYS = "Always"


class NumberKind(StrEnum):
    """The three kinds of number that goods carry."""

    SERIAL = "Serial"
    LOT = "Lot"
    PACKAGE = "Package"


class UnitOfMeasure(Counted, Base):
    """A unit. Measured units (kg, l) take weights from labels exactly; counted ones cap them (D7, GS1-18, GS1-19)."""

    __tablename__ = "unit_of_measure"
    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    description: Mapped[str] = mapped_column(String(50))
    measured: Mapped[bool] = mapped_column(default=False)
    gs1_unit: Mapped[str] = mapped_column(String(10), default="")
    """Unit of the GS1 measure identifiers that this is, such as `kg` (GS1-20)."""


def _as_specific(kind: str) -> Callable[[ExecutionContext], bool]:
    """TC-01: specific tracking of a kind switches its warehouse tracking on."""
    return lambda context: bool(context.get_current_parameters()[f"{kind}_specific"])  # type: ignore[attr-defined]


class ItemTrackingCode(Base):
    """Which numbers goods carry, and where they are demanded (DM-40, TC-01, TC-02)."""

    __tablename__ = "item_tracking_code"
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    description: Mapped[str] = mapped_column(String(100))
    serial_specific: Mapped[bool] = mapped_column(default=False)
    lot_specific: Mapped[bool] = mapped_column(default=False)
    package_specific: Mapped[bool] = mapped_column(default=False)
    serial_warehouse: Mapped[bool] = mapped_column(default=_as_specific("serial"))
    lot_warehouse: Mapped[bool] = mapped_column(default=_as_specific("lot"))
    package_warehouse: Mapped[bool] = mapped_column(default=_as_specific("package"))
    """Warehouse documents ask for the number as well; specific tracking implies it (TC-01)."""
    use_expiration_dates: Mapped[bool] = mapped_column(default=False)
    expiration_entry_required: Mapped[bool] = mapped_column(default=False)
    strict_expiration_posting: Mapped[bool] = mapped_column(default=False)
    information_required_inbound: Mapped[bool] = mapped_column(default=False)
    information_required_outbound: Mapped[bool] = mapped_column(default=False)
    create_information_on_posting: Mapped[bool] = mapped_column(default=True)
    warranty_formula: Mapped[str] = mapped_column(String(20), default="")
    """Such as `2Y` or `6M`: from the document's date to the end of the warranty (EX-07)."""
    warranty_entry_required: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        CheckConstraint(
            "use_expiration_dates OR NOT (strict_expiration_posting OR expiration_entry_required)", name="expiration_flags"
        ),
        CheckConstraint("serial_warehouse OR NOT serial_specific", name="serial_warehouse"),
        CheckConstraint("lot_warehouse OR NOT lot_specific", name="lot_warehouse"),
        CheckConstraint("package_warehouse OR NOT package_specific", name="package_warehouse"),
    )


class ItemTrackingRequirement(Base):
    """One transaction of one number kind that demands a number without *specific* tracking (TC-02, D33)."""

    __tablename__ = "item_tracking_requirement"
    tracking_code: Mapped[str] = mapped_column(ForeignKey("item_tracking_code.code"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    transaction: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Such as `purchase inbound`, `manufacturing outbound`, `transfer`."""
    __table_args__ = (captions("kind", NumberKind),)


class TrackedComponentsPolicy(Base):
    """SET-4: how strictly numbers are checked when they are registered."""

    __tablename__ = "tracked_components_policy"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    description: Mapped[str] = mapped_column(String(100), default="")
    use_tracked_components: Mapped[bool] = mapped_column(default=True)
    check_preallocation_for_product: Mapped[bool] = mapped_column(default=False)
    check_preallocation_for_components: Mapped[bool] = mapped_column(default=False)
    serial_number_matching_limit: Mapped[bool] = mapped_column(default=True)


class FlushingPrinciple(StrEnum):
    """LIF-12: when a component is consumed that carries no registration."""

    MANUAL = "Manual"
    START = "Start"
    FINISH = "Finish"


class ProductNumbers(StrEnum):
    """DIM-1: how the numbers of a product come when an order makes it."""

    MANUAL = "Manual"
    PREDEFINED = "Predefined"
    FIXED = "Fixed"


class Item(Counted, Base):
    """Something that is bought, made, used or sold."""

    __tablename__ = "item"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    description: Mapped[str] = mapped_column(String(100))
    base_unit_code: Mapped[str] = mapped_column(ForeignKey("unit_of_measure.code"))
    rounding_precision: Mapped[Decimal] = mapped_column(QuantityType)
    """Smallest quantity of the base unit, such as 1 or 0.001."""
    item_tracking_code: Mapped[str | None] = mapped_column(ForeignKey("item_tracking_code.code"))
    tracked_components_policy: Mapped[str | None] = mapped_column(ForeignKey("tracked_components_policy.name"))
    reservation_policy: Mapped[str] = mapped_column(String(10), default=ReservationPolicy.OPTIONAL)
    serial_pattern: Mapped[str] = mapped_column(String(100), default="")
    """Regular expression that manual serial numbers match in full (D17); empty: any."""
    lot_pattern: Mapped[str] = mapped_column(String(100), default="")
    expiration_days: Mapped[int] = mapped_column(default=0)
    """Days from receipt or output to expiry when nothing else says it; 0: none (EX-03)."""
    report_when_completed: Mapped[bool] = mapped_column(default=False)
    """D25: a completed unit is reported by itself, so that the next order can use it."""
    negative_stock_allowed: Mapped[bool] = mapped_column(default=False)
    serial_nos: Mapped[str] = mapped_column(String(40), default="")
    """Number series that new serial numbers come from (TL-13); empty: none."""
    lot_nos: Mapped[str] = mapped_column(String(40), default="")
    flushing: Mapped[str] = mapped_column(String(10), default=FlushingPrinciple.FINISH)
    """LIF-12: when it is consumed as a component, unless the line of a bill says otherwise."""
    product_numbers: Mapped[str] = mapped_column(String(12), default=ProductNumbers.MANUAL)
    """DIM-1: scanned or typed freely, generated with the order from the item's series, or one for the order."""
    quantity_per_number: Mapped[Decimal | None] = mapped_column(QuantityType)
    """Base units for each generated lot number; empty: one for the order. A serial is always one unit."""
    blocked: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        captions("reservation_policy", ReservationPolicy),
        captions("product_numbers", ProductNumbers),
        captions("flushing", FlushingPrinciple),
        CheckConstraint("rounding_precision > 0", name="precision"),
    )


class ItemUnitOfMeasure(Counted, Base):
    """How many base units one other unit of an item holds."""

    __tablename__ = "item_unit_of_measure"
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit_of_measure.code"), primary_key=True)
    quantity_per_unit: Mapped[Decimal] = mapped_column(QuantityType)
    __table_args__ = (CheckConstraint("quantity_per_unit > 0", name="quantity_per_unit"),)


class Gtin(Counted, Base):
    """A GTIN, always kept as 14 digits with a right check digit (D10, R-22): item, variant and packing unit."""

    __tablename__ = "gtin"
    gtin: Mapped[str] = mapped_column(String(14), primary_key=True)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit_of_measure.code"))
    label_order: Mapped[str] = mapped_column(String(80), default="")
    """R-17: identifiers in the order of its label, with commas between, such as `01,10,17`. Empty: not known."""
    __table_args__ = (Index(None, "item_no"), CheckConstraint("length(gtin) = 14", name="length"))


class ItemReference(Counted, Base):
    """Another code of an item: a bar code of our own, or a vendor's or customer's item number (SCN-14)."""

    __tablename__ = "item_reference"
    reference_no: Mapped[str] = mapped_column(String(50), primary_key=True)
    source_no: Mapped[str] = mapped_column(String(20), primary_key=True, default="")
    """Vendor or customer that uses the code; empty: everybody."""
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit_of_measure.code"))
    __table_args__ = (Index(None, "item_no"),)


class Location(PlantLed, Counted, Base):
    """A warehouse of the plant (a Dynamics 365 warehouse)."""

    __tablename__ = "location"
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    in_transit: Mapped[bool] = mapped_column(default=False)
    """Holds nothing but goods on their way with a transfer order (AP-09)."""
    blocked: Mapped[bool] = mapped_column(default=False)
    """No new document or journal names it."""


class DispositionCode(PlantLed, Counted, Base):
    """A batch disposition code: what the batches that carry it must not be used for (EDG-14). One that stops nothing means available."""

    __tablename__ = "disposition_code"
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    blocks_reservation: Mapped[bool] = mapped_column(default=False)
    blocks_production: Mapped[bool] = mapped_column(default=False)
    blocks_sales: Mapped[bool] = mapped_column(default=False)
    blocks_transfer: Mapped[bool] = mapped_column(default=False)
    blocked: Mapped[bool] = mapped_column(default=False)
    """No other batch gets the code; those that carry it keep it."""


class NumberInformation(PlantLed, Base):
    """What is known of one serial, lot or package number of an item: the one place of its expiry (C13, C15, DM-41)."""

    __tablename__ = "number_information"
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"), primary_key=True)
    variant_code: Mapped[str] = mapped_column(String(10), primary_key=True, default="")
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[str] = mapped_column(String(50), primary_key=True)
    number_folded: Mapped[str] = mapped_column(String(100))
    """Python casefold of the number: look-alikes are found with it (A27, D35)."""
    description: Mapped[str] = mapped_column(String(100), default="")
    blocked: Mapped[bool] = mapped_column(default=False)
    """Held by hand."""
    hold_reason: Mapped[str] = mapped_column(String(200), default="")
    quality_hold: Mapped[bool] = mapped_column(default=False)
    """An inspection with a hold is open or failed (EDG-15): a projection of the inspections."""
    quality_reason: Mapped[str] = mapped_column(String(200), default="")
    disposition_code: Mapped[str] = mapped_column(String(20), default="")
    """EDG-14; blank: none."""
    disposition_reason: Mapped[str] = mapped_column(String(200), default="")
    stops: Mapped[int] = mapped_column(Integer, default=0)
    """`holds.Use` that are stopped by the three above together: what every reader asks (D20). A projection of them."""
    stopped_by: Mapped[str] = mapped_column(String(20), default="")
    """`holds.HoldSource` of the strictest; blank: nothing stops the number."""
    stop_reason: Mapped[str] = mapped_column(String(200), default="")
    expiration_date: Mapped[date | None]
    best_before_date: Mapped[date | None]
    production_date: Mapped[date | None]
    vendor_no: Mapped[str] = mapped_column(String(20), default="")
    vendor_lot_no: Mapped[str] = mapped_column(String(50), default="")
    comments: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        captions("kind", NumberKind),
        Index(None, "plant_no", "number_folded"),
        Index(
            "ix_number_information_on_hold", "plant_no", "item_no",
            sqlite_where=text("stops <> 0"), postgresql_where=text("stops <> 0"),
        ),
        Index(
            "ix_number_information_disposition", "plant_no", "disposition_code",
            sqlite_where=text("disposition_code <> ''"), postgresql_where=text("disposition_code <> ''"),
        ),
        CheckConstraint("stopped_by IN ('', 'Hold', 'Quality hold', 'Disposition code')", name="stopped_by"),
        CheckConstraint("stops BETWEEN 0 AND 31", name="stops"),
    )


class NumberAction(StrEnum):
    """What happens to the information of a number beside postings."""

    HELD = "Held"
    RELEASED = "Released"
    DETAILS = "Details changed"
    EXPIRY = "Expiry changed"
    DISPOSITION = "Disposition code set"
    QUALITY_HELD = "Quality hold set"
    QUALITY_RELEASED = "Quality hold lifted"
    INSPECTED = "Inspection concluded"


class NumberHistory(PlantLed, Base):
    """One change of what is known of a number, append-only: holds and their end, details, corrected dates (C15, D20)."""

    __tablename__ = "number_history"
    entry_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[str] = mapped_column(String(50))
    action: Mapped[str] = mapped_column(String(20))
    old_value: Mapped[str] = mapped_column(String(500), default="")
    new_value: Mapped[str] = mapped_column(String(500), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    register_no: Mapped[int] = mapped_column(BigInteger, default=0)
    """The posting that carried the change; 0: none was needed."""
    operator_no: Mapped[str] = mapped_column(String(50))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (captions("action", NumberAction), Index(None, "plant_no", "item_no", "number", "entry_no"))


class NumberSeries(Counted, PlantLed, Base):
    """A series of document or goods numbers, such as `RPO-` 1043."""

    __tablename__ = "number_series"
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    prefix: Mapped[str] = mapped_column(String(20))
    digits: Mapped[int] = mapped_column(Integer, default=0)
    """Padded with zeros to this many digits; 0: not padded."""
    last_no: Mapped[int] = mapped_column(Integer, default=0)
