"""Master data as CSV files, in the form in which they can be imported again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.db import table
from shopfloor.exchange import bom_lines, csv_text
from shopfloor.exchange.registry import MASTERS, master_of
from shopfloor.people.master_queries import all_records
from shopfloor.production.models import BillOfMaterial, BomLine

EXPORTED = (*MASTERS, "bom-lines")


def export(session: Session, kind: str) -> Iterator[str]:
    """The lines of a file; its header names the fields. Raises NotFound for the kind, before anything is read."""
    if kind == "bom-lines":
        return csv_text.write(bom_lines.COLUMNS, _bom_rows(session))
    master = master_of(kind)
    columns = (*master.fields, "blocked") if master.blockable else master.fields
    return csv_text.write(columns, ([values[name] for name in columns] for values in all_records(session, master)))


def _bom_rows(session: Session) -> Iterable[Iterable[object]]:
    bill, line = table(BillOfMaterial), table(BomLine)
    own = [bill.c.item_no.label("product_no"), *(line.c[name] for name in bom_lines.COLUMNS[1:])]
    statement = select(*own).join(line, line.c.bom_no == bill.c.no).order_by(bill.c.no, line.c.version_code, line.c.line_no)
    return session.connection().execute(statement)
