"""Bills of material from a file with one row for each component."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import InvalidInput, Refusal
from shopfloor.exchange.csv_text import CsvRow
from shopfloor.exchange.rows import Tick, inputs_of, refuse_wrong
from shopfloor.people.fields import Code20
from shopfloor.people.masters import Problem
from shopfloor.production.bills import BomDraft, bom_draft, bom_problems, insert_boms
from shopfloor.production.inputs import MOST_BOM_LINES, NewBom, NewBomLine


class BomRow(NewBomLine):
    """One component of `product_no`."""

    product_no: Code20
    version_code: Code20 = "1"


COLUMNS = ("product_no", "version_code", *NewBomLine.model_fields)
REQUIRED = ("product_no", "item_no", "quantity_per")


def work(session: Session, kind: str, rows: list[CsvRow], tick: Tick) -> None:
    """Bills with their first version, certified. Raises RowsWrong."""
    problems: list[Problem] = []
    drafts = _drafts(inputs_of(BomRow, rows, problems), problems)
    problems += bom_problems(session, drafts)
    refuse_wrong(kind, len(rows), problems)
    try:
        insert_boms(session, drafts)
    except Refusal as refusal:  # a loop shows when the bills stand beside each other
        product = str(refusal.outcome_fields()["item_no"])
        line = next(one.head.place for one in drafts if one.head.values["item_no"] == product)
        refuse_wrong(kind, len(rows), [Problem(line, "item_no", refusal)])
    numbers = [str(one.head.values["no"]) for one in drafts]
    audit.record(session, f"import {kind}", f"{len(rows)} rows", after={"numbers": numbers})
    tick(len(rows), len(rows))


def _drafts(read: list[tuple[int, BomRow]], problems: list[Problem]) -> list[BomDraft]:
    """Rows of one product are one bill, wherever they stand."""
    bills: dict[str, list[tuple[int, BomRow]]] = {}
    for line, row in read:
        bills.setdefault(row.product_no, []).append((line, row))
    drafts = []
    for product_no, found in bills.items():
        version = found[0][1].version_code
        for line, row in found:
            if row.version_code != version:
                words = f"{product_no} has version {version} above; a file makes one version of a bill"
                problems.append(Problem(line, "version_code", InvalidInput(words, {"version_code": words})))
        if len(found) > MOST_BOM_LINES:
            words = f"{product_no} has more than {MOST_BOM_LINES} lines"
            problems.append(Problem(found[0][0], "product_no", InvalidInput(words, {"product_no": words})))
            continue
        lines = tuple(NewBomLine.model_construct(**{name: getattr(row, name) for name in NewBomLine.model_fields}) for _line, row in found)
        given = NewBom.model_construct(item_no=product_no, lines=lines, version_code=version)
        drafts.append(bom_draft(given, found[0][0], [line for line, _row in found]))
    return drafts
