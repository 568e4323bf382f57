"""Refusals of files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shopfloor.errors import Refusal


@dataclass(eq=False)
class FileUnreadable(Refusal):
    """A file whose rows cannot even be told apart."""

    code = "FILE_UNREADABLE"
    message = "The file cannot be read: {problem}. Nothing was written."
    problem: str


@dataclass(eq=False)
class RowsWrong(Refusal):
    """A file is taken whole or not at all."""

    code = "ROWS_WRONG"
    message = "{problem_count} problems in {row_count} rows of {kind}. Nothing was written. First: line {line}, {column}: {words}"
    kind: str
    row_count: int
    problem_count: int
    line: int
    column: str
    words: str
    problems: list[dict[str, Any]]
    """The first of them: `line`, `column`, `words`."""
