"""Reading label jobs, formats and printers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import plant, table
from shopfloor.errors import NotFound, Refusal
from shopfloor.items.paging import PAGE_SIZE, Page, entry_place, page_limit, page_of
from shopfloor.labels.drawing import checked_layouts
from shopfloor.labels.inputs import MOST_LABELS, LabelSource, NewLabelJob
from shopfloor.labels.masters import LABEL_FORMAT, PRINTER, format_of
from shopfloor.labels.models import ItemLabel, LabelFormatRecord, LabelJob, LabelLine, LabelSending, Printer
from shopfloor.labels.rules import Goods, LabelText, Pairs, label_of
from shopfloor.labels.sources import LabelTexts, label_texts
from shopfloor.people.master_queries import read_record
from shopfloor.people.models import Operator
from shopfloor.people.settings import read_settings
from shopfloor.scanning.printing.formats import BUILT_IN, LabelFormat
from shopfloor.scanning.printing.layout import Label, Layout

_job = table(LabelJob)
_line = table(LabelLine)
_sending = table(LabelSending)
_format = table(LabelFormatRecord)
_item_label = table(ItemLabel)
_printer = table(Printer)
_operator = table(Operator)


@dataclass(frozen=True)
class JobRow:
    """One job in a list."""

    job_no: int
    source: str
    source_no: str
    label_format: str
    """Blank: the built-in one."""
    label_count: int
    copies: int
    state: str
    open_count: int
    """Labels, copies counted, that nobody scanned back."""
    reprint_of: int
    reason: str
    created_by: str
    created_at: datetime
    printed_by: str
    printed_how: str
    printed_at: datetime | None
    verified_at: datetime | None
    total: int
    source_address: str


@dataclass(frozen=True)
class LineRow:
    """One label of a job."""

    place: int
    item_no: str
    variant_code: str
    kind: str
    number: str
    elements: Pairs
    description: str
    dates: str
    verified: int
    verified_by: str
    """The name of whoever scanned it back."""
    verified_at: datetime | None


@dataclass(frozen=True)
class SendingRow:
    """One try to send the job to a printer."""

    entry_no: int
    printer_code: str
    state: str
    problem: str
    operator: str
    recorded_at: datetime


@dataclass(frozen=True)
class JobCard:
    """A job with its labels and tries."""

    job: JobRow
    lines: tuple[LineRow, ...]
    sendings: tuple[SendingRow, ...]

    @property
    def open_lines(self) -> tuple[LineRow, ...]:
        """Labels that nobody scanned back, in order."""
        return tuple(line for line in self.lines if line.verified < self.job.copies)


@dataclass(frozen=True)
class PrinterRow:
    """One printer."""

    code: str
    name: str
    address: str
    resolution: int
    draws_symbols: bool
    outside_allowed: bool
    blocked: bool


@dataclass(frozen=True)
class Preview:
    """A source as the page shows it before anything is made."""

    found: LabelTexts
    form: LabelFormat
    layouts: tuple[Layout, ...]
    """Of the first few labels."""
    problem: Refusal | None = None
    """Why one of these cannot be printed."""


@dataclass(frozen=True)
class Drawn:
    """The first few labels of a job."""

    form: LabelFormat
    layouts: tuple[Layout, ...]
    problem: Refusal | None = None


def list_jobs(session: Session, *, source_no: str = "", state: str = "", after: str = "", limit: int = PAGE_SIZE) -> Page[JobRow]:
    """Jobs, newest first. One statement."""
    before = entry_place(after)
    if before is None or not (source_no + state).isprintable():
        return Page(())
    limit = page_limit(limit)
    statement = _jobs(session).order_by(_job.c.job_no.desc()).limit(limit + 1)
    for wanted, clause in ((before, _job.c.job_no < before), (source_no, _job.c.source_no == source_no), (state, _job.c.state == state)):
        statement = statement.where(clause) if wanted else statement
    return page_of([_job_row(row) for row in session.connection().execute(statement)], limit, lambda row: str(row.job_no))


def job_card(session: Session, job_no: int) -> JobCard | None:
    """One job, or None. Three statements."""
    row = session.connection().execute(_jobs(session).where(_job.c.job_no == job_no)).one_or_none()
    if row is None:
        return None
    return JobCard(_job_row(row), lines_of(session, job_no), _sendings(session, job_no))


def lines_of(session: Session, job_no: int) -> tuple[LineRow, ...]:
    """Labels of a job in their order. One statement."""
    names = [name for name in LineRow.__dataclass_fields__ if name not in {"place", "elements"}]
    columns = [_line.c[name] for name in names if name != "verified_by"]
    who = func.coalesce(_operator.c.name, _line.c.verified_by).label("verified_by")
    rows = session.connection().execute(
        select(_line.c.line_no, _line.c.elements, *columns, who).outerjoin(_operator, _operator.c.no == _line.c.verified_by)
        .where(plant(session, _line), _line.c.job_no == job_no).order_by(_line.c.line_no)
    )
    return tuple(
        LineRow(row.line_no, elements=tuple((ai, value) for ai, value in row.elements), **{name: getattr(row, name) for name in names})
        for row in rows
    )


def list_formats(session: Session) -> list[tuple[str, str]]:
    """Codes and descriptions of all formats. One statement."""
    rows = session.connection().execute(select(_format.c.code, _format.c.description).order_by(_format.c.code).limit(500))
    return [(row.code, row.description) for row in rows]


def list_printers(session: Session) -> list[PrinterRow]:
    """Printers that are not blocked. One statement."""
    rows = session.connection().execute(
        select(_printer).where(plant(session, _printer), _printer.c.blocked.is_(False)).order_by(_printer.c.code).limit(200)
    )
    return [_printer_row(row) for row in rows]


def printer_of(session: Session, code: str) -> PrinterRow:
    """One printer. Raises NotFound."""
    values = read_record(session, PRINTER, (code,))
    if values is None:
        raise NotFound(record="printer", number=code)
    return PrinterRow(
        code=code, name=values["name"], address=values["address"], resolution=int(values["resolution"]),
        draws_symbols=values["draws_symbols"], outside_allowed=values["outside_allowed"], blocked=values["blocked"],
    )


def format_by_code(session: Session, code: str) -> LabelFormat:
    """A format; the built-in one for a blank. Raises NotFound."""
    if not code:
        return BUILT_IN
    values = read_record(session, LABEL_FORMAT, (code,))
    if values is None:
        raise NotFound(record="label format", number=code)
    return format_of(values)


def chosen_format(session: Session, asked: str, item_no: str) -> LabelFormat:
    """What was asked for, else that of the item, else that of the company, else the built-in one. Raises NotFound."""
    if asked:
        return format_by_code(session, asked)
    own = session.connection().execute(select(_item_label.c.label_format).where(_item_label.c.item_no == item_no)).scalar_one_or_none()
    return format_by_code(session, own or read_settings(session)["label_format"])


def link_domain(session: Session) -> str:
    """Where Digital Links of labels lead."""
    return read_settings(session)["digital_link_domain"].rstrip("/")


def preview(session: Session, source: LabelSource, *, label_format: str, first: int, few: int) -> Preview:
    """What a job of this source would print; its first few labels are drawn and read back. Raises NotFound."""
    found = label_texts(session, source, first=first, limit=MOST_LABELS)
    form = chosen_format(session, label_format, found.texts[0].goods.item_no if found.texts else "")
    layouts, problem = _drawn(session, labels_of_texts(found, first)[:few], form)
    return Preview(found, form, layouts, problem)


def draw_job(session: Session, card: JobCard, few: int) -> Drawn:
    """The first few labels of a job. Raises NotFound for its format."""
    form = format_by_code(session, card.job.label_format)
    labels = [label_of(text_of(line), line.place, card.job.total) for line in card.lines[:few]]
    return Drawn(form, *_drawn(session, labels, form))


def check_source(session: Session, given: NewLabelJob) -> None:
    """Draw and read back all labels of a job before its transaction begins; inside it they are remembered.

    Raises NotFound, and why a label cannot be printed.
    """
    found = label_texts(session, given, first=given.first, limit=MOST_LABELS)
    if found.texts:
        form = chosen_format(session, given.label_format, found.texts[0].goods.item_no)
        draw(session, labels_of_texts(found, given.first), form)
    session.rollback()


def labels_of_texts(found: LabelTexts, first: int = 1) -> list[Label]:
    """Labels with their places in the source."""
    return [label_of(text, place, found.total) for place, text in enumerate(found.texts, start=first)]


def draw(session: Session, labels: list[Label], form: LabelFormat) -> list[Layout]:
    """Layouts that were read back. Refusals name the row."""
    return checked_layouts(labels, form, as_of=now().date(), domain=link_domain(session))


def _drawn(session: Session, labels: list[Label], form: LabelFormat) -> tuple[tuple[Layout, ...], Refusal | None]:
    try:
        return tuple(draw(session, labels, form)), None
    except Refusal as refusal:
        return (), refusal


def layouts_of(session: Session, card: JobCard, places: frozenset[int] = frozenset()) -> list[Layout]:
    """The labels of a job, or some of them, ready to be printed, each read back (R-25). Raises NotFound for its format."""
    form = format_by_code(session, card.job.label_format)
    labels = [label_of(text_of(line), line.place, card.job.total) for line in card.lines if not places or line.place in places]
    return draw(session, labels, form)


def text_of(line: LineRow) -> LabelText:
    """What a stored label says."""
    return LabelText(Goods(line.item_no, line.variant_code, line.kind, line.number), line.elements, line.description, line.dates)


def _jobs(session: Session) -> Any:  # noqa: ANN401  # a select of many columns
    proved = (
        select(func.sum(_line.c.verified)).where(_line.c.plant_no == _job.c.plant_no, _line.c.job_no == _job.c.job_no).scalar_subquery()
    )
    return (
        select(_job, proved.label("proved"), func.coalesce(_operator.c.name, _job.c.created_by).label("maker"))
        .outerjoin(_operator, _operator.c.no == _job.c.created_by).where(plant(session, _job))
    )


def _job_row(row: Row[Any]) -> JobRow:
    names = [name for name in JobRow.__dataclass_fields__ if name not in {"open_count", "created_by"}]
    left = row.label_count * row.copies - (row.proved or 0)
    return JobRow(open_count=max(0, left), created_by=row.maker, **{name: getattr(row, name) for name in names})


def _sendings(session: Session, job_no: int) -> tuple[SendingRow, ...]:
    c = _sending.c
    rows = session.connection().execute(
        select(c.entry_no, c.printer_code, c.state, c.problem, func.coalesce(_operator.c.name, c.operator_no), c.recorded_at)
        .outerjoin(_operator, _operator.c.no == c.operator_no)
        .where(plant(session, _sending), c.job_no == job_no).order_by(c.entry_no.desc()).limit(20)
    )
    return tuple(SendingRow(*row) for row in rows)


def _printer_row(row: Row[Any]) -> PrinterRow:
    return PrinterRow(row.code, row.name, row.address, int(row.resolution), row.draws_symbols, row.outside_allowed, row.blocked)
