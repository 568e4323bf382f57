"""Lines of open journals that name what is registered already: a pick of an association, or the report of a row (PST-3, PST-6, PST-12).

A picking list line with the number of an unpicked association of its component line *is* the pick of that association, and a report line
with the number of a row *is* the report of that row. So neither can be posted beside its registration, whatever comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import Refusal, in_row
from shopfloor.genealogy.facts import OPEN, Association
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput
from shopfloor.genealogy.journal_errors import NumberIsRow, PartRegistered
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.open_journal_queries import PICKING_LIST, OpenLine
from shopfloor.genealogy.picking import check_pick, read_pick
from shopfloor.genealogy.removal import set_association_picks
from shopfloor.genealogy.reporting import report_rows
from shopfloor.genealogy.row_queries import associations_where
from shopfloor.genealogy.start_queries import numbers_of_rows
from shopfloor.items.queries import item_masters, unit_factors
from shopfloor.items.tracking import Tracking
from shopfloor.items.units import measured
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.inputs import ConsumptionChoice
from shopfloor.production.locking import LockedOrder
from shopfloor.production.rules import CONSUMING, MAIN_LINE, STARTED
from shopfloor.quantity import ZERO

_association, _row = table(ComponentAssociation), table(TrackedProduct)


@dataclass(frozen=True)
class Settled:
    """What became of the lines that name registrations."""

    rest: list[OpenLine]
    """Lines that name none: they are posted as any line by hand."""
    picked: int = 0
    register_no: int = 0
    """0: no row was reported."""


@contextmanager
def named_by_line(lines: Sequence[OpenLine]) -> Iterator[None]:
    """A refusal of the n-th of some lines names the line of the journal."""
    try:
        yield
    except Refusal as refusal:
        if refusal.row:
            refusal.row = lines[refusal.row - 1].line_no
        raise


def settle_registered(session: Session, actor: Actor, order: LockedOrder, lines: Sequence[OpenLine], reason: str) -> Settled:
    """Pick and report what the lines name, all or none; the order is locked and the right to post the journal is checked.

    Raises NotAllowed, OrderStatus, PartRegistered for a registered number that cannot be picked by its line, a refusal of the pick, and
    every refusal of Report as finished; each names its line.
    """
    forward = [line for line in lines if line.quantity > ZERO or line.error_quantity > ZERO]
    if not forward:
        return Settled(list(lines))
    if forward[0].kind == PICKING_LIST:
        return _pick(session, actor, order, lines, forward, reason)
    return _report(session, actor, order, lines, forward, reason)


# --- picking lists --------------------------------------------------------------------------------------------------------


def _pick(
    session: Session, actor: Actor, order: LockedOrder, lines: Sequence[OpenLine], forward: Sequence[OpenLine], reason: str
) -> Settled:
    there = _registered_on(session, order.no, forward)
    if not there:
        return Settled(list(lines))
    chosen = _chosen(session, order, forward, there)
    if not chosen:
        return Settled(list(lines))
    actor.require(rights.PICK)
    order.require(*CONSUMING)
    facts = read_pick(session, order, list(chosen.values()))
    for line in forward:
        if line.line_no in chosen:
            with in_row(line.line_no, "quantity"):
                check_pick(order, chosen[line.line_no], facts)
    set_association_picks(session, actor, list(chosen.values()), picked=True, reason=reason)
    return Settled([line for line in lines if line.line_no not in chosen], picked=len(chosen))


def _registered_on(session: Session, order_no: str, lines: Sequence[OpenLine]) -> list[Association]:
    """What is registered of the lines' numbers, whatever its state. One statement, none without numbers."""
    serials = sorted({line.tracking.serial_no for line in lines} - {""})
    lots = sorted({line.tracking.lot_no for line in lines if not line.tracking.serial_no} - {""})
    if not serials and not lots:
        return []
    a = _association.c
    same = or_(a.serial_no.in_(serials), and_(a.serial_no == "", a.lot_no.in_(lots)))
    of_lines = a.component_line_no.in_(sorted({line.source_line_no for line in lines}))
    return associations_where(session, and_(a.order_no == order_no, of_lines, same))


def _chosen(
    session: Session, order: LockedOrder, lines: Sequence[OpenLine], there: Sequence[Association]
) -> dict[int, Association]:
    """By line of the journal the association that it picks, in full, each once. Raises PartRegistered for any other registered number."""
    items = {line.item_no for line in lines}
    masters, factors = item_masters(session, items), unit_factors(session, items)
    units = numbers_of_rows(session, order.no, frozenset(a.match_id for a in there))
    chosen: dict[int, Association] = {}
    for line in lines:
        of_number = [a for a in there if a.component_line_no == line.source_line_no and _same_number(line.tracking, a.tracking)]
        if not of_number:
            continue
        with in_row(line.line_no):
            base = measured(masters[line.item_no], factors, line.quantity, line.unit_code).base
            taken = {one.association_no for one in chosen.values()}
            fitting = (
                a for a in of_number
                if a.state == OPEN and a.unposted == base and not line.tracking.package_no and a.association_no not in taken
            )
            association = next(fitting, None)
            if association is None:
                unit = units.get(of_number[0].match_id, "the order")
                raise PartRegistered(number=line.tracking.label(), item=line.item_no, unit=unit, order_no=order.no)
            chosen[line.line_no] = association
    return chosen


def _same_number(typed: Tracking, registered: Tracking) -> bool:
    """A serial names its part alone; a lot that is typed beside it must be the part's own."""
    if typed.serial_no or registered.serial_no:
        return typed.serial_no == registered.serial_no and typed.lot_no in {"", registered.lot_no}
    return typed.lot_no == registered.lot_no


# --- reports as finished --------------------------------------------------------------------------------------------------


def _report(
    session: Session, actor: Actor, order: LockedOrder, lines: Sequence[OpenLine], forward: Sequence[OpenLine], reason: str
) -> Settled:
    """The number of the order stands for what is left blank (PR-02). Why there is an error quantity is what the posting gives as reason."""
    numbers = {line.line_no: _output_tracking(order, line) for line in forward}
    rows = _rows_of(session, order, list(numbers.values()))
    named = [line for line in forward if (line.source_line_no, numbers[line.line_no].label()) in rows]
    if not named:
        return Settled(list(lines))
    order.require(STARTED)
    items = {line.item_no for line in named}
    masters, factors = item_masters(session, items), unit_factors(session, items)
    reports = []
    for line in named:
        match_id, tracking = rows[line.source_line_no, numbers[line.line_no].label()]
        with in_row(line.line_no, "quantity"):
            if not _same_product(numbers[line.line_no], tracking) or line.quantity < ZERO or line.error_quantity < ZERO:
                raise NumberIsRow(number=tracking.label(), order_no=order.no)
            good, error = (
                measured(masters[line.item_no], factors, quantity, line.unit_code).base if quantity else ZERO
                for quantity in (line.quantity, line.error_quantity)
            )
        reports.append(ReportLineInput(match_id=match_id, good=good, error=error, error_cause=reason[:100] if error else ""))
    with named_by_line(named):
        answer = report_rows(
            session, actor, order, ReportInput(lines=reports, reason=reason), whole=True,
            choice=ConsumptionChoice(posting_date=lines[0].posting_date),
        )
    there = {line.line_no for line in named}
    return Settled([line for line in lines if line.line_no not in there], register_no=answer.register_no)


def _output_tracking(order: LockedOrder, line: OpenLine) -> Tracking:
    typed = line.tracking
    if line.source_line_no != MAIN_LINE:  # D40: the numbers of the order are its product's
        return typed
    return Tracking(typed.serial_no or order.fixed_serial_no, typed.lot_no or order.fixed_lot_no, typed.package_no)


def _rows_of(session: Session, order: LockedOrder, numbers: Sequence[Tracking]) -> Mapping[tuple[int, str], tuple[int, Tracking]]:
    """Rows of the order by order line and number. One statement, none without numbers."""
    serials = sorted({number.serial_no for number in numbers} - {""})
    lots = sorted({number.lot_no for number in numbers if not number.serial_no} - {""})
    if not serials and not lots:
        return {}
    r = _row.c
    found = session.connection().execute(
        select(r.match_id, r.order_line_no, r.serial_no, r.lot_no).where(
            plant(session, _row), r.order_no == order.no, r.state != "Removed",
            or_(r.serial_no.in_(serials), and_(r.serial_no == "", r.lot_no.in_(lots))),
        )
    )
    return {
        (one.order_line_no, one.serial_no or one.lot_no): (one.match_id, Tracking(one.serial_no, one.lot_no)) for one in found
    }


def _same_product(typed: Tracking, row: Tracking) -> bool:
    return typed.serial_no == row.serial_no and typed.lot_no in {"", row.lot_no} and not typed.package_no
