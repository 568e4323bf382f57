"""Refusals of inspections."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class InspectionRequired(Refusal):
    """ASC-19: the plan says that the report waits for the result."""

    code = "INSPECTION_REQUIRED"
    message = "{number} of {item} is inspected before it is reported, and {why}. Enter the results first."
    number: str
    item: str
    why: str


@dataclass(eq=False)
class InspectionConcluded(Refusal):
    """An inspection that has its result is not changed any more."""

    code = "INSPECTION_CONCLUDED"
    message = "Inspection {inspection_no} of {number} is {state} already. Open another inspection to test the number again."
    inspection_no: int
    number: str
    state: str


@dataclass(eq=False)
class TestUnknown(Refusal):
    """The plan of the item knows no such test, so nobody could say what its value means."""

    __test__ = False
    code = "TEST_UNKNOWN"
    message = "“{test}” is no test of {item}. Tests are: {known}."
    test: str
    item: str
    known: str


@dataclass(eq=False)
class FileTooLarge(Refusal):
    """A35: files are small."""

    code = "FILE_TOO_LARGE"
    message = "{file_name} has {size} MB; at most {largest} MB are kept with an inspection."
    file_name: str
    size: str
    largest: str
