"""Decides a whole posting: which entries, applications, balances, numbers and edges it makes, or why it is refused. Pure.

Entries get their numbers later, in one block. Until then a new entry is named by a negative reference: -1 is the first, -2 the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from shopfloor.errors import NotFound, Refusal, in_row
from shopfloor.items.date_formula import days_later
from shopfloor.items.holds import Use
from shopfloor.items.masters import ItemMaster
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import EntryType, OrderType
from shopfloor.ledger.errors import InTransit, NotReversible, OwnOutput, SerialInStock
from shopfloor.ledger.rules import HeldPiece, OpenStock, Stock, Taken, Taking, Want
from shopfloor.ledger.units import number_unit
from shopfloor.posting import checks
from shopfloor.posting.edges import edges_of
from shopfloor.posting.errors import EntryNotOpen, ExpirationDiffers, ExpirationRequired, PartOfNumber
from shopfloor.posting.facts import Facts, NumberFact, NumberKey, Production, SerialKey, dated_number, numbers_of
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.planned import Plan, PlannedApplication, PlannedEntry
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.errors import NotAvailable, NumberOnHold, ReservedElsewhere, refusal_of_hold


class HeldByOthers(Exception):
    """The goods are here, but reserved: the caller finds out for whom and raises the refusal with the holder's name."""

    row = 0
    """Number of the line, from 1."""

    def __init__(self, refusal: ReservedElsewhere, entry_nos: tuple[int, ...]) -> None:
        """`entry_nos`: the open entries that others hold."""
        super().__init__(str(refusal))
        self.refusal = refusal
        self.entry_nos = entry_nos


def make_plan(lines: Sequence[ItemJournalLine], facts: Facts) -> Plan:
    """Decide. Raises the refusals of `posting.errors`, `ledger.errors` and `reservations.errors`, NotFound, and HeldByOthers."""
    draft = _Draft(facts)
    for number, line in enumerate(lines, 1):
        try:
            with in_row(number):
                draft.add(line)
        except HeldByOthers as held:
            held.row = number
            raise
    draft.check_whole_numbers()
    draft.plan.changes = draft.stock.changes()
    draft.plan.used = dict(draft.stock.used)
    return draft.plan


class _Draft:
    """A plan in the making: what earlier lines of the same posting did is seen by the later ones."""

    def __init__(self, facts: Facts) -> None:
        """Start from what was read."""
        self.facts = facts
        self.plan = Plan()
        pieces = [HeldPiece(p.entry_no, p.demand, p.open_entry_no, p.quantity, p.specific or p.picked) for p in facts.pieces]
        self.stock = Stock.of(facts.stock, pieces)
        self.information = dict(facts.information)
        self.taken_back = dict(facts.taken_back)
        self.produced = dict(facts.produced)
        self.new_serials: dict[SerialKey, str] = {}
        self.held: dict[Use, frozenset[int]] = {}

    def add(self, line: ItemJournalLine) -> None:
        """One journal line: all checks in their fixed order, then what it writes."""
        item = self.facts.masters.get(line.item_no)
        if item is None:
            raise NotFound(record="item", number=line.item_no)
        checks.check_item(line, item)
        checks.check_numbers(line, item)
        self._check_taken_back(line, item)
        checks.check_fixed(line, item, self.stock.entries.get(line.applies_to_entry), self.facts)
        checks.check_information(line, item, self.information)
        checks.check_holds(line, item, self.facts)
        self._check_production(line, item)
        self.plan.lines.append(([], []))
        if line.outbound:
            self._outbound(line, item)
        else:
            self._inbound(line, item)
        self._edges(line)

    # --- checks that remember what earlier lines did

    def _check_taken_back(self, line: ItemJournalLine, item: ItemMaster) -> None:
        for entry_no in {line.corrects_entry_no, line.applies_from_entry} - {0}:
            if entry_no not in self.facts.named:
                raise NotFound(record="item ledger entry", number=str(entry_no))
            entry = self.facts.named[entry_no]
            checks.check_named(line, entry)
            if line.inbound or line.scrap_quantity < ZERO:
                scrap = line.scrap_quantity < ZERO
                before = self.taken_back.get(entry_no, ZERO)
                self.taken_back[entry_no] = checks.check_left(line, item, entry, before, scrap=scrap)

    def _check_production(self, line: ItemJournalLine, item: ItemMaster) -> None:
        """C14: counts what this posting itself makes, too."""
        serial_no = line.tracking.serial_no
        if line.entry_type != EntryType.OUTPUT or not (serial_no and item.rules.serial_specific):
            return
        key = (line.item_no, line.variant_code, serial_no)
        before = self.produced.get(key)
        checks.check_produced_once(line, item, before)
        made = (before.quantity if before else ZERO) + line.quantity + line.scrap_quantity
        self.produced[key] = Production(made, line.order_no)

    def _check_serial_free(self, line: ItemJournalLine, item: ItemMaster, tracking: Tracking) -> None:
        """AP-01: at any location, counting what this posting itself takes and puts."""
        if not (tracking.serial_no and item.rules.serial_specific):
            return
        key = (line.item_no, line.variant_code, tracking.serial_no)
        entry = self.stock.with_serial(*key)
        if entry is not None or key in self.new_serials:
            location = entry.location_code if entry else self.new_serials[key]
            raise SerialInStock(
                serial_no=tracking.serial_no, item=checks.label(item), location=location, entry_no=entry.entry_no if entry else 0
            )

    # --- what comes in

    def _inbound(self, line: ItemJournalLine, item: ItemMaster) -> None:
        """Also a mere scrap report, which never becomes stock (C4)."""
        if line.inbound:
            self._check_serial_free(line, item, line.tracking)
        expires = self._expiration(line, item, line.tracking, line.expiration_date)
        paid = self._settle(line, item) if line.inbound else []
        remaining = max(line.signed, ZERO) - sum((part.quantity for part in paid), ZERO)
        reference = self._entry(line, item, line.signed, line.location_code, line.tracking, expires, remaining)
        if line.returns_entry:
            self._apply(reference, reference, line.returns_entry, line.signed, cost_application=True)
        elif line.inbound:
            self._apply(reference, reference, 0, line.signed)
        for part in paid:
            self._apply(part.entry.entry_no, reference, part.entry.entry_no, -part.quantity)

    def _settle(self, line: ItemJournalLine, item: ItemMaster) -> list[Taken]:
        if item.rules.specific_part(line.tracking):
            return []
        return self.stock.settle(line.item_no, line.variant_code, line.location_code, line.signed)

    # --- what goes out

    def _outbound(self, line: ItemJournalLine, item: ItemMaster) -> None:
        taking = self._take(line, item)
        for part in taking.taken:
            checks.check_not_expired(line, item, part.entry, self.information)
        # The half that leaves under a corrected date carries the date that it had.
        known = self.facts.information if line.changes_expiration else self.information
        expires = checks.expiration_of(line.item_no, line.variant_code, line.tracking, known)
        self._note_numbers(line.item_no, line.variant_code, line.tracking, None)
        reference = self._entry(line, item, line.signed, line.location_code, line.tracking, expires, -taking.missing)
        for part in taking.taken:
            self._apply(reference, part.entry.entry_no, reference, -part.quantity)
            self.plan.lines[-1][1].append((part.entry.entry_no, part.quantity))
        if line.entry_type == EntryType.TRANSFER:
            self._receive(line, item, reference, taking)

    def _receive(self, line: ItemJournalLine, item: ItemMaster, shipped: int, taking: Taking) -> None:
        """DM-11 (c), DM-12: one receiving entry for each source entry."""
        tracking = line.received_tracking
        self._check_serial_free(line, item, tracking)
        self._pass_hold_on(line, item)
        old = checks.expiration_of(line.item_no, line.variant_code, line.tracking, self.information)
        redates = line.changes_expiration and checks.same_dated_number(line)
        expires = self._redate(line, item) if redates else self._expiration(line, item, tracking, line.expiration_date or old)
        for part in taking.taken:
            kept = taking.kept_reserved
            received = self._entry(line, item, part.quantity, line.received_location, tracking, expires, part.quantity, reserved=kept)
            self._apply(received, received, shipped, part.quantity, transferred_from=part.entry.entry_no)
            if kept:
                self.plan.moved_entries[part.entry.entry_no] = received

    def _take(self, line: ItemJournalLine, item: ItemMaster) -> Taking:
        if line.changes_expiration and line.stays_as_it_is and line.applies_to_entry:
            whole = self.stock.take_whole(line.applies_to_entry, -line.signed)
            if whole is not None:
                return whole
        consumes = line.entry_type == EntryType.CONSUMPTION and line.order_type == OrderType.PRODUCTION
        want = Want(
            line.item_no, line.variant_code, line.location_code, item.rules.specific_part(line.tracking), -line.signed,
            holder=line.demand,
            only_entry_no=line.fixed_entry,
            not_made_by=(line.order_no, line.order_line_no) if consumes else None,
            skipped=frozenset() if checks.ignores_holds(line, self.facts) else self._held(checks.use_of(line)),
            from_transit=line.from_transit,
        )
        taking = self.stock.take(want)
        if taking.missing > ZERO and (self.stock.held_by_others(taking) > ZERO or not self._may_go_below_zero(line, item)):
            raise self._shortage(line, item, taking)
        checks.check_reserved(line, item, taking.reserved)
        return taking

    def _may_go_below_zero(self, line: ItemJournalLine, item: ItemMaster) -> bool:
        """C10, AP-11: allowed by the item; never for transfer, consumption, a specific number or a fixed entry."""
        may = line.entry_type in {EntryType.SALE, EntryType.NEGATIVE_ADJUSTMENT} and not line.fixed_entry
        return may and item.negative_stock_allowed and not item.rules.specific

    def _shortage(self, line: ItemJournalLine, item: ItemMaster, taking: Taking) -> Refusal | HeldByOthers:
        """AP-04, AP-11, ER-07 to ER-10: the most telling reason first."""
        number, needed, here = checks.number_label(line.tracking), shown(-line.signed), shown(taking.found)
        if line.corrects_entry_no:
            return NotReversible(
                item=checks.label(item), number=number, entry_no=line.corrects_entry_no, quantity=needed, left=here
            )
        if taking.held and taking.missing <= self.stock.held_by_others(taking):
            refusal = ReservedElsewhere(item=checks.label(item), number=number, holder="")
            return HeldByOthers(refusal, taking.held)
        if taking.on_hold:
            return self._on_hold(line, item, taking.on_hold[0])
        if taking.on_its_way and not line.from_transit:
            return InTransit(
                item=checks.label(item), number=number, location=line.location_code, order_no=taking.on_its_way[0].order_no
            )
        if taking.own_output:
            return OwnOutput(item=checks.label(item), number=number, order_no=line.order_no)
        if line.applies_to_entry:
            return EntryNotOpen(
                entry_no=line.applies_to_entry, item=checks.label(item), left=here, needed=needed, unit=item.base_unit_code
            )
        return NotAvailable(
            item=checks.label(item), number=number, location=line.location_code, available=here, needed=needed, unit=item.base_unit_code
        )

    def _held(self, use: Use) -> frozenset[int]:
        """Open entries that a use must pass over; looked for once for each use of the posting."""
        if use not in self.held:
            self.held[use] = checks.held_entries(self.facts, use)
        return self.held[use]

    def _on_hold(self, line: ItemJournalLine, item: ItemMaster, entry: OpenStock) -> Refusal:
        """The hold that keeps an entry without a specific number from being taken."""
        try:
            checks.refuse_held(item, entry.variant_code, entry.tracking, self.information, checks.use_of(line))
        except NumberOnHold as refusal:
            return refusal
        raise AssertionError("an entry was skipped although none of its numbers is on hold")

    # --- numbers

    def _expiration(self, line: ItemJournalLine, item: ItemMaster, tracking: Tracking, given: date | None) -> date | None:
        """EX-01 to EX-03, EX-05, C15: the number's one date, set when it is first registered."""
        if not tracking:
            return None
        key = dated_number(line.item_no, line.variant_code, tracking)
        known = self.information.get(key)
        expires = known.expiration_date if known else None
        if item.rules.use_expiration_dates and not line.takes_back:
            in_ledger = key in self.plan.information or number_unit(line.item_no, line.variant_code, tracking) in self.facts.units
            differs = given is not None and given != expires
            if differs and (expires is not None or in_ledger):
                raise ExpirationDiffers(
                    item=checks.label(item), number=key[3], known=expires.isoformat() if expires else "no date", given=str(given)
                )
            if expires is None and not in_ledger:
                formula = days_later(line.posting_date, item.expiration_days) if item.expiration_days and not given else None
                expires = given or formula
            counted = line.entry_type == EntryType.POSITIVE_ADJUSTMENT and in_ledger
            mere_scrap = not (line.inbound or line.outbound)
            if expires is None and item.rules.expiration_entry_required and not counted and not mere_scrap:
                raise ExpirationRequired(item=checks.label(item), number=key[3])
        self._note_numbers(line.item_no, line.variant_code, tracking, expires)
        return expires if item.rules.use_expiration_dates else None

    def _redate(self, line: ItemJournalLine, item: ItemMaster) -> date:
        """EX-05, C15: the number's one date becomes another one; `check_whole_numbers` sees that no part keeps the old one."""
        key, new = dated_number(line.item_no, line.variant_code, line.tracking), line.expiration_date
        assert new is not None, "checked by the line itself"
        if self.plan.redated.get(key, new) != new:
            raise ExpirationDiffers(item=checks.label(item), number=key[3], known=self.plan.redated[key].isoformat(), given=str(new))
        self._note_numbers(line.item_no, line.variant_code, line.received_tracking, new)
        for same in {key, *(k for k in numbers_of(line.item_no, line.variant_code, line.received_tracking) if k[2] == "Serial")}:
            self.information[same] = replace(self.information[same], expiration_date=new)
            self.plan.redated[same] = new
            self.plan.new_dates.pop(same, None)
        return new

    def check_whole_numbers(self) -> None:
        """EX-05: what is open of a number with a corrected date went through this posting, in full. Raises PartOfNumber."""
        for key in self.plan.redated:
            old = [entry for entry in self.facts.stock if checks.is_dated_by(entry.item_no, entry.variant_code, entry.tracking, key)]
            left = sum((max(self.stock.remaining[entry.entry_no], ZERO) for entry in old), ZERO)
            left += sum((e.remaining for e in self.plan.entries if self._keeps_old_date(e, key)), ZERO)
            if left > ZERO:
                item = self.facts.masters[key[0]]
                raise PartOfNumber(item=checks.label(item), number=key[3], left=shown(left), unit=item.base_unit_code)

    def _keeps_old_date(self, entry: PlannedEntry, key: NumberKey) -> bool:
        dated = entry.remaining > ZERO and checks.is_dated_by(entry.line.item_no, entry.line.variant_code, entry.tracking, key)
        return dated and entry.expiration_date != self.plan.redated[key]

    def _pass_hold_on(self, line: ItemJournalLine, item: ItemMaster) -> None:
        """D20: a new number does not end a hold. It begins on hold; a free number that exists already does not take held goods."""
        for old, new in checks.renamed_numbers(line):
            fact = self.information.get(old, NumberFact())
            if not fact.hold.stops:
                continue
            known = self.information.get(new) if new else NumberFact()
            if known is not None and fact.hold.stops & ~known.hold.stops:
                raise refusal_of_hold(fact.hold, checks.label(item), old[3])
            if new and known is None:
                self.plan.held[new] = checks.inherited(fact, old)

    def _note_numbers(self, item_no: str, variant_code: str, tracking: Tracking, expires: date | None) -> None:
        """Every number that is posted has its information from then on."""
        for key in numbers_of(item_no, variant_code, tracking):
            known = self.information.get(key)
            if known is None:
                self.plan.information[key] = expires
                self.information[key] = replace(self.plan.held.get(key, NumberFact()), expiration_date=expires)
            elif known.expiration_date is None and expires is not None and key not in self.plan.information:
                self.plan.new_dates[key] = expires
                self.information[key] = replace(known, expiration_date=expires)

    # --- rows

    def _entry(
        self, line: ItemJournalLine, item: ItemMaster, quantity: Decimal, location_code: str, tracking: Tracking,
        expires: date | None, remaining: Decimal, reserved: Decimal = ZERO,
    ) -> int:
        """Adds an entry and gives its reference."""
        if remaining > ZERO and tracking.serial_no and item.rules.serial_specific:
            self.new_serials[(line.item_no, line.variant_code, tracking.serial_no)] = location_code
        own = quantity == line.signed
        in_unit = line.quantity_in_unit if own and line.quantity_in_unit is not None else None
        flipped = line.signed != line.quantity
        self.plan.entries.append(
            PlannedEntry(
                line, quantity, line.scrap_quantity if own else ZERO, location_code, tracking, expires, remaining, reserved,
                checks.warranty_of(line, item, quantity),
                quantity_in_unit=(-in_unit if flipped else in_unit) if in_unit is not None else quantity,
                unit_code=(line.unit_code if in_unit is not None else "") or item.base_unit_code,
            )
        )
        reference = -len(self.plan.entries)
        self.plan.lines[-1][0].append(reference)
        return reference

    def _apply(
        self, item_entry: int, inbound: int, outbound: int, quantity: Decimal, *, transferred_from: int = 0, cost_application: bool = False
    ) -> None:
        self.plan.applications.append(PlannedApplication(item_entry, inbound, outbound, quantity, transferred_from, cost_application))

    def _edges(self, line: ItemJournalLine) -> None:
        """A17: what is in what."""
        for parent, child, quantity in edges_of(line):
            self.plan.edges[(parent, child)] += quantity
