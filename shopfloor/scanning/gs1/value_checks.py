"""Checks of one value beyond its length and characters. Named in checks.csv, one function each.

A check takes a value that already has the right characters and an allowed total length, and the date of the scan.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from shopfloor.scanning.gs1.check_digits import check_pair as pair_of
from shopfloor.scanning.gs1.check_digits import has_check_digit
from shopfloor.scanning.gs1.dates import eight_digit_date, six_digit_date


@dataclass(frozen=True)
class Problem:
    """What is wrong, and how many characters of the value stand before it."""

    kind: str
    offset: int = 0


Check = Callable[[str, date], Problem | None]

_PERCENT_OK = re.compile("(?:[^%]|%[0-9A-Fa-f]{2})*+")
_COUNTRY = re.compile("[A-Z]{2}")
_POSITION = re.compile("([1-9])/([1-9])")
_ACCOUNT = re.compile("[A-Z]{2}[0-9]{2}[0-9A-Z]{1,30}")


def _check_digit(length: int, value: str, _as_of: date) -> Problem | None:
    return None if has_check_digit(value[:length]) else Problem("check_digit", length - 1)


def _check_pair(value: str, _as_of: date) -> Problem | None:
    body, pair = value[:-2], value[-2:]
    return None if body and pair_of(body) == pair else Problem("check_digit", max(0, len(value) - 2))


def _date(value: str, as_of: date, *, month_only: bool = False) -> Problem | None:
    return None if six_digit_date(value[:6], as_of, month_only=month_only) else Problem("invalid_date")


def _time(value: str, offset: int, *, open_allowed: bool = False) -> Problem | None:
    """Hours, minutes and seconds, as many as there are, two digits each."""
    digits = value[offset:]
    if open_allowed and digits == "9999":
        return None
    for start, limit in zip(range(0, len(digits), 2), (24, 60, 60), strict=False):
        if int(digits[start : start + 2]) >= limit:
            return Problem("invalid_time", offset + start)
    return None


def _date_minute(value: str, as_of: date) -> Problem | None:
    return _date(value, as_of) or _time(value, 6)


def _date_open_minute(value: str, as_of: date) -> Problem | None:
    return _date(value, as_of, month_only=True) or _time(value, 6, open_allowed=True)


def _date_hour(value: str, as_of: date) -> Problem | None:
    return _lengths(value, 8, 10, 12) or _date(value, as_of) or _time(value, 6)


def _date_optional_minute(value: str, as_of: date) -> Problem | None:
    return _lengths(value, 6, 10) or _date(value, as_of) or _time(value, 6)


def _date_range(value: str, as_of: date) -> Problem | None:
    problem = _lengths(value, 6, 12) or _date(value, as_of)
    if problem or len(value) == 6:
        return problem
    first, last = six_digit_date(value[:6], as_of), six_digit_date(value[6:], as_of, month_only=False)
    if last is None:
        return Problem("invalid_date", 6)
    return Problem("invalid_value", 6) if first and last < first else None


def _long_date(value: str, _as_of: date) -> Problem | None:
    return None if eight_digit_date(value[:8]) else Problem("invalid_date")


def _long_date_minute(value: str, as_of: date) -> Problem | None:
    return _long_date(value, as_of) or _time(value, 8)


def _lengths(value: str, *allowed: int) -> Problem | None:
    return None if len(value) in allowed else Problem("ai_value_bad_length", len(value))


def _multiple_of_three(value: str, _as_of: date) -> Problem | None:
    return None if len(value) % 3 == 0 else Problem("ai_value_bad_length", len(value))


def _piece_of_total(value: str, _as_of: date) -> Problem | None:
    piece, total = int(value[14:16]), int(value[16:18])
    return None if 1 <= piece <= total else Problem("invalid_value", 14)


def _matches(pattern: re.Pattern[str], kind: str, value: str, _as_of: date) -> Problem | None:
    return None if pattern.fullmatch(value) else Problem(kind)


def _one_of(allowed: str, place: int, value: str, _as_of: date) -> Problem | None:
    return None if value[place] in allowed else Problem("invalid_code", place)


def _percent(value: str, _as_of: date) -> Problem | None:
    found = _PERCENT_OK.match(value)
    return None if found and found.end() == len(value) else Problem("invalid_value", found.end() if found else 0)


def _latitude_longitude(value: str, _as_of: date) -> Problem | None:
    if int(value[:10]) > 1_800_000_000:
        return Problem("invalid_value")
    return Problem("invalid_value", 10) if int(value[10:]) > 3_600_000_000 else None


def _minus_sign(value: str, _as_of: date) -> Problem | None:
    return None if value[6:] in {"", "-"} else Problem("invalid_character", 6)


def _leading_zero(value: str, _as_of: date) -> Problem | None:
    return None if value[0] == "0" else Problem("invalid_value")


def _no_leading_zero(value: str, _as_of: date) -> Problem | None:
    return Problem("invalid_value") if value[0] == "0" else None


def _position_of_total(value: str, _as_of: date) -> Problem | None:
    found = _POSITION.fullmatch(value)
    return None if found and found[1] <= found[2] else Problem("invalid_value")


def _bank_account(value: str, _as_of: date) -> Problem | None:
    """IBAN: letters count 10 to 35, the first four characters go last, remainder 1 modulo 97."""
    if not _ACCOUNT.fullmatch(value):
        return Problem("invalid_code")
    digits = "".join(str(int(character, 36)) for character in value[4:] + value[:4])
    return None if int(digits) % 97 == 1 else Problem("check_digit", 2)


CHECKS: dict[str, Check] = {
    **{f"check_digit_{length}": partial(_check_digit, length) for length in (13, 14, 17, 18)},
    "check_pair": _check_pair,
    "date": _date,
    "date_or_month": partial(_date, month_only=True),
    "date_minute": _date_minute,
    "date_open_minute": _date_open_minute,
    "date_hour": _date_hour,
    "date_optional_minute": _date_optional_minute,
    "date_range": _date_range,
    "long_date": _long_date,
    "long_date_minute": _long_date_minute,
    "multiple_of_three": _multiple_of_three,
    "piece_of_total": _piece_of_total,
    "country_letters": partial(_matches, _COUNTRY, "invalid_code"),
    "bank_account": _bank_account,
    "position_of_total": _position_of_total,
    "yes_no": partial(_one_of, "01", 0),
    "sex": partial(_one_of, "0129", 0),
    "winding": partial(_one_of, "019", 12),
    "percent": _percent,
    "latitude_longitude": _latitude_longitude,
    "minus_sign": _minus_sign,
    "leading_zero": _leading_zero,
    "no_leading_zero": _no_leading_zero,
}
