"""Inputs of the use cases of this package: one model for the page's form and the API's JSON (A29)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from shopfloor import quantity
from shopfloor.errors import Refusal
from shopfloor.people.fields import InputModel, OptionalQuantity, Text50
from shopfloor.people.fields import Number as NumberText
from shopfloor.people.fields import Quantity as PositiveQuantity
from shopfloor.people.settings import CAP, COUNT_USE, EXACT, MEASURE_USE, OWN_IDENTIFIERS, PREFIXES, SEPARATOR
from shopfloor.production.inputs import ConsumptionChoice, SignedQuantity
from shopfloor.scanning.errors import SCAN_TEXT_LIMIT
from shopfloor.scanning.gs1.mapping import own_mapping
from shopfloor.scanning.gs1.profiles import DEFAULT, WEDGE, CheckDigitPolicy, Recognition, ScannerProfile, UnknownIdentifierPolicy
from shopfloor.scanning.scanner_settings import UNCHECKED, ScannerSettings

ScanKind = Literal["scan", "mode", "product", "line", "undo", "continue", "discard", "confirm"]


def _blank_is_none(value: object) -> object:
    return None if value == "" else value


def _blank_is_zero(value: object) -> object:
    return 0 if value is None or value == "" else value


def _exact(value: object) -> object:
    """API quantities are text; a JSON number is refused (A27)."""
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        message = 'write quantities as text, such as "0.25"'
        raise ValueError(message)  # noqa: TRY004  # pydantic wants ValueError
    try:
        return quantity.parse(value)
    except Refusal as refusal:
        raise ValueError(refusal.text()) from None


def _from_json(value: object) -> object:
    """A form has texts only."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except (ValueError, RecursionError):
        message = "is not JSON"
        raise ValueError(message) from None


def _visible(text: str) -> str:
    """These texts are stored and shown; a separator or a NUL in them is a scanner's mistake, and PostgreSQL cannot keep it."""
    if not text.isprintable():
        message = "holds a character that cannot be seen"
        raise ValueError(message)
    return text


def _in_utc(value: datetime | None) -> datetime | None:
    """A device's clock may say anything; near the ends of the calendar another zone has no such instant."""
    try:
        return None if value is None else value.astimezone(UTC)
    except OverflowError:
        message = "there is no such time"
        raise ValueError(message) from None


Number = Annotated[int, BeforeValidator(_blank_is_zero), Field(ge=0, le=2**53)]
LineNumber = Annotated[int, BeforeValidator(_blank_is_zero), Field(ge=0, le=2**31 - 1)]
"""Of a component line or an operation; 0: none."""
Quantity = Annotated[Decimal | None, BeforeValidator(_exact)]
"""May be negative where a return is meant; elsewhere `OptionalQuantity`."""
Instant = Annotated[AwareDatetime | None, BeforeValidator(_blank_is_none), AfterValidator(_in_utc)]
Visible = AfterValidator(_visible)
Key = Annotated[str, Field(max_length=64), Visible]
Reason = Annotated[str, Field(max_length=200), Visible]
CodedReason = Annotated[
    str, Field(max_length=200, description="Why. For an override a reason code in use, `CODE` or `CODE: remark` (D18)"), Visible
]
Badge = Annotated[str, Field(max_length=60), Visible]


class Input(InputModel):
    """Frozen, and nothing that nobody asked for."""


class ReadingInput(Input):
    """IMG-5, IMG-15: how a picture's text was read; kept with the scan."""

    symbol: Text50 = ""
    identifier: Annotated[str, Field(max_length=3), Visible] = ""
    hex: Annotated[str, Field(max_length=4 * SCAN_TEXT_LIMIT, pattern="^([0-9a-f]{2})*$")] = ""
    """Raw bytes behind the text."""
    content: Annotated[str, Field(max_length=20), Visible] = ""
    """text, gs1, iso15434, binary, mixed, unknown_eci."""
    engine: Text50 = ""
    stage: Text50 = ""
    unused_error_correction: Annotated[float, Field(ge=0, le=1)] | None = None
    """Of a matrix symbol, 0 to 1: how much more damage would have been bridged."""
    seconded_by: Text50 = ""


class ScanInput(Input):
    """One entry of a station's queue: a scan, or a tap or command bar code that changes mode, product or line (A3)."""

    kind: ScanKind = "scan"
    """`scan` is a code; the others are what a tap or a command bar code does."""
    text: str = ""
    """Raw scan text, byte for byte; `Product` or `Component` for a mode. Its length is judged where it is read."""
    source: Literal["wedge", "typed", "serial", "camera"] = "typed"
    """How the text came; a scanner keeps separators and capital letters, a hand does not (D35)."""
    mode: Literal["Product", "Component"] = "Product"
    """Whether the text names a unit or a part of the current one; the answer before says which mode is next."""
    product: Number = 0
    """Current product: its match id, as the answer before said; 0: none."""
    line: LineNumber = 0
    """Selected component line."""
    held: Annotated[str, Field(max_length=500), Visible] = ""
    """GS1 parts that wait, bracketed, as the last answer said (SCN-20)."""
    captured_at: Instant = None
    """When the code was scanned, with time zone; scans may be sent later."""
    clock_ms: Number = 0
    """The station's monotonic clock at the capture; comparable within one `clock_id` only (D14)."""
    clock_id: Key = ""
    """One run of a station's clock."""
    after_key: Key = ""
    """D16: key of the entry before it, if its answer was not seen at the capture."""
    confirms: Key = ""
    """Key of the question that this confirms (D18)."""
    holds: Key = ""
    """Key of the held entry that this replaces or discards (D16)."""
    badge: Badge = ""
    """Of somebody with the right, for an override (D18)."""
    reason: CodedReason = ""
    """Why, for an override: a reason code, and a remark behind a colon."""
    quantity: Annotated[str, Field(max_length=20), Visible] = ""
    """How much of a batch, exactly, in the unit of the component line: the answer to that question (D7), or what a scale weighed (D30)."""
    choice: LineNumber = 0
    """Component line chosen from an answer's candidates."""
    operation: LineNumber = 0
    """Operation that the page was opened from (SCN-17)."""
    starting: OptionalQuantity = None
    """ENT-8: what an open Start dialog says, on top of the started quantity (QTY-1). Needs the right to start orders."""
    reading: Annotated[ReadingInput | None, BeforeValidator(_from_json)] = None
    """Of a camera's text; a form gives it as JSON."""
    operator: Annotated[str, Field(max_length=50)] = ""
    """Who was signed in at the capture, by number; blank: whoever sends it. Scans kept through a sign-out are nobody else's."""


class ProductInput(Input):
    """A missing finished product (ASC-5)."""

    serial_no: NumberText = ""
    lot_no: NumberText = ""
    quantity: OptionalQuantity = None
    """Base quantity of a batch row; nothing: all that remains."""
    order_line_no: int = Field(default=0, ge=0, le=2_000_000_000)
    """D40: line of a co-product; 0: the order's product."""


class PreallocationInput(Input):
    """SET-8: numbers of the product that are assigned to an order in advance."""

    serial_nos: list[NumberText] = Field(default_factory=list, max_length=500)
    order_line_no: int = Field(default=0, ge=0, le=2_000_000_000)
    """D40: line of a co-product; 0: the order's product."""


class ProductChange(Input):
    """EDG-37, EDG-43: another quantity for a batch row."""

    version: Number
    """ASC-7: of the row that was read."""
    quantity: PositiveQuantity
    """In base units."""
    reason: Reason = ""


class ComponentInput(Input):
    """A missing component number of a row (ASC-5)."""

    match_id: Number
    component_line_no: LineNumber
    serial_no: NumberText = ""
    lot_no: NumberText = ""
    quantity: OptionalQuantity = None
    """In the unit of the component line; nothing: what remains."""
    badge: Badge = ""
    reason: CodedReason = ""
    confirmed: list[str] = Field(default_factory=list)
    """Codes of questions that were answered with yes."""


class ChangeInput(Input):
    """EDG-24, EDG-25: another number or quantity for an association."""

    version: Number
    """Row version that was shown (ASC-7)."""
    serial_no: NumberText = ""
    lot_no: NumberText = ""
    quantity: OptionalQuantity = None
    badge: Badge = ""
    reason: CodedReason = ""
    confirmed: list[str] = Field(default_factory=list)


class OldPart(StrEnum):
    """D22: what becomes of a part that is replaced."""

    STOCK = "Stock"
    HOLD = "Hold"
    SCRAP = "Scrap"


class ReplaceInput(ChangeInput):
    """D22: the number that takes a built-in part's place, why, and what becomes of the old part."""

    reason: Annotated[CodedReason, Field(min_length=1)]
    old_part: OldPart


class AddComponent(Input):
    """D36: a component or a substitute for a started order. `quantity_per` in `unit_code` for one base unit of the product."""

    item_no: Annotated[str, Field(min_length=1, max_length=20), Visible]
    variant_code: Annotated[str, Field(max_length=10), Visible] = ""
    quantity_per: PositiveQuantity
    unit_code: Annotated[str, Field(max_length=10), Visible] = ""
    """Blank: the base unit."""
    operation_no: LineNumber = 0
    replaces_line_no: LineNumber = 0
    """The line that it is a substitute for; 0: none."""
    from_match_id: Number = 0
    """The first unit that needs it; 0: every unit."""
    new_units_only: bool = False
    """Only units that are not registered yet."""
    reason: Annotated[Reason, Field(min_length=1)]


class TakeOffComponent(Input):
    """D36: why an added component line goes again."""

    reason: Annotated[Reason, Field(min_length=1)]


class LoadedLine(Input):
    """D24: the component line that a batch is loaded for at the station."""

    component_line_no: LineNumber


class LoadBatch(LoadedLine):
    """D24: the batch that is to serve unit after unit."""

    lot_no: Annotated[NumberText, Field(min_length=1)]


class SelectionInput(Input):
    """Rows or associations that an action works on."""

    selected: list[Number] = Field(default_factory=list, max_length=2000)
    confirmed: bool = False
    """Picks are undone, components are removed along (EDG-27, EDG-28)."""
    reason: Reason = ""


class JournalLineInput(Input):
    """ASC-22 to ASC-24: one line of a picking list journal, in base units; negative: returned."""

    quantity: Quantity = None
    end_line: bool = False


class ReportLineInput(Input):
    """ASC-9 to ASC-12: good and error quantity of one row, in base units."""

    match_id: Number
    good: Quantity = None
    error: Quantity = None
    error_cause: Annotated[str, Field(max_length=100), Visible] = ""


class ReportInput(Input):
    """Rows to report as finished."""

    lines: list[ReportLineInput] = Field(default_factory=list, max_length=2000)
    accept_error: bool = False
    """D5, ASC-13: report although components are missing; needs a right and a reason."""
    on_hold: bool = False
    """D20: into stock on hold, whatever holds their parts; needs the right of quality and a reason."""
    reason: Reason = ""
    end_job: bool = False
    """ASC-15."""


class ReportOrder(ConsumptionChoice, Input):
    """LIF-7: the Report as finished dialog of an order."""

    good: SignedQuantity = None
    """Base units; blank: of registered products all that are completed, else all that is left."""
    error: SignedQuantity = None
    """Made and scrapped; needs a cause."""
    error_cause: Annotated[str, Field(max_length=100), Visible] = ""
    end_job: bool = False
    """ASC-15."""
    accept_error: bool = False
    """D5, ASC-13: needs a right and a reason."""
    reason: Reason = ""


@dataclass(frozen=True)
class ScanRules:
    """What company and station settled about scans; read with the person, before the transaction."""

    feature_on: bool = True
    """SET-1, SET-2."""
    profile: ScannerProfile = DEFAULT
    guess_component: bool = True
    """SCN-12's helper."""
    return_to_product: bool = False
    """D6."""
    one_piece: bool = False
    """D7: one scan of a batch is one piece."""
    surplus_percent: Decimal = Decimal(0)
    """EDG-16: how far above the started quantity may be registered."""
    count_use: str = CAP
    """GS1-21: what a count on a part's label does."""
    measure_use: str = EXACT
    """GS1-21: what a weight or measure on a part's label does."""
    session_id: str = ""
    """The browser session: mode and product belong to it (TCP-15)."""


def scan_rules(
    settings: dict[str, str], *, scanner: ScannerSettings = UNCHECKED, gs1_recognition: str = "",
    session_id: str = "",
) -> ScanRules:
    """From the company's settings, with the station's own recognition and its scanner where it knows them (D11, R-23).

    The layout is none of the decoder's business: the browser rebuilds the text from the keys by it.
    """
    further = tuple(spelling for spelling in (*scanner.separators, settings[SEPARATOR]) if spelling)
    profile = ScannerProfile(
        separators=(*WEDGE.default_separators, *further) if further else (),
        prefix=scanner.prefix,
        suffix=scanner.suffix,
        fnc1_is_enter=scanner.fnc1_is_enter,
        gs_verified=scanner.sends_separators,
        gs1_recognition=_one_of(Recognition, gs1_recognition or settings["gs1_recognition"]),
        gs1_prefixes=tuple(settings[name] for name in PREFIXES if settings[name]),
        own_identifiers=own_mapping(settings[OWN_IDENTIFIERS]),
        check_digit=_one_of(CheckDigitPolicy, settings["gs1_check_digit"]),
        unknown_ai=_one_of(UnknownIdentifierPolicy, settings["unknown_ai"]),
    )
    return ScanRules(
        feature_on=settings["tracked_components"] == "on",
        profile=profile,
        guess_component=settings["guess_component"] == "on",
        return_to_product=settings["return_to_product"] == "on",
        surplus_percent=quantity.parse(settings["report_surplus_percent"]),
        count_use=settings[COUNT_USE],
        measure_use=settings[MEASURE_USE],
        session_id=session_id,
    )


def _one_of(choices: Any, value: str) -> Any:  # noqa: ANN401  # a Literal is no type that a variable can have
    """Settings are text; what is not one of the choices falls back to the first, the strict one."""
    allowed = get_args(choices)
    return value if value in allowed else allowed[0]
