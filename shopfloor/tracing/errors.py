"""Refusals of tracing."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class VariantWithoutItem(Refusal):
    """TR-01: variant codes mean something only together with their item."""

    code = "VARIANT_WITHOUT_ITEM"
    message = "Variant {variant_code} alone cannot be traced. Give its item as well."
    variant_code: str


@dataclass(eq=False)
class FilterNotReadable(Refusal):
    """A filter with an unprintable character or too much text."""

    code = "FILTER_NOT_READABLE"
    message = "The filter “{filter_text}” for {field_name} is too long or holds characters that cannot be printed."
    field_name: str
    filter_text: str
