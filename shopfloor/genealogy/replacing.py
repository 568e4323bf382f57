"""Replace a part that a unit has built in (D22): the old part comes out, a new one goes in, and both states stay visible in the log."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import StaleRow
from shopfloor.genealogy.adjusting import JournalLine, consume_lines, take_back
from shopfloor.genealogy.answers import AlreadyRegistered, AssociationsChanged
from shopfloor.genealogy.component_scans import register_part
from shopfloor.genealogy.corrections import base_quantity, changed, job_of, without
from shopfloor.genealogy.facts import Association, Line
from shopfloor.genealogy.inputs import ComponentInput, OldPart, ReplaceInput
from shopfloor.genealogy.maintenance_errors import JournalOpen, NotReplaceable
from shopfloor.genealogy.number_queries import registered_in
from shopfloor.genealogy.removal import remove_associations
from shopfloor.genealogy.row_queries import OrderRows, association_by_no, associations_by_no, open_journal_lines, read_rows
from shopfloor.genealogy.why_not import in_use
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.models import NumberKind
from shopfloor.items.number_information import put_on_hold
from shopfloor.ledger.entry_types import DocumentType, EntryType
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.post import post
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.rules import CONSUMING, ENDED
from shopfloor.quantity import ZERO, shown


def replace_component(session: Session, actor: Actor, *, order_no: str, association_no: int, given: ReplaceInput) -> AssociationsChanged:
    """Take a consumed part out of its unit and consume another in its place, all or nothing; the unit may be reported or shipped.

    The new part passes the checks of a scan. The old one returns to stock, and is then held or written off if `old_part` says so.
    After the end of the order it is posted as a repair. Raises NotAllowed, NotFound, OrderStatus before the start, StaleRow,
    NotReplaceable, JournalOpen, and every refusal of a scan and of the posting door.
    """
    actor.require(rights.REPLACE)
    order = lock_order(session, order_no)
    order.require(*CONSUMING, ENDED)
    old, rows, line = _built_in(session, order, association_no, given.version)
    _check_journal(session, old)
    quantity = base_quantity(line, given.quantity) or old.consumed
    take_back(session, actor, order, [JournalLine(old, -old.consumed, end=False)], given.reason)
    remove_associations(session, actor, associations_by_no(session, order.no, [association_no]), reason=given.reason)
    new = _register(session, actor, rows, old, line, given, quantity)
    consume_lines(session, actor, order, [JournalLine(new, new.unposted, end=False)], given.reason)
    _settle_old(session, actor, order, old, given)
    numbers = {"old": old.tracking.label(), "new": new.tracking.label()}
    audit.record(
        session, "component replaced", f"product {rows.rows[old.match_id][0].tracking.label()}",
        before={"number": numbers["old"], "quantity": shown(old.consumed)},
        after={"number": numbers["new"], "quantity": shown(new.quantity), "old part": given.old_part}, reason=given.reason,
    )
    return changed([numbers["new"]], f"{numbers['old']} replaced by {{0}}.", match_id=old.match_id)


def _built_in(session: Session, order: LockedOrder, association_no: int, version: int) -> tuple[Association, OrderRows, Line]:
    """The consumed part with its unit and line, as they are under the order's lock."""
    old = association_by_no(session, order.no, association_no)
    number = old.tracking.label()
    if old.version != version:
        raise StaleRow(record=number)
    if old.consumed <= ZERO:
        raise NotReplaceable(number=number, why="it is not consumed yet. Change or remove its registration instead.")
    rows = read_rows(session, order, [old.match_id])
    line = rows.on(old.match_id).line(old.component_line_no) if old.match_id in rows.rows else None
    if line is None:
        raise NotReplaceable(number=number, why="it belongs to the order and to no single unit.")
    return old, rows, line


def _check_journal(session: Session, old: Association) -> None:
    """D29: somebody is about to post this very part."""
    there = open_journal_lines(session, old.order_no).get(old.association_no)
    if there is not None:
        raise JournalOpen(number=old.tracking.label(), owner=there[2], journal_no=there[0])


def _register(
    session: Session, actor: Actor, rows: OrderRows, old: Association, line: Line, given: ReplaceInput, quantity: Decimal
) -> Association:
    """The new part, with the checks of a scan, in the unit as it is without the old one."""
    serial = line.component.serial
    number = given.serial_no if serial else given.lot_no
    situation = without(rows.on(old.match_id), old)
    line_now = situation.line(line.line_no)
    assert line_now is not None
    wanted = ComponentInput(
        match_id=old.match_id, component_line_no=line.line_no, badge=given.badge, reason=given.reason, confirmed=given.confirmed
    )
    job = job_of(session, actor, situation, wanted, line_now)
    if not number or number == old.tracking.label():
        raise NotReplaceable(number=old.tracking.label(), why="name the number that takes its place.")
    done = register_part(job, line_now, number, quantity=None if serial else quantity)
    used = registered_in(session, line.component.item_no, done.number) if isinstance(done, AlreadyRegistered) else None
    if used is not None:
        raise in_use(job, done.number, used)
    return associations_by_no(session, old.order_no, [done.association_no])[0]


def _settle_old(session: Session, actor: Actor, order: LockedOrder, old: Association, given: ReplaceInput) -> None:
    """D22: the fate of the part that came out; it is free stock by now."""
    if given.old_part == OldPart.HOLD:
        kind = NumberKind.SERIAL if old.tracking.serial_no else NumberKind.LOT
        number = old.tracking.label()
        held = HoldNumber(item_no=old.item_no, variant_code=old.variant_code, kind=kind, number=number, reason=given.reason)
        put_on_hold(session, actor, given=held)
    if given.old_part == OldPart.SCRAP:
        post(session, actor, [_written_off(actor, order, old, given.reason)], source="Replace component", reason=given.reason)


def _written_off(actor: Actor, order: LockedOrder, old: Association, reason: str) -> ItemJournalLine:
    """A broken part leaves stock whatever stands against its use: the right to replace and the reason are asked before (D20)."""
    return ItemJournalLine(
        entry_type=EntryType.NEGATIVE_ADJUSTMENT,
        item_no=old.item_no,
        variant_code=old.variant_code,
        quantity=old.consumed,
        location_code=old.location_code,
        posting_date=actor.work_date(),
        tracking=old.tracking,
        document_type=DocumentType.PRODUCTION_JOURNAL,
        document_no=order.no,
        document_line_no=old.component_line_no,
        passes_holds=True,
        reason=reason,
    )
