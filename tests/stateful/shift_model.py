"""A shift on paper: orders with stage, operations and flushed parts, units with what they are and were made of, holds, loaded batches."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

ZERO, ONE = Decimal(0), Decimal(1)
CART, GROUPED = "CART", "GROUPED"
FRAME, WHEEL, TYRE, LAMP, PAINT, BELL, GREASE = "FRAME", "WHEEL", "TYRE", "LAMP", "PAINT", "BELL", "GREASE"
SHARE, MOST_PAINT = Decimal("0.25"), Decimal("0.26")
"""Of one unit, and with 4 % of tolerance."""
STAGES = ("Created", "Estimated", "Scheduled", "Released", "Started")
HAND, QUALITY, CODE = "Hold", "Quality hold", "Disposition code"
HOLDS = {HAND: "NUMBER_ON_HOLD", QUALITY: "QUALITY_HOLD", CODE: "BATCH_BLOCKED"}
"""The strictest first, with what is answered."""


@dataclass
class Line:
    """A component line: which units need how much of it."""

    item: str
    per: Decimal
    first: int = 0
    until: int = 0

    def left_out(self, match):
        return match < self.first or bool(self.until and match >= self.until)


@dataclass
class Entry:
    """What was reported on an operation."""

    operation: int
    good: int
    scrap: int
    match: int
    register: int
    stands: bool = True


@dataclass
class Order:
    no: str
    item: str
    quantity: int
    lines: dict
    status: str = "Created"
    started: int = 0
    entries: dict = field(default_factory=dict)
    bells: list = field(default_factory=list)
    """What consumed bells that did not come back: `operation`, or the register of a report; and how many."""

    def passed(self, operation):
        """Good and scrap that stand."""
        standing = [e for e in self.entries.values() if e.stands and e.operation == operation]
        return sum(e.good for e in standing), sum(e.scrap for e in standing)

    def due(self, operation):
        return max(self.started - (self.passed(10)[1] if operation > 10 else 0), 0)

    @property
    def belled(self):
        return sum(quantity for _, quantity in self.bells)


@dataclass
class Unit:
    match: int
    order: str
    number: str
    state: str = "Open"
    assigned: bool = False
    """Its number was there before it was scanned."""
    good: int = 0
    error: int = 0
    register: int = 0
    built: list = field(default_factory=list)
    """What it was made of at its report."""


@dataclass
class Part:
    no: int
    match: int
    order: str
    line: int
    item: str
    number: str
    quantity: Decimal
    state: str = "Open"
    prior: str = "Open"
    consumed: Decimal = ZERO
    by: str = ""

    @property
    def unposted(self):
        return ZERO if self.state == "Removed" else self.quantity - self.consumed

    @property
    def told(self):
        return (self.line, self.no, self.item, self.number, self.quantity)


class Shift:
    def __init__(self):
        self.stock = defaultdict(Decimal)
        self.orders, self.units, self.parts, self.inspections = {}, {}, {}, {}
        self.held = defaultdict(set)
        """Goods -> who holds them."""
        self.loaded = defaultdict(list)
        """Station -> order, line, batch."""

    # --- looking ---------------------------------------------------------------------------------------------------------------

    def active(self, **where):
        parts = [p for p in self.parts.values() if p.state != "Removed"]
        return sorted((p for p in parts if all(getattr(p, k) == v for k, v in where.items())), key=lambda p: p.no)

    def units_of(self, order, *states):
        return [u for _, u in sorted(self.units.items()) if u.order == order and u.state in states]

    def free(self, item, number):
        return self.stock[(item, number)] - sum((p.unposted for p in self.active(item=item, number=number)), ZERO)

    def stopped(self, item, number):
        """D20: whatever holds it stops that it is built in."""
        sources = set(self.held[(item, number)])
        if any(held and state != "Passed" for key, state, held in self.inspections.values() if key == (item, number)):
            sources.add(QUALITY)
        return sources

    def hold_code(self, item, number, *among):
        """D20: the strictest answers."""
        sources = self.stopped(item, number) & set(among or HOLDS)
        return next((code for source, code in HOLDS.items() if source in sources), None)

    def reported(self, order):
        return sum(u.good + u.error for u in self.units.values() if u.order == order)

    def registered(self, match, line, without=None):
        return sum((p.quantity for p in self.active(match=match, line=line) if p is not without), ZERO)

    def missing(self, unit, line_no, without=None):
        line = self.orders[unit.order].lines[line_no]
        needed = ZERO if line.left_out(unit.match) else line.per
        return max(needed - self.registered(unit.match, line_no, without), ZERO)

    def complete(self, unit):
        return not any(self.missing(unit, line_no) for line_no in self.orders[unit.order].lines)

    def line_of(self, unit, item):
        return next((no for no, line in self.orders[unit.order].lines.items() if line.item == item), 0)

    def in_work(self, unit):
        """EDG-31: picked, or consumed before the unit is reported."""
        return any(p.state == "Picked" or (p.consumed and not unit.good + unit.error) for p in self.active(match=unit.match))

    def awaiting(self, unit):
        """EDG-31, D9: rows take what is started in their order, those in work before the others."""
        room = self.orders[unit.order].started - self.reported(unit.order)
        rows = sorted(self.units_of(unit.order, "Open"), key=lambda u: (not self.in_work(u), u.match))
        return unit in rows and rows.index(unit) >= room

    # --- what must be answered; None: it is done -----------------------------------------------------------------------------------

    def part_fits(self, unit, item, number, exact=None, without=None):
        """EDG-4 to EDG-12, D20: whether a unit takes a part."""
        line_no = self.line_of(unit, item)
        if not line_no or self.stock[(item, number)] <= ZERO or self.stopped(item, number):
            return False
        if item == PAINT:
            over = self.registered(unit.match, line_no, without) + (exact or ZERO) > MOST_PAINT
            room = not over if exact else self.missing(unit, line_no) > ZERO
            return room and self.free(item, number) >= (exact or Decimal("0.00001"))
        return not self.active(item=item, number=number) and self.missing(unit, line_no, without) >= ONE

    def report_code(self, unit, good, *, accept):
        if unit.state != "Open":
            return "NOT_REPORTABLE"
        if not accept and not self.complete(unit):
            return "COMPONENTS_MISSING"
        if self.awaiting(unit):
            return "ORDER_STATUS"
        if any(self.stopped(p.item, p.number) for p in self.active(match=unit.match)):
            return "COMPONENT_ON_HOLD"
        return self.hold_code(self.orders[unit.order].item, unit.number, *(() if good else (HAND,)))

    def start_code(self, order, quantity):
        """LIF-4, EDG-31."""
        started, reported = order.started + quantity, self.reported(order.no)
        if not quantity or started > order.quantity:
            return "STARTED_ABOVE_ORDERED"
        if started < reported:
            return "STARTED_BELOW_REPORTED"
        work = [u for u in self.units_of(order.no, "Open") if self.in_work(u)]
        return "STARTED_BELOW_PICKED" if quantity < 0 and started < reported + len(work) else None

    def operation_code(self, order, operation, unit, good, scrap, *, finish):
        """C16: what is told of one good or scrapped piece."""
        if order.status != "Started":
            return "ORDER_STATUS"
        if finish and operation == 10:
            return "INVALID_INPUT"
        if scrap and unit is None:
            return "SCRAP_UNIT_MISSING"
        if unit is not None:
            own = [e for e in order.entries.values() if e.stands and e.operation == operation and e.match == unit.match]
            if scrap and (unit.state != "Open" or (any(e.good for e in own) and not any(e.scrap for e in own))):
                return "INVALID_INPUT"
            if own:
                return "OPERATION_UNIT_REPORTED"
        if sum(order.passed(operation)) + 1 > order.due(operation):
            return "OPERATION_ABOVE_DUE"
        if scrap or (finish and unit is not None):
            return self.report_code(unit, good, accept=bool(scrap))
        return None

    def take_back_code(self, order, entry):
        if order.status != "Started":
            return "ORDER_STATUS"
        if not entry.stands:
            return "OPERATION_ENTRY_TAKEN_BACK"
        posted = entry.register and any(u.register == entry.register for u in self.units_of(order.no, "Reported"))
        return "OPERATION_ENTRY_POSTED" if posted else None

    def reset_code(self, order, *, confirmed):
        """LIF-5, EDG-32."""
        if order.status == "Created":
            return "ORDER_STATUS"
        if order.status == "Estimated":
            return "ORDER_RESERVED" if self.active(order=order.no) else None
        if order.status != "Started":
            return None
        stands = order.started or order.bells or self.reported(order.no) or any(e.stands for e in order.entries.values())
        used = [p for p in self.active(order=order.no) if p.consumed]
        if not confirmed and (stands or used or any(p.state == "Picked" for p in self.active(order=order.no))):
            return "RESET_TAKES_BACK"
        if any(u.good and not self.stock[(order.item, u.number)] for u in self.units_of(order.no, "Reported")):
            return "NOT_REVERSIBLE"
        return "NOT_ADJUSTABLE" if self.twice(used) else None

    def reversal_code(self, unit):
        if unit.state != "Reported":
            return "NOT_REPORTABLE"
        if unit.good and not self.stock[(self.orders[unit.order].item, unit.number)]:
            return "NOT_REVERSIBLE"
        back = [p for p in self.active(match=unit.match) if p.by == "report"]
        return "NOT_ADJUSTABLE" if self.twice(back) else None

    def twice(self, returned):
        """EDG-4: whether a batch would be open twice in a unit."""
        still = [p for p in self.parts.values() if p.state in {"Open", "Picked"} and p not in returned]
        keys = [(p.match, p.number) for p in [*returned, *still] if p.item == PAINT]
        mine = {(p.match, p.number) for p in returned if p.item == PAINT}
        return any(keys.count(key) > 1 for key in mine)

    # --- what happens then -----------------------------------------------------------------------------------------------------

    def register(self, no, unit, item, number, quantity):
        """A new association, or more of a batch that is open in the unit."""
        if no in self.parts:
            self.parts[no].quantity += quantity
        else:
            self.parts[no] = Part(no, unit.match, unit.order, self.line_of(unit, item), item, number, quantity)
        return self.parts[no]

    def consume(self, part, by):
        self.stock[(part.item, part.number)] -= part.unposted
        part.prior, part.state, part.consumed, part.by = part.state, "Consumed", part.quantity, by

    def give_back(self, part, state=""):
        self.stock[(part.item, part.number)] += part.consumed
        part.state, part.consumed, part.by = state or part.prior, ZERO, ""

    def ring(self, order, basis, by):
        """Bells follow what passed through the operation, or was reported, whichever is more."""
        more = basis - order.belled
        if more > 0:
            order.bells.append([by, more])
            self.stock[(BELL, "")] -= more

    def unring(self, order, by, most):
        for entry in reversed(order.bells):
            if entry[0] == by and most > 0:
                back = min(entry[1], most)
                entry[1] -= back
                most -= back
                self.stock[(BELL, "")] += back
        order.bells = [entry for entry in order.bells if entry[1]]

    def report(self, unit, good, register):
        order = self.orders[unit.order]
        self.ring(order, self.reported(order.no) + 1, register)
        unit.built = sorted(p.told for p in self.active(match=unit.match))
        for part in self.active(match=unit.match):
            if part.unposted:
                self.consume(part, "report")
        unit.state, unit.good, unit.error, unit.register = "Reported", int(good), int(not good), register
        self.stock[(order.item, unit.number)] += unit.good

    def unreport(self, unit):
        self.stock[(self.orders[unit.order].item, unit.number)] -= unit.good
        unit.state, unit.good, unit.error, unit.register, unit.built = "Open", 0, 0, 0, []

    def reverse(self, unit):
        self.unring(self.orders[unit.order], unit.register, 1)
        self.unreport(unit)
        for part in self.active(match=unit.match):
            if part.by == "report":
                self.give_back(part)

    def start(self, order, quantity):
        order.status = "Started"
        order.started += quantity
        self.stock[(GREASE, "")] -= quantity

    def reset(self, order):
        if order.status == "Started":
            self.start(order, -order.started)
            for unit in self.units_of(order.no, "Reported"):
                self.unreport(unit)
            for part in self.active(order=order.no):
                self.give_back(part, "Open")
            for entry in order.entries.values():
                entry.stands = False
            self.stock[(BELL, "")] += order.belled
            order.bells = []
        order.status = STAGES[STAGES.index(order.status) - 1]

    def operate(self, order, entry_no, entry, unit):
        order.entries[entry_no] = entry
        if entry.operation == 10:
            self.ring(order, sum(order.passed(10)), "operation")
        if entry.register:
            self.report(unit, entry.good, entry.register)

    def take_back(self, order, entry):
        entry.stands = False
        if entry.operation == 10:
            basis = max(sum(order.passed(10)), self.reported(order.no))
            self.unring(order, "operation", order.belled - basis)

    def take_from_loaded(self, station, unit):
        """D24. Gives what the unit gets: batch and quantity."""
        here = [one for one in self.loaded[station] if one[0] == unit.order]
        taken = None
        for one in list(here):
            missing, free = self.missing(unit, one[1]), self.free(PAINT, one[2])
            fits = self.part_fits(unit, PAINT, one[2])
            if fits:
                taken = (one[2], min(missing, free))
            if missing and (not fits or free < missing):
                here.remove(one)
        self.loaded[station] = here
        return taken
