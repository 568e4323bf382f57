"""Rows of a file as inputs of a use case: every problem of every row is found before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from shopfloor.errors import InvalidInput, Refusal
from shopfloor.exchange.csv_text import CsvRow
from shopfloor.exchange.errors import RowsWrong
from shopfloor.people.fields import WHOLE, InputModel, read_input
from shopfloor.people.masters import Problem

MOST_PROBLEMS = 200
"""So many are listed; all are counted."""
Tick = Callable[[int, int], None]
"""Called with the rows that are done and all of them."""
M = TypeVar("M", bound=InputModel)


def inputs_of(model: type[M], rows: Iterable[CsvRow], problems: list[Problem], *, without: Iterable[str] = ()) -> list[tuple[int, M]]:
    """Every row as the model; what cannot be read becomes a problem at its column. A blank in an optional column is left out."""
    optional = {name for name, info in model.model_fields.items() if not info.is_required()}
    left_out = set(without)
    found: list[tuple[int, M]] = []
    for row in rows:
        values = {name: value for name, value in row.values.items() if name not in left_out and not (value == "" and name in optional)}
        try:
            found.append((row.line, read_input(model, values)))
        except InvalidInput as refusal:
            for field, words in refusal.problems.items():
                # What is wrong with the row as a whole is told at its first column.
                column = next(iter(model.model_fields)) if field == WHOLE else field.partition(".")[0]
                problems.append(Problem(row.line, column, InvalidInput(words, {column: words})))
    return found


def refuse_wrong(kind: str, row_count: int, problems: list[Problem]) -> None:
    """Raises RowsWrong with the first problems in the order of the file."""
    if not problems:
        return
    listed = sorted(problems, key=lambda problem: problem.place)
    told = [{"line": one.place, "column": one.field, "words": words_of(one.refusal)} for one in listed[:MOST_PROBLEMS]]
    first = listed[0]
    raise RowsWrong(
        kind=kind,
        row_count=row_count,
        problem_count=len(problems),
        line=first.place,
        column=first.field,
        words=words_of(first.refusal),
        problems=told,
    )


def words_of(refusal: Refusal) -> str:
    """What is wrong, without the introduction that a form needs."""
    return refusal.summary if isinstance(refusal, InvalidInput) else refusal.text()
