"""Bills of material, routings and production orders with their lines, components and operations."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shopfloor.db import Base, Counted, PlantLed, QuantityType, UtcDateTime, captions
from shopfloor.items.models import FlushingPrinciple


class ProductionStatus(StrEnum):
    """LIF-1: the stages of an order that a production order itself has."""

    CREATED = "Created"
    ESTIMATED = "Estimated"
    SCHEDULED = "Scheduled"
    RELEASED = "Released"
    STARTED = "Started"
    REPORTED = "Reported as finished"
    ENDED = "Ended"


class OneScan(StrEnum):
    """D7: what one scan of a batch without a quantity on its label registers."""

    REMAINING = "All that remains"
    PIECE = "One piece"
    ASK = "Ask"


class VersionStatus(StrEnum):
    """Only a certified version is used by orders, and its lines do not change."""

    NEW = "New"
    CERTIFIED = "Certified"
    CLOSED = "Closed"


class ResourceKind(StrEnum):
    """What does the work."""

    WORK_CENTER = "Work center"
    MACHINE = "Machine"
    PERSON = "Person"


class Resource(Counted, Base):
    """What an operation is done on or by."""

    __tablename__ = "resource"
    code: Mapped[str] = mapped_column(String(50), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20), default=ResourceKind.WORK_CENTER)
    blocked: Mapped[bool] = mapped_column(default=False)
    """No routing takes it any more."""
    __table_args__ = (captions("kind", ResourceKind),)


class BillOfMaterial(Counted, Base):
    """What an item is made of; its lines belong to versions."""

    __tablename__ = "bill_of_material"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"), unique=True)
    description: Mapped[str] = mapped_column(String(100))


class BomVersion(Base):
    """One version of a bill with its validity; a blank date sets no limit."""

    __tablename__ = "bom_version"
    bom_no: Mapped[str] = mapped_column(ForeignKey("bill_of_material.no"), primary_key=True)
    version_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    description: Mapped[str] = mapped_column(String(100), default="")
    status: Mapped[str] = mapped_column(String(10), default=VersionStatus.NEW)
    starting_date: Mapped[date | None]
    ending_date: Mapped[date | None]
    """The last day."""
    __table_args__ = (captions("status", VersionStatus), CheckConstraint("ending_date >= starting_date", name="validity"))


class BomLine(Base):
    """One component of a version of a bill; `quantity_per` in `unit_code` for one base unit of the product (LIF-15)."""

    __tablename__ = "bom_line"
    bom_no: Mapped[str] = mapped_column(String(20), primary_key=True)
    version_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit_of_measure.code"))
    quantity_per: Mapped[Decimal] = mapped_column(QuantityType)
    constant: Mapped[bool] = mapped_column(default=False)
    """Once for each order, whatever its quantity (QTY-8)."""
    scrap_percent: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    round_up_to: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """LIF-15, D31: in `unit_code`; what a whole order needs is a multiple of it. 0: none."""
    flushing: Mapped[str] = mapped_column(String(10), default=FlushingPrinciple.FINISH)
    operation_no: Mapped[int] = mapped_column(default=0)
    under_tolerance_percent: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    over_tolerance_percent: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    one_scan_is: Mapped[str] = mapped_column(String(20), default=OneScan.REMAINING)
    may_be_loaded: Mapped[bool] = mapped_column(default=False)
    """D24: a batch that is loaded at a station may serve unit after unit."""
    phantom: Mapped[bool] = mapped_column(default=False)
    """EDG-39: the item is never made or kept; an order takes the components of its bill instead."""
    co_product: Mapped[bool] = mapped_column(default=False)
    """D40: not a component; the order makes it as well, as a further line."""
    __table_args__ = (
        ForeignKeyConstraint(["bom_no", "version_code"], ["bom_version.bom_no", "bom_version.version_code"]),
        captions("flushing", FlushingPrinciple),
        captions("one_scan_is", OneScan),
        Index(None, "item_no"),
    )


class Routing(Counted, Base):
    """The steps in which an item is made; they belong to versions."""

    __tablename__ = "routing"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"), unique=True)
    description: Mapped[str] = mapped_column(String(100))


class RoutingVersion(Base):
    """One version of a routing with its validity; a blank date sets no limit."""

    __tablename__ = "routing_version"
    routing_no: Mapped[str] = mapped_column(ForeignKey("routing.no"), primary_key=True)
    version_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    description: Mapped[str] = mapped_column(String(100), default="")
    status: Mapped[str] = mapped_column(String(10), default=VersionStatus.NEW)
    starting_date: Mapped[date | None]
    ending_date: Mapped[date | None]
    """The last day."""
    __table_args__ = (captions("status", VersionStatus), CheckConstraint("ending_date >= starting_date", name="validity"))


class RoutingLine(Base):
    """One step of a version of a routing."""

    __tablename__ = "routing_line"
    routing_no: Mapped[str] = mapped_column(String(20), primary_key=True)
    version_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    operation_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    description: Mapped[str] = mapped_column(String(100))
    resource: Mapped[str] = mapped_column(String(50), default="")
    setup_minutes: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    run_minutes: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """For one base unit of the product."""
    flushing: Mapped[str] = mapped_column(String(10), default=FlushingPrinciple.MANUAL)
    """LIF-6: when it posts by itself, as a component is consumed; *Manual*: never."""
    __table_args__ = (ForeignKeyConstraint(["routing_no", "version_code"], ["routing_version.routing_no", "routing_version.version_code"]),)


class ProductionOrder(PlantLed, Base):
    """One order. `version` rises with every change: it is the order's lock and tells pages what is new (A4, A23)."""

    __tablename__ = "production_order"
    no: Mapped[str] = mapped_column(String(20), primary_key=True)
    status: Mapped[str] = mapped_column(String(30), default=ProductionStatus.CREATED)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    description: Mapped[str] = mapped_column(String(100))
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    due_date: Mapped[date | None]
    location_code: Mapped[str] = mapped_column(String(20))
    """Where components are taken and output is put."""
    fixed_serial_no: Mapped[str] = mapped_column(String(50), default="")
    fixed_lot_no: Mapped[str] = mapped_column(String(50), default="")
    """The order's fixed batch, if it has one (SCN-5, DIM-1)."""
    bom_version: Mapped[str] = mapped_column(String(20), default="")
    """Version of the bill that was copied; the order keeps it."""
    routing_version: Mapped[str] = mapped_column(String(20), default="")
    """Version of the routing that was copied; blank: the item had none."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (captions("status", ProductionStatus), Index(None, "plant_no", "status", "due_date"))


class ProdOrderLine(PlantLed, Base):
    """What the order makes: its product, and behind it what comes along as co-products (D40). Quantities in base units."""

    __tablename__ = "prod_order_line"
    order_no: Mapped[str] = mapped_column(String(20), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    quantity: Mapped[Decimal] = mapped_column(QuantityType)
    started_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """QTY-1: what statuses compare with."""
    registered_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """Of its rows that were scanned or made by hand, reported ones too: a scan must not count thousands of rows to know it."""
    good_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    error_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    __table_args__ = (
        ForeignKeyConstraint(["plant_no", "order_no"], ["production_order.plant_no", "production_order.no"]),
        CheckConstraint("quantity > 0 AND started_quantity >= 0 AND good_quantity >= 0 AND error_quantity >= 0", name="quantities"),
        Index(None, "plant_no", "item_no"),
    )


class ProdOrderComponent(PlantLed, Base):
    """One component line of an order. `quantity_per` in `unit_code` for one base unit of the product."""

    __tablename__ = "prod_order_component"
    order_no: Mapped[str] = mapped_column(String(20), primary_key=True)
    order_line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    location_code: Mapped[str] = mapped_column(String(20))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit_of_measure.code"))
    quantity_per_unit: Mapped[Decimal] = mapped_column(QuantityType)
    """Base units in one `unit_code`."""
    quantity_per: Mapped[Decimal] = mapped_column(QuantityType)
    constant: Mapped[bool] = mapped_column(default=False)
    scrap_percent: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    flushing: Mapped[str] = mapped_column(String(10), default=FlushingPrinciple.FINISH)
    operation_no: Mapped[int] = mapped_column(default=0)
    under_tolerance_percent: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    over_tolerance_percent: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    one_scan_is: Mapped[str] = mapped_column(String(20), default=OneScan.REMAINING)
    may_be_loaded: Mapped[bool] = mapped_column(default=False)
    """D24: a batch that is loaded at a station may serve unit after unit."""
    expected_quantity: Mapped[Decimal] = mapped_column(QuantityType)
    """Base quantity for the whole order line, scrap and rounding included."""
    consumed_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """Net base quantity posted; a projection of the ledger, proved by `shopfloor check`."""
    added: Mapped[bool] = mapped_column(default=False)
    """D36: not in the bill; somebody added it to the started order."""
    replaces_line_no: Mapped[int] = mapped_column(default=0)
    """D36: the line that it is a substitute for; 0: none."""
    from_match_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """D36: units registered before this one do not need it; 0: all do."""
    until_match_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """D36: from this unit on another line stands in its place; 0: none does."""
    share_quantity: Mapped[Decimal | None] = mapped_column(QuantityType)
    """What the whole order would need if all units needed it: the shares of units are counted from it; empty: the expected quantity."""
    ended: Mapped[bool] = mapped_column(default=False)
    """D26: ended in a picking list; flushing proposes nothing more."""
    __table_args__ = (
        ForeignKeyConstraint(
            ["plant_no", "order_no", "order_line_no"],
            ["prod_order_line.plant_no", "prod_order_line.order_no", "prod_order_line.line_no"],
        ),
        captions("flushing", FlushingPrinciple),
        captions("one_scan_is", OneScan),
        CheckConstraint("quantity_per >= 0 AND expected_quantity >= 0", name="quantities"),
        Index(None, "plant_no", "item_no"),
    )


class ProdOrderOperation(PlantLed, Base):
    """One operation of an order."""

    __tablename__ = "prod_order_operation"
    order_no: Mapped[str] = mapped_column(String(20), primary_key=True)
    operation_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    description: Mapped[str] = mapped_column(String(100))
    resource: Mapped[str] = mapped_column(String(50), default="")
    good_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """This and the next five are sums of the operation's entries, proved by `shopfloor check`. Base units of the product."""
    scrap_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    setup_minutes: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    run_minutes: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    entry_count: Mapped[int] = mapped_column(default=0)
    """Entries that were not taken back."""
    end_count: Mapped[int] = mapped_column(default=0)
    """Those of them that say that the operation is done."""
    automatic_count: Mapped[int] = mapped_column(default=0)
    """Those of them that a start or a report made by itself."""
    flushing: Mapped[str] = mapped_column(String(10), default=FlushingPrinciple.MANUAL)
    """This and the next two are copied from the routing (LIF-6)."""
    planned_setup_minutes: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    planned_run_minutes: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    __table_args__ = (ForeignKeyConstraint(["plant_no", "order_no"], ["production_order.plant_no", "production_order.no"]),)


class OperationEntry(PlantLed, Base):
    """C16: time and quantity that were reported on an operation, append-only; a wrong one is taken back by an entry that names it.

    An order that is planned anew may lose operations that have entries, so only numbers point to the order and the row (A21).
    """

    __tablename__ = "operation_entry"
    entry_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    order_no: Mapped[str] = mapped_column(String(20))
    operation_no: Mapped[int]
    job: Mapped[str] = mapped_column(String(10), default="")
    """Blank: a route card, for the whole operation; else the job that a job card is about (LIF-9)."""
    resource: Mapped[str] = mapped_column(String(50), default="")
    worker_no: Mapped[str] = mapped_column(String(50))
    """Who did the work; `operator_no` is who reported it."""
    setup_minutes: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    run_minutes: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    good_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    """Base units of the product; negative in an entry that takes another one back, as every figure."""
    scrap_quantity: Mapped[Decimal] = mapped_column(QuantityType, default=Decimal(0))
    cause: Mapped[str] = mapped_column(String(100), default="")
    match_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """The unit; 0: none was named."""
    serial_no: Mapped[str] = mapped_column(String(50), default="")
    lot_no: Mapped[str] = mapped_column(String(50), default="")
    ends: Mapped[bool] = mapped_column(default=False)
    """The operation is done, whatever its quantity."""
    posting_date: Mapped[date]
    corrects_entry_no: Mapped[int | None] = mapped_column(BigInteger)
    register_no: Mapped[int] = mapped_column(BigInteger, default=0)
    """The report as finished that came with it; 0: none."""
    source: Mapped[str] = mapped_column(String(20), default="")
    """The dialog that made it by itself; blank: somebody reported it."""
    reason: Mapped[str] = mapped_column(String(200), default="")
    operator_no: Mapped[str] = mapped_column(String(50))
    station_code: Mapped[str] = mapped_column(String(50), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        CheckConstraint("job IN ('', 'Setup', 'Process')", name="job"),
        CheckConstraint(
            "corrects_entry_no IS NOT NULL OR "
            "(setup_minutes >= 0 AND run_minutes >= 0 AND good_quantity >= 0 AND scrap_quantity >= 0)",
            name="signs",
        ),
        Index(None, "plant_no", "order_no", "operation_no", "entry_no"),
        # What is taken back is taken back once.
        Index("uq_operation_entry_corrects", "plant_no", "corrects_entry_no", unique=True),
    )
