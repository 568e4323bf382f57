"""The test bench of GS1-24: how a code is decoded and what it would fill, without registering anything."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field as Limited
from sqlalchemy.orm import Session

from shopfloor.errors import Fields, NotFound
from shopfloor.genealogy.page_queries import station_rules
from shopfloor.genealogy.station_scanner import scanner_of_station
from shopfloor.items import identification
from shopfloor.items.label_orders import read_known
from shopfloor.people.actor import Actor
from shopfloor.people.fields import InputModel, Text20, Text50
from shopfloor.production.components import order_components
from shopfloor.production.queries import order_row
from shopfloor.quantity import shown
from shopfloor.scanning.errors import KEYBOARDS, SCAN_TEXT_LIMIT, ScanRefused
from shopfloor.scanning.gs1.identifiers import TABLE
from shopfloor.scanning.gs1.keyboard import LayoutHint, layout_hint
from shopfloor.scanning.gs1.mapping import Field, field_of, source_of
from shopfloor.scanning.gs1.numbers import amount, measure
from shopfloor.scanning.gs1.profiles import ScannerProfile
from shopfloor.scanning.gs1.read import element_text, plain_candidate
from shopfloor.scanning.scan import Element, Measure, Scan, ScanKind, ScanSource

MOST_TEXT = 2 * SCAN_TEXT_LIMIT


class CodeToTest(InputModel):
    """A code as it arrived, and how."""

    text: Annotated[str, Limited(max_length=MOST_TEXT)] = ""
    source: Literal["wedge", "typed", "serial", "camera"] = "wedge"
    station_code: Text50 = ""
    """By which station's scanner it is read; blank: the caller's own."""
    order_no: Text20 = ""
    """An order, to see what the code names on it."""


@dataclass(frozen=True)
class ExaminedElement:
    """One element of the code."""

    ai: str
    title: str
    description: str
    value: str
    meaning: str
    """The value with decimals and unit, or as a date; blank where it stands for itself."""
    field: str
    """The field that it fills (GS1-10); blank: none."""


@dataclass(frozen=True)
class FilledField:
    """One field of the page Tracked components and what the code gives it."""

    field: str
    value: str
    ai: str


@dataclass(frozen=True)
class NamedLine:
    """What the item of the code is on the order."""

    line_no: int
    """0: the order's product."""
    item: str
    takes_part: bool


@dataclass(frozen=True)
class ExaminedCode:
    """Everything that the page shows of one code."""

    text: str
    source: str
    profile: ScannerProfile
    """The scanner settings by which it was read."""
    candidate: str
    """The plain number that it is if somebody knows it as one (D11); blank: it cannot be one."""
    scan: Scan | None
    elements: tuple[ExaminedElement, ...] = ()
    fields: tuple[FilledField, ...] = ()
    error: ScanRefused | None = None
    error_text: str = ""
    """The text in which the position of the error counts."""
    layout: LayoutHint | None = None
    """Another keyboard layout that explains the text (peers 18)."""
    item: identification.IdentifiedItem | None = None
    lines: tuple[NamedLine, ...] = ()
    hits: tuple[str, ...] = ()
    """What the database knows by this plain text, each as kind and number."""

    def error_fields(self) -> Fields:
        """The error as the API tells it everywhere; blank without one."""
        if self.error is None:
            return {}
        return {"code": self.error.code, "message": self.error.text(), "fields": self.error.outcome_fields()}


def examine_code(session: Session, actor: Actor, *, given: CodeToTest) -> ExaminedCode:
    """Decode and map one code as a scan at the station would, and look up what it names. Reads only. Raises NotFound."""
    if given.station_code:
        scanner_of_station(session, given.station_code)
    profile = station_rules(session, given.station_code or actor.station_code, "").rules.profile
    if given.order_no and order_row(session, given.order_no) is None:
        raise NotFound(record="production order", number=given.order_no)
    source, day = ScanSource(given.source), actor.work_date()
    candidate = plain_candidate(given.text, profile, source=source)
    hint = layout_hint(given.text, profile, day)
    try:
        scan = read_known(session, given.text, profile, as_of=day, source=source)
    except ScanRefused as refusal:
        hits = _known(session, candidate)
        where = element_text(given.text, profile, source=source)
        return ExaminedCode(
            given.text, given.source, profile, candidate, None, error=refusal, error_text=where, layout=hint, hits=hits,
        )
    item = _item(session, scan)
    return ExaminedCode(
        given.text, given.source, profile, candidate, scan,
        elements=tuple(_element(element, scan, profile) for element in scan.elements),
        fields=_fields(scan, profile), layout=hint, item=item,
        lines=_lines(session, given.order_no, item) if given.order_no else (),
        hits=_known(session, candidate or (scan.text if scan.kind is ScanKind.PLAIN else "")),
    )


def settings_in_words(profile: ScannerProfile) -> dict[str, str]:
    """The settings that decide how a code is read, by name."""
    return {
        "gs1_recognition": profile.gs1_recognition,
        "gs1_check_digit": profile.check_digit,
        "unknown_ai": profile.unknown_ai,
        "gs1_prefixes": " ".join(profile.gs1_prefixes),
        "separators": " ".join({"\x1d": "GS", "␝": "U+241D"}.get(spelling, spelling) for spelling in profile.spellings()),
        "frame": f"{profile.prefix}…{profile.suffix}" if profile.prefix or profile.suffix else "",
        "gs_verified": "yes" if profile.gs_verified else "no",
        "own_identifiers": " ".join(f"{ai}={field}" for ai, field in profile.own_identifiers),
    }


def keyboard_of(hint: LayoutHint) -> str:
    """The layout in words."""
    return KEYBOARDS[hint.layout]


# --- what it says ---------------------------------------------------------------------------------------------------------


def _element(element: Element, scan: Scan, profile: ScannerProfile) -> ExaminedElement:
    known = TABLE.get(element.ai) if scan.is_gs1 else None
    field = field_of(element.ai, profile.own_identifiers) if scan.is_gs1 else None
    return ExaminedElement(
        element.ai,
        known.title if known else "",
        known.description if known else "",
        element.value,
        _meaning(element, field, scan),
        field.value if field else "",
    )


def _meaning(element: Element, field: Field | None, scan: Scan) -> str:
    weighed, price = measure(element), amount(element)
    if weighed is not None:
        return _measured(weighed)
    if price is not None:
        return f"{shown(price[0])} {price[1]}".rstrip(" ")
    dates = {Field.EXPIRY_DATE: scan.expiration_date, Field.BEST_BEFORE: scan.best_before, Field.PRODUCTION_DATE: scan.production_date}
    found = dates.get(field) if field else None
    return found.isoformat() if found else ""


def _fields(scan: Scan, profile: ScannerProfile) -> tuple[FilledField, ...]:
    """GS1-10: every field in the order of the requirement, those that the code fills."""
    values = {element.ai: element.value for element in scan.elements}
    given: dict[Field, str | Decimal | Measure | object | None] = {
        Field.ITEM: scan.gtin or scan.item_reference,
        Field.BATCH_NUMBER: scan.lot_no,
        Field.SERIAL_NUMBER: scan.serial_no,
        Field.QUANTITY: scan.quantity,
        Field.MEASURE: scan.measure,
        Field.EXPIRY_DATE: scan.expiration_date,
        Field.BEST_BEFORE: scan.best_before,
        Field.PRODUCTION_DATE: scan.production_date,
        Field.LICENSE_PLATE: scan.sscc,
    }
    return tuple(
        FilledField(field.value, _text_of(value), source_of(field, values, profile.own_identifiers) if scan.is_gs1 else "")
        for field, value in given.items()
        if value is not None and value != ""
    )


def _text_of(value: object) -> str:
    if isinstance(value, Measure):
        return _measured(value)
    return shown(value) if isinstance(value, Decimal) else str(value)


def _measured(found: Measure) -> str:
    return f"{shown(found.quantity)} {found.unit}"


# --- what it names --------------------------------------------------------------------------------------------------------


def _item(session: Session, scan: Scan) -> identification.IdentifiedItem | None:
    if scan.gtin:
        return identification.item_of_gtin(session, scan.gtin)
    if scan.item_reference:
        found = identification.items_of_code(session, scan.item_reference)
        return found[0] if len(found) == 1 else None
    return None


def _lines(session: Session, order_no: str, item: identification.IdentifiedItem | None) -> tuple[NamedLine, ...]:
    if item is None:
        return ()
    order = order_row(session, order_no)
    product = (NamedLine(0, item.description, takes_part=True),) if order is not None and order.item_no == item.item_no else ()
    return product + tuple(
        NamedLine(component.line_no, component.description, component.takes_part)
        for component in order_components(session, order_no)
        if component.item_no == item.item_no and component.variant_code in {item.variant_code, ""}
    )


def _known(session: Session, candidate: str) -> tuple[str, ...]:
    if not candidate:
        return ()
    return tuple(f"{hit.kind} {hit.number}" for hit in identification.find(session, candidate) if hit.number == candidate)
