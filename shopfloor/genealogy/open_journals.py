"""Picking list and report journals that stay open until somebody posts them (LIF-9, LIF-11, ASC-22, ASC-25, D26).

A start or a report that does not post its picking list leaves it here; others are made by hand. Posting goes the way of every journal by
hand, with all its checks. What an open picking list holds is not proposed a second time (PST-12).
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import plant, table, take_numbers
from shopfloor.errors import NotFound
from shopfloor.genealogy.component_scrap import post_scrap
from shopfloor.genealogy.journal_errors import NotYourJournal
from shopfloor.genealogy.journal_inputs import OpenJournalInput, PostProductionJournal, ProductionJournalLine
from shopfloor.genealogy.left_open import common_columns
from shopfloor.genealogy.models import OpenJournalLine
from shopfloor.genealogy.open_journal_answers import JournalDeleted, JournalPicked, JournalPosted, JournalSaved
from shopfloor.genealogy.open_journal_queries import PICKING_LIST, REPORT, OpenLine, journal_version, open_lines
from shopfloor.genealogy.production_journal import post_lines
from shopfloor.genealogy.registered_lines import named_by_line, settle_registered
from shopfloor.items.fingerprint import check_unchanged
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.components import order_components, order_lines
from shopfloor.production.counters import end_components
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.rules import CONSUMING
from shopfloor.quantity import ZERO, shown

_line = table(OpenJournalLine)
RIGHT = {PICKING_LIST: rights.ADJUST, REPORT: rights.REPORT}
"""Who makes, changes and posts a journal, by its kind."""


def save_journal(session: Session, actor: Actor, *, order_no: str, given: OpenJournalInput, journal_no: int = 0) -> JournalSaved:
    """Make a journal by hand, or replace the lines of an open one. Nothing is posted.

    Raises NotAllowed, NotFound, OrderStatus unless the order takes consumption, NotYourJournal (ASC-25), StaleRow (ASC-7).
    """
    kind = given.kind
    actor.require(RIGHT[kind])
    order = lock_order(session, order_no)
    order.require(*CONSUMING)
    before = _mine(session, actor, order, journal_no, given.version) if journal_no else []
    if before and before[0].kind != kind:
        raise NotFound(record=f"open {kind.lower()}", number=str(journal_no))
    known = {c.line_no for c in order_components(session, order.no)} if kind == PICKING_LIST else {
        line.line_no for line in order_lines(session, order.no)
    }
    unknown = next((line.line_no for line in given.lines if line.line_no not in known), None)
    if unknown is not None:
        raise NotFound(record="component line" if kind == PICKING_LIST else "order line", number=f"{order.no} {unknown}")
    proposals = {line.source_line_no: line.proposal for line in before}
    no = journal_no or take_numbers(session, {"picking_list": 1})["picking_list"][0]
    _delete(session, journal_no)
    common = common_columns(session, actor, order, no, kind, given.posting_date)
    session.connection().execute(
        insert(_line),
        [
            {
                **common, "line_no": row, "source_line_no": line.line_no, "serial_no": line.serial_no, "lot_no": line.lot_no,
                "package_no": line.package_no, "unit_code": line.unit_code, "proposal": proposals.pop(line.line_no, ZERO),
                "quantity": line.quantity or ZERO, "error_quantity": line.error_quantity or ZERO,
                "scrap_quantity": line.scrap_quantity or ZERO, "end_line": line.end_line,
            }
            for row, line in enumerate(given.lines, 1)
        ],
    )
    after = {"lines": [_audited(line.line_no, line.quantity or ZERO, line.scrap_quantity or ZERO) for line in given.lines]}
    audit.record(session, "save open journal", f"{kind} {no}", after=after)
    return JournalSaved(order_no=order.no, journal_no=no, kind=kind, count=len(given.lines))


def post_open_journal(
    session: Session, actor: Actor, *, order_no: str, journal_no: int, reason: str = "", version: str = ""
) -> JournalPosted:
    """Post an open journal and delete it; ended lines propose nothing more (D26). All lines or none.

    A line that names what is registered does what *Pick* or *Report as finished* does (see `registered_lines`). Raises NotAllowed,
    NotFound, NotYourJournal, StaleRow (ASC-7), and what these and a production journal by hand refuse; refusals name their line.
    """
    order = lock_order(session, order_no)
    lines = _mine(session, actor, order, journal_no, version)
    actor.require(RIGHT[lines[0].kind])
    order.require(*CONSUMING)  # also of a list with nothing but scrap
    moving = [line for line in lines if line.quantity or line.error_quantity or line.scrap_quantity]
    settled = settle_registered(session, actor, order, [line for line in moving if line.quantity or line.error_quantity], reason)
    register_no = settled.register_no
    if settled.rest:
        given = PostProductionJournal(lines=tuple(map(_to_post, settled.rest)), reason=reason, posting_date=lines[0].posting_date)
        with named_by_line(settled.rest):
            register_no = post_lines(session, actor, order=order, given=given, own_journal=journal_no).register_no
    scrap_register = post_scrap(session, actor, order=order, lines=lines, reason=reason)
    register_no = register_no or scrap_register
    end_components(session, order.no, [(line.order_line_no, line.source_line_no) for line in lines if line.end_line])
    _delete(session, journal_no)
    audit.record(session, "post open journal", f"{lines[0].kind} {journal_no}", after={"register": register_no}, reason=reason)
    posted = JournalPosted(order_no=order.no, journal_no=journal_no, kind=lines[0].kind, count=len(moving), register_no=register_no)
    return JournalPicked(**vars(posted), picked=settled.picked) if settled.picked else posted


def delete_open_journal(session: Session, actor: Actor, *, order_no: str, journal_no: int, version: str = "") -> JournalDeleted:
    """ASC-22: an open journal goes and nothing else changes. Who may adjust discards others' as well (D29).

    Raises NotAllowed, NotFound, StaleRow (ASC-7): nobody discards what they have not seen.
    """
    order = lock_order(session, order_no)
    lines = _of(session, order, journal_no)
    check_unchanged(version, journal_version(lines), f"{lines[0].kind} {journal_no}")
    actor.require(RIGHT[lines[0].kind] if lines[0].owner_no == actor.operator_no else rights.ADJUST)
    _delete(session, journal_no)
    before = {"lines": [_audited(line.source_line_no, line.quantity, line.scrap_quantity) for line in lines]}
    audit.record(session, "delete open journal", f"{lines[0].kind} {journal_no}", before=before)
    return JournalDeleted(order_no=order.no, journal_no=journal_no, kind=lines[0].kind)


def _audited(line_no: int, quantity: Decimal, scrap: Decimal) -> dict[str, object]:
    return {"line": line_no, "quantity": shown(quantity)} | ({"scrap": shown(scrap)} if scrap else {})


def _of(session: Session, order: LockedOrder, journal_no: int) -> list[OpenLine]:
    lines = open_lines(session, order.no, journal_no)
    if not lines:
        raise NotFound(record="open journal", number=str(journal_no))
    return lines


def _mine(session: Session, actor: Actor, order: LockedOrder, journal_no: int, version: str) -> list[OpenLine]:
    """ASC-25: only its owner enters lines and posts; ASC-7: and what another window of theirs saved meanwhile is not lost."""
    lines = _of(session, order, journal_no)
    if lines[0].owner_no != actor.operator_no:
        raise NotYourJournal(kind=lines[0].kind, journal_no=journal_no, owner=lines[0].owner)
    check_unchanged(version, journal_version(lines), f"{lines[0].kind} {journal_no}")
    return lines


def _to_post(line: OpenLine) -> ProductionJournalLine:
    consumed = line.kind == PICKING_LIST
    return ProductionJournalLine(
        entry_type="Consumption" if consumed else "Output", line_no=line.source_line_no, quantity=line.quantity,
        scrap_quantity=None if consumed else line.error_quantity, unit_code=line.unit_code, serial_no=line.tracking.serial_no,
        lot_no=line.tracking.lot_no, package_no=line.tracking.package_no,
    )


def _delete(session: Session, journal_no: int) -> None:
    if journal_no:
        session.connection().execute(delete(_line).where(plant(session, _line), _line.c.journal_no == journal_no))
