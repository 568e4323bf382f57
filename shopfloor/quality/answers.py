"""Answers of inspections."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Answer


@dataclass(frozen=True)
class InspectionSaved(Answer):
    """C9: where an inspection stands after the command."""

    code = "INSPECTION_SAVED"
    message = "Inspection {inspection_no} of {number}: {state}."
    inspection_no: int
    number: str
    state: str
    outside: str = ""
    """Values outside their limits, in words."""


@dataclass(frozen=True)
class FileAttached(Answer):
    """C9: a file was added."""

    code = "FILE_ATTACHED"
    message = "{file_name} is kept with inspection {inspection_no}."
    inspection_no: int
    file_name: str
    entry_no: int
