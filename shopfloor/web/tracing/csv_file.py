"""A trace as a CSV file: one row for each line of the tree, every field of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shopfloor.exchange import csv_text as csv
from shopfloor.tracing.lines import Line, Trace

COLUMNS: tuple[tuple[str, Callable[[Line], Any]], ...] = (
    ("line", lambda line: line.no),
    ("level", lambda line: line.depth),
    ("parent_line", lambda line: line.parent or ""),
    ("link", lambda line: line.link.value),
    ("state", lambda line: line.state.value),
    ("order_level", lambda line: line.order_level),
    ("current", lambda line: line.current),
    ("certain", lambda line: line.certain),
    ("already_traced_line", lambda line: line.first_line or ""),
    ("item_no", lambda line: line.item_no),
    ("item_description", lambda line: line.item_description),
    ("variant_code", lambda line: line.variant_code),
    ("serial_no", lambda line: line.serial_no),
    ("lot_no", lambda line: line.lot_no),
    ("package_no", lambda line: line.package_no),
    ("document_kind", lambda line: line.document_kind),
    ("document_no", lambda line: line.document_no),
    ("external_document_no", lambda line: line.external_document_no),
    ("source_type", lambda line: line.source_type),
    ("source_no", lambda line: line.source_no),
    ("source_name", lambda line: line.source_name),
    ("location_code", lambda line: line.location_code),
    ("posting_date", lambda line: line.posting_date),
    ("quantity", lambda line: line.quantity),
    ("scrap_quantity", lambda line: line.scrap_quantity),
    ("remaining_quantity", lambda line: line.remaining_quantity),
    ("unit_code", lambda line: line.unit_code),
    ("expiration_date", lambda line: line.expiration_date),
    ("entry_no", lambda line: line.entry_no or ""),
    ("entry_type", lambda line: line.entry_type),
    ("order_no", lambda line: line.order_no),
    ("order_line_no", lambda line: line.order_line_no or ""),
    ("register_no", lambda line: line.register_no or ""),
    ("reason", lambda line: line.reason),
    ("created_by", lambda line: line.created_by),
    ("station_code", lambda line: line.station_code),
    ("created_at_utc", lambda line: line.created_at),
)


def csv_text(trace: Trace) -> str:
    """The file. Quantities are plain numbers; a text that a spreadsheet would run as a formula begins with an apostrophe."""
    names = [name for name, _value in COLUMNS]
    return "".join(csv.write(names, ([value(line) for _name, value in COLUMNS] for line in trace.lines)))
