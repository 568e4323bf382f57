"""What the Tracked components page shows (TCP-2 to TCP-5, TCP-10): frozen values, a constant number of statements (OPS-9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import String, and_, bindparam, cast, literal, select, union_all
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import current_plant, table
from shopfloor.db.unit_of_work import CommandEntry
from shopfloor.errors import Outcome
from shopfloor.genealogy.answers import (
    ComponentRegistered,
    ComponentShort,
    CoProductRegistered,
    LineCompleted,
    ProductRegistered,
    ProductRevived,
    UnitCompleted,
)
from shopfloor.genealogy.facts import COMPLETED, PREALLOCATED, Line, Product, Situation
from shopfloor.genealogy.inputs import ScanRules, scan_rules
from shopfloor.genealogy.loading import loaded_at
from shopfloor.genealogy.models import ScanEntry
from shopfloor.genealogy.rules import in_line_unit, row_status, summary_status
from shopfloor.genealogy.unit_queries import Unit, Wanted, all_complete, order_of, product_situation, read_window, situation_of
from shopfloor.people.models import CompanySetting, Station
from shopfloor.people.settings import SETTINGS
from shopfloor.production.rules import RELEASED, STARTED
from shopfloor.quantity import ZERO
from shopfloor.scanning.scanner_settings import ScannerSettings

_scan = table(ScanEntry)
_command = table(CommandEntry)
_setting = table(CompanySetting)
_station = table(Station)
SHOWN_ANSWERS = 10
READ_ANSWERS = 20
"""More than are shown: what Undo takes back may lie further behind."""
SHOWN_NUMBERS = 3
REGISTERING = (
    ProductRegistered.code, ProductRevived.code, CoProductRegistered.code,
    ComponentRegistered.code, LineCompleted.code, UnitCompleted.code, ComponentShort.code,
)
"""Answers that Undo takes back (TCP-16)."""
UNDONE = "UNDONE"
RECOGNITION, SCANNER, STATION_VERSION = "station recognition", "station scanner", "station version"

# Built once: every scan asks both, and putting a statement together costs more than running it.
_ANSWERS = (
    select(
        _scan.c.answer, _scan.c.raw_text, _scan.c.decoded, _scan.c.kind, _scan.c.recorded_at,
        _command.c.outcome_code, _command.c.outcome_fields,
    )
    .join(_command, and_(_command.c.plant_no == _scan.c.plant_no, _command.c.command_key == _scan.c.command_key))
    .where(
        _scan.c.plant_no == bindparam("at_plant"), _scan.c.session_id == bindparam("at_session"), _scan.c.order_no == bindparam("at_order")
    )
    .order_by(_scan.c.entry_no.desc())
    .limit(READ_ANSWERS)
)
_this_station = and_(_station.c.plant_no == bindparam("at_plant"), _station.c.code == bindparam("at_station"))
_RULES = union_all(
    select(_setting.c.name, _setting.c.value),
    select(literal(RECOGNITION).label("name"), _station.c.gs1_recognition.label("value")).where(_this_station),
    select(literal(SCANNER).label("name"), _station.c.scanner.label("value")).where(_this_station),
    select(literal(STATION_VERSION).label("name"), cast(_station.c.version, String).label("value")).where(_this_station),
)


@dataclass(frozen=True)
class Summary:
    """TCP-3, TCP-4: the order's output. Base quantities of the product."""

    ordered: Decimal
    started: Decimal
    """QTY-1: what statuses compare with."""
    registered: Decimal
    good: Decimal
    error: Decimal
    status: str
    """Not started, In progress or Completed (QTY-6)."""
    unit_code: str

    @property
    def remaining(self) -> Decimal:
        """Started and not registered, never below zero (QTY-4)."""
        return max(self.started - self.registered, ZERO)

    @property
    def reported(self) -> Decimal:
        """Good and error (QTY-11)."""
        return self.good + self.error


@dataclass(frozen=True)
class ComponentRow:
    """TCP-5: one component line of the selected product, in the unit of the bill."""

    line_no: int
    operation_no: int
    item_no: str
    description: str
    kind: str
    """Serial or Lot."""
    started: Decimal
    """QTY-2: what the row needs."""
    consumption: Decimal
    """QTY-3."""
    remaining: Decimal
    over: Decimal
    """QTY-4: an excess, shown apart."""
    unit_code: str
    status: str
    numbers: tuple[str, ...]
    """The newest first, at most SHOWN_NUMBERS."""
    more: int
    """Numbers that are not shown."""
    order_level: bool
    """D21: needed once for the order."""
    closed: bool
    """D26: ended for this row."""
    added: bool = False
    """D36: not in the bill."""


@dataclass(frozen=True)
class LoadableLine:
    """D24: a batch that is loaded at the station, or that the current unit got and that may be kept for the next ones."""

    line_no: int
    description: str
    lot_no: str
    loaded: bool


@dataclass(frozen=True)
class Answered:
    """One answer of this session (TCP-10)."""

    result: str
    """accepted, information, question or refused."""
    number: str
    """What was scanned, or the number that was meant."""
    outcome: Outcome
    """Code and fields; translated where it is shown."""
    at: datetime


@dataclass(frozen=True)
class TrackedComponentsPage:
    """Everything that the page shows but mode and answer, which belong to the session."""

    order_no: str
    order_status: str
    version: int
    """A4: rises with every change of the order."""
    item_no: str
    description: str
    takes_part: bool
    """SET-7: the product is registered by number."""
    can_scan: bool
    """EDG-33: the order is started."""
    summary: Summary
    units: tuple[Unit, ...]
    """Newest first."""
    older: int
    """Keyset of the next older page; 0: there is none."""
    product: str
    """Number of the selected product; blank: none."""
    product_status: str
    match_id: int
    co_product: str
    """D40: description of the selected one, if it is a co-product; blank otherwise."""
    components: tuple[ComponentRow, ...]
    """Of the selected product; empty without one, and for a co-product."""
    loadable: tuple[LoadableLine, ...]
    selected_line: int
    answers: tuple[Answered, ...]
    """Newest first."""
    undo: str
    """Number that Undo takes back; blank: nothing of this session."""
    read_at: datetime

    @property
    def completed(self) -> int:
        """Lines that need nothing more."""
        return sum(1 for line in self.components if line.status == COMPLETED)

    @property
    def next_component(self) -> ComponentRow | None:
        """What to scan next: the selected line, else the first that is not Completed."""
        open_lines = [line for line in self.components if line.status != COMPLETED]
        return next((line for line in open_lines if line.line_no == self.selected_line), open_lines[0] if open_lines else None)


def tracked_components_page(
    session: Session, order_no: str, *, match_id: int = 0, line_no: int = 0, session_id: str = "", before: int = 0, station_code: str = "",
    starting: Decimal = ZERO, operation_no: int = 0,
) -> TrackedComponentsPage:
    """The page of one order with one product selected, at a station. `starting` is the quantity of an open Start dialog (ENT-8): it
    counts as started in what the page says, not in what it lets report. Components of `operation_no` come first (ENT-6, ENT-10).

    Six statements, a few more for batch products, full orders and lines that may be loaded. Raises NotFound.
    """
    order = order_of(session, order_no)
    situation = situation_of(session, order, match_id)
    main = product_situation(session, order, situation)
    window = read_window(session, main, Wanted(before=before))
    answers = session_answers(session, order_no, session_id) if session_id else []
    row, product = situation.row, main.product
    return TrackedComponentsPage(
        order_no=order.no,
        order_status=order.status,
        version=order.version,
        item_no=product.item_no,
        description=product.description,
        takes_part=product.takes_part,
        can_scan=order.status == STARTED or (starting > ZERO and order.status == RELEASED),
        summary=summary_of(session, _starting(main, starting), window.units),
        units=window.units,
        older=window.older,
        product=row.tracking.label() if row is not None else "",
        product_status=row_status(row, situation.lines) if row is not None else "",
        match_id=row.match_id if row is not None else 0,
        components=_components(situation, operation_no) if row is not None and row.state != PREALLOCATED else (),
        co_product=situation.product.description if situation.product.co_product else "",
        loadable=loadable_lines(session, situation, station_code),
        selected_line=line_no,
        answers=tuple(answers[:SHOWN_ANSWERS]),
        undo=undo_label(answers),
        read_at=now(),
    )


def _components(situation: Situation, operation_no: int) -> tuple[ComponentRow, ...]:
    rows = [component_row(line) for line in situation.listed]
    return tuple(sorted(rows, key=lambda line: bool(operation_no) and line.operation_no != operation_no))


def _starting(situation: Situation, starting: Decimal) -> Situation:
    """QTY-1: the base while a Start dialog is open."""
    product = situation.product
    return replace(situation, product=replace(product, started=min(product.started + starting, max(product.quantity, product.started))))


def summary_of(session: Session, situation: Situation, units: tuple[Unit, ...]) -> Summary:
    """QTY-6. The whole order is looked at only when everything is registered and no unit of the page lacks anything."""
    product = situation.product
    complete = situation.registered >= product.started and all(unit.status == COMPLETED for unit in units)
    if complete and situation.registered > ZERO:
        complete = all_complete(session, situation)
    return Summary(
        ordered=product.quantity,
        started=product.started,
        registered=situation.registered,
        good=product.good,
        error=product.error,
        status=summary_status(situation.registered, product.started, all_complete=complete),
        unit_code=product.base_unit_code,
    )


def component_row(line: Line) -> ComponentRow:
    """A component line as it is shown: base quantities become the unit of the bill."""
    component = line.component
    numbers = [association.tracking.label() for association in line.associations][::-1]
    return ComponentRow(
        line_no=component.line_no,
        operation_no=component.operation_no,
        item_no=component.item_no,
        description=component.description,
        kind="Serial" if component.serial else "Lot",
        started=in_line_unit(line, line.required),
        consumption=in_line_unit(line, line.registered),
        remaining=in_line_unit(line, line.remaining),
        over=in_line_unit(line, line.over),
        unit_code=component.unit_code,
        status=line.status,
        numbers=tuple(numbers[:SHOWN_NUMBERS]),
        more=max(len(numbers) - SHOWN_NUMBERS, 0),
        order_level=line.order_level,
        closed=line.closed,
        added=component.added,
    )


def loadable_lines(session: Session, situation: Situation, station_code: str) -> tuple[LoadableLine, ...]:
    """What is loaded at the station for the order, then what could be (D24). No statement where no line may be loaded."""
    lines = [line for line in situation.listed if line.component.may_be_loaded and not line.component.serial and not line.order_level]
    if not (lines and station_code):
        return ()
    loaded = {one.component_line_no: one.lot_no for one in loaded_at(session, station_code) if one.order_no == situation.order_no}
    found = [LoadableLine(line.line_no, line.component.description, loaded[line.line_no], True) for line in lines if line.line_no in loaded]
    for line in lines:
        lot_no = line.associations[-1].tracking.lot_no if line.associations else ""
        if lot_no and lot_no != loaded.get(line.line_no):
            found.append(LoadableLine(line.line_no, line.component.description, lot_no, False))
    return tuple(found)


def number_kind(product: Product) -> str:
    """By what the product is registered (SCN-5)."""
    return "Serial" if product.serial else "Lot"


# --- answers of the session -----------------------------------------------------------------------------------------------


def session_answers(session: Session, order_no: str, session_id: str) -> list[Answered]:
    """The session's last answers on an order, newest first. One statement."""
    values = {"at_plant": current_plant(session), "at_session": session_id, "at_order": order_no}
    return [_answered(row) for row in session.connection().execute(_ANSWERS, values)]  # type: ignore[arg-type]  # the columns above


def undo_label(answers: list[Answered]) -> str:
    """TCP-16: the newest registration that no Undo has taken back yet."""
    taken_back = 0
    for answer in answers:
        if answer.outcome.code == UNDONE:
            taken_back += 1
        elif answer.outcome.code in REGISTERING:
            if not taken_back:
                return answer.number
            taken_back -= 1
    return ""


def _answered(row: SqlRow[Any]) -> Answered:
    outcome = Outcome.restore(row.outcome_code, row.outcome_fields)
    number = str(getattr(outcome, "number", "") or "") or _scanned(row) or row.kind
    return Answered(result=row.answer, number=number[:50], outcome=outcome, at=row.recorded_at)


def _scanned(row: SqlRow[Any]) -> str:
    """What an operator recognises as the code in hand: the number in it, else the text as far as it can be seen."""
    parts = dict(row.decoded.get("elements", ()))
    text = row.decoded.get("text") or row.raw_text
    return str(parts.get("21") or parts.get("10") or "".join(filter(str.isprintable, text)))


# --- settings -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StationRules:
    """What company and station settled, as the scan pages need it."""

    rules: ScanRules
    lot_word: str
    """Batch or Lot."""


def station_rules(session: Session, station_code: str, session_id: str) -> StationRules:
    """Settings of the company with those of the station. One statement (D11)."""
    rows = session.connection().execute(_RULES, {"at_plant": current_plant(session), "at_station": station_code})
    stored = {row.name: row.value for row in rows}
    settings = {name: stored.get(name, setting.default) for name, setting in SETTINGS.items()}
    rules = scan_rules(
        settings, scanner=ScannerSettings.restored(stored.get(SCANNER, "")), gs1_recognition=stored.get(RECOGNITION, ""),
        session_id=session_id,
    )
    if STATION_VERSION in stored:  # what is kept with each scan
        rules = replace(rules, profile=replace(rules.profile, name=station_code, version=int(stored[STATION_VERSION])))
    return StationRules(rules, settings["lot_word"])
