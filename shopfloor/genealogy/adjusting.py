"""Adjust consumption: a picking list journal with the registered quantities filled in (ASC-21 to ASC-25, PST-4, PST-5).

The lines are open until they are posted or cancelled, and they belong to the person who made them. Posting consumes the quantity of the
line; the association's Consumption becomes what was posted. A negative line returns what was consumed (EDG-26).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant, plant, table, take_numbers
from shopfloor.errors import NotFound
from shopfloor.genealogy.answers import AssociationsChanged
from shopfloor.genealogy.corrections import end_line
from shopfloor.genealogy.entries import append
from shopfloor.genealogy.facts import Association
from shopfloor.genealogy.inputs import JournalLineInput, SelectionInput
from shopfloor.genealogy.maintenance_errors import JournalOpen, NotAdjustable, NothingSelected
from shopfloor.genealogy.models import AssociationAction, AssociationEntry, ComponentAssociation, PickingListLine
from shopfloor.genealogy.quantity_changes import set_quantity
from shopfloor.genealogy.reporting import Use, consumed_event, write_consumed
from shopfloor.genealogy.reversing import restore_associations
from shopfloor.genealogy.row_queries import associations_by_no, open_journal_lines
from shopfloor.genealogy.start_queries import numbers_of_rows, read_start, refuse_awaiting
from shopfloor.genealogy.unused_parts import free_unused
from shopfloor.ledger.entry_types import REPAIRS, EntryType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.journals import ComponentUse, PostedJournal
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.repair import consume_or_repair
from shopfloor.production.rules import CONSUMING
from shopfloor.quantity import ONE, ZERO, shown
from shopfloor.reservations.commands import release
from shopfloor.reservations.queries import pieces_of_associations

_line = table(PickingListLine)
_association = table(ComponentAssociation)
_entry = table(ItemLedgerEntry)
_log = table(AssociationEntry)


@dataclass(frozen=True)
class JournalLine:
    """One line to be posted."""

    association: Association
    quantity: Decimal
    end: bool


def open_journal(session: Session, actor: Actor, *, order_no: str, given: SelectionInput) -> AssociationsChanged:
    """ASC-21, ASC-23, D29: open lines for the selected associations; a second press finds the existing ones. Nothing is posted."""
    actor.require(rights.ADJUST)
    order = lock_order(session, order_no)
    order.require(*CONSUMING)
    if not given.selected:
        raise NothingSelected
    found = associations_by_no(session, order_no, given.selected)
    _refuse_awaiting(session, order, found)
    there = open_journal_lines(session, order_no)
    for association in found:
        if association.association_no in there and there[association.association_no][1] != actor.operator_no:
            journal_no, _, owner, _, _ = there[association.association_no]
            raise JournalOpen(number=association.tracking.label(), owner=owner, journal_no=journal_no)
    own = [line[0] for line in there.values() if line[1] == actor.operator_no]
    journal_no = own[0] if own else take_numbers(session, {"picking_list": 1})["picking_list"][0]
    new = [a for a in found if a.association_no not in there]
    if new:
        session.connection().execute(insert(_line), [_columns(session, actor, a, journal_no) for a in new])
    audit.record(session, "journal opened", f"picking list {journal_no}", after={"numbers": [a.tracking.label() for a in new]})
    return AssociationsChanged(
        done_text=f"Picking list {journal_no} is open.", done=[a.tracking.label() for a in found], journal_no=journal_no
    )


def change_journal_line(
    session: Session, actor: Actor, *, order_no: str, association_no: int, given: JournalLineInput
) -> AssociationsChanged:
    """ASC-22 to ASC-24: another quantity, or the end of the line. Only its owner changes it (ASC-25)."""
    actor.require(rights.ADJUST)
    lock_order(session, order_no)
    association, journal_no = _own_line(session, actor, order_no, association_no)
    quantity = given.quantity if given.quantity is not None else ZERO
    _check_line(association, quantity, end=given.end_line)
    session.connection().execute(
        update(_line)
        .where(_line.c.plant_no == current_plant(session), _line.c.association_no == association_no)
        .values(quantity=quantity, end_line=given.end_line)
    )
    audit.record(session, "journal line changed", f"association {association_no}", after={"quantity": shown(quantity)})
    return AssociationsChanged(done_text="Line changed.", done=[association.tracking.label()], journal_no=journal_no)


def cancel_journal(session: Session, actor: Actor, *, order_no: str, given: SelectionInput) -> AssociationsChanged:
    """ASC-22, D29: delete lines; the associations and their reservations stay. Managers may discard others' lines."""
    actor.require(rights.ADJUST)
    lock_order(session, order_no)
    there = open_journal_lines(session, order_no)
    wanted = [no for no in given.selected if no in there]
    _delete(session, wanted)
    audit.record(session, "journal cancelled", f"order {order_no}", before={"associations": wanted})
    what = "1 line" if len(wanted) == 1 else f"{len(wanted)} lines"
    return AssociationsChanged(done_text=f"Cancelled {what}.", done=[str(no) for no in wanted])


def post_journal(session: Session, actor: Actor, *, order_no: str, given: SelectionInput) -> AssociationsChanged:
    """ASC-22, PST-5: post the person's own open lines of the order, or the selected ones of them, in one transaction.

    A line that is ended at zero consumes no more of its part, so that no report does either (ASC-23).
    """
    actor.require(rights.ADJUST)
    order = lock_order(session, order_no)
    order.require(*CONSUMING)
    lines = _lines(session, actor, order_no, given)
    if not lines:
        raise NothingSelected
    _refuse_awaiting(session, order, [line.association for line in lines if line.quantity > ZERO])
    posted = consume_lines(session, actor, order, [line for line in lines if line.quantity > ZERO], given.reason)
    returned = take_back(session, actor, order, [line for line in lines if line.quantity < ZERO], given.reason)
    ended = [line.association for line in lines if line.end and line.quantity == ZERO]
    free_unused(session, actor, ended, reason=given.reason or "ended with the picking list")
    for line in lines:
        if line.end:
            end_line(
                session, actor, order_no=order_no, match_id=line.association.match_id,
                component_line_no=line.association.component_line_no, reason=given.reason or "ended with the picking list",
            )
    _delete(session, [line.association.association_no for line in lines])
    numbers = [line.association.tracking.label() for line in lines]
    audit.record(session, "journal posted", f"order {order_no}", after={"numbers": numbers}, reason=given.reason)
    register_no = (posted or returned).register_no if posted or returned else 0  # type: ignore[union-attr]
    what = "1 line" if len(lines) == 1 else f"{len(lines)} lines"
    return AssociationsChanged(done_text=f"Posted {what}.", done=numbers, register_no=register_no)


# --- lines ----------------------------------------------------------------------------------------------------------------


def _refuse_awaiting(session: Session, order: LockedOrder, associations: Sequence[Association]) -> None:
    """PST-22: a row above the started quantity is not adjusted either. Raises OrderStatus."""
    awaiting = read_start(session, order.no).awaiting
    units = numbers_of_rows(session, order.no, awaiting)
    for association in associations:
        refuse_awaiting(order, association.match_id, units.get(association.match_id, ""), awaiting)


def _columns(session: Session, actor: Actor, association: Association, journal_no: int) -> dict[str, object]:
    return {
        "plant_no": current_plant(session),
        "association_no": association.association_no,
        "journal_no": journal_no,
        "order_no": association.order_no,
        "owner_no": actor.operator_no,
        "quantity": association.unposted,
        "end_line": False,
        "created_at": now(),
    }


def _own_line(session: Session, actor: Actor, order_no: str, association_no: int) -> tuple[Association, int]:
    there = open_journal_lines(session, order_no).get(association_no)
    found = associations_by_no(session, order_no, [association_no])
    if there is None or not found:
        raise NotFound(record="open picking list line", number=str(association_no))
    if there[1] != actor.operator_no:
        raise JournalOpen(number=found[0].tracking.label(), owner=there[2], journal_no=there[0])
    return found[0], there[0]


def _check_line(association: Association, quantity: Decimal, *, end: bool) -> None:
    """ASC-23, ASC-24: no less than minus what was consumed; a serial is 1, 0 or -1. D26: a line is ended for one unit."""
    number = association.tracking.label()
    if end and not association.match_id:
        raise NotAdjustable(number=number, why="it belongs to the whole order. End its line for each unit that needs no more of it.")
    if -quantity > association.consumed:
        raise NotAdjustable(number=number, why=f"only {shown(association.consumed)} was consumed.")
    if association.tracking.serial_no and (quantity not in {ONE, ZERO, -ONE} or association.consumed + quantity > ONE):
        raise NotAdjustable(number=number, why="a serial number is 1, 0 or -1.")


def _lines(session: Session, actor: Actor, order_no: str, given: SelectionInput) -> list[JournalLine]:
    there = open_journal_lines(session, order_no)
    wanted = set(given.selected) or set(there)
    own = {no: line for no, line in there.items() if no in wanted and line[1] == actor.operator_no}
    lines = [JournalLine(a, own[a.association_no][3], own[a.association_no][4]) for a in associations_by_no(session, order_no, list(own))]
    for line in lines:
        _check_line(line.association, line.quantity, end=line.end)
    return lines


def _delete(session: Session, association_nos: Sequence[int]) -> None:
    if association_nos:
        session.connection().execute(
            delete(_line).where(_line.c.plant_no == current_plant(session), _line.c.association_no.in_(association_nos))
        )


# --- posting --------------------------------------------------------------------------------------------------------------


def consume_lines(
    session: Session, actor: Actor, order: LockedOrder, lines: Sequence[JournalLine], reason: str
) -> PostedJournal | None:
    """The association's Consumption becomes what was posted; stock that was held and not used becomes free."""
    if not lines:
        return None
    taken = [component_use(line.association, line.quantity) for line in lines]
    posted = consume_or_repair(session, actor, order=order, uses=taken, reason=reason)
    uses = []
    for line in lines:
        association = line.association
        total = association.consumed + line.quantity
        if total != association.quantity:
            set_quantity(session, actor, association, total, reason=reason or "adjusted")
            association = replace(association, quantity=total)
        uses.append(Use(association, line.quantity))
    release(session, pieces_of_associations(session, [line.association.association_no for line in lines]))
    write_consumed(session, uses)
    append(session, actor, [consumed_event(use, AssociationAction.CONSUMED, posted.register_no, reason) for use in uses])
    return posted


def take_back(
    session: Session, actor: Actor, order: LockedOrder, lines: Sequence[JournalLine], reason: str
) -> PostedJournal | None:
    """EDG-26: the part comes back to stock and stays registered, held again for its unit."""
    if not lines:
        return None
    wanted = [(line, entry_no, quantity) for line in lines for entry_no, quantity in _consumed_entries(session, line)]
    uses = [replace(component_use(line.association, -quantity), applies_from_entry=entry_no) for line, entry_no, quantity in wanted]
    posted = consume_or_repair(session, actor, order=order, uses=uses, reason=reason)
    back: dict[int, list[tuple[int, Decimal]]] = {}
    for (line, _, quantity), posted_line in zip(wanted, posted.uses, strict=True):
        back.setdefault(line.association.association_no, []).extend((entry_no, quantity) for entry_no in posted_line.entry_nos)
    restored = [(Use(line.association, -line.quantity), back[line.association.association_no]) for line in lines]
    restore_associations(session, actor, restored)
    append(session, actor, [consumed_event(use, AssociationAction.REVERSED, posted.register_no, reason) for use, _ in restored])
    return posted


def component_use(association: Association, quantity: Decimal) -> ComponentUse:
    """An association as the production journal posts it."""
    a = association
    return ComponentUse(
        a.order_line_no, a.component_line_no, a.match_id, a.association_no, a.item_no, a.variant_code, a.location_code, a.tracking,
        quantity, use_date=a.use_date,
    )


def _consumed_entries(session: Session, line: JournalLine) -> list[tuple[int, Decimal]]:
    """The association's consumption entries, newest first, with how much of each comes back. Its log says which postings consumed it."""
    a = line.association
    registers = select(_log.c.register_no).where(
        plant(session, _log), _log.c.association_no == a.association_no, _log.c.action == AssociationAction.CONSUMED.value
    )
    rows = session.connection().execute(
        select(_entry.c.entry_no, _entry.c.quantity, _entry.c.corrects_entry_no)
        .where(
            plant(session, _entry), _entry.c.order_no == a.order_no, _entry.c.order_line_no == a.order_line_no,
            _entry.c.match_id == a.match_id, _entry.c.component_line_no == a.component_line_no, _entry.c.item_no == a.item_no,
            _entry.c.serial_no == a.tracking.serial_no, _entry.c.lot_no == a.tracking.lot_no,
            _entry.c.entry_type.in_([EntryType.CONSUMPTION, *REPAIRS]),
            or_(_entry.c.corrects_entry_no != 0, _entry.c.register_no.in_(registers)),
        )
        .order_by(_entry.c.entry_no.desc())
    ).all()
    returned: dict[int, Decimal] = {}
    for row in rows:
        if row.corrects_entry_no:
            returned[row.corrects_entry_no] = returned.get(row.corrects_entry_no, ZERO) + row.quantity
    rest, entries = -line.quantity, []
    for row in rows:
        left = min(-row.quantity - returned.get(row.entry_no, ZERO), rest)
        if row.quantity < ZERO and left > ZERO:
            entries.append((row.entry_no, left))
            rest -= left
    return entries
