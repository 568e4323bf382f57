"""The associations page: Create, change, Remove, Move, and ending a line for a row (ASC-5, ASC-6, EDG-7, EDG-24 to EDG-29, D26, D37)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant, table
from shopfloor.errors import InvalidInput, NotFound, StaleRow
from shopfloor.genealogy.answers import AlreadyRegistered, AssociationsChanged
from shopfloor.genealogy.co_products import read_line
from shopfloor.genealogy.component_scans import register_part
from shopfloor.genealogy.entries import Event, append
from shopfloor.genealogy.errors import NoNumber, NumberRequired
from shopfloor.genealogy.facts import CONSUMED, PICKED, PREALLOCATED, REPORTED, Association, Line, Row, Situation
from shopfloor.genealogy.inputs import ChangeInput, ComponentInput, ProductInput, ScanInput, ScanRules, SelectionInput
from shopfloor.genealogy.judging import judge
from shopfloor.genealogy.maintenance_errors import HasPicks, JournalOpen, NothingSelected, RowHasComponents, RowLocked
from shopfloor.genealogy.models import AssociationAction, TrackedProduct
from shopfloor.genealogy.new_products import NewProduct, create_row
from shopfloor.genealogy.number_queries import registered_in
from shopfloor.genealogy.overrides import NEED_RIGHT, approve
from shopfloor.genealogy.page_queries import station_rules
from shopfloor.genealogy.quantity_changes import reduce_association
from shopfloor.genealogy.removal import check_own, check_removable, remove_associations, remove_row, set_association_picks
from shopfloor.genealogy.row_queries import OrderRows, association_by_no, associations_by_no, open_journal_lines, read_rows
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.genealogy.start_queries import accepted_base
from shopfloor.genealogy.why_not import in_use
from shopfloor.items.errors import BelowPrecision
from shopfloor.items.tracking import Tracking
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.posting.errors import SerialQuantity
from shopfloor.production.locking import lock_order
from shopfloor.production.rules import STARTED
from shopfloor.quantity import ONE, ZERO, rounded, shown

_row = table(TrackedProduct)
NO_RULES = ScanRules()


def create_product(session: Session, actor: Actor, *, order_no: str, given: ProductInput) -> AssociationsChanged:
    """ASC-5: register a missing finished product by hand, with the checks of a scan."""
    require_own_right(actor)
    order = lock_order(session, order_no)
    order.require(STARTED)
    situation = read_line(session, order, given.order_line_no)
    tracking = Tracking(given.serial_no if situation.product.serial else "", given.lot_no if situation.product.lot else "")
    if not tracking:
        raise NumberRequired(item=situation.product.description, kind="serial" if situation.product.serial else "batch")
    situation = replace(situation, product=replace(situation.product, started=accepted_base(session, situation.product)))
    left = situation.product.started - situation.registered
    quantity = ONE if situation.product.serial else given.quantity if given.quantity is not None else left
    match_id = create_row(session, actor, situation, NewProduct(tracking, quantity))
    return changed([tracking.label()], "{0} registered.", match_id=match_id)


def create_component(session: Session, actor: Actor, *, order_no: str, given: ComponentInput) -> AssociationsChanged:
    """ASC-5: register a missing component number by hand; the very same validation as a scan."""
    require_own_right(actor)
    rows, _, line = _row_and_line(session, order_no, given.match_id, given.component_line_no)
    number = given.serial_no if line.component.serial else given.lot_no
    if not number:
        raise NoNumber(item=line.component.description, kind="serial" if line.component.serial else "batch", line=line.line_no)
    job = job_of(session, actor, rows.on(given.match_id), given, line)
    done = register_part(job, line, number, quantity=base_quantity(line, given.quantity))
    return changed([done.number], "{0} registered.", match_id=given.match_id)


def change_component(session: Session, actor: Actor, *, order_no: str, association_no: int, given: ChangeInput) -> AssociationsChanged:
    """EDG-24, EDG-25: another number or quantity; the old reservation goes, a new one is made, all checks rerun, all or nothing."""
    require_own_right(actor)
    rows, association, line = _association_and_line(session, order_no, association_no)
    number = association.tracking.label()
    check_own(actor, association.registered_by, number)
    if association.state == CONSUMED or association.consumed > ZERO:
        raise RowLocked(number=number)
    if association.version != given.version:
        raise StaleRow(record=number)
    _refuse_in_journal(session, association)
    wanted_number = (given.serial_no if line.component.serial else given.lot_no) or number
    wanted = base_quantity(line, given.quantity) or association.quantity
    if line.component.serial and wanted != ONE:
        component = line.component
        raise SerialQuantity(serial_no=wanted_number, item=component.item_no, quantity=shown(wanted), unit=component.base_unit_code)
    if wanted_number == number and wanted < association.quantity:
        reduce_association(session, actor, association, wanted, reason=given.reason)
    elif wanted_number != number or wanted != association.quantity:
        _replace(session, actor, rows, association, line, given, wanted_number, wanted)
    return changed([wanted_number], "{0} changed.", match_id=association.match_id)


def remove_components(session: Session, actor: Actor, *, order_no: str, given: SelectionInput) -> AssociationsChanged:
    """ASC-6, EDG-27, EDG-28: remove selected associations; refused ones are listed and do not stop the others."""
    require_own_right(actor)
    order = lock_order(session, order_no)
    found = associations_by_no(session, order_no, _selected(given))
    rows = read_rows(session, order, {association.match_id for association in found})

    def check(association: Association) -> None:
        _check_not_reported(rows, association)
        check_removable(actor, association, confirmed=given.confirmed)

    good, refused = judge(found, check)
    remove_associations(session, actor, good, reason=given.reason)
    return changed([a.tracking.label() for a in good], "Removed {0}.", refused=refused)


def remove_products(session: Session, actor: Actor, *, order_no: str, given: SelectionInput) -> AssociationsChanged:
    """EDG-27 to EDG-29: remove selected rows with their associations, after one confirmation."""
    require_own_right(actor)
    order = lock_order(session, order_no)
    rows = read_rows(session, order, _selected(given))

    def check(entry: tuple[Row, tuple[Line, ...]]) -> None:
        row, _ = entry
        _check_row_removable(actor, row, rows.associations(row.match_id), confirmed=given.confirmed)

    good, refused = judge(list(rows.rows.values()), check)
    for row, _ in good:
        remove_associations(session, actor, rows.associations(row.match_id), reason=given.reason)
        remove_row(session, actor, rows.of_line(row.match_id), row, reason=given.reason)
    return changed([row.tracking.label() for row, _ in good], "Removed {0}.", refused=refused)


def move_component(
    session: Session, actor: Actor, *, order_no: str, association_no: int, to_match_id: int, reason: str = "", badge: str = "",
    confirmed: Sequence[str] = (),
) -> AssociationsChanged:
    """EDG-7: move a part from one unit of the order to another, as one step. Needs the right *move*.

    A picked part asks and is open afterwards (EDG-28); a batch asks as a scan of it does, with reason and badge (D18).
    """
    actor.require(rights.MOVE)
    rows, association, _ = _association_and_line(session, order_no, association_no)
    check_removable(actor, association, confirmed=HasPicks.code in confirmed)
    remove_associations(session, actor, [association], reason=reason or "moved")
    order = lock_order(session, order_no)
    rows = read_rows(session, order, [to_match_id])
    if to_match_id not in rows.rows:
        raise NotFound(record="product on this order", number=str(to_match_id))
    _check_open(rows.rows[to_match_id][0])
    line = rows.on(to_match_id).line(association.component_line_no)
    if line is None:
        raise NotFound(record="component line on this order", number=str(association.component_line_no))
    given = ComponentInput(
        match_id=to_match_id, component_line_no=association.component_line_no, reason=reason, badge=badge, confirmed=list(confirmed)
    )
    job = job_of(session, actor, rows.on(to_match_id), given, line)
    register_part(job, line, association.tracking.label(), quantity=None if line.component.serial else association.quantity)
    number = association.tracking.label()
    event = Event(
        AssociationAction.MOVED.value, order_no, to_match_id, association.item_no, association.tracking, association.quantity,
        association_no=association_no, component_line_no=association.component_line_no, reason=reason,
    )
    append(session, actor, [event])
    return changed([number], "{0} moved.", match_id=to_match_id)


def end_line(
    session: Session, actor: Actor, *, order_no: str, match_id: int, component_line_no: int, reason: str, ended: bool = True
) -> AssociationsChanged:
    """D26: close a line for one row at whatever is registered, with a reason; or open it again."""
    actor.require(rights.MAINTAIN)
    rows, row, _ = _row_and_line(session, order_no, match_id, component_line_no)
    if not reason:
        raise InvalidInput(summary="write a reason", problems={"reason": "write a reason"})
    closed = row.closed_lines | {component_line_no} if ended else row.closed_lines - {component_line_no}
    session.connection().execute(
        update(_row)
        .where(_row.c.plant_no == current_plant(session), _row.c.match_id == match_id)
        .values(closed_lines=sorted(closed), version=_row.c.version + 1)
    )
    event = Event(
        AssociationAction.CHANGED.value, order_no, match_id, rows.situation.product.item_no, row.tracking, row.quantity,
        component_line_no=component_line_no, old_quantity=row.quantity, reason=reason,
    )
    append(session, actor, [event])
    audit.record(session, "line ended" if ended else "line opened", f"{row.tracking.label()} line {component_line_no}", reason=reason)
    return changed([row.tracking.label()], "Line ended for {0}." if ended else "Line open again for {0}.", match_id=match_id)


# --- steps ----------------------------------------------------------------------------------------------------------------


def _replace(
    session: Session, actor: Actor, rows: OrderRows, association: Association, line: Line, given: ChangeInput, number: str,
    wanted: Decimal,
) -> None:
    """Take the old one back and register the new one; a picked one is picked again (EDG-25)."""
    remove_associations(session, actor, [association], reason=given.reason or "changed")
    situation = without(rows.on(association.match_id) if association.match_id else rows.situation, association)
    line_now = situation.line(line.line_no)
    assert line_now is not None
    changed = ComponentInput(
        match_id=association.match_id, component_line_no=line.line_no, badge=given.badge, reason=given.reason, confirmed=given.confirmed
    )
    job = job_of(session, actor, situation, changed, line_now)
    done = register_part(job, line_now, number, quantity=None if line.component.serial else wanted)
    used = registered_in(session, line.component.item_no, done.number) if isinstance(done, AlreadyRegistered) else None
    if used is not None:  # by another part of the same unit: two parts would become one
        raise in_use(job, done.number, used)
    if association.state == PICKED:
        again = associations_by_no(session, association.order_no, [done.association_no])
        set_association_picks(session, actor, again, picked=True, reason=given.reason)


def without(situation: Situation, association: Association) -> Situation:
    """The situation as it is once the association is gone."""
    lines = tuple(
        replace(line, associations=tuple(a for a in line.associations if a.association_no != association.association_no))
        for line in situation.lines
    )
    return replace(situation, lines=lines)


def job_of(session: Session, actor: Actor, situation: Situation, given: ComponentInput, line: Line) -> ScanJob:
    """A registration by hand as the scan that it stands for."""
    scan = ScanInput(kind="scan", source="typed", mode="Component", product=given.match_id, line=line.line_no, badge=given.badge,
                     reason=given.reason)
    order = lock_order(session, situation.order_no)
    confirmed = frozenset(given.confirmed)
    overrides = bool(confirmed & NEED_RIGHT)
    # A badge is read as the station's scanner sends it; nothing else of the job is a scan.
    rules = ScanRules(profile=station_rules(session, actor.station_code, "").rules.profile) if overrides else NO_RULES
    job = ScanJob(session, actor, situation.order_no, scan, rules, opened=situation, order=order, reason=given.reason)
    job.confirmed = confirmed
    if overrides:
        job.approved_by = approve(job, rights.OVERRIDE)
    return job


def require_own_right(actor: Actor) -> None:
    """ASC-8, D37: the page's right, or a worker's for own registrations."""
    actor.require(rights.MAINTAIN if actor.may(rights.MAINTAIN) else rights.MAINTAIN_OWN)


def row_in_work(session: Session, order_no: str, match_id: int) -> tuple[OrderRows, Row]:
    """A row of a started order, which is locked. Raises OrderStatus, NotFound."""
    order = lock_order(session, order_no)
    order.require(STARTED)
    rows = read_rows(session, order, [match_id])
    if match_id not in rows.rows:
        raise NotFound(record="product on this order", number=str(match_id))
    row, _ = rows.rows[match_id]
    return rows, row


def _row_and_line(session: Session, order_no: str, match_id: int, line_no: int) -> tuple[OrderRows, Row, Line]:
    rows, row = row_in_work(session, order_no, match_id)
    _check_open(row)
    line = rows.on(match_id).line(line_no)
    if line is None:
        raise NotFound(record="component line on this order", number=str(line_no))
    return rows, row, line


def _association_and_line(session: Session, order_no: str, association_no: int) -> tuple[OrderRows, Association, Line]:
    order = lock_order(session, order_no)
    order.require(STARTED)
    found = association_by_no(session, order_no, association_no)
    rows = read_rows(session, order, [found.match_id])
    _check_not_reported(rows, found)
    situation = rows.on(found.match_id) if found.match_id else rows.situation
    line = situation.line(found.component_line_no)
    if line is None:
        raise NotFound(record="component line on this order", number=str(found.component_line_no))
    return rows, found, line


def _refuse_in_journal(session: Session, association: Association) -> None:
    """D29: an open picking list line was filled in with what the part is now, and would post that. Raises JournalOpen."""
    there = open_journal_lines(session, association.order_no).get(association.association_no)
    if there is not None:
        journal_no, _, owner, _, _ = there
        raise JournalOpen(number=association.tracking.label(), owner=owner, journal_no=journal_no)


def _check_not_reported(rows: OrderRows, association: Association) -> None:
    """EDG-29: what a reported unit is made of is history; reverse its report first."""
    if association.match_id in rows.rows and rows.rows[association.match_id][0].state == REPORTED:
        raise RowLocked(number=association.tracking.label())


def _check_row_removable(actor: Actor, row: Row, associations: Sequence[Association], *, confirmed: bool) -> None:
    number = row.tracking.label()
    if row.state == REPORTED or row.good + row.error > ZERO:
        raise RowLocked(number=number)
    check_own(actor, row.registered_by, number)
    for association in associations:
        check_removable(actor, association, confirmed=confirmed)
    if associations and not confirmed:
        raise RowHasComponents(number=number, count=len(associations))


def _check_open(row: Row) -> None:
    """EDG-29: nothing goes into a unit that is reported, or not begun."""
    if row.state in {REPORTED, PREALLOCATED}:
        raise RowLocked(number=row.tracking.label())


def _selected(given: SelectionInput) -> list[int]:
    if not given.selected:
        raise NothingSelected
    return list(given.selected)


def base_quantity(line: Line, quantity: Decimal | None) -> Decimal | None:
    """A quantity in the unit of the line, as base units. Raises BelowPrecision for what rounds to nothing (D31)."""
    if quantity is None:
        return None
    component = line.component
    base = rounded(quantity * component.quantity_per_unit, component.precision)
    if base <= ZERO:
        raise BelowPrecision(
            item=component.description, quantity=shown(quantity), unit=component.unit_code, precision=shown(component.precision)
        )
    return base


def changed(
    numbers: list[str], sentence: str, *, match_id: int = 0, refused: list[dict[str, Any]] | None = None
) -> AssociationsChanged:
    """The answer of a correction: what was dealt with, in a sentence with the first numbers."""
    told = ", ".join(numbers[:5]) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")  # noqa: PLR2004
    text = sentence.format(told) if numbers else "Nothing was changed."
    return AssociationsChanged(done_text=text, done=numbers, refused=refused or [], match_id=match_id)

