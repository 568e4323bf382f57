"""ISO/IEC 15434 envelopes: what reels of electronic components carry (R-18)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from shopfloor.scanning.characters import EOT, GS, RS, pieces, trim
from shopfloor.scanning.errors import NUMBER_LIMIT, Gs1Conflict, Gs1Parse
from shopfloor.scanning.scan import Element

OPENING = "[)>"
_FIELD = re.compile(r"([0-9]{0,3}[A-Z])([\x20-\x7e]+)")
_QUANTITY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,5})?")


@dataclass(frozen=True)
class Envelope:
    """The contents: either fields with MH10.8.2 data identifiers (format 06), or a GS1 element string (format 05)."""

    fields: tuple[Element, ...] = ()
    gs1_text: str = ""


def is_envelope(text: str) -> bool:
    """Whether the text opens like an envelope."""
    return text.startswith(OPENING)


def open_envelope(text: str) -> Envelope:
    """Read `[)>` RS 06 GS … RS EOT. Raises Gs1Parse (malformed_envelope)."""
    head = OPENING + RS
    tail = RS + EOT
    if not text.startswith(head) or not text.endswith(tail) or len(text) < len(head) + len(tail) + 3:
        raise Gs1Parse(kind="malformed_envelope")
    body = text[len(head) : -len(tail)]
    form, contents = body[:2], body[3:]
    if body[2] != GS or RS in body or EOT in body or not contents or form not in {"05", "06"}:
        raise Gs1Parse(kind="malformed_envelope", position=len(head))
    if form == "05":
        return Envelope(gs1_text=contents)
    return Envelope(fields=tuple(_field(part) for part in pieces(contents, GS)))


def envelope_number(fields: tuple[Element, ...], *identifiers: str) -> str:
    """The number under the first of these data identifiers that is there, or blank.

    It is a number as D34 and D35 have them: without blanks at its edges, at most NUMBER_LIMIT characters. Raises as `_value`, and
    Gs1Parse (ai_value_empty, ai_value_too_long).
    """
    for identifier in identifiers:
        value = _value(fields, identifier)
        if value:
            number = trim(value, " ")
            if not number or len(number) > NUMBER_LIMIT:
                raise Gs1Parse(kind="ai_value_too_long" if number else "ai_value_empty", ai=identifier)
            return number
    return ""


def envelope_quantity(fields: tuple[Element, ...]) -> Decimal | None:
    """Q as a decimal. Raises Gs1Parse (invalid_value) if it is not a number."""
    written = _value(fields, "Q")
    if not written:
        return None
    if not _QUANTITY.fullmatch(written):
        raise Gs1Parse(kind="invalid_value", ai="Q")
    return Decimal(written)


def _value(fields: tuple[Element, ...], identifier: str) -> str:
    """Value of a data identifier, or blank. Raises Gs1Conflict where it has two (R-12)."""
    found = ""
    for element in fields:
        if element.ai == identifier:
            if found not in ("", element.value):
                raise Gs1Conflict(ai=identifier, first_value=found, second_value=element.value)
            found = element.value
    return found


def _field(part: str) -> Element:
    found = _FIELD.fullmatch(part)
    if not found:
        raise Gs1Parse(kind="malformed_envelope")
    return Element(found[1], found[2])
