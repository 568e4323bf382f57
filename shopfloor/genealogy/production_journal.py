"""Production journal by hand: consumption, its return, output and negative output of chosen lines and numbers (PR-02 to PR-08).

It stands beside tracked components and leaves them alone: what is registered for a row is consumed, reported and taken back through its
registration, so that the genealogy stays exact. A line that would do it a second time is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import Answer, InvalidInput, NotFound, in_row
from shopfloor.genealogy.flushing import flushing_of
from shopfloor.genealogy.journal_errors import (
    ConsumedTwice,
    NotPostedHere,
    NumberIsRow,
    OutputOfRows,
    PartRegistered,
    RowConsumesItself,
)
from shopfloor.genealogy.journal_facts import Products, Registered, registered_on, rows_with_numbers
from shopfloor.genealogy.journal_inputs import CONSUMPTION, OUTPUT, PostProductionJournal, ProductionJournalLine
from shopfloor.genealogy.planned_numbers import Rows, with_planned_numbers
from shopfloor.inspections.at_report import ReportInspection, goods_number, open_after_report, read_inspections
from shopfloor.items.masters import ItemMaster
from shopfloor.items.number_information import ask_for_case_twins, known_look_alikes
from shopfloor.items.queries import item_masters, unit_factors
from shopfloor.items.rules import GoodsNumber, check_number, numbers_of
from shopfloor.items.tracking import Tracking
from shopfloor.items.units import UnitFactors, measured
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.components import OrderLine, order_components, order_lines
from shopfloor.production.journals import BY_PRINCIPLE, ComponentUse, ProductReport
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.posted_entries import consumption_entries, output_entries
from shopfloor.production.production_journal import HandReport, HandReturn, HandUse, TakenBack, post_by_hand, standing
from shopfloor.production.reversal import Entry, Return
from shopfloor.production.route_posting import take_back_report
from shopfloor.production.rules import CONSUMING, MAIN_LINE, STARTED, Component, order_level
from shopfloor.quantity import ZERO, shown


@dataclass(frozen=True)
class ProductionJournalPosted(Answer):
    """Consumption and output of an order are posted."""

    code = "PRODUCTION_JOURNAL_POSTED"
    message = "Production journal of {order_no} is posted: {line_count} lines."
    order_no: str
    line_count: int
    register_no: int
    left_open: list[str]
    """PST-21: due by flushing, but a number is demanded."""


@dataclass
class _Journal:
    """The order as it was locked, and what the lines became so far."""

    order: LockedOrder
    components: Mapping[int, Component]
    lines: Mapping[int, OrderLine]
    masters: Mapping[str, ItemMaster]
    factors: UnitFactors
    registered: Registered
    consumed: list[Entry] = field(default_factory=list)
    """What can come back of consumption, newest first; reduced as lines take it back."""
    made: list[Entry] = field(default_factory=list)
    """The same of output."""
    uses: list[HandUse] = field(default_factory=list)
    returns: list[HandReturn] = field(default_factory=list)
    reports: list[HandReport] = field(default_factory=list)
    taken_back: list[TakenBack] = field(default_factory=list)


def post_production_journal(session: Session, actor: Actor, *, order_no: str, given: PostProductionJournal) -> ProductionJournalPosted:
    """Post lines of a production order by hand, all or none (PR-02 to PR-06, PR-09; ER-30, ER-31).

    Consumption takes the right to adjust, output the right to report, and negative output the right to reverse. Raises NotAllowed,
    NotFound, OrderStatus, UnitUnknown, BelowPrecision, NumberPattern, CaseTwin unless confirmed, the refusals of `journal_errors`, and
    whatever the posting door refuses; refusals of one line name its row. A line without a number takes those that were planned for its
    order line, and raises ToHandleDiffers if they do not come to its quantity (TL-04).
    """
    _require_rights(actor, given.lines)
    order = lock_order(session, order_no)
    return post_lines(session, actor, order=order, given=given)


def post_lines(
    session: Session, actor: Actor, *, order: LockedOrder, given: PostProductionJournal, own_journal: int = 0
) -> ProductionJournalPosted:
    """The lines on a locked order, rights checked. `own_journal`: the open journal that they come from, which speaks for nothing else."""
    order.require(*((STARTED,) if any(one.entry_type == OUTPUT and not one.negative() for one in given.lines) else CONSUMING))
    journal = _read(session, order, given.lines)
    rows = with_planned_numbers(
        session, order.no, given.lines, journal.components, journal.lines, journal.masters, journal.factors,
        fixed=bool(order.fixed_serial_no or order.fixed_lot_no),
    )
    products = _new_numbers(session, journal, rows, confirmed=given.confirmed)
    for row, line in rows:
        with in_row(row, "quantity"):
            _add(journal, row, line, products)
    _check_rest(journal)
    inspections = _inspected(session, journal)
    posted = post_by_hand(
        session, actor, order=order, uses=journal.uses, returns=journal.returns, reports=journal.reports, taken_back=journal.taken_back,
        posting_date=given.posting_date or actor.work_date(), reason=given.reason,
        flush_exclude=frozenset(c.line_no for c in journal.components.values() if c.takes_part), masters=journal.masters,
        flushing=flushing_of(session, order.no, own_journal=own_journal) if journal.reports else BY_PRINCIPLE,
    )
    for inspection, numbers in inspections:
        open_after_report(session, actor, inspection, order.no, [(number, 0) for number in numbers])
    back = [one.entry for one in journal.taken_back if one.entry.order_line_no == MAIN_LINE]
    if back:
        quantity = sum((entry.reported for entry in back), ZERO)
        take_back_report(session, actor, order.no, quantity=quantity, register_no=back[0].register_no, reason=given.reason)
    after = {"lines": len(given.lines), "register": posted.register_no}
    audit.record(session, "post production journal", order.no, after=after, reason=given.reason)
    return ProductionJournalPosted(
        order_no=order.no, line_count=posted.line_count, register_no=posted.register_no,
        left_open=[f"{flush.component.item_no} {shown(flush.quantity)}" for flush in posted.left_open],
    )


def _require_rights(actor: Actor, lines: Sequence[ProductionJournalLine]) -> None:
    if any(line.entry_type == CONSUMPTION for line in lines):
        actor.require(rights.ADJUST)
    if any(line.entry_type == OUTPUT for line in lines):
        actor.require(rights.REPORT)
    if any(line.entry_type == OUTPUT and line.negative() for line in lines):
        actor.require(rights.REVERSE)


def _read(session: Session, order: LockedOrder, lines: Sequence[ProductionJournalLine]) -> _Journal:
    components = {component.line_no: component for component in order_components(session, order.no)}
    products = {line.line_no: line for line in order_lines(session, order.no)}
    items = {c.item_no for c in components.values()} | {p.item_no for p in products.values()}
    consumption = [line for line in lines if line.entry_type == CONSUMPTION]
    wanted = {line.line_no for line in consumption}
    match_ids = {0, *(line.match_id or 0 for line in consumption)}
    back = {line.line_no for line in consumption if line.negative()}
    makes_back = any(line.entry_type == OUTPUT and line.negative() for line in lines)
    return _Journal(
        order, components, products, item_masters(session, items), unit_factors(session, items),
        registered_on(session, order.no, wanted, match_ids, {line.serial_no for line in consumption} - {""}),
        standing(consumption_entries(session, order.no, back, match_ids)),
        standing(output_entries(session, order.no)) if makes_back else [],
    )


def _new_numbers(session: Session, journal: _Journal, rows: Rows, *, confirmed: bool) -> Products:
    """D17, D35: what new output is called. Gives the numbers that are registered products, with their order."""
    outputs = [(row, line) for row, line in rows if line.entry_type == OUTPUT and line.line_no in journal.lines]
    wanted = []
    for row, line in outputs:
        product = journal.lines[line.line_no]
        if not line.negative():
            for kind, number in numbers_of(_output_tracking(journal.order, line)):
                with in_row(row, f"{kind.lower()}_no"):
                    check_number(journal.masters[product.item_no], kind, number)
                wanted.append(GoodsNumber(product.item_no, product.variant_code, kind, number))
    ask_for_case_twins(wanted, known_look_alikes(session, wanted), confirmed=confirmed)
    return rows_with_numbers(
        session, journal.order.no, [(journal.lines[line.line_no].item_no, _output_tracking(journal.order, line)) for _row, line in outputs]
    )


def _add(journal: _Journal, row: int, line: ProductionJournalLine, products: Products) -> None:
    if line.entry_type == CONSUMPTION:
        component = journal.components.get(line.line_no)
        if component is None:
            raise NotFound(record="component line", number=f"{journal.order.no} {line.line_no}")
        _check_registered(journal, component, line)
        _give_back(journal, row, component, line) if line.negative() else _use(journal, row, component, line)
        return
    product = journal.lines.get(line.line_no)
    if product is None:
        raise NotFound(record="order line", number=f"{journal.order.no} {line.line_no}")
    tracking = _output_tracking(journal.order, line)
    there = products.get((product.item_no, tracking.label()))
    if there or line.match_id:
        number = tracking.label() or journal.registered.unit_of(line.match_id or 0)
        raise NumberIsRow(number=number, order_no=there or journal.order.no)
    _take_back(journal, row, product, line) if line.negative() else _report(journal, row, product, line, tracking)


# --- consumption ----------------------------------------------------------------------------------------------------------


def _check_registered(journal: _Journal, component: Component, line: ProductionJournalLine) -> None:
    """D1, D2, D21: rows consume their own parts; a registered number is never consumed beside its registration."""
    match_id, order = line.match_id or 0, journal.order
    if match_id and match_id not in journal.registered.rows:
        raise NotFound(record="tracked unit of this order", number=str(match_id))
    if match_id and component.takes_part:
        raise RowConsumesItself(item=component.item_no, unit=journal.registered.unit_of(match_id))
    if match_id and order_level(component, journal.lines[component.order_line_no].quantity):
        problem = "belongs to the order and to no single unit"
        raise InvalidInput(summary=f"match_id {problem}", problems={"match_id": problem})
    key = (match_id, component.line_no, line.serial_no, line.lot_no)
    place = journal.registered.serials.get((component.item_no, line.serial_no))
    if line.tracking() and (key in journal.registered.keys or place):
        unit, order_no = place or (journal.registered.unit_of(match_id), order.no)
        raise PartRegistered(number=line.tracking().label(), item=component.item_no, unit=unit, order_no=order_no)


def _use(journal: _Journal, row: int, component: Component, line: ProductionJournalLine) -> None:
    amount = measured(journal.masters[component.item_no], journal.factors, line.good(), line.unit_code)
    use = ComponentUse(
        order_line_no=component.order_line_no,
        component_line_no=component.line_no,
        match_id=line.match_id or 0,
        association_no=0,
        item_no=component.item_no,
        variant_code=component.variant_code,
        location_code=component.location_code,
        tracking=line.tracking(),
        quantity=amount.base,
    )
    journal.uses.append(HandUse(row, use, line.applies_to_entry or 0, amount.unit_code, amount.quantity))


def _check_rest(journal: _Journal) -> None:
    """D2: what is registered is consumed by the report; by hand goes only what is left of the need. ASC-13: the same for output."""
    for line_no, registered in journal.registered.unposted.items():
        component = journal.components[line_no]
        uses = [one for one in journal.uses if one.use.component_line_no == line_no]
        quantity = sum((one.use.quantity for one in uses), ZERO)
        if uses and registered > ZERO and component.consumed + registered + quantity > component.expected:
            with in_row(uses[-1].row):
                raise ConsumedTwice(
                    item=component.item_no, expected=shown(component.expected), consumed=shown(component.consumed),
                    registered=shown(registered), quantity=shown(quantity), unit=component.base_unit_code,
                )
    for product in journal.lines.values():
        reports = [one for one in journal.reports if one.report.order_line_no == product.line_no]
        quantity = sum((one.report.good + one.report.error for one in reports), ZERO)
        units = product.line_no == MAIN_LINE  # D40: co-products stand beside the registered units and take no place of theirs
        if units and reports and journal.registered.waiting and product.reported + journal.registered.waiting + quantity > product.started:
            with in_row(reports[-1].row):
                raise OutputOfRows(
                    order_no=journal.order.no, started=shown(product.started), reported=shown(product.reported),
                    registered=shown(journal.registered.waiting), quantity=shown(quantity),
                    unit=journal.masters[product.item_no].base_unit_code,
                )


def _give_back(journal: _Journal, row: int, component: Component, line: ProductionJournalLine) -> None:
    """PR-05, PR-07: from the entry that is named, else from the newest of the line and number that still stand."""
    quantity = measured(journal.masters[component.item_no], journal.factors, -line.good(), line.unit_code).base
    match_id, tracking = line.match_id or 0, line.tracking()
    fitting = [
        entry
        for entry in journal.consumed
        if (entry.component_line_no, entry.match_id, entry.tracking) == (component.line_no, match_id, tracking)
        and line.applies_to_entry in (None, entry.entry_no)
    ]
    taken = _take(journal.consumed, fitting, quantity)
    if taken is None:
        left = sum((entry.quantity for entry in fitting), ZERO)
        raise _not_posted_here(journal, component.item_no, tracking, quantity, left)
    journal.returns += [HandReturn(row, Return(entry, part)) for entry, part in taken]


# --- output ---------------------------------------------------------------------------------------------------------------


def _output_tracking(order: LockedOrder, line: ProductionJournalLine) -> Tracking:
    """PR-02: the numbers of the order stand for what is left blank; they are its product's and no co-product's (D40)."""
    if line.line_no != MAIN_LINE:
        return line.tracking()
    return Tracking(line.serial_no or order.fixed_serial_no, line.lot_no or order.fixed_lot_no, line.package_no)


def _report(journal: _Journal, row: int, product: OrderLine, line: ProductionJournalLine, tracking: Tracking) -> None:
    master = journal.masters[product.item_no]
    good, error = (_base(journal, master, quantity, line.unit_code) for quantity in (line.good(), line.scrap()))
    report = ProductReport(product.line_no, 0, tracking, good, error, expiration_date=line.expiration_date)
    journal.reports.append(HandReport(row, report))


def _inspected(session: Session, journal: _Journal) -> list[tuple[ReportInspection, list[GoodsNumber]]]:
    """ASC-19: what waits for its result is refused here as well. Gives what has to be inspected after the posting, by product."""
    asked = []
    for line_no in {one.report.order_line_no for one in journal.reports}:
        product = journal.lines[line_no]
        good = [one for one in journal.reports if one.report.order_line_no == line_no and one.report.good > ZERO]
        inspection = read_inspections(session, product.item_no, product.variant_code, [one.report.tracking for one in good])
        for one in good:
            with in_row(one.row, "quantity"):
                inspection.check(product.item_no, product.variant_code, one.report.tracking, journal.masters[product.item_no].description)
        numbers = [goods_number(product.item_no, product.variant_code, one.report.tracking) for one in good]
        asked.append((inspection, [number for number in numbers if number is not None]))
    return asked


def _take_back(journal: _Journal, row: int, product: OrderLine, line: ProductionJournalLine) -> None:
    """PR-04, ER-31: negative output names an output entry of its own order line and number; blank: the newest that stands."""
    master, tracking = journal.masters[product.item_no], _output_tracking(journal.order, line)
    good, error = (_base(journal, master, -quantity, line.unit_code) for quantity in (line.good(), line.scrap()))
    fitting = [
        entry
        for entry in journal.made
        if (entry.order_line_no, entry.tracking) == (product.line_no, tracking) and line.applies_to_entry in (None, entry.entry_no)
    ]
    entry = next((one for one in fitting if one.quantity >= good and one.scrap_quantity >= error), None)
    if entry is None:
        left = sum((one.quantity + one.scrap_quantity for one in fitting), ZERO)
        raise _not_posted_here(journal, product.item_no, tracking, good + error, left)
    journal.made[journal.made.index(entry)] = replace(
        entry, quantity=entry.quantity - good, scrap_quantity=entry.scrap_quantity - error
    )
    journal.taken_back.append(TakenBack(row, replace(entry, quantity=good, scrap_quantity=error)))


def _base(journal: _Journal, master: ItemMaster, quantity: Decimal, unit_code: str) -> Decimal:
    return measured(master, journal.factors, quantity, unit_code).base if quantity else ZERO


def _take(stock: list[Entry], fitting: Sequence[Entry], quantity: Decimal) -> list[tuple[Entry, Decimal]] | None:
    """Parts of the entries that come to `quantity`, taken off `stock`; None when there is not enough."""
    if sum((entry.quantity for entry in fitting), ZERO) < quantity:
        return None
    parts = []
    for entry in fitting:
        part = min(entry.quantity, quantity)
        if part > ZERO:
            parts.append((entry, part))
            stock[stock.index(entry)] = replace(entry, quantity=entry.quantity - part)
            quantity -= part
    return parts


def _not_posted_here(journal: _Journal, item_no: str, tracking: Tracking, quantity: Decimal, left: Decimal) -> NotPostedHere:
    unit = journal.masters[item_no].base_unit_code
    return NotPostedHere(
        item=item_no, number=tracking.label(), quantity=shown(quantity), left=shown(left), unit=unit, order_no=journal.order.no
    )
