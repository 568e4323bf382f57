"""What GS1 elements and envelope fields mean for a shop floor (GS1-10, R-22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from shopfloor.scanning.errors import NUMBER_LIMIT, Gs1Parse
from shopfloor.scanning.gs1.check_digits import are_digits
from shopfloor.scanning.gs1.dates import six_digit_date
from shopfloor.scanning.gs1.envelope import envelope_number, envelope_quantity
from shopfloor.scanning.gs1.mapping import OWN_IDENTIFIERS, Field, OwnMapping, source_of
from shopfloor.scanning.gs1.numbers import measure
from shopfloor.scanning.scan import Element, Scan

DATE_DIGITS = 6
COUNT_DIGITS = 8
"""As (30) and (37) have them."""
DATES = (Field.EXPIRY_DATE, Field.BEST_BEFORE, Field.PRODUCTION_DATE)


def with_gs1_elements(scan: Scan, elements: tuple[Element, ...], as_of: date, own: OwnMapping = ()) -> Scan:
    """The scan with its GS1 elements and the fields that follow. Raises Gs1Parse where an own identifier cannot be its field."""
    values = {element.ai: element.value for element in elements}
    found = {field: _value(field, values, own, as_of) for field in Field}
    count, dates = found[Field.QUANTITY], {field: _date(found[field], as_of) for field in DATES}
    gtin = values.get("01") or values.get("02", "")
    return replace(
        scan,
        elements=elements,
        gtin=gtin,
        sscc=found[Field.LICENSE_PLATE],
        item_reference=values.get("240") or values.get("241") or ("" if gtin else found[Field.ITEM]),
        serial_no=found[Field.SERIAL_NUMBER],
        lot_no=found[Field.BATCH_NUMBER],
        quantity=Decimal(count) if count else None,
        measures=tuple(weighed for element in elements if (weighed := measure(element))),
        expiration_date=dates[Field.EXPIRY_DATE],
        best_before=dates[Field.BEST_BEFORE],
        production_date=dates[Field.PRODUCTION_DATE],
    )


def with_envelope_fields(scan: Scan, fields: tuple[Element, ...]) -> Scan:
    """The scan with its MH10.8.2 fields: P is the customer's own part number, 1P the supplier's. Raises Gs1Parse."""
    return replace(
        scan,
        elements=fields,
        item_reference=envelope_number(fields, "P", "1P"),
        serial_no=envelope_number(fields, "S"),
        lot_no=envelope_number(fields, "1T", "T"),
        quantity=envelope_quantity(fields),
    )


def _value(field: Field, values: Mapping[str, str], own: OwnMapping, as_of: date) -> str:
    """The text that fills a field; of an own identifier only if it can be one. Raises Gs1Parse."""
    ai = source_of(field, values, own)
    value = values.get(ai, "")
    if ai in OWN_IDENTIFIERS:
        kind = _own_problem(field, value, as_of)
        if kind:
            raise Gs1Parse(kind=kind, ai=ai)
    return value


def _own_problem(field: Field, value: str, as_of: date) -> str:
    """GS1-17 for the company's own identifiers, which GS1 lets hold anything."""
    if field in DATES:
        if not are_digits(value) or len(value) != DATE_DIGITS:
            return "invalid_value"
        return "" if six_digit_date(value, as_of) else "invalid_date"
    if field is Field.QUANTITY:
        return "" if are_digits(value) and len(value) <= COUNT_DIGITS else "invalid_value"
    return "ai_value_too_long" if len(value) > NUMBER_LIMIT else ""


def _date(value: str, as_of: date) -> date | None:
    return six_digit_date(value, as_of) if value else None
