"""Building blocks of input models: one pydantic model for each use case, read from a form or from JSON (A29).

Everything that a database column could choke on is refused here with a sentence: lengths, control characters, huge numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError, WithJsonSchema

from shopfloor.errors import InvalidInput
from shopfloor.quantity import NotAQuantity, parse, shown

NUMBER_LENGTH = 50
"""Visible characters of a serial, lot or package number (D34)."""
FIRST_YEAR, LAST_YEAR = 1900, 2999
"""Other years are slips of the finger: 0026 for 2026."""
SYMBOLOGY_IDENTIFIER = re.compile(r"\][A-Zcdehopsz][0-9A-Fa-f]")
"""What scanners put before a text, such as `]C0` (ISO/IEC 15424). The same as in `scanning`, which stands above this."""
MOST_LINES = 10_000
"""Lines of one command, so that one transaction stays short."""


class InputModel(BaseModel):
    """Frozen; unknown fields are refused, so that a misspelt one is not ignored. The text below a field describes it in the API."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def _visible(value: object) -> str:
    """Blanks at the edges go, other invisible characters are refused: a separator inside a number is a scanner's mistake."""
    if not isinstance(value, str):
        raise ValueError("must be text")  # noqa: TRY004
    if not value.isprintable():
        raise ValueError("holds a character that cannot be seen")
    start, end = 0, len(value)
    while start < end and value[start] == " ":
        start += 1
    while end > start and value[end - 1] == " ":
        end -= 1
    return value[start:end]


def without_identifier(number: str) -> str:
    """The number, which no scan could ever find again if what a scanner puts before it were kept as a part of it. Raises ValueError."""
    if SYMBOLOGY_IDENTIFIER.match(number):
        message = f"begins with {number[:3]}, which a scanner puts before what it reads: leave that out"
        raise ValueError(message)
    return number


def _quantity(value: object) -> Decimal:
    """A JSON number is refused: it may have been a binary fraction on its way (A27)."""
    if isinstance(value, Decimal):
        value = shown(value)
    if not isinstance(value, str):
        raise ValueError("write the quantity as text, such as “0.25”")  # noqa: TRY004
    try:
        return parse(_visible(value))
    except NotAQuantity as refusal:
        raise ValueError(refusal.text()) from None


def _positive(value: object) -> Decimal:
    quantity = _quantity(value)
    if quantity <= 0:
        raise ValueError("must be more than 0")
    return quantity


def _positive_or_none(value: object) -> Decimal | None:
    return None if value in ("", None) else _positive(value)


def _date(value: object) -> date | None:
    """Calendar dates as 2026-12-31 only; nothing is guessed."""
    if value in ("", None):
        return None
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) != len("2026-12-31"):
        raise ValueError("write the date as 2026-12-31")
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise ValueError("there is no such date; write it as 2026-12-31") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"the year must be from {FIRST_YEAR} to {LAST_YEAR}")
    return found


def _required_date(value: object) -> date:
    found = _date(value)
    if found is None:
        raise ValueError("write the date as 2026-12-31")
    return found


_QUANTITY_TEXT = {"type": "string", "examples": ["12", "0.25"], "description": "Decimal number as text, at most five decimals."}
_AS_TEXT = PlainSerializer(lambda value: None if value is None else shown(value), return_type=str | None, when_used="json")

Text20 = Annotated[str, BeforeValidator(_visible), Field(max_length=20)]
Text50 = Annotated[str, BeforeValidator(_visible), Field(max_length=50)]
Text100 = Annotated[str, BeforeValidator(_visible), Field(max_length=100)]
Text200 = Annotated[str, BeforeValidator(_visible), Field(max_length=200)]
Text500 = Annotated[str, BeforeValidator(_visible), Field(max_length=500)]
Name = Annotated[str, BeforeValidator(_visible), Field(min_length=1, max_length=100)]
Reason = Annotated[str, BeforeValidator(_visible), Field(min_length=1, max_length=200)]
Code10 = Annotated[str, BeforeValidator(_visible), Field(min_length=1, max_length=10)]
Code20 = Annotated[str, BeforeValidator(_visible), Field(min_length=1, max_length=20)]
Code50 = Annotated[str, BeforeValidator(_visible), Field(min_length=1, max_length=50)]
Variant = Annotated[str, BeforeValidator(_visible), Field(max_length=10)]
Number = Annotated[str, BeforeValidator(_visible), Field(max_length=NUMBER_LENGTH), AfterValidator(without_identifier)]
"""A serial, lot or package number; blank: none."""
Quantity = Annotated[Decimal, BeforeValidator(_positive), _AS_TEXT, WithJsonSchema(_QUANTITY_TEXT)]
"""More than 0."""
OptionalQuantity = Annotated[Decimal | None, BeforeValidator(_positive_or_none), _AS_TEXT, WithJsonSchema(_QUANTITY_TEXT)]
"""More than 0, or blank."""
Day = Annotated[date | None, BeforeValidator(_date)]
"""A calendar date of the plant, or blank."""
RequiredDay = Annotated[date, BeforeValidator(_required_date)]
EntryNo = Annotated[Annotated[int, Field(ge=1, le=2**62)] | None, BeforeValidator(lambda value: None if value == "" else value)]
"""Number of an entry, or blank."""
_READ = "Of what was read; other values by now are refused as STALE_ROW. Blank: not checked"
Version = Annotated[str, Field(max_length=32, description=_READ)]
LineNo = Annotated[int, Field(ge=1, le=2**31 - 1)]

M = TypeVar("M", bound=InputModel)


def written_as(pattern: str, words: str) -> Sequence[object]:
    """A text of one form, for `Annotated`; `words` say what the form is, because no plant reads a pattern."""
    form = re.compile(pattern)

    def check(value: str) -> str:
        if not form.fullmatch(value):
            raise ValueError(words)
        return value

    return AfterValidator(check), Field(json_schema_extra={"pattern": f"^{pattern}$"})


def read_input(model: type[M], values: Mapping[str, Any]) -> M:
    """Read a form or JSON into the model of a use case. Raises InvalidInput with one problem for each field."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise unreadable(error) from None


def unreadable(error: ValidationError) -> InvalidInput:
    """What is wrong with input, by field, in words for the person who typed it."""
    errors = error.errors(include_url=False)
    # A list whose only line is wrong counts as too short besides; people need to hear of the line only.
    deeper = {found["loc"][:depth] for found in errors for depth in range(len(found["loc"]))}
    problems = {_place(found["loc"]): _words(found) for found in errors if found["loc"] not in deeper or len(errors) == 1}
    summary = "; ".join(words if place == WHOLE else f"{place}: {words}" for place, words in problems.items())
    return InvalidInput(summary=summary[:500], problems=problems)


WHOLE = "input"
"""Where a problem of several fields together stands."""


def _place(location: tuple[int | str, ...]) -> str:
    """`lines.0.quantity`; a field name that somebody invented may hold anything and is cut and cleaned."""
    text = ".".join(str(part) for part in location) or WHOLE
    return "".join(character if character.isprintable() else "?" for character in text)[:100]


_WORDS = {
    "missing": "must be given",
    "extra_forbidden": "is not a field of this",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "string_type": "must be text",
    "string_too_short": "must not be blank",
    "string_too_long": "has more than {max_length} characters",
    "string_pattern_mismatch": "does not have the form that is asked for",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a row of fields with names",
    "model_type": "must be a row of fields with names",
}
_KINDS = {"int_": "must be a whole number", "bool_": "must be true or false", "date_": "there is no such date; write it as 2026-12-31"}


def _words(found: Mapping[str, Any]) -> str:
    """Our own sentences go without pydantic's prefix, and a text has characters, not items."""
    message, kind, facts = str(found["msg"]), str(found["type"]), found.get("ctx") or {}
    if kind in {"too_short", "too_long"}:
        of_text = isinstance(found.get("input"), str)
        if kind == "too_short":
            return "must not be blank" if of_text else "needs at least one row"
        return f"has more than {facts.get('max_length')} {'characters' if of_text else 'rows'}"
    if kind in _WORDS:
        return _WORDS[kind].format(**{name: str(value).replace("'", "") for name, value in facts.items()})
    for prefix, words in _KINDS.items():
        if kind.startswith(prefix):
            return words
    return message.removeprefix("Value error, ")
