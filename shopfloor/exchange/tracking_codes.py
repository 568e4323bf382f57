"""Item tracking codes from a file: a row for each, and what it demands as `Serial purchase inbound, Lot transfer` in one column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import table
from shopfloor.exchange.csv_text import CsvRow
from shopfloor.exchange.rows import Tick, inputs_of, refuse_wrong
from shopfloor.items.inputs import NewTrackingCode, Requirement
from shopfloor.items.models import ItemTrackingCode, ItemTrackingRequirement
from shopfloor.items.tracking_codes import insert_codes, known_codes
from shopfloor.people.errors import AlreadyExists
from shopfloor.people.masters import Problem

KIND = "tracking-codes"
BETWEEN = ", "
_code, _requirement = table(ItemTrackingCode), table(ItemTrackingRequirement)


def _parted(text: object) -> object:
    """`Serial transfer, Lot sales outbound` as requirements; what is none is refused by the model."""
    if not isinstance(text, str):
        return text
    parts = [part.strip(" ").partition(" ") for part in text.split(",") if part.strip(" ")]
    return [{"kind": kind, "transaction": transaction} for kind, _blank, transaction in parts]


class TrackingCodeRow(NewTrackingCode):
    """One code."""

    requirements: Annotated[tuple[Requirement, ...], BeforeValidator(_parted)] = Field(default=(), max_length=33)


COLUMNS = tuple(TrackingCodeRow.model_fields)
REQUIRED = ("code", "description")


def work(session: Session, kind: str, rows: list[CsvRow], tick: Tick) -> None:
    """All codes of the file, or none. Raises RowsWrong."""
    problems: list[Problem] = []
    read = inputs_of(TrackingCodeRow, rows, problems)
    seen = known_codes(session, [given.code for _line, given in read])
    for line, given in read:
        if given.code in seen:
            problems.append(Problem(line, "code", AlreadyExists(record="item tracking code", number=given.code)))
        seen.add(given.code)
    refuse_wrong(kind, len(rows), problems)
    insert_codes(session, [given for _line, given in read])
    audit.record(session, f"import {kind}", f"{len(rows)} rows", after={"numbers": [given.code for _line, given in read]})
    tick(len(rows), len(rows))


def export_rows(session: Session) -> Iterable[Iterable[object]]:
    """Every code in the order of the file's columns."""
    demanded: dict[str, list[str]] = {}
    asked = select(_requirement).order_by(_requirement.c.tracking_code, _requirement.c.kind, _requirement.c.transaction)
    for row in session.connection().execute(asked):
        demanded.setdefault(row.tracking_code, []).append(f"{row.kind} {row.transaction}")

    def values(row: Row[Any]) -> list[object]:
        return [BETWEEN.join(demanded.get(row.code, ())) if name == "requirements" else getattr(row, name) for name in COLUMNS]

    return [values(row) for row in session.connection().execute(select(_code).order_by(_code.c.code))]
