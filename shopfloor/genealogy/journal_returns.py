"""Back from the Tracked components page to the journal line that it was opened from (ENT-5, ENT-7).

A picking list line gets the number and quantity of the one association that was made for its component line meanwhile; a line of a
report as finished gets those of the row that was chosen. Nothing is posted, and a line that is not there any more changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import plant, table
from shopfloor.errors import NotFound
from shopfloor.genealogy.facts import OPEN, REPORTED
from shopfloor.genealogy.journal_inputs import JournalLineReturn
from shopfloor.genealogy.models import ComponentAssociation, OpenJournalLine, TrackedProduct
from shopfloor.genealogy.open_journal_answers import JournalLineFilled, JournalLineLeft
from shopfloor.genealogy.open_journal_queries import PICKING_LIST, OpenLine, open_lines
from shopfloor.genealogy.open_journals import RIGHT
from shopfloor.genealogy.row_queries import associations_where
from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.people.actor import Actor
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.quantity import ZERO, shown

_line = table(OpenJournalLine)
_association, _row = table(ComponentAssociation), table(TrackedProduct)


@dataclass(frozen=True)
class LineOpened:
    """What the page is opened with from a journal line."""

    line: OpenLine
    since: int
    """The newest association of the order; what is made from now on is newer."""
    match_id: int
    """ENT-7: the row that the line's number names; 0: none, so the page starts in Product mode."""


@dataclass(frozen=True)
class _Found:
    tracking: Tracking
    quantity: Decimal
    """Base units."""


def line_to_open(session: Session, order_no: str, journal_no: int, line_no: int) -> LineOpened:
    """The line of an open journal, with what the page must know of it. Raises NotFound."""
    line = next((one for one in open_lines(session, order_no, journal_no) if one.line_no == line_no), None)
    if line is None:
        raise NotFound(record="open journal line", number=f"{journal_no} {line_no}")
    a = _association.c
    newest = session.connection().scalar(select(func.max(a.association_no)).where(plant(session, _association), a.order_no == order_no))
    return LineOpened(line, newest or 0, _match_id(session, line) if line.kind != PICKING_LIST else 0)


def fill_journal_line(
    session: Session, actor: Actor, *, order_no: str, journal_no: int, line_no: int, given: JournalLineReturn
) -> JournalLineFilled | JournalLineLeft:
    """ENT-5, ENT-7: write number and quantity into the unposted line of one's own journal. Raises NotFound, NotAllowed."""
    order = lock_order(session, order_no)
    line = next((one for one in open_lines(session, order.no, journal_no) if one.line_no == line_no), None)
    if line is None or line.source_line_no != given.source_line_no:
        return JournalLineLeft(journal_no=journal_no, line_no=line_no, why="it was posted, changed or deleted meanwhile.")
    if line.owner_no != actor.operator_no:
        return JournalLineLeft(journal_no=journal_no, line_no=line_no, why=f"the journal belongs to {line.owner}.")
    actor.require(RIGHT[line.kind])
    found = _made(session, actor, line, given.since) if line.kind == PICKING_LIST else _chosen(session, order, line, given.product)
    if isinstance(found, str):
        return JournalLineLeft(journal_no=journal_no, line_no=line_no, why=found)
    _write(session, line, found)
    number = found.tracking.label()
    audit.record(
        session, "journal line filled", f"{line.kind} {journal_no} line {line_no}",
        before={"number": line.tracking.label(), "quantity": shown(line.quantity)},
        after={"number": number, "quantity": shown(found.quantity)},
    )
    return JournalLineFilled(
        journal_no=journal_no, line_no=line_no, kind=line.kind, number=number, quantity=shown(found.quantity), unit=line.base_unit_code
    )


def _match_id(session: Session, line: OpenLine) -> int:
    """The row of the order with the line's number; a number that waits to be started is scanned first."""
    if line.tracking == NO_TRACKING:
        return 0
    r, tracking = _row.c, line.tracking
    same = r.serial_no == tracking.serial_no if tracking.serial_no else (r.serial_no == "") & (r.lot_no == tracking.lot_no)
    statement = select(r.match_id).where(
        plant(session, _row), r.order_no == line.order_no, r.item_no == line.item_no, r.state.in_((OPEN, REPORTED)), same
    )
    return session.connection().scalar(statement) or 0


def _made(session: Session, actor: Actor, line: OpenLine, since: int) -> _Found | str:
    """ENT-5: the one association that this person made for the component line; or why there is no such one."""
    a = _association.c
    made = associations_where(
        session,
        (a.order_no == line.order_no) & (a.component_line_no == line.source_line_no) & (a.association_no > since)
        & (a.registered_by == actor.operator_no),
    )
    if not made:
        return "nothing was registered for it."
    if len(made) > 1:
        return f"{len(made)} numbers were registered for it; it takes one."
    if made[0].unposted == ZERO:
        return f"{made[0].tracking.label()} is consumed already."
    return _Found(made[0].tracking, made[0].unposted)


def _chosen(session: Session, order: LockedOrder, line: OpenLine, match_id: int) -> _Found | str:
    """ENT-7: the row that is chosen on the page; or why it is none to report."""
    r = _row.c
    row = session.connection().execute(
        select(r.serial_no, r.lot_no, r.state, r.quantity, r.good_quantity, r.error_quantity).where(
            plant(session, _row), r.order_no == order.no, r.order_line_no == line.source_line_no, r.match_id == match_id,
            r.state != "Removed",
        )
    ).one_or_none()
    if row is None:
        return "no product was chosen."
    tracking = Tracking(row.serial_no, row.lot_no)
    if row.state != OPEN:
        return f"{tracking.label()} is {row.state}."
    return _Found(tracking, row.quantity - row.good_quantity - row.error_quantity)


def _write(session: Session, line: OpenLine, found: _Found) -> None:
    """In base units; a good quantity, where it is a report."""
    session.connection().execute(
        update(_line)
        .where(plant(session, _line), _line.c.journal_no == line.journal_no, _line.c.line_no == line.line_no)
        .values(
            serial_no=found.tracking.serial_no, lot_no=found.tracking.lot_no, package_no="", unit_code="", quantity=found.quantity,
            error_quantity=ZERO, scrap_quantity=line.scrap_base,
        )
    )
