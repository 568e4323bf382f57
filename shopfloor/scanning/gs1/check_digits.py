"""Check digits and check characters of GS1 keys."""

from __future__ import annotations

from shopfloor.scanning.errors import Gs1Parse

GTIN_LENGTHS = (8, 12, 13, 14)
DIGITS = frozenset("0123456789")
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""The characters of alphanumeric GS1 values, in the order of their values."""

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_SET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def are_digits(text: str) -> bool:
    """ASCII digits only: Python's own digit tests also take other scripts' digits (R-10)."""
    return bool(text) and DIGITS.issuperset(text)


def gtin_check_digit(body: str) -> str:
    """Check digit of a GTIN, SSCC, GLN or another key that is given without it, in ASCII digits."""
    assert are_digits(body), body
    total = sum((3 if index % 2 == 0 else 1) * (ord(digit) - 48) for index, digit in enumerate(reversed(body)))
    return str(-total % 10)


def has_check_digit(number: str) -> bool:
    """Whether the last digit of a numeric key is the check digit of the others."""
    return are_digits(number) and len(number) > 1 and gtin_check_digit(number[:-1]) == number[-1]


def with_check_digit(body: str) -> str:
    """The key complete with its check digit: `952123454321` -> `9521234543213`."""
    return body + gtin_check_digit(body)


def gtin_14(number: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits as 14 digits (SCN-14). Raises Gs1Parse. For master data (D10)."""
    if not are_digits(number):
        raise Gs1Parse(kind="invalid_character", ai="01")
    if len(number) not in GTIN_LENGTHS:
        raise Gs1Parse(kind="ai_value_bad_length", ai="01")
    if not has_check_digit(number):
        raise Gs1Parse(kind="check_digit", ai="01", position=len(number) - 1)
    return number.rjust(14, "0")


def check_pair(body: str) -> str:
    """The two check characters of a Global Model Number (8013) that is given without them, at most 23 characters."""
    total = sum(SET_82.index(character) * _PRIMES[index] for index, character in enumerate(reversed(body)))
    high, low = divmod(total % 1021, 32)
    return _SET_32[high] + _SET_32[low]
