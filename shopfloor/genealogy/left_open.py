"""Open picking lists that a start or a report leaves behind (LIF-9). `open_journals` changes and posts them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant, table, take_numbers
from shopfloor.genealogy.models import OpenJournalLine
from shopfloor.genealogy.open_journal_queries import PICKING_LIST
from shopfloor.people.actor import Actor
from shopfloor.production.locking import LockedOrder
from shopfloor.production.rules import FlushLine
from shopfloor.quantity import ZERO

_line = table(OpenJournalLine)


def propose(
    session: Session, actor: Actor, *, order: LockedOrder, flushes: Sequence[FlushLine], posting_date: date | None, end: bool
) -> int:
    """LIF-9: what a start or a report would have consumed becomes an open picking list. Gives its number; 0: nothing is due."""
    if not flushes:
        return 0
    no: int = take_numbers(session, {"picking_list": 1})["picking_list"][0]
    common = common_columns(session, actor, order, no, PICKING_LIST, posting_date)
    blank = {
        "serial_no": "", "lot_no": "", "package_no": "", "unit_code": "", "error_quantity": ZERO, "scrap_quantity": ZERO, "end_line": end,
    }
    session.connection().execute(
        insert(_line),
        [
            {
                **common, **blank, "line_no": row, "source_line_no": flush.component.line_no, "proposal": flush.quantity,
                "quantity": flush.quantity,
            }
            for row, flush in enumerate(flushes, 1)
        ],
    )
    audit.record(session, "picking list left open", f"{PICKING_LIST} {no}", after={"order": order.no, "lines": len(flushes)})
    return no


def common_columns(
    session: Session, actor: Actor, order: LockedOrder, journal_no: int, kind: str, posting_date: date | None
) -> dict[str, object]:
    """What every line of one open journal has in common."""
    return {
        "plant_no": current_plant(session), "journal_no": journal_no, "kind": kind, "order_no": order.no, "owner_no": actor.operator_no,
        "posting_date": posting_date, "created_at": now(),
    }
