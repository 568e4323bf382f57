"""Checks of one journal line, in the order in which `plan` calls them: cheapest and most telling first. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from shopfloor.items.date_formula import end_of
from shopfloor.items.errors import ItemBlocked
from shopfloor.items.holds import REASON_LENGTH, HoldSource, Use, strictest
from shopfloor.items.masters import ItemMaster
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.errors import EntryDoesNotMatch, MoreThanPosted, SerialAlreadyProduced
from shopfloor.ledger.rules import OpenStock
from shopfloor.posting.errors import (
    EntryNotOpen,
    Expired,
    InformationMissing,
    LineIsReserved,
    NumberRequired,
    SerialQuantity,
    WarrantyRequired,
)
from shopfloor.posting.facts import Facts, NamedEntry, NumberFact, NumberKey, Production, dated_number, numbers_of
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.quantity import ONE, ZERO, shown
from shopfloor.reservations.errors import MustBeReserved, refusal_of_hold

EXPIRED_GOODS_MAY_LEAVE = frozenset({EntryType.PURCHASE, EntryType.NEGATIVE_ADJUSTMENT, EntryType.TRANSFER})
"""EX-04: expired goods may be sent back, written off and moved."""
HELD_GOODS_MAY_COME = frozenset({EntryType.PURCHASE, EntryType.POSITIVE_ADJUSTMENT, EntryType.SALE, EntryType.CONSUMPTION})
"""D20 does not stop what comes in; output of a held number it does."""
MAY_COME_BACK_BY_ADJUSTMENT = frozenset({EntryType.SALE, EntryType.NEGATIVE_ADJUSTMENT})
"""AP-08: a positive adjustment names what was sold or lost; consumption returns through its order, as a repair once it has ended (D22)."""
HELD_GOODS_MAY_LEAVE = frozenset({EntryType.PURCHASE, EntryType.NEGATIVE_ADJUSTMENT})
"""D20: with a right and a reason; so does a movement within one location."""


def label(item: ItemMaster) -> str:
    """An item as people name it."""
    return f"{item.item_no} {item.description}".rstrip()


def number_label(tracking: Tracking) -> str:
    """A number as people name it; goods without one are just stock."""
    return tracking.label() or "Stock"


def check_item(line: ItemJournalLine, item: ItemMaster) -> None:
    """Raises ItemBlocked."""
    if item.blocked and not line.takes_back:
        raise ItemBlocked(item=label(item))


def check_numbers(line: ItemJournalLine, item: ItemMaster) -> None:
    """AP-02, AP-03, TL-07. Raises NumberRequired, SerialQuantity."""
    for tracking in (line.tracking, line.received_tracking):
        missing = item.rules.missing(tracking, line.transaction_kind)
        # Without specific tracking, what is taken back carries what was posted then, which may be nothing.
        if missing and not (line.takes_back and not item.rules.specific):
            refusal = NumberRequired(item=label(item), kinds=" and ".join(missing).lower(), transaction=line.transaction_kind)
            refusal.row_column = f"{missing[0].lower()}_no"
            raise refusal
        quantity = abs(line.quantity) + abs(line.scrap_quantity)
        if tracking.serial_no and quantity != ONE:
            raise SerialQuantity(serial_no=tracking.serial_no, item=label(item), quantity=shown(quantity), unit=item.base_unit_code)


def check_named(line: ItemJournalLine, entry: NamedEntry) -> None:
    """PR-04, AP-08: a correction names an entry of the same kind, goods and order line. Raises EntryDoesNotMatch."""
    repaired = bool(line.order_no) and entry.entry_type == EntryType.CONSUMPTION
    gives_back = line.entry_type == EntryType.POSITIVE_ADJUSTMENT and (repaired or entry.entry_type in MAY_COME_BACK_BY_ADJUSTMENT)
    pairs = [
        ("entry type", entry.entry_type, entry.entry_type if gives_back else str(line.entry_type)),
        ("item", entry.item_no, line.item_no),
        ("variant", entry.variant_code, line.variant_code),
        ("number", _text(entry.tracking), _text(line.tracking)),
        ("order", entry.order_no, line.order_no),
        ("order line", str(entry.order_line_no), str(line.order_line_no)),
    ]
    if line.corrects_entry_no or line.entry_type == EntryType.CONSUMPTION:
        pairs.append(("location", entry.location_code, line.location_code))
    if line.signed != ZERO:
        pairs.append(("direction", "inbound" if entry.quantity > ZERO else "outbound", "outbound" if line.inbound else "inbound"))
    for field, found, wanted in pairs:
        if found != wanted:
            raise EntryDoesNotMatch(entry_no=entry.entry_no, field=field, found=found, wanted=wanted)


def check_left(line: ItemJournalLine, item: ItemMaster, entry: NamedEntry, taken_back: Decimal, *, scrap: bool) -> Decimal:
    """AP-08: returns the quantity taken back with this line included. Raises MoreThanPosted."""
    quantity = -line.scrap_quantity if scrap else line.signed
    posted = entry.scrap_quantity if scrap else -entry.quantity
    if taken_back + quantity > posted:
        raise MoreThanPosted(
            item=label(item), number=number_label(line.tracking), entry_no=entry.entry_no, quantity=shown(quantity),
            left=shown(posted - taken_back),
        )
    return taken_back + quantity


def check_information(line: ItemJournalLine, item: ItemMaster, known: Mapping[NumberKey, NumberFact]) -> None:
    """TC-08. Raises InformationMissing."""
    required = item.information_required_outbound
    if line.inbound or line.scrap_quantity > ZERO:
        required = item.information_required_inbound and not item.create_information_on_posting
    for tracking in (line.tracking, line.received_tracking):
        for key in numbers_of(line.item_no, line.variant_code, tracking):
            if required and key not in known and not line.takes_back:
                raise InformationMissing(item=label(item), number=key[3])


def check_holds(line: ItemJournalLine, item: ItemMaster, facts: Facts) -> None:
    """AP-14, D20, EDG-14, EDG-15. Raises NumberOnHold, QualityHold, BatchBlocked."""
    if ignores_holds(line, facts) or (line.inbound and line.entry_type in HELD_GOODS_MAY_COME):
        return
    known = facts.information
    if line.entry_type == EntryType.OUTPUT and not line.inbound:
        # A unit that failed its inspection may be scrapped; what somebody holds by hand stays as it is.
        known = {key: fact for key, fact in known.items() if fact.hold.source == HoldSource.HELD}
    for tracking in (line.tracking, line.received_tracking):
        refuse_held(item, line.variant_code, tracking, known, use_of(line))


def refuse_held(
    item: ItemMaster, variant_code: str, tracking: Tracking, known: Mapping[NumberKey, NumberFact], use: Use
) -> None:
    """Raises NumberOnHold, QualityHold or BatchBlocked for the number of the combination that is stopped the most strictly (D20)."""
    holds = {key[3]: known[key].hold for key in numbers_of(item.item_no, variant_code, tracking) if key in known}
    hold = strictest(holds.values(), use)
    if hold is not None:
        number = next(number for number, one in holds.items() if one is hold)
        raise refusal_of_hold(hold, label(item), number)


def use_of(line: ItemJournalLine) -> Use:
    """What a line does with its goods, as disposition codes tell uses apart (EDG-14)."""
    if line.entry_type in {EntryType.CONSUMPTION, EntryType.OUTPUT}:
        return Use.PRODUCE
    if line.entry_type == EntryType.SALE:
        return Use.SELL
    moves_away = line.entry_type == EntryType.TRANSFER and line.received_location != line.location_code
    return Use.TRANSFER if moves_away else Use.OTHER


def ignores_holds(line: ItemJournalLine, facts: Facts) -> bool:
    """D20: what takes back never stops at a hold; movement, write-off and sending back need a right and a reason.

    Nor does a part that goes into a product which is itself held from then on.
    """
    may_leave = line.entry_type in HELD_GOODS_MAY_LEAVE or (
        line.entry_type == EntryType.TRANSFER and line.received_location == line.location_code
    )
    if line.takes_back or line.into_held_goods:
        return True
    return line.outbound and may_leave and facts.may_pass_holds and bool(line.reason or facts.reason)


def inherited(fact: NumberFact, old: NumberKey) -> NumberFact:
    """D20: what stops goods goes with them to a new number. An inspection stays with the number that it inspected, so that its hold
    becomes one by hand, which says where it came from.
    """
    if fact.hold.source != HoldSource.QUALITY:
        return fact
    reason = f"{fact.hold.source} of {old[3]}: {fact.hold.told}"[:REASON_LENGTH]
    return replace(fact, hold=replace(fact.hold, source=HoldSource.HELD.value, reason=reason))


def held_entries(facts: Facts, use: Use) -> frozenset[int]:
    """Open entries with a number that is stopped for a use."""
    return frozenset(
        entry.entry_no
        for entry in facts.stock
        for key in numbers_of(entry.item_no, entry.variant_code, entry.tracking)
        if key in facts.information and facts.information[key].hold.stops_use(use)
    )


def check_produced_once(line: ItemJournalLine, item: ItemMaster, produced: Production | None) -> None:
    """C14. Raises SerialAlreadyProduced."""
    if produced is not None and produced.quantity > ZERO and (line.inbound or line.scrap_quantity > ZERO):
        raise SerialAlreadyProduced(serial_no=line.tracking.serial_no, item=label(item), order_no=produced.order_no)


def check_not_expired(line: ItemJournalLine, item: ItemMaster, entry: OpenStock, known: Mapping[NumberKey, NumberFact]) -> None:
    """EX-04, D8: judged by the date of use; the day itself is usable. Raises Expired."""
    if not item.rules.strict_expiration_posting or line.takes_back or line.entry_type in EXPIRED_GOODS_MAY_LEAVE or not entry.tracking:
        return
    use_date = line.use_date or line.posting_date
    expires = expiration_of(entry.item_no, entry.variant_code, entry.tracking, known)
    if expires is not None and expires < use_date:
        raise Expired(
            item=label(item), number=number_label(entry.tracking), expiration_date=expires.isoformat(), use_date=use_date.isoformat()
        )


def check_reserved(line: ItemJournalLine, item: ItemMaster, reserved: Decimal) -> None:
    """AP-12, ER-11: what a document line of an *Always* item takes was reserved for it from stock. Raises MustBeReserved."""
    reservable = line.demand is not None and line.entry_type != EntryType.PURCHASE  # a return to the vendor reserves nothing
    if item.reservation_policy == "Always" and line.demand is not None and reservable and reserved < -line.signed:
        raise MustBeReserved(
            item=label(item), line=line.demand.label(), reserved=shown(reserved), needed=shown(-line.signed), unit=item.base_unit_code
        )


def expiration_of(item_no: str, variant_code: str, tracking: Tracking, known: Mapping[NumberKey, NumberFact]) -> date | None:
    """The one date of a number combination (C15)."""
    fact = known.get(dated_number(item_no, variant_code, tracking)) if tracking else None
    return fact.expiration_date if fact else None


def _text(tracking: Tracking) -> str:
    return " / ".join(number for number in (tracking.serial_no, tracking.lot_no, tracking.package_no) if number)


def check_fixed(line: ItemJournalLine, item: ItemMaster, entry: OpenStock | None, facts: Facts) -> None:
    """AP-07: a fixed entry is open and of the same goods, and the line holds no reservation. Raises LineIsReserved, EntryNotOpen,
    EntryDoesNotMatch. Whether enough of it is free shows when it is taken.
    """
    if not line.applies_to_entry or not line.outbound or line.corrects_entry_no:
        return
    if line.demand is not None and any(piece.demand == line.demand for piece in facts.pieces):
        raise LineIsReserved(item=label(item), entry_no=line.applies_to_entry)
    if entry is None or entry.remaining <= ZERO:
        raise EntryNotOpen(
            entry_no=line.applies_to_entry, item=label(item), left="0", needed=shown(-line.signed), unit=item.base_unit_code
        )
    pairs = (
        ("item", entry.item_no, line.item_no),
        ("variant", entry.variant_code, line.variant_code),
        ("location", entry.location_code, line.location_code),
        ("number", _text(entry.tracking), _text(line.tracking) or _text(entry.tracking)),
    )
    for field, found, wanted in pairs:
        if found != wanted:
            raise EntryDoesNotMatch(entry_no=entry.entry_no, field=field, found=found, wanted=wanted)


def warranty_of(line: ItemJournalLine, item: ItemMaster, quantity: Decimal) -> date | None:
    """EX-07: given, or document date + formula, on numbers that go out; moving them within the plant is no delivery. Raises
    WarrantyRequired, DateBeyondCalendar.
    """
    leaves = quantity < ZERO and bool(line.tracking) and line.entry_type != EntryType.TRANSFER
    if not leaves or line.takes_back:
        return None
    if line.warranty_date is None and item.rules.warranty_formula:
        return end_of(line.posting_date, item.rules.warranty_formula)
    if line.warranty_date is None and item.rules.warranty_entry_required:
        raise WarrantyRequired(item=label(item), number=number_label(line.tracking))
    return line.warranty_date


def same_dated_number(line: ItemJournalLine) -> bool:
    """Whether a reclassification leaves the number that carries the date."""
    if not (line.tracking and line.received_tracking):
        return False
    here = (line.item_no, line.variant_code)
    return dated_number(*here, line.tracking) == dated_number(*here, line.received_tracking)


def is_dated_by(item_no: str, variant_code: str, tracking: Tracking, key: NumberKey) -> bool:
    """Whether the date of goods is the one of a number (EX-02)."""
    return bool(tracking) and dated_number(item_no, variant_code, tracking) == key


def renamed_numbers(line: ItemJournalLine) -> list[tuple[NumberKey, NumberKey | None]]:
    """Old and new number of each kind that a reclassification exchanges. One that goes for good is followed by one that stays or comes;
    None: the goods have no number any more.
    """
    old = {key[2]: key for key in numbers_of(line.item_no, line.variant_code, line.tracking)}
    new = {key[2]: key for key in numbers_of(line.item_no, line.variant_code, line.received_tracking)}
    other = next((key for kind, key in new.items() if key != old.get(kind)), next(iter(new.values()), None))
    return [(key, new.get(kind) or other) for kind, key in old.items() if new.get(kind) != key]
