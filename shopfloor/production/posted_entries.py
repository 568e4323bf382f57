"""What was posted by hand or by flushing on an order: the entries that returns and negative output may name. One statement each."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from shopfloor.db import table
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.production.reversal import Entry, read_entries

_entry = table(ItemLedgerEntry)


def consumption_entries(session: Session, order_no: str, component_line_nos: Collection[int], match_ids: Collection[int]) -> list[Entry]:
    """Consumption of component lines for the order (match id 0) or for some rows, with its returns, oldest first."""
    if not component_line_nos:
        return []
    return read_entries(
        session,
        _entry.c.order_no == order_no,
        _entry.c.entry_type == EntryType.CONSUMPTION,
        _entry.c.component_line_no.in_(sorted(component_line_nos)),
        _entry.c.match_id.in_(sorted(match_ids)),
    )


def output_entries(session: Session, order_no: str) -> list[Entry]:
    """Output of an order at order level, with what was taken back of it, oldest first."""
    return read_entries(session, _entry.c.order_no == order_no, _entry.c.entry_type == EntryType.OUTPUT, _entry.c.match_id == 0)
