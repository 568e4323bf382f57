"""Production journals: output, consumption, flushing and their reversal, each as one call of the posting door.

Callers hold the order (`locking.lock_order`) and have judged rows and rights; these functions check the order's stage, build the
journal lines, post them together, and count them on the order's lines and components. They know nothing of tracked units: a row is
its `match_id`, and 0 is the order level (D21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.ledger.entry_types import DocumentType, EntryType, OrderType
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine, PostedLine, PostedRegister
from shopfloor.posting.post import post
from shopfloor.production import reversal, rules
from shopfloor.production.components import OrderLine, order_components, order_lines
from shopfloor.production.counters import count_consumption, count_reports
from shopfloor.production.locking import LockedOrder
from shopfloor.production.planned import close_planned
from shopfloor.production.route_posting import take_back_report
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.repointing import Arrived, repoint
from shopfloor.reservations.rules import Demand

Key = tuple[int, int]
"""Order line and component line."""


@dataclass(frozen=True)
class ProductReport:
    """One row, or a part of it, that is reported as finished. Base units of the product."""

    order_line_no: int
    match_id: int
    """0: a product without rows."""
    tracking: Tracking
    good: Decimal
    """Received into stock under its number (PST-6)."""
    error: Decimal
    """Made and scrapped, never stock (PST-7)."""
    cause: str = ""
    """Why there is an error quantity (ASC-11)."""
    expiration_date: date | None = None


@dataclass(frozen=True)
class ComponentUse:
    """Consumption of one component number for one row. A negative quantity returns it (PR-05)."""

    order_line_no: int
    component_line_no: int
    match_id: int
    """0: order level."""
    association_no: int
    """Whose reservation is used up; 0: the component line's own."""
    item_no: str
    variant_code: str
    location_code: str
    tracking: Tracking
    quantity: Decimal
    """Base units; negative: returned."""
    applies_from_entry: int = 0
    """The consumption entry that a return takes back; must be named for a return (D23)."""
    use_date: date | None = None
    """Date of the scan, by which expiry is judged (D8); None: the posting date."""
    into_held_goods: bool = False
    """The product goes into stock on hold, so the part may be held, too (D20)."""


@dataclass(frozen=True)
class PostedJournal(PostedRegister):
    """What was posted: `lines` are the uses in the order given, then what was flushed, then the reports in the order given."""

    uses: tuple[PostedLine, ...] = ()
    flushed: tuple[tuple[rules.FlushLine, PostedLine], ...] = ()
    reports: tuple[PostedLine, ...] = ()
    left_open: tuple[rules.FlushLine, ...] = ()
    """PST-21: due by flushing, but a number is demanded: it stays open demand of its line. The answer lists them."""
    proposed: tuple[rules.FlushLine, ...] = ()
    """What flushing proposed, posted or left to an open picking list."""


@dataclass(frozen=True)
class Flushing:
    """How a report consumes lines without a registration (LIF-7, LIF-13)."""

    automatic: str = rules.BY_PRINCIPLE
    """One of rules.AUTOMATIC."""
    operations: tuple[int, int] = (0, 0)
    """First and last operation whose lines take part; 0: no limit."""
    spoken_for: Mapping[Key, Decimal] = field(default_factory=dict)
    """What open picking lists will consume already (PST-12)."""
    leave_open: bool = False
    """Only proposed: it becomes an open picking list."""


BY_PRINCIPLE = Flushing()
"""*Finish* lines, posted at once."""


@dataclass(frozen=True)
class ReversedReport(PostedRegister):
    """What a reversal posted."""

    reversed_register_no: int = 0
    """The register of the report that was taken back."""
    good: Decimal = ZERO
    error: Decimal = ZERO
    returned: tuple[tuple[reversal.Return, PostedLine], ...] = ()
    """Every consumption that came back, of the row and of the order level, with the entries that are stock now."""


def finish(
    session: Session,
    actor: Actor,
    *,
    order: LockedOrder,
    reports: Sequence[ProductReport],
    uses: Sequence[ComponentUse],
    source: str = "Report as finished",
    reason: str = "",
    flush_exclude: frozenset[int] = frozenset(),
    components: Sequence[rules.Component] | None = None,
    flushing: Flushing = BY_PRINCIPLE,
    posting_date: date | None = None,
) -> PostedJournal:
    """Report rows as finished: outputs, the consumption of their associations, and *Finish* flushing in one posting.

    PST-6 to PST-9, PST-14, PST-16: good becomes stock under its number, error a scrap record; *Finish* lines follow in proportion
    to all that was reported, good and error, less what was consumed before (PST-12), constant lines once (D21). `flush_exclude`
    are the component lines that are listed and tracked; lines that demand a number are never flushed anyway (PST-21). `components` spares
    a statement to those who read them under the order's lock before.
    Raises OrderStatus unless the order is Started, and every refusal of `posting.post`; then nothing is posted.
    """
    order.require(rules.STARTED)
    assert reports, "a report of nothing"
    assert all(report.good >= ZERO and report.error >= ZERO and report.good + report.error > ZERO for report in reports)
    lines = {line.line_no: line for line in order_lines(session, order.no)}
    components = components or order_components(session, order.no)
    proposal = finish_flushing(components, lines, reports, uses, flush_exclude, flushing)
    flushes = [] if flushing.leave_open else [flush_use(flush) for flush in proposal.lines]
    journal = [consumption_line(actor, order, use) for use in [*uses, *flushes]]
    journal += [output_line(actor, order, lines, report) for report in reports]
    if posting_date is not None:
        journal = [replace(line, posting_date=posting_date) for line in journal]
    posted = post(session, actor, journal, source=source, reason=reason)
    count_reports(session, order.no, [(r.order_line_no, r.good, r.error) for r in reports])
    count_consumption(session, order.no, [(use.order_line_no, use.component_line_no, use.quantity) for use in [*uses, *flushes]])
    if any(line.has_plan for line in lines.values()):
        close_planned(session, order.no, [*uses, *flushes], reports, components, lines)
    settle_reservations(session, actor, order, reports, posted.lines[len(uses) + len(flushes) :])
    first_flush, first_report = len(uses), len(uses) + len(flushes)
    return PostedJournal(
        posted.register_no,
        posted.lines,
        uses=posted.lines[:first_flush],
        flushed=tuple(zip(proposal.lines if flushes else (), posted.lines[first_flush:first_report], strict=True)),
        reports=posted.lines[first_report:],
        left_open=proposal.left_open,
        proposed=proposal.lines,
    )


def consume(
    session: Session,
    actor: Actor,
    *,
    order: LockedOrder,
    uses: Sequence[ComponentUse],
    source: str = "Adjust consumption",
    reason: str = "",
) -> PostedJournal:
    """Post a picking list journal: consumption, or its return, of named numbers (PST-5, ASC-22, ASC-23).

    Raises OrderStatus unless the order is Started or Reported as finished (PST-22), and every refusal of `posting.post`.
    """
    order.require(*rules.CONSUMING)
    assert uses, "consumption of nothing"
    posted = post(session, actor, [consumption_line(actor, order, use) for use in uses], source=source, reason=reason)
    count_consumption(session, order.no, [(use.order_line_no, use.component_line_no, use.quantity) for use in uses])
    close_planned(session, order.no, uses, ())
    settle_reservations(session, actor, order)
    return PostedJournal(posted.register_no, posted.lines, uses=posted.lines)


def reverse_report(session: Session, actor: Actor, *, order: LockedOrder, match_id: int, reason: str) -> ReversedReport:
    """Take back the latest report of a row that still stands (EDG-30, D23, PR-04).

    Posts the opposite of the row's output and of the consumption that the same posting made for the row, by applies-from to the same
    location; of its flushed order-level consumption the row's share, or the rest if no other row of that posting stands. Earlier
    postings stay. Raises NothingToReverse, OrderStatus unless the order is Started or Reported as finished, and the refusals
    of `posting.post` for a unit that is no longer free stock.
    """
    order.require(*rules.CONSUMING)
    report = reversal.latest_report(session, order.no, match_id)
    line = next(line for line in order_lines(session, order.no) if line.line_no == report.order_line_no)
    components = {
        component.line_no: component for component in order_components(session, order.no) if component.order_line_no == line.line_no
    }
    last = line.reported == report.good + report.error
    returns = report.returns(components, line.quantity, nothing_else_reported=last)
    if last:
        returns = (*returns, *reversal.stranded(session, report, order.no, components.values(), line.quantity, returns))
    outputs = [reversed_output_line(actor, order, output) for output in report.outputs]
    posted = post(
        session, actor, [*outputs, *(return_line(actor, order, returned) for returned in returns)], source="Reverse report", reason=reason
    )
    count_reports(session, order.no, [(line.line_no, -report.good, -report.error)])
    count_consumption(session, order.no, [(line.line_no, r.entry.component_line_no, -r.quantity) for r in returns])
    if line.route_posted and line.line_no == rules.MAIN_LINE:
        quantity = report.good + report.error
        take_back_report(
            session, actor, order.no, quantity=quantity, register_no=report.register_no, match_id=match_id, reason=reason
        )
    return ReversedReport(
        posted.register_no,
        posted.lines,
        reversed_register_no=report.register_no,
        good=report.good,
        error=report.error,
        returned=tuple(zip(returns, posted.lines[len(outputs) :], strict=True)),
    )


def settle_reservations(
    session: Session, actor: Actor, order: LockedOrder, reports: Sequence[ProductReport] = (), posted: Sequence[PostedLine] = ()
) -> None:
    """AP-16, PR-09: reservations against the order follow what was made; its components give back what they need of orders no more."""
    arrived = [
        Arrived(report.order_line_no, line.entry_nos[0], report.tracking)
        for report, line in zip(reports, posted, strict=True)
        if report.good > ZERO
    ]
    repoint(
        session, actor, source_type=ReservationSource.PROD_ORDER_LINE.value, source_id=order.no, arrived=arrived,
        demand_type=ReservationSource.PROD_ORDER_COMPONENT.value,
    )


# --- journal lines --------------------------------------------------------------------------------------------------------


def finish_flushing(
    components: Sequence[rules.Component],
    lines: Mapping[int, OrderLine],
    reports: Sequence[ProductReport],
    uses: Sequence[ComponentUse],
    exclude: frozenset[int],
    flushing: Flushing = BY_PRINCIPLE,
) -> rules.FlushProposal:
    """What *Finish* lines consume with these reports, less what the same posting and open picking lists use of them."""
    used: dict[Key, Decimal] = dict(flushing.spoken_for)
    for use in uses:
        key = (use.order_line_no, use.component_line_no)
        used[key] = used.get(key, ZERO) + use.quantity
    flushed: list[rules.FlushLine] = []
    left_open: list[rules.FlushLine] = []
    for line_no in sorted({report.order_line_no for report in reports}):
        line = lines[line_no]
        basis = line.reported + sum((r.good + r.error for r in reports if r.order_line_no == line_no), ZERO)
        proposal = rules.flush(
            [component for component in components if component.order_line_no == line_no],
            principle=rules.FINISH,
            basis=basis,
            order_quantity=line.quantity,
            automatic=flushing.automatic,
            operations=flushing.operations,
            used=used,
            exclude=exclude,
        )
        flushed += proposal.lines
        left_open += proposal.left_open
    return rules.FlushProposal(tuple(flushed), tuple(left_open))


def flush_use(flush: rules.FlushLine) -> ComponentUse:
    """Order-level consumption without a number (D21)."""
    component = flush.component
    return ComponentUse(
        order_line_no=component.order_line_no,
        component_line_no=component.line_no,
        match_id=0,
        association_no=0,
        item_no=component.item_no,
        variant_code=component.variant_code,
        location_code=component.location_code,
        tracking=NO_TRACKING,
        quantity=flush.quantity,
    )


def consumption_line(actor: Actor, order: LockedOrder, use: ComponentUse) -> ItemJournalLine:
    """PR-01. A return names what it takes back, and neither hold nor expiry stops it (D20, D23)."""
    returned = use.quantity < ZERO
    assert returned == bool(use.applies_from_entry), "a return, and only a return, names its consumption"
    return ItemJournalLine(
        entry_type=EntryType.CONSUMPTION,
        item_no=use.item_no,
        variant_code=use.variant_code,
        quantity=use.quantity,
        location_code=use.location_code,
        posting_date=actor.work_date(),
        tracking=use.tracking,
        document_type=DocumentType.PRODUCTION_JOURNAL,
        document_no=order.no,
        document_line_no=use.component_line_no,
        order_type=OrderType.PRODUCTION,
        order_no=order.no,
        order_line_no=use.order_line_no,
        component_line_no=use.component_line_no,
        match_id=use.match_id,
        demand=None
        if returned
        else Demand(ReservationSource.PROD_ORDER_COMPONENT, order.no, use.order_line_no, use.component_line_no, use.association_no),
        applies_from_entry=use.applies_from_entry,
        corrects_entry_no=use.applies_from_entry,
        passes_holds=returned,
        into_held_goods=use.into_held_goods,
        use_date=use.use_date,
    )


def output_line(actor: Actor, order: LockedOrder, lines: Mapping[int, OrderLine], report: ProductReport) -> ItemJournalLine:
    """One line for each row: good into stock, error as a scrap record on the same entry (PST-6, PST-7)."""
    line = lines[report.order_line_no]
    return ItemJournalLine(
        entry_type=EntryType.OUTPUT,
        item_no=line.item_no,
        variant_code=line.variant_code,
        quantity=report.good,
        scrap_quantity=report.error,
        location_code=order.location_code,
        posting_date=actor.work_date(),
        tracking=report.tracking,
        document_type=DocumentType.PRODUCTION_JOURNAL,
        document_no=order.no,
        document_line_no=line.line_no,
        order_type=OrderType.PRODUCTION,
        order_no=order.no,
        order_line_no=line.line_no,
        match_id=report.match_id,
        expiration_date=report.expiration_date,
        reason=report.cause,
    )


def reversed_output_line(actor: Actor, order: LockedOrder, output: reversal.Entry) -> ItemJournalLine:
    """PR-04: a negative output is applied to its own output entry."""
    return ItemJournalLine(
        entry_type=EntryType.OUTPUT,
        item_no=output.item_no,
        variant_code=output.variant_code,
        quantity=-output.quantity,
        scrap_quantity=-output.scrap_quantity,
        location_code=output.location_code,
        posting_date=actor.work_date(),
        tracking=output.tracking,
        document_type=DocumentType.PRODUCTION_JOURNAL,
        document_no=order.no,
        document_line_no=output.order_line_no,
        order_type=OrderType.PRODUCTION,
        order_no=order.no,
        order_line_no=output.order_line_no,
        match_id=output.match_id,
        expiration_date=output.expiration_date,
        applies_to_entry=output.entry_no if output.quantity else 0,
        corrects_entry_no=output.entry_no,
        passes_holds=True,
    )


def return_line(actor: Actor, order: LockedOrder, returned: reversal.Return) -> ItemJournalLine:
    """A consumption that comes back, applied from its own entry (D23)."""
    entry = returned.entry
    return consumption_line(
        actor,
        order,
        ComponentUse(
            order_line_no=entry.order_line_no,
            component_line_no=entry.component_line_no,
            match_id=entry.match_id,
            association_no=0,
            item_no=entry.item_no,
            variant_code=entry.variant_code,
            location_code=entry.location_code,
            tracking=entry.tracking,
            quantity=-returned.quantity,
            applies_from_entry=entry.entry_no,
        ),
    )
