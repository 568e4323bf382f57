"""Master data and stock as CSV files, in the form in which they can be imported again."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from shopfloor.exchange import csv_text, opening_stock, stock_export, tracking_codes, version_lines
from shopfloor.exchange.registry import MASTERS, master_of
from shopfloor.people.master_queries import all_records

EXPORTED = (*MASTERS, tracking_codes.KIND, *version_lines.FILES, stock_export.KIND)


def export(session: Session, kind: str) -> Iterator[str]:
    """The lines of a file; its header names the fields. Raises NotFound for the kind, before anything is read."""
    if kind in version_lines.FILES:
        return csv_text.write(version_lines.FILES[kind].columns, version_lines.export_rows(session, kind))
    if kind == tracking_codes.KIND:
        return csv_text.write(tracking_codes.COLUMNS, tracking_codes.export_rows(session))
    if kind == stock_export.KIND:
        return csv_text.write(opening_stock.COLUMNS, stock_export.export_rows(session))
    master = master_of(kind)
    columns = (*master.fields, "blocked") if master.blockable else master.fields
    return csv_text.write(columns, ([values[name] for name in columns] for values in all_records(session, master)))

