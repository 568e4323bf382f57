"""Tables of inspections: what is measured of an item, records per number, measured values, files (C9)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shopfloor.db import Base, Counted, PlantLed, QuantityType, UtcDateTime, captions
from shopfloor.items.models import NumberKind


class AtReport(StrEnum):
    """ASC-19: whether a unit is inspected when it is reported as finished."""

    NO = "No"
    """Only when somebody asks for it."""
    BEFORE = "Before"
    """The report waits for the result."""
    AFTER = "After"
    """The report opens an inspection."""


class InspectionState(StrEnum):
    """Where an inspection stands."""

    OPEN = "Open"
    PASSED = "Passed"
    FAILED = "Failed"


class Occasion(StrEnum):
    """Why there is an inspection."""

    REPORT = "Report as finished"
    BY_HAND = "By hand"


class InspectionTest(Counted, Base):
    """One thing that is measured of each number of an item, with its limits: all of them together are the item's inspection plan."""

    __tablename__ = "inspection_test"
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"), primary_key=True)
    test: Mapped[str] = mapped_column(String(50), primary_key=True)
    unit: Mapped[str] = mapped_column(String(20), default="")
    """As it is written beside the value, such as `Nm` or `V`."""
    lower_limit: Mapped[Decimal | None] = mapped_column(QuantityType)
    """The limits themselves are good; none: no limit."""
    upper_limit: Mapped[Decimal | None] = mapped_column(QuantityType)
    at_report: Mapped[str] = mapped_column(String(10), default=AtReport.NO.value)
    holds: Mapped[bool] = mapped_column(default=True)
    """An inspection with this test stops its number until it has passed (EDG-15)."""
    __table_args__ = (captions("at_report", AtReport), CheckConstraint("lower_limit <= upper_limit", name="limits"))


class Inspection(PlantLed, Counted, Base):
    """One inspection of one number (C9)."""

    __tablename__ = "inspection"
    inspection_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[str] = mapped_column(String(50))
    occasion: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=InspectionState.OPEN.value)
    holds: Mapped[bool] = mapped_column(default=True)
    """While it is open or failed, the number is on quality hold."""
    order_no: Mapped[str] = mapped_column(String(20), default="")
    """The production order whose report opened it; blank: none."""
    match_id: Mapped[int] = mapped_column(BigInteger, default=0)
    note: Mapped[str] = mapped_column(String(500), default="")
    created_by: Mapped[str] = mapped_column(String(50))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    inspector_no: Mapped[str] = mapped_column(String(50), default="")
    """Who concluded it; blank while it is open."""
    concluded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        captions("kind", NumberKind),
        captions("occasion", Occasion),
        captions("state", InspectionState),
        CheckConstraint("(state = 'Open') = (concluded_at IS NULL)", name="concluded"),
        Index("ix_inspection_number", "plant_no", "item_no", "number", "inspection_no"),
        Index("ix_inspection_state", "plant_no", "state", "inspection_no"),
    )


_OF_INSPECTION = (["plant_no", "inspection_no"], ["inspection.plant_no", "inspection.inspection_no"])


class InspectionValue(PlantLed, Base):
    """One measured value with the limits of that moment, append-only: measuring again adds a row, and the newest counts."""

    __tablename__ = "inspection_value"
    entry_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    inspection_no: Mapped[int] = mapped_column(BigInteger)
    test: Mapped[str] = mapped_column(String(50))
    value: Mapped[Decimal] = mapped_column(QuantityType)
    unit: Mapped[str] = mapped_column(String(20), default="")
    lower_limit: Mapped[Decimal | None] = mapped_column(QuantityType)
    upper_limit: Mapped[Decimal | None] = mapped_column(QuantityType)
    operator_no: Mapped[str] = mapped_column(String(50))
    station_code: Mapped[str] = mapped_column(String(50), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        ForeignKeyConstraint(*_OF_INSPECTION), Index("ix_inspection_value_inspection", "plant_no", "inspection_no", "entry_no")
    )


class InspectionAttachment(PlantLed, Base):
    """A file that belongs to an inspection, such as a picture or a protocol. Append-only, kept in the database with everything else."""

    __tablename__ = "inspection_attachment"
    entry_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    inspection_no: Mapped[int] = mapped_column(BigInteger)
    file_name: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    """Bytes."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    operator_no: Mapped[str] = mapped_column(String(50))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        ForeignKeyConstraint(*_OF_INSPECTION),
        Index("ix_inspection_attachment_inspection", "plant_no", "inspection_no", "entry_no"),
    )
