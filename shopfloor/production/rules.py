"""Stages of an order, what a row needs of each component, and what flushing proposes. Pure.

All quantities are base units of their item. A *row* is a part of the order's quantity: one product number, or one report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal, localcontext

from shopfloor.quantity import LARGEST, ONE, STEP, ZERO, rounded, rounded_up

MAIN_LINE = 10_000
"""Line number of what an order makes; co-products are further lines (D40)."""
LINE_STEP = 10_000
"""They are 20000, 30000 and so on."""

# --- stages (LIF-1) -------------------------------------------------------------------------------------------------------

CREATED, ESTIMATED, SCHEDULED, RELEASED, STARTED, REPORTED, ENDED = STAGES = (
    "Created",
    "Estimated",
    "Scheduled",
    "Released",
    "Started",
    "Reported as finished",
    "Ended",
)
"""Captions of models.ProductionStatus, in their order."""

MANUAL, START, FINISH = FLUSHING = ("Manual", "Start", "Finish")
"""Captions of items.models.FlushingPrinciple (LIF-12)."""

MOVES: dict[str, tuple[str, tuple[str, ...]]] = {
    "estimate": (ESTIMATED, (CREATED,)),
    "schedule": (SCHEDULED, (CREATED, ESTIMATED)),
    "release": (RELEASED, (CREATED, ESTIMATED, SCHEDULED)),
    "start": (STARTED, (CREATED, ESTIMATED, SCHEDULED, RELEASED, STARTED)),
    "end job": (REPORTED, (STARTED,)),
    "end": (ENDED, (REPORTED,)),
}
"""Action -> the stage it leads to, and the stages it may begin at. A started order may be started further, in parts (LIF-4)."""

BY_PRINCIPLE, ALWAYS, NEVER = AUTOMATIC = ("Flushing principle", "Always", "Never")
"""LIF-13: what a stage consumes by itself: the lines of its own principle, every line, or nothing."""

BACK: dict[str, str] = {ESTIMATED: CREATED, SCHEDULED: ESTIMATED, RELEASED: SCHEDULED, STARTED: RELEASED}
"""LIF-5: the stage that a reset leads back to. What was reported as finished or ended is not reset (EDG-34)."""

CONSUMING = (STARTED, REPORTED)
"""PST-22: stages that take consumption and reversals. Reports need STARTED alone (LIF-8); an ended order takes nothing (PR-08)."""


def steps(action: str, status: str) -> tuple[str, ...] | None:
    """The stages that `action` leads through, missing earlier ones included (LIF-3); None where it is not allowed."""
    target, beginnings = MOVES[action]
    if status not in beginnings:
        return None
    return STAGES[STAGES.index(status) + 1 : STAGES.index(target) + 1]


def listed(stages: Sequence[str]) -> str:
    """Stages as a sentence names them: `Started or Reported as finished`."""
    return " or ".join(stages)


# --- what is needed (QTY-2, D31) ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Component:
    """One component line of an order, with what its item says of it."""

    order_line_no: int
    line_no: int
    item_no: str
    variant_code: str
    location_code: str
    """Where it is taken from."""
    unit_code: str
    """The unit of the bill, in which screens show it."""
    quantity_per_unit: Decimal
    """Base units in one `unit_code`."""
    quantity_per: Decimal
    """In `unit_code`, for one base unit of the product; for the whole order if constant."""
    constant: bool
    """Once for each order, whatever its quantity (QTY-8, D21)."""
    flushing: str
    operation_no: int
    expected: Decimal
    """For the whole order line, scrap and rounding included."""
    consumed: Decimal
    """Net quantity posted."""
    precision: Decimal
    """Smallest quantity of the item."""
    serial: bool = False
    """Consumed by serial number, so counted in whole units."""
    lot: bool = False
    """Consumed by lot number."""
    package: bool = False
    """Consumed by package number."""
    use_tracked_components: bool = False
    """The item carries a Tracked components policy that is in use (SET-4, SET-6)."""
    under_tolerance_percent: Decimal = ZERO
    over_tolerance_percent: Decimal = ZERO
    one_scan_is: str = "All that remains"
    """D7: caption of models.OneScan."""
    may_be_loaded: bool = False
    """D24: a loaded batch may serve it; never for serials."""
    added: bool = False
    """D36: added to the started order."""
    from_match_id: int = 0
    """D36: the first unit that needs it; 0: all do."""
    until_match_id: int = 0
    """D36: the first unit that another line serves instead; 0: none."""
    share_quantity: Decimal | None = None
    description: str = ""
    base_unit_code: str = ""
    serial_specific: bool = False
    """Serials are followed from receipt on; False with `serial`: they are captured only when used (D33)."""
    lot_specific: bool = False
    strict_expiration: bool = False
    """D8: nobody may override an expired number."""
    measured: bool = False
    """The base unit is weighed or measured: quantities of labels are exact (D7)."""
    gs1_unit: str = ""
    """Unit of GS1 measure identifiers that the base unit is, such as `kg`."""
    check_preallocation: bool = False
    """SET-9: a number has to be reserved for or picked to the line before it is scanned."""
    matching_limit: bool = True
    """SET-10: no more serials than planned."""
    ended: bool = False
    """D26, EDG-38: ended in a picking list: flushing proposes nothing more. A tracked line of a row is never completed by it."""

    @property
    def share(self) -> Decimal:
        """What the whole order would need if every unit needed the line: `expected`, unless units are left out (D36)."""
        return self.expected if self.share_quantity is None else self.share_quantity

    def left_out(self, match_id: int) -> bool:
        """D36: whether the unit does not need the line, because it came before it, or after its substitute."""
        return match_id < self.from_match_id or bool(self.until_match_id and match_id >= self.until_match_id)

    @property
    def key(self) -> tuple[int, int]:
        """Order line and component line."""
        return (self.order_line_no, self.line_no)

    @property
    def numbers_demanded(self) -> bool:
        """Whether consumption demands a number, so that the line can never be flushed (PST-21)."""
        return self.serial or self.lot or self.package

    @property
    def takes_part(self) -> bool:
        """SET-5 to SET-7: whether Tracked components lists the line: serial or lot controlled, with a policy in use."""
        return self.use_tracked_components and (self.serial or self.lot)

    @property
    def remaining(self) -> Decimal:
        """Not consumed yet, never below zero (QTY-4)."""
        return remaining(self.expected, self.consumed, self.precision)


def expected_quantity(
    *,
    quantity_per: Decimal,
    quantity_per_unit: Decimal,
    order_quantity: Decimal,
    constant: bool,
    scrap_percent: Decimal,
    precision: Decimal,
    serial: bool,
    multiple: Decimal = ZERO,
) -> Decimal | None:
    """Base quantity that a whole order line needs (LIF-15, D31): scrap added, up to a `multiple` of base units, then rounded once.

    Serial components round up to whole units (QTY-2), others half-up to `precision`. None when it is too large to be kept.
    """
    with localcontext() as context:
        context.prec = 80  # products of the largest quantities stay exact
        needed = quantity_per * quantity_per_unit * (ONE if constant else order_quantity) * (1 + scrap_percent / 100)
        if multiple:
            needed = (needed / multiple).to_integral_value(ROUND_CEILING) * multiple
        if needed >= LARGEST:
            return None
        return rounded_up(needed) if serial else rounded(needed, precision)


def order_level(component: Component, order_quantity: Decimal) -> bool:
    """D21, D31: whether the line belongs to the order and to no row: constant, or serials that do not come out whole for one unit."""
    return component.constant or (component.serial and component.share % order_quantity != ZERO)


def requirement(component: Component, row_quantity: Decimal, order_quantity: Decimal, earlier: Sequence[Decimal] = ()) -> Decimal:
    """What a row of `row_quantity` needs (QTY-2, D31); `earlier` are the quantities of the active rows before it.

    Every row has its proportional share, rounded down to the item's precision; the row that completes the order's quantity takes
    the rest, so that rows sum to the line. What is made beyond the order's quantity has its share on top. Zero for order-level lines.
    """
    if order_level(component, order_quantity):
        return ZERO
    before = sum(earlier, ZERO)
    beyond = before + row_quantity - order_quantity
    if before >= order_quantity or beyond < ZERO:
        return _share(component, row_quantity, order_quantity)
    taken = sum((_share(component, quantity, order_quantity) * count for quantity, count in Counter(earlier).items()), ZERO)
    return component.share - taken + _share(component, beyond, order_quantity)


def requirements(component: Component, rows: Sequence[Decimal], order_quantity: Decimal) -> list[Decimal]:
    """`requirement` of each of the rows of an order, in their order."""
    return [requirement(component, row, order_quantity, rows[:place]) for place, row in enumerate(rows)]


def remaining(required: Decimal, consumed: Decimal, precision: Decimal = STEP) -> Decimal:
    """QTY-4: never below zero; a remainder under half the smallest unit is zero (D31)."""
    rest = required - consumed
    return rest if rest >= precision / 2 else ZERO


def _share(component: Component, row_quantity: Decimal, order_quantity: Decimal) -> Decimal:
    return _scaled(component.share, row_quantity, order_quantity, component.precision, down=True)


def share_of(component: Component, quantity: Decimal, order_quantity: Decimal) -> Decimal:
    """What `quantity` of the product needs of a line, to the item's precision."""
    return _scaled(component.share, quantity, order_quantity, component.precision)


def co_product_started(quantity: Decimal, started: Decimal, order_quantity: Decimal, precision: Decimal) -> Decimal:
    """QTY-1, D40: co-products start along with the product, in proportion and up to their precision: a begun piece is a piece."""
    with localcontext() as context:
        context.prec = 80
        exact_share = quantity * started / order_quantity
        return rounded_up(exact_share, precision)


def _scaled(whole: Decimal, part: Decimal, of: Decimal, precision: Decimal, *, down: bool = False) -> Decimal:
    """`whole` x `part` / `of`, to `precision`: half-up, or down."""
    with localcontext() as context:
        context.prec = 80
        exact_share = whole * part / of
        if down:
            return ((exact_share / precision).quantize(ONE, ROUND_DOWN) * precision).quantize(STEP)
        return rounded(exact_share, precision)


# --- flushing (PST-9, PST-10, PST-12 to PST-14, PST-21) -------------------------------------------------------------------


@dataclass(frozen=True)
class FlushLine:
    """Quantity of a component line that is consumed without a registration."""

    component: Component
    quantity: Decimal


@dataclass(frozen=True)
class FlushProposal:
    """What flushing consumes, and what it has to leave open because no number is known."""

    lines: tuple[FlushLine, ...] = ()
    left_open: tuple[FlushLine, ...] = ()
    """PST-13, PST-21: numbers are demanded; the demand stays open."""


def flush(
    components: Sequence[Component],
    *,
    principle: str,
    basis: Decimal,
    order_quantity: Decimal,
    automatic: str = BY_PRINCIPLE,
    operations: tuple[int, int] = (0, 0),
    used: Mapping[tuple[int, int], Decimal] | None = None,
    exclude: frozenset[int] = frozenset(),
) -> FlushProposal:
    """What lines of one flushing principle are due after `basis` of the product was started, or reported good or as error.

    Due is the line's share of `basis`, less what was consumed before by whatever way and what the same posting uses (PST-12).
    A constant line is due in full as soon as anything is (D21). `exclude`: lines that are never flushed, by line number.
    `automatic` lets every line take part, or none (LIF-13); `operations`: first and last one whose lines take part, 0 sets no limit, and
    lines of no operation always do. An ended line proposes nothing any more (D26).
    """
    lines, left_open = [], []
    for component in components:
        if automatic == NEVER or component.ended or (automatic == BY_PRINCIPLE and component.flushing != principle):
            continue
        if not within(component.operation_no, operations):
            continue
        quantity = _due(component, basis, order_quantity) - component.consumed - (used or {}).get(component.key, ZERO)
        if quantity <= ZERO:
            continue
        if component.numbers_demanded:
            left_open.append(FlushLine(component, quantity))
        elif component.line_no not in exclude:
            lines.append(FlushLine(component, quantity))
    return FlushProposal(tuple(lines), tuple(left_open))


def within(operation_no: int, operations: tuple[int, int]) -> bool:
    """Whether an operation lies between the first and the last one; 0 sets no limit, and what belongs to no operation is always in."""
    first, last = operations
    return not operation_no or (operation_no >= first and (not last or operation_no <= last))


def give_back(
    components: Sequence[Component], *, basis: Decimal, order_quantity: Decimal, others: bool = False
) -> tuple[FlushLine, ...]:
    """PST-10, LIF-4: what a negative start returns of *Start* lines, or of the `others`, once only `basis` counts as started."""
    return tuple(
        FlushLine(component, component.consumed - due)
        for component in components
        if (component.flushing == START) is not others
        and not component.numbers_demanded
        and component.consumed > (due := _due(component, basis, order_quantity))
    )


def flushed_back(
    components: Sequence[Component], *, before: Decimal, after: Decimal, order_quantity: Decimal
) -> tuple[FlushLine, ...]:
    """What negative output returns of *Finish* lines: their share of it, but no more than was consumed beyond what still is due."""
    found = []
    for component in components:
        if component.flushing != FINISH or component.numbers_demanded:
            continue
        due = _due(component, after, order_quantity)
        share = min(_due(component, before, order_quantity) - due, component.consumed - due)
        if share > ZERO:
            found.append(FlushLine(component, share))
    return tuple(found)


def _due(component: Component, basis: Decimal, order_quantity: Decimal) -> Decimal:
    if component.constant:
        return component.expected if basis > ZERO else ZERO
    return _scaled(component.expected, basis, order_quantity, component.precision)


# --- reversing a report (EDG-30) ------------------------------------------------------------------------------------------


def share_of_flushed(
    *,
    flushed: Decimal,
    returned: Decimal,
    row: Decimal,
    standing: Decimal,
    precision: Decimal,
    once: bool,
    last: bool,
) -> Decimal:
    """How much of an order-level consumption comes back when one row of its report is reversed.

    `row` is the row's reported quantity, `standing` that of all rows of the report that still stand, this one included: the last
    one takes the rest. What the order needs `once` stays while anything else of it is reported; `last` says that nothing is (D21).
    """
    rest = flushed - returned
    if once:
        return rest if last else ZERO
    return rest if row >= standing else _scaled(rest, row, standing, precision)
