"""Tables of labels: formats, the format of an item, printers, print jobs with their labels, and what was sent to printers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shopfloor.db import Base, Counted, PlantLed, QuantityType, UtcDateTime, captions
from shopfloor.items.models import NumberKind
from shopfloor.scanning.printing.formats import LabelSymbol, Sheet


class Resolution(StrEnum):
    """Dots an inch of a printer (IMG-13)."""

    DPI_203 = "203"
    DPI_300 = "300"
    DPI_600 = "600"


class SourceKind(StrEnum):
    """What gave birth to the numbers of a job."""

    DOCUMENT = "Document"
    """A posted receipt or journal: what came in with it."""
    ORDER = "Production order"
    """Numbers of the order's units, assigned before production or registered."""
    PURCHASE = "Purchase order"
    """Numbers that were assigned to its lines before the goods come."""
    NUMBER = "Number"
    """One number by itself."""


class JobState(StrEnum):
    """Where a print job stands."""

    MADE = "Made"
    PRINTED = "Printed"
    VERIFIED = "Verified"
    """Every label was scanned back."""


class SendingState(StrEnum):
    """Where the way of a job to a printer stands."""

    WAITING = "Waiting"
    SENDING = "Sending"
    """Being sent. If this stays, the server went away in the middle: look at the printer before sending again."""
    SENT = "Sent"
    FAILED = "Failed"


class LabelFormatRecord(Counted, Base):
    """A label format: what `scanning.printing.formats.LabelFormat` is made from."""

    __tablename__ = "label_format"
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    description: Mapped[str] = mapped_column(String(100), default="")
    width_mm: Mapped[Decimal] = mapped_column(QuantityType)
    height_mm: Mapped[Decimal] = mapped_column(QuantityType)
    resolution: Mapped[str] = mapped_column(String(3))
    symbol: Mapped[str] = mapped_column(String(40))
    module_dots: Mapped[int] = mapped_column(default=0)
    """0: the usual ones of the resolution."""
    text_mm: Mapped[Decimal] = mapped_column(QuantityType)
    sheet: Mapped[str] = mapped_column(String(40))
    show_description: Mapped[bool] = mapped_column(default=True)
    show_item: Mapped[bool] = mapped_column(default=True)
    show_dates: Mapped[bool] = mapped_column(default=True)
    show_sequence: Mapped[bool] = mapped_column(default=True)
    __table_args__ = (
        captions("resolution", Resolution),
        captions("symbol", LabelSymbol),
        captions("sheet", Sheet),
        CheckConstraint("width_mm > 0 AND height_mm > 0 AND text_mm > 0 AND module_dots >= 0", name="sizes"),
    )


class ItemLabel(Counted, Base):
    """The label format of one item; without one the company's format is used."""

    __tablename__ = "item_label"
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"), primary_key=True)
    label_format: Mapped[str] = mapped_column(ForeignKey("label_format.code"))


class Printer(PlantLed, Counted, Base):
    """A label printer that takes ZPL over the network or through a device file."""

    __tablename__ = "printer"
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(200))
    """`host:port`, or a device file such as `/dev/usb/lp0`."""
    resolution: Mapped[str] = mapped_column(String(3))
    draws_symbols: Mapped[bool] = mapped_column(default=False)
    """Symbols go as commands that the printer draws itself; otherwise as the very picture that was read back."""
    outside_allowed: Mapped[bool] = mapped_column(default=False)
    """The address may be outside the private networks."""
    blocked: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (captions("resolution", Resolution),)


class LabelJob(PlantLed, Counted, Base):
    """Labels that were made together, in their order."""

    __tablename__ = "label_job"
    job_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(20))
    source_no: Mapped[str] = mapped_column(String(60))
    """In words for people: document, order or number."""
    source_address: Mapped[str] = mapped_column(String(300), default="")
    """Query of the page that the labels came from."""
    label_format: Mapped[str] = mapped_column(String(20), default="")
    """Blank: the built-in one."""
    copies: Mapped[int] = mapped_column(default=1)
    """Of each label, one after the other."""
    label_count: Mapped[int]
    """Different labels."""
    total: Mapped[int]
    """Labels of the whole source: what *n of N* counts to."""
    state: Mapped[str] = mapped_column(String(10), default=JobState.MADE.value)
    reprint_of: Mapped[int] = mapped_column(BigInteger, default=0)
    reason: Mapped[str] = mapped_column(String(200), default="")
    """Of a reprint."""
    created_by: Mapped[str] = mapped_column(String(50))
    station_code: Mapped[str] = mapped_column(String(50), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    printed_by: Mapped[str] = mapped_column(String(50), default="")
    printed_how: Mapped[str] = mapped_column(String(60), default="")
    printed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        captions("source", SourceKind),
        captions("state", JobState),
        CheckConstraint("copies > 0 AND label_count > 0 AND total >= label_count", name="counts"),
        Index("ix_label_job_source", "plant_no", "source", "source_no", "job_no"),
    )


_OF_JOB = (["plant_no", "job_no"], ["label_job.plant_no", "label_job.job_no"])


class LabelLine(PlantLed, Base):
    """One label of a job: what it says, and whether it was scanned back."""

    __tablename__ = "label_line"
    job_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The place that is printed on it: *n* of *n of N*."""
    item_no: Mapped[str] = mapped_column(ForeignKey("item.no"))
    variant_code: Mapped[str] = mapped_column(String(10), default="")
    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[str] = mapped_column(String(50))
    elements: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    """GS1 elements as pairs; none for goods without a GTIN."""
    description: Mapped[str] = mapped_column(String(100), default="")
    dates: Mapped[str] = mapped_column(String(100), default="")
    verified: Mapped[int] = mapped_column(default=0)
    """Copies that were scanned back."""
    verified_by: Mapped[str] = mapped_column(String(50), default="")
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        captions("kind", NumberKind),
        CheckConstraint("verified >= 0", name="verified"),
        ForeignKeyConstraint(*_OF_JOB),
        Index("ix_label_line_number", "plant_no", "item_no", "number", "job_no"),
    )


class LabelSending(PlantLed, Base):
    """One try to send a job to a printer."""

    __tablename__ = "label_sending"
    entry_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    job_no: Mapped[int] = mapped_column(BigInteger)
    printer_code: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=SendingState.WAITING.value)
    problem: Mapped[str] = mapped_column(String(200), default="")
    operator_no: Mapped[str] = mapped_column(String(50))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (captions("state", SendingState), ForeignKeyConstraint(*_OF_JOB), Index("ix_label_sending_job", "plant_no", "job_no"))
