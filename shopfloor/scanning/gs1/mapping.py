"""Which identifier fills which field (GS1-10), and the company's own identifiers beside the standard ones (D11)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from shopfloor.scanning.gs1.numbers import UNITS


class Field(StrEnum):
    """Fields that the page Tracked components takes from a code (GS1-10)."""

    ITEM = "Item"
    BATCH_NUMBER = "BatchNumber"
    SERIAL_NUMBER = "SerialNumber"
    QUANTITY = "Quantity"
    MEASURE = "Measure"
    EXPIRY_DATE = "ExpiryDate"
    BEST_BEFORE = "BestBefore"
    PRODUCTION_DATE = "ProductionDate"
    LICENSE_PLATE = "LicensePlate"


STANDARD: Mapping[Field, tuple[str, ...]] = {
    Field.ITEM: ("01", "02", "240", "241"),
    Field.BATCH_NUMBER: ("10",),
    Field.SERIAL_NUMBER: ("21",),
    Field.QUANTITY: ("37", "30"),
    Field.MEASURE: tuple(f"{family}n" for family in UNITS),
    Field.EXPIRY_DATE: ("17",),
    Field.BEST_BEFORE: ("15",),
    Field.PRODUCTION_DATE: ("11",),
    Field.LICENSE_PLATE: ("00",),
}
"""The first of these that is in the code counts. GS1 says what they mean, so nobody can give them another meaning."""

OWN_IDENTIFIERS = tuple(str(number) for number in range(90, 100))
"""GS1 leaves their meaning to the company."""
OWN_FIELDS = (
    Field.ITEM, Field.BATCH_NUMBER, Field.SERIAL_NUMBER, Field.QUANTITY, Field.EXPIRY_DATE, Field.BEST_BEFORE, Field.PRODUCTION_DATE,
)
"""What an own identifier may mean. A measure needs a unit, and a license plate its check digit: they stay with GS1."""

OwnMapping = tuple[tuple[str, str], ...]
"""Pairs of own identifier and field."""


def own_mapping(kept: str) -> OwnMapping:
    """From the text that the settings keep: `91=BatchNumber 92=Item`. What is none of both is left out."""
    pairs = [pair.partition("=") for pair in kept.split(" ")]
    return tuple((ai, field) for ai, _, field in pairs if ai in OWN_IDENTIFIERS and field in OWN_FIELDS)


def kept_mapping(mapping: OwnMapping) -> str:
    """As the settings keep it."""
    return " ".join(f"{ai}={field}" for ai, field in mapping)


def source_of(field: Field, values: Mapping[str, str], own: OwnMapping) -> str:
    """The identifier that fills a field: the first standard one in the code, else the first own one; blank: none."""
    for pattern in STANDARD[field]:
        for ai in (pattern,) if len(pattern) < len("310n") else _family(pattern, values):
            if ai in values:
                return ai
    return next((ai for ai, meant in own if meant == field and ai in values), "")


def field_of(ai: str, own: OwnMapping) -> Field | None:
    """The field that an identifier can fill."""
    for field, patterns in STANDARD.items():
        if ai in patterns or (len(ai) == len("310n") and f"{ai[:3]}n" in patterns):
            return field
    return next((Field(meant) for known, meant in own if known == ai), None)


def _family(pattern: str, values: Mapping[str, str]) -> list[str]:
    return [ai for ai in values if len(ai) == len(pattern) and ai.startswith(pattern[:3])]
