"""Bills of material and routings from a file with one row for each component or operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import table
from shopfloor.errors import InvalidInput, Refusal
from shopfloor.exchange.csv_text import CsvRow
from shopfloor.exchange.rows import Tick, inputs_of, refuse_wrong
from shopfloor.people.fields import Code20, InputModel
from shopfloor.people.masters import Master, Problem
from shopfloor.production import bills
from shopfloor.production.bills import VersionDraft
from shopfloor.production.inputs import MOST_BOM_LINES, NewBom, NewBomLine, NewRouting, NewRoutingLine


class BomRow(NewBomLine):
    """One component of `product_no`."""

    product_no: Code20
    version_code: Code20 = "1"


class RoutingRow(NewRoutingLine):
    """One operation on `product_no`."""

    product_no: Code20
    version_code: Code20 = "1"


@dataclass(frozen=True)
class LinesFile:
    """One kind of file whose rows are lines of first versions."""

    master: Master
    row: type[BomRow | RoutingRow]
    line: type[InputModel]
    whole: type[NewBom | NewRouting]
    required: tuple[str, ...]
    draft: Callable[[Any, int, Sequence[int]], VersionDraft]
    problems: Callable[[Session, Sequence[VersionDraft]], Iterator[Problem]]
    insert: Callable[[Session, Sequence[VersionDraft]], None]

    @property
    def columns(self) -> tuple[str, ...]:
        """Of the file."""
        return ("product_no", "version_code", *self.line.model_fields)


FILES: Mapping[str, LinesFile] = {
    "bom-lines": LinesFile(
        bills.BOM, BomRow, NewBomLine, NewBom, ("product_no", "item_no", "quantity_per"), bills.bom_draft, bills.bom_problems,
        bills.insert_boms,
    ),
    "routing-lines": LinesFile(
        bills.ROUTING, RoutingRow, NewRoutingLine, NewRouting, ("product_no", "operation_no", "description"), bills.routing_draft,
        bills.routing_problems, bills.insert_routings,
    ),
}


def work(session: Session, kind: str, rows: list[CsvRow], tick: Tick) -> None:
    """Bills or routings with their first version, certified. Raises RowsWrong."""
    file = FILES[kind]
    problems: list[Problem] = []
    drafts = _drafts(file, inputs_of(file.row, rows, problems), problems)
    problems += file.problems(session, drafts)
    refuse_wrong(kind, len(rows), problems)
    try:
        file.insert(session, drafts)
    except Refusal as refusal:  # a loop shows when the bills stand beside each other
        product = str(refusal.outcome_fields()["item_no"])
        line = next(one.head.place for one in drafts if one.head.values["item_no"] == product)
        refuse_wrong(kind, len(rows), [Problem(line, "item_no", refusal)])
    numbers = [str(one.head.values["no"]) for one in drafts]
    audit.record(session, f"import {kind}", f"{len(rows)} rows", after={"numbers": numbers})
    tick(len(rows), len(rows))


def export_rows(session: Session, kind: str) -> Iterable[Iterable[object]]:
    """The lines of all versions, in the order of the file's columns."""
    file = FILES[kind]
    head, line = table(file.master.model), table(file.master.parts[0])
    owner = line.c[file.master.owner]
    order = line.c.line_no if "line_no" in line.c else line.c.operation_no
    own = [head.c.item_no.label("product_no"), *(line.c[name] for name in file.columns[1:])]
    statement = select(*own).join(line, owner == head.c.no).order_by(head.c.no, line.c.version_code, order)
    return session.connection().execute(statement)


def _drafts(file: LinesFile, read: Sequence[tuple[int, Any]], problems: list[Problem]) -> list[VersionDraft]:
    """Rows of one product are one bill or routing, wherever they stand."""
    products: dict[str, list[tuple[int, Any]]] = {}
    for line, row in read:
        products.setdefault(row.product_no, []).append((line, row))
    drafts = []
    for product_no, found in products.items():
        version = found[0][1].version_code
        for line, row in found:
            if row.version_code != version:
                words = f"{product_no} has version {version} above; a file makes one version of a {file.master.record}"
                problems.append(Problem(line, "version_code", InvalidInput(words, {"version_code": words})))
        if len(found) > MOST_BOM_LINES:
            words = f"{product_no} has more than {MOST_BOM_LINES} lines"
            problems.append(Problem(found[0][0], "product_no", InvalidInput(words, {"product_no": words})))
            continue
        lines = tuple(file.line.model_construct(**{name: getattr(row, name) for name in file.line.model_fields}) for _line, row in found)
        given = file.whole.model_construct(item_no=product_no, lines=lines, version_code=version)
        drafts.append(file.draft(given, found[0][0], [line for line, _row in found]))
    return drafts
