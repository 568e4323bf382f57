"""The button *Assign serial numbers*: rows that were typed come back with new numbers, a row for each serial (TL-13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shopfloor.errors import InvalidInput, Refusal
from shopfloor.items.inputs import AssignNumbers
from shopfloor.items.new_numbers import NumbersAssigned, assign_new_numbers
from shopfloor.people.fields import read_input
from shopfloor.web.commands import run_command
from shopfloor.web.inputs import command_key, form_values

ItemOf = Callable[[Mapping[str, Any]], str]
"""The item of a row that may get numbers; blank: it gets none."""


@dataclass(frozen=True)
class Assigned:
    """The form as it was typed, with the new numbers in it."""

    values: dict[str, Any]
    answer: NumbersAssigned


def with_new_numbers(item_of: ItemOf) -> Assigned:
    """New numbers for every row that names an item and a quantity and has no serial number. Raises the use case's refusals."""
    values = form_values()
    typed = values.get("lines")
    rows = [row for row in typed if isinstance(row, Mapping)] if isinstance(typed, list) else []
    places = [place for place, row in enumerate(rows) if item_of(row) and not row.get("serial_no")]
    if not places:
        words = "type an item and a quantity in a row without serial number first"
        raise InvalidInput(summary=words, problems={"lines": words})
    wanted = [_wanted(rows[place], item_of(rows[place])) for place in places]
    try:
        answer = run_command(assign_new_numbers, key=command_key(), given=read_input(AssignNumbers, {"lines": wanted}))
    except InvalidInput as refusal:
        raise InvalidInput(summary=refusal.summary, problems={_on_page(name, places): w for name, w in refusal.problems.items()}) from None
    except Refusal as refusal:
        refusal.row = places[refusal.row - 1] + 1 if refusal.row else 0
        raise
    parts = dict(zip(places, answer.lines, strict=True))
    filled = [{**row, **part} for place, row in enumerate(rows) for part in parts.get(place, [{}])]
    for row in filled:
        if row.get("serial_no"):
            row["unit_code"] = ""
    return Assigned(values | {"lines": filled}, answer)


def _wanted(row: Mapping[str, Any], item_no: str) -> dict[str, Any]:
    given = {"item_no": item_no, "unit_code": row.get("unit_code", ""), "lot_no": row.get("lot_no", "")}
    return given | ({"quantity": row["quantity"]} if row.get("quantity") else {})


def _on_page(name: str, places: list[int]) -> str:
    """`lines.0.quantity` of the command is another row of the page."""
    parts = name.split(".")
    if len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(places):
        parts[1] = str(places[int(parts[1])])
    return ".".join(parts)
