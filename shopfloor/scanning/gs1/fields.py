"""What GS1 elements and envelope fields mean for a shop floor (GS1-10, R-22)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from shopfloor.scanning.gs1.dates import six_digit_date
from shopfloor.scanning.gs1.envelope import envelope_quantity, envelope_value
from shopfloor.scanning.gs1.numbers import measure
from shopfloor.scanning.scan import Element, Scan


def with_gs1_elements(scan: Scan, elements: tuple[Element, ...], as_of: date) -> Scan:
    """The scan with its GS1 elements and the fields that follow from them."""
    values = {element.ai: element.value for element in elements}
    count = values.get("37") or values.get("30")
    return replace(
        scan,
        elements=elements,
        gtin=values.get("01") or values.get("02", ""),
        sscc=values.get("00", ""),
        item_reference=values.get("240") or values.get("241", ""),
        serial_no=values.get("21", ""),
        lot_no=values.get("10", ""),
        quantity=Decimal(count) if count else None,
        measures=tuple(found for element in elements if (found := measure(element))),
        expiration_date=_date(values, "17", as_of),
        best_before=_date(values, "15", as_of),
        production_date=_date(values, "11", as_of),
    )


def with_envelope_fields(scan: Scan, fields: tuple[Element, ...]) -> Scan:
    """The scan with its MH10.8.2 fields: P is the customer's own part number, 1P the supplier's. Raises Gs1Parse."""
    return replace(
        scan,
        elements=fields,
        item_reference=envelope_value(fields, "P", "1P"),
        serial_no=envelope_value(fields, "S"),
        lot_no=envelope_value(fields, "1T", "T"),
        quantity=envelope_quantity(fields),
    )


def _date(values: dict[str, str], ai: str, as_of: date) -> date | None:
    return six_digit_date(values[ai], as_of) if ai in values else None
