"""Answers of imports."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Answer


@dataclass(frozen=True)
class Imported(Answer):
    """A file was taken in whole."""

    code = "FILE_IMPORTED"
    message = "{row_count} rows of {kind} imported."
    kind: str
    row_count: int


@dataclass(frozen=True)
class FileChecked(Answer):
    """A dry run: everything was done and taken back."""

    code = "FILE_CHECKED"
    message = "{row_count} rows of {kind} checked: nothing is wrong. Nothing was written yet."
    kind: str
    row_count: int
