"""What registration and reporting know when they decide: frozen values, base quantities. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from shopfloor.items.holds import Hold
from shopfloor.items.tracking import Tracking
from shopfloor.items.units import require_multiple
from shopfloor.production.rules import MAIN_LINE, Component
from shopfloor.quantity import ZERO
from shopfloor.reservations.rules import OpenEntry

PRODUCT, COMPONENT = MODES = ("Product", "Component")
"""Scan modes (TCP-2)."""
NOT_STARTED, IN_PROGRESS, COMPLETED = ("Not started", "In progress", "Completed")
"""Statuses of rows and lines (QTY-5, QTY-6); always derived."""
AWAITING_START = "Awaiting start"
"""EDG-31, D9: what a row shows instead while it lies above the started quantity."""
OPEN, PICKED, CONSUMED, REMOVED = ("Open", "Picked", "Consumed", "Removed")
"""Captions of models.AssociationState."""
PREALLOCATED, REPORTED = ("Pre-allocated", "Reported")
"""Captions of models.ProductState, beside Open and Removed."""


@dataclass(frozen=True)
class Association:
    """One component number in one row (match_id 0: in the order, for order-level lines)."""

    association_no: int
    match_id: int
    order_no: str
    order_line_no: int
    component_line_no: int
    item_no: str
    variant_code: str
    location_code: str
    tracking: Tracking
    quantity: Decimal
    """QTY-3: Consumption, whether posted or not."""
    consumed: Decimal
    """Net quantity posted."""
    state: str
    prior_state: str
    version: int
    registered_by: str
    use_date: date | None = None
    late_serial: bool = False
    from_loaded: bool = False
    """D24."""

    @property
    def unposted(self) -> Decimal:
        """What a report still has to consume."""
        return self.quantity - self.consumed


@dataclass(frozen=True)
class Product:
    """What the order makes, with what its item demands."""

    order_line_no: int
    item_no: str
    variant_code: str
    description: str
    base_unit_code: str
    quantity: Decimal
    """Ordered."""
    started: Decimal
    """QTY-1: the started base."""
    good: Decimal
    error: Decimal
    serial: bool
    """Serial controlled."""
    lot: bool
    """Batch controlled."""
    takes_part: bool
    """SET-5 to SET-7: tracked, with a policy in use."""
    check_preallocation: bool
    """SET-8."""
    matching_limit: bool
    """SET-10."""
    serial_pattern: str
    lot_pattern: str
    report_when_completed: bool
    """D25."""
    precision: Decimal
    number_group: str = "Manual"
    """DIM-1: Manual, Predefined or Fixed; the last two take no number that the order does not have (DIM-2)."""
    quantity_per_number: Decimal | None = None
    """Base units for each generated batch number; None: one for the order."""

    @property
    def co_product(self) -> bool:
        """D40: what the order makes along; component lines are the main product's."""
        return self.order_line_no != MAIN_LINE

    def tracking(self, number: str) -> Tracking:
        """SCN-5: a plain number of a serial-controlled product is its serial, else its batch."""
        return Tracking(serial_no=number) if self.serial else Tracking(lot_no=number)

    def require_multiples(self, *quantities: Decimal) -> None:
        """D31: a batch holds, and a report makes, whole multiples of the precision: no half pieces. Raises BelowPrecision."""
        for quantity in quantities:
            require_multiple(quantity, item=self.description, unit=self.base_unit_code, precision=self.precision)


@dataclass(frozen=True)
class Row:
    """One registered product number."""

    match_id: int
    tracking: Tracking
    state: str
    quantity: Decimal
    good: Decimal
    error: Decimal
    closed_lines: frozenset[int]
    version: int
    order_no: str = ""
    earlier: tuple[Decimal, ...] = ()
    """Quantities of the active rows that were registered before this one: the last row takes the rest (D31)."""
    expiration_date: date | None = None
    registered_by: str = ""
    preallocated: bool = False
    order_line_no: int = MAIN_LINE
    item_no: str = ""
    variant_code: str = ""

    @property
    def co_product(self) -> bool:
        """D40: of a further line of the order; no component line is asked for it."""
        return self.order_line_no != MAIN_LINE

    @property
    def unreported(self) -> Decimal:
        """What can still be reported (ASC-11)."""
        return self.quantity - self.good - self.error


@dataclass(frozen=True)
class Line:
    """A component line as a row needs it."""

    component: Component
    required: Decimal
    """QTY-2: *Started* of the line for this row."""
    associations: tuple[Association, ...] = ()
    closed: bool = False
    """D26: ended for this row."""
    order_level: bool = False
    """D21: needed once for the order; its associations belong to no row."""

    @property
    def line_no(self) -> int:
        """Number of the component line."""
        return self.component.line_no

    @property
    def listed(self) -> bool:
        """SET-7, QTY-10: only qualifying lines are listed and asked for."""
        return self.component.takes_part

    @property
    def registered(self) -> Decimal:
        """QTY-3: *Consumption*: open, picked and consumed associations."""
        return sum((association.quantity for association in self.associations), ZERO)

    @property
    def remaining(self) -> Decimal:
        """QTY-4: never below zero; tolerance and rounding remainders count as done (D30, D31)."""
        if self.closed:
            return ZERO
        rest = self.required - self.registered
        under = self.required * self.component.under_tolerance_percent / 100
        return rest if rest > under and rest >= self.component.precision / 2 else ZERO

    @property
    def over(self) -> Decimal:
        """QTY-4: an excess, shown apart."""
        return max(self.registered - self.required, ZERO)

    @property
    def status(self) -> str:
        """QTY-5, QTY-10."""
        if self.remaining == ZERO:
            return COMPLETED
        return IN_PROGRESS if self.registered > ZERO else NOT_STARTED


@dataclass(frozen=True)
class NumberInUse:
    """Where a component number is registered."""

    association_no: int
    match_id: int
    order_no: str
    component_line_no: int
    product: str
    """Number of the row."""
    operator: str
    state: str
    registered_at: datetime


@dataclass(frozen=True)
class NumberStock:
    """One open entry of a number, with what is known of the number."""

    entry: OpenEntry
    made_by_order: str
    expiration_date: date | None
    hold: Hold | None
    """What keeps it from being registered; None: nothing does (D20)."""
    in_use: NumberInUse | None = None


@dataclass(frozen=True)
class Situation:
    """Everything about an order and its current row that a scan is judged by."""

    order_no: str
    order_status: str
    location_code: str
    fixed_lot_no: str
    product: Product
    row: Row | None
    lines: tuple[Line, ...]
    registered: Decimal = ZERO
    """Quantity of all active rows of the product's order line."""
    line_holds: bool = False
    """Whether any component line of the order holds stock of its own, without an association (D15)."""
    gtin_item: tuple[str, str, str, Decimal] | None = None
    """Item, variant, unit and base units of one unit that the scanned GTIN names; None when unknown or no GTIN was scanned."""

    @property
    def listed(self) -> tuple[Line, ...]:
        """The lines that are asked for."""
        return tuple(line for line in self.lines if line.listed)

    def line(self, line_no: int) -> Line | None:
        """A listed line by number."""
        return next((line for line in self.listed if line.line_no == line_no), None)
