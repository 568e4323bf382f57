"""What the use cases of inspections are given (A29)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from shopfloor.inspections.models import AtReport
from shopfloor.items.inputs import NumberKey
from shopfloor.people.fields import MOST_LINES, Code20, Code50, InputModel, Name, Reason, Text20, Text500
from shopfloor.quantity import NotAQuantity, parse, shown


def _measured(value: object) -> Decimal | None:
    """A measured value may be 0 or less, such as -18 °C."""
    if value in ("", None):
        return None
    if isinstance(value, Decimal):
        return value
    try:
        return parse(value if isinstance(value, str) else "")
    except NotAQuantity:
        raise ValueError("write a number as text, such as 12, 0.25 or -18 (at most five decimals)") from None


def _given(value: object) -> Decimal:
    found = _measured(value)
    if found is None:
        raise ValueError("write what was measured")
    return found


_TEXT = {"type": "string", "examples": ["47.5", "-18"], "description": "Decimal number as text, at most five decimals; may be negative."}
_SHOWN = PlainSerializer(lambda value: None if value is None else shown(value), return_type=str | None, when_used="json")
Value = Annotated[Decimal, BeforeValidator(_given), _SHOWN, WithJsonSchema(_TEXT)]
Limit = Annotated[Decimal | None, BeforeValidator(_measured), _SHOWN, WithJsonSchema(_TEXT)]


class NewInspectionTest(InputModel):
    """One thing that is measured of each number of an item."""

    item_no: Code20
    test: Code50
    unit: Text20 = ""
    lower_limit: Limit = None
    upper_limit: Limit = None
    at_report: AtReport = AtReport.NO
    holds: bool = True


class NewInspection(NumberKey):
    """An inspection of one number, asked for by hand."""

    at_report: bool = False
    """It is the inspection that the report as finished asks for (ASC-19)."""
    holds: bool = True
    note: Text500 = ""


class MeasuredLine(InputModel):
    """One measured value."""

    test: Code50
    value: Value


class EnterResults(InputModel):
    """Measured values of an inspection."""

    lines: tuple[MeasuredLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    note: Text500 = ""

    @model_validator(mode="after")
    def _each_once(self) -> EnterResults:
        if len({line.test for line in self.lines}) != len(self.lines):
            raise ValueError("each test has one value")
        return self


class MeasureNumber(NumberKey):
    """Measured values of one number, as a program at a station posts them: its open inspection is found, or one is opened."""

    lines: tuple[MeasuredLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    note: Text500 = ""

    @model_validator(mode="after")
    def _each_once(self) -> MeasureNumber:
        if len({line.test for line in self.lines}) != len(self.lines):
            raise ValueError("each test has one value")
        return self


class Conclude(InputModel):
    """The result of an inspection, by a person."""

    result: Literal["Passed", "Failed"]
    holds: bool = True
    """Failed: the number stays on quality hold until it passes. Without effect when it passed."""
    reason: Reason


class AttachFile(InputModel):
    """A small file, such as a picture or a protocol. At most 5 MB, which fit into a request of 8 MB also as Base64 (A35)."""

    file_name: Name
    content_base64: str = Field(min_length=1, max_length=8_000_000, description="The bytes of the file in Base64")
