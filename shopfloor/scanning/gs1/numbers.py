"""Decimals and units in GS1 values (R-21, GS1-12, GS1-20)."""

from __future__ import annotations

from decimal import Decimal

from shopfloor.scanning.gs1.check_digits import are_digits
from shopfloor.scanning.scan import Element, Measure

# fmt: off
UNITS: dict[str, str] = {
    "310": "kg", "311": "m", "312": "m", "313": "m", "314": "m2", "315": "l", "316": "m3",
    "320": "lb", "321": "in", "322": "ft", "323": "yd", "324": "in", "325": "ft", "326": "yd", "327": "in", "328": "ft", "329": "yd",
    "350": "in2", "351": "ft2", "352": "yd2", "356": "ozt", "357": "oz",
    "360": "qt", "361": "gal", "364": "in3", "365": "ft3", "366": "yd3",
}
"""Unit of a trade item's measure by the first three digits. Logistic measures (gross weight and such) are not consumed."""

CURRENCIES: dict[str, str] = {
    "036": "AUD", "124": "CAD", "156": "CNY", "203": "CZK", "208": "DKK", "344": "HKD", "348": "HUF", "356": "INR", "376": "ILS",
    "392": "JPY", "410": "KRW", "484": "MXN", "554": "NZD", "578": "NOK", "702": "SGD", "710": "ZAR", "752": "SEK", "756": "CHF",
    "764": "THB", "826": "GBP", "840": "USD", "901": "TWD", "946": "RON", "949": "TRY", "975": "BGN", "978": "EUR", "980": "UAH",
    "985": "PLN", "986": "BRL",
}
"""Letters of common ISO 4217 numbers; a number that is not here is shown as it is."""
# fmt: on


def implied_decimal(ai: str, digits: str) -> Decimal:
    """The fourth digit of the identifier is the number of decimals: 3103 and 001250 -> 1.250."""
    return Decimal(digits).scaleb(-int(ai[3]))


def measure(element: Element) -> Measure | None:
    """The measure that a 31nn to 36nn element states, with its unit; None for any other element."""
    unit = UNITS.get(element.ai[:3]) if len(element.ai) == 4 else None
    return Measure(implied_decimal(element.ai, element.value), unit, element.ai) if unit else None


def amount(element: Element) -> tuple[Decimal, str] | None:
    """What a 390n to 395n element asks for or takes off: amount and currency, or a percentage and its sign.

    The currency is blank where the code leaves it to the place.
    """
    if len(element.ai) != 4 or element.ai[:3] not in {"390", "391", "392", "393", "394", "395"} or not are_digits(element.value):
        return None
    if element.ai[2] in "0245":
        return implied_decimal(element.ai, element.value), "%" if element.ai[2] == "4" else ""
    number = element.value[:3]
    return implied_decimal(element.ai, element.value[3:]), CURRENCIES.get(number, number)
