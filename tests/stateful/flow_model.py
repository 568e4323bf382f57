"""The flow in plain dictionaries: what a foreman would keep on paper about units, parts, stock, holds and journals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from tests.factories_genealogy import BELL, BIKE, FRAME, FRAME_LINE, PAINT, PAINT_LINE, WHEEL, WHEEL_LINE

ZERO, ONE = Decimal(0), Decimal(1)
NEEDS = {FRAME_LINE: (FRAME, Decimal(1)), WHEEL_LINE: (WHEEL, Decimal(2)), PAINT_LINE: (PAINT, Decimal("0.25"))}
LINE_OF = {item: line for line, (item, _) in NEEDS.items()}
MOST_PAINT = Decimal("0.26")
"""0.25 kg and 4 % of tolerance."""
SHORT = {"NOT_AVAILABLE", "RESERVED_ELSEWHERE"}
STARTED = 3


@dataclass
class Unit:
    match: int
    order: str
    number: str
    state: str = "Open"
    good: Decimal = ZERO
    error: Decimal = ZERO


@dataclass
class Part:
    """`posted`: consumptions that stand, oldest first: whether a report or a journal made them, and what is left of each."""

    no: int
    match: int
    order: str
    item: str
    number: str
    quantity: Decimal
    state: str = "Open"
    prior: str = ""
    posted: list = field(default_factory=list)

    @property
    def line(self):
        return LINE_OF[self.item]

    @property
    def serial(self):
        return self.item != PAINT

    @property
    def consumed(self):
        return sum((left for _, left in self.posted), ZERO)

    @property
    def unposted(self):
        return ZERO if self.state == "Removed" else self.quantity - self.consumed

    @property
    def fixed(self):
        """Posted ones are locked (EDG-29)."""
        return self.state == "Consumed" or self.consumed > ZERO


class Model:
    def __init__(self):
        self.stock = defaultdict(Decimal)
        self.units = {}
        self.parts = {}
        self.held = set()
        self.journal = {}
        """Open journal lines: association -> quantity."""

    # --- looking things up ---------------------------------------------------------------------------------------------------

    def active(self, **where):
        parts = [p for p in self.parts.values() if p.state != "Removed"]
        return sorted((p for p in parts if all(getattr(p, k) == v for k, v in where.items())), key=lambda p: p.no)

    def free(self, item, number):
        return self.stock[(item, number)] - sum(p.unposted for p in self.active(item=item, number=number))

    def registered(self, match, line, without=None):
        return sum((p.quantity for p in self.active(match=match, line=line) if p is not without), ZERO)

    def missing(self, match, line, without=None):
        return max(NEEDS[line][1] - self.registered(match, line, without), ZERO)

    def complete(self, match):
        return not any(self.missing(match, line) for line in NEEDS)

    # --- what must be answered -------------------------------------------------------------------------------------------------

    def product_code(self, order, number, *, confirmed=False):
        """SCN-9, EDG-16, EDG-19, D13, D39."""
        known = [u for u in self.units.values() if u.number == number]
        working = next((u for u in known if u.state != "Removed"), None)
        if working is not None:
            if working.order != order:
                return "PRODUCT_OTHER_ORDER"
            return "PRODUCT_REPORTED" if working.state == "Reported" else "PRODUCT_SELECTED"
        here = any(u.order == order for u in known)
        if known and not here and not confirmed:
            return "NUMBER_WAS_REMOVED"
        if sum(u.order == order and u.state != "Removed" for u in self.units.values()) >= STARTED:
            return "PRODUCT_OVER_STARTED"
        return "PRODUCT_REVIVED" if here else "PRODUCT_REGISTERED"

    def scan_code(self, match, item, number, exact):
        """None: it is registered. Where the reason is worded by what is missing, any refusal of the kind will do."""
        unit = self.units.get(match)
        if unit is None or unit.state == "Removed":
            return {"NO_PRODUCT"}
        if unit.state == "Reported":
            return {"UNIT_REPORTED"}
        return self.part_code(match, item, number, exact)

    def part_code(self, match, item, number, exact, without=None):
        """EDG-4 to EDG-12, EDG-17, EDG-18, D20, in the order of the checks. `without`: an association that goes first."""
        line = LINE_OF[item]
        if self.stock[(item, number)] <= ZERO:
            return {"NUMBER_UNKNOWN", "NUMBER_WRONG_ITEM", "SERIAL_CONSUMED", "SELECT_COMPONENT", "SERIAL_IN_USE", "NOT_AVAILABLE"}
        if item != PAINT:
            used = next((p for p in self.active(item=item, number=number) if p is not without), None)
            if used is not None:
                return {"ALREADY_REGISTERED" if used.match == match and without is None else "SERIAL_IN_USE"}
            if not self.missing(match, line, without):
                return {"SERIAL_LIMIT"}
        elif exact is None and not self.missing(match, line):
            return {"COMPONENT_COMPLETE"}
        elif exact is not None and self.registered(match, line, without) + exact > MOST_PAINT:
            return {"OVER_QUANTITY"}
        if (item, number) in self.held:
            return {"NUMBER_ON_HOLD"}
        free = self.free(item, number) + (without.unposted if without is not None and without.number == number else ZERO)
        needed = ONE if item != PAINT else exact
        if free <= ZERO or (needed is not None and free < needed):
            return SHORT
        return None

    def taken(self, match, item, number, exact):
        """How much a good scan registers (SCN-19)."""
        if item != PAINT:
            return ONE
        return exact if exact is not None else min(self.free(item, number), self.missing(match, PAINT_LINE))

    def report_code(self, unit, *, accept):
        """ASC-13, D5, D20, D29."""
        if unit.state != "Open":
            return "NOT_REPORTABLE"
        if not accept and not self.complete(unit.match):
            return "COMPONENTS_MISSING"
        for part in self.active(match=unit.match):
            if (part.item, part.number) in self.held:
                return "COMPONENT_ON_HOLD"
            if part.no in self.journal:
                return "JOURNAL_OPEN"
        return None

    def removal_code(self, part, *, confirmed):
        """EDG-28, EDG-29."""
        if part.fixed:
            return "ROW_LOCKED"
        return "HAS_PICKS" if part.state == "Picked" and not confirmed else None

    def unit_removal_code(self, unit, *, confirmed):
        """EDG-27 to EDG-29."""
        if unit.state == "Reported":
            return "ROW_LOCKED"
        codes = [self.removal_code(part, confirmed=confirmed) for part in self.active(match=unit.match)]
        first = next((code for code in codes if code), None)
        return first or ("ROW_HAS_COMPONENTS" if codes and not confirmed else None)

    def line_code(self, part, quantity):
        """ASC-23, ASC-24."""
        wrong_serial = part.serial and (abs(quantity) > ONE or quantity % 1 or part.consumed + quantity > ONE)
        return "NOT_ADJUSTABLE" if -quantity > part.consumed or wrong_serial else None

    def journal_code(self, lines):
        """PST-5: everything that is to be posted must be there and not on hold."""
        if not lines:
            return {"NOTHING_SELECTED"}
        if any(self.line_code(part, quantity) for part, quantity in lines):
            return {"NOT_ADJUSTABLE"}
        used = [(part, quantity) for part, quantity in lines if quantity > ZERO]
        if any((part.item, part.number) in self.held for part, _ in used):
            return {"NUMBER_ON_HOLD"}
        extra = defaultdict(Decimal)
        for part, quantity in used:
            extra[(part.item, part.number)] += max(quantity - part.unposted, ZERO)
        if any(self.free(*key) < more for key, more in extra.items()):
            return SHORT
        returned = [part for part, quantity in lines if quantity < ZERO]
        return {"NOT_ADJUSTABLE"} if self.twice(returned, [part for part, _ in used]) else None

    def twice(self, returned, consumed=()):
        """EDG-4: whether a lot would be open twice in a unit once these come back and those are gone."""
        still = [p for p in self.parts.values() if p.state in {"Open", "Picked"} and p not in consumed and p not in returned]
        keys = [(p.match, p.number) for p in [*returned, *still] if not p.serial]
        return len(keys) > len(set(keys))

    # --- what happens then -----------------------------------------------------------------------------------------------------

    def register(self, no, match, item, number, quantity):
        """A new association, or more of a lot that the unit has already (EDG-4). Gives the quantity before."""
        if no in self.parts:
            before = self.parts[no].quantity
            self.parts[no].quantity += quantity
            return before
        self.parts[no] = Part(no, match, self.units[match].order, item, number, quantity)
        return ZERO

    def top_up(self, match, item, number, without=None):
        """The association that another scan of the lot adds to."""
        if item != PAINT:
            return None
        found = [p for p in self.active(match=match, item=item, number=number) if p.state in {"Open", "Picked"} and p is not without]
        return found[0] if found else None

    def remove(self, part):
        part.state = "Removed"
        self.journal.pop(part.no, None)

    def consume(self, part, quantity, by):
        if part.state != "Consumed":
            part.prior = part.state
        part.state = "Consumed"
        part.posted.append([by, quantity])
        self.stock[(part.item, part.number)] -= quantity

    def give_back(self, part, quantity, by=None):
        """D23, EDG-26: newest first; the association is what it was before."""
        for posted in reversed(part.posted):
            if by is None or posted[0] == by:
                back = min(posted[1], quantity)
                posted[1] -= back
                quantity -= back
                self.stock[(part.item, part.number)] += back
        part.state = part.prior or "Open"

    def report(self, unit, good):
        for part in self.active(match=unit.match):
            if part.unposted > ZERO:
                self.consume(part, part.unposted, "report")
        self.stock[(BELL, "")] -= 1
        unit.state, unit.good, unit.error = "Reported", Decimal(int(good)), Decimal(int(not good))
        self.stock[(BIKE, unit.number)] += unit.good

    def reversal_code(self, unit):
        """EDG-30: a unit that left stays made."""
        if unit.state != "Reported":
            return "NOT_REPORTABLE"
        if unit.good and not self.stock[(BIKE, unit.number)]:
            return "NOT_REVERSIBLE"
        back = [p for p in self.active(match=unit.match) if any(by == "report" and left for by, left in p.posted)]
        return "NOT_ADJUSTABLE" if self.twice(back) else None

    def reverse(self, unit):
        self.stock[(BIKE, unit.number)] -= unit.good
        self.stock[(BELL, "")] += 1
        unit.state, unit.good, unit.error = "Open", ZERO, ZERO
        for part in self.active(match=unit.match):
            back = sum((left for by, left in part.posted if by == "report"), ZERO)
            if back:
                self.give_back(part, back, "report")

    def post(self, lines):
        for part, quantity in lines:
            if quantity > ZERO:
                part.quantity = part.consumed + quantity
                self.consume(part, quantity, "journal")
        for part, quantity in lines:
            if quantity < ZERO:
                self.give_back(part, -quantity)
            del self.journal[part.no]
