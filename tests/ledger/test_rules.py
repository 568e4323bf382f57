"""Signs, first in first out, own reservations, fixed entries, what others hold. Pure tables."""

from datetime import date
from decimal import Decimal

import pytest

from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.rules import HeldPiece, OpenStock, Stock, Want, signed_quantity, transaction_of

ONE_DAY, NEXT_DAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.mark.parametrize(
    ("entry_type", "entered", "stored"),
    [
        (EntryType.PURCHASE, 5, 5),
        (EntryType.PURCHASE, -5, -5),
        (EntryType.SALE, 5, -5),
        (EntryType.SALE, -5, 5),
        (EntryType.POSITIVE_ADJUSTMENT, 5, 5),
        (EntryType.NEGATIVE_ADJUSTMENT, 5, -5),
        (EntryType.TRANSFER, 5, -5),
        (EntryType.CONSUMPTION, 5, -5),
        (EntryType.CONSUMPTION, -5, 5),
        (EntryType.OUTPUT, 5, 5),
        (EntryType.OUTPUT, -5, -5),
        (EntryType.ASSEMBLY_CONSUMPTION, 5, -5),
        (EntryType.ASSEMBLY_OUTPUT, 5, 5),
    ],
)
def test_dm_04_journal_sign_and_ledger_sign(entry_type, entered, stored):
    assert signed_quantity(entry_type, Decimal(entered)) == stored


@pytest.mark.parametrize(
    ("entry_type", "signed", "name"),
    [
        (EntryType.PURCHASE, 1, "purchase inbound"),
        (EntryType.PURCHASE, -1, "purchase outbound"),
        (EntryType.SALE, -1, "sales outbound"),
        (EntryType.POSITIVE_ADJUSTMENT, 1, "positive adjustment inbound"),
        (EntryType.NEGATIVE_ADJUSTMENT, -1, "negative adjustment outbound"),
        (EntryType.CONSUMPTION, -1, "manufacturing outbound"),
        (EntryType.OUTPUT, 1, "manufacturing inbound"),
        (EntryType.TRANSFER, -1, "transfer"),
    ],
)
def test_tc_02_transactions(entry_type, signed, name):
    assert transaction_of(entry_type, Decimal(signed)) == name


def entry(entry_no, remaining, *, reserved=0, day=ONE_DAY, lot="", sn="", item="A", variant="", location="M", order=("", 0)):
    return OpenStock(
        entry_no, day, item, variant, location, Tracking(sn, lot), Decimal(remaining), Decimal(reserved), order_no=order[0],
        order_line_no=order[1],
    )


def piece(pair_no, entry_no, quantity, *, holder="me", specific=False):
    return HeldPiece(pair_no, holder, entry_no, Decimal(quantity), specific)


def want(quantity, *, lot="", sn="", **fields):
    return Want("A", "", "M", Tracking(sn, lot), Decimal(quantity), **fields)


PLAIN = [entry(1, 5, day=NEXT_DAY), entry(2, 5), entry(3, 5)]
HELD = [entry(1, 5, reserved=5), entry(2, 5, reserved=3), entry(3, 5)]
LOTS = [entry(1, 5, lot="L1"), entry(2, 5, lot="L2"), entry(3, 5, lot="L1", location="N"), entry(4, 5, lot="L1", variant="RED")]

CASES = {
    "oldest posting first, then entry order": (PLAIN, [], want(12), {2: 5, 3: 5, 1: 2}, 0),
    "what is missing is told": (PLAIN, [], want(16), {2: 5, 3: 5, 1: 5}, 1),
    "only what nobody holds": (HELD, [], want(6), {2: 2, 3: 4}, 0),
    "not a bit more": (HELD, [], want(8), {2: 2, 3: 5}, 1),
    "own reservations first (AP-05, AP-06)": (HELD, [piece(9, 2, 3)], want(4, holder="me"), {2: 4}, 0),
    "others' reservations do not help": (HELD, [piece(9, 2, 3, holder="you")], want(8, holder="me"), {2: 2, 3: 5}, 1),
    "without a holder no reservation is used": (HELD, [piece(9, 2, 3)], want(8), {2: 2, 3: 5}, 1),
    "held by number before held without one": (
        HELD, [piece(8, 1, 5), piece(9, 2, 3, specific=True)], want(3, holder="me"), {2: 3}, 0,
    ),
    "exact lot, location and variant (AP-04)": (LOTS, [], want(6, lot="L1"), {1: 5}, 1),
    "no specific number: any": (LOTS, [], want(6), {1: 5, 2: 1}, 0),
    "a fixed entry only (AP-07)": (PLAIN, [], want(6, only_entry_no=3), {3: 5}, 1),
    "a fixed entry of other goods is none": (LOTS, [], want(1, lot="L1", only_entry_no=2), {}, 1),
    "own output is out of reach (AP-10)": (
        [entry(1, 5, order=("PO", 10)), entry(2, 5, order=("PO", 20))], [], want(6, not_made_by=("PO", 10)), {2: 5}, 1,
    ),
    "held goods are passed over (D20)": (PLAIN, [], want(6, skipped=frozenset({2})), {3: 5, 1: 1}, 0),
    "negative entries are no stock (C10)": ([entry(1, -5), entry(2, 5)], [], want(6), {2: 5}, 1),
    "fractions are exact": ([entry(1, "0.1"), entry(2, "0.2")], [], want("0.3"), {1: "0.1", 2: "0.2"}, 0),
}


@pytest.mark.parametrize("name", CASES)
def test_application(name):
    entries, pieces, wanted, taken, missing = CASES[name]
    stock = Stock.of(entries, pieces)
    taking = stock.take(wanted)
    assert {part.entry.entry_no: part.quantity for part in taking.taken} == {number: Decimal(q) for number, q in taken.items()}
    assert taking.missing == Decimal(missing)
    for change in stock.changes():
        assert change.remaining == change.before.remaining - Decimal(taken.get(change.before.entry_no, 0))
        assert Decimal(0) <= change.reserved <= change.remaining


def test_two_takes_share_what_is_there():
    stock = Stock.of(HELD, [piece(9, 1, 5), piece(8, 2, 3)])
    assert stock.take(want(7, holder="me")).missing == 0
    assert stock.take(want(8, holder="me")).missing == 0
    assert stock.take(want(1, holder="me")).missing == 1
    assert stock.used == {9: 5, 8: 3}


def test_ot_01_goods_from_elsewhere_free_what_was_held_without_a_number():
    stock = Stock.of([entry(1, 5, lot="L1", reserved=4), entry(2, 5, lot="L2")], [piece(9, 1, 3), piece(8, 1, 1, specific=True)])
    stock.take(want(2, lot="L2", holder="me"))
    assert stock.used == {9: 2}
    assert stock.reserved == {1: 2, 2: 0}


def test_the_taking_says_what_stood_in_the_way():
    entries = [entry(1, 5, reserved=5), entry(2, 5), entry(3, 5, order=("PO", 1))]
    stock = Stock.of(entries)
    taking = stock.take(want(9, skipped=frozenset({2}), not_made_by=("PO", 1)))
    assert (taking.found, taking.missing, taking.held, taking.own_output) == (0, 9, (1,), True)
    assert [found.entry_no for found in taking.on_hold] == [2]
    assert stock.held_by_others(taking) == 5


def test_c10_settling_pays_the_oldest_debt_first_and_no_more_than_it_has():
    stock = Stock.of([entry(1, -3, day=NEXT_DAY), entry(2, -2), entry(3, -4, location="N"), entry(4, 7)])
    assert [(part.entry.entry_no, part.quantity) for part in stock.settle("A", "", "M", Decimal(4))] == [(2, 2), (1, 2)]
    assert stock.remaining == {1: -1, 2: 0, 3: -4, 4: 7}


def test_ap_01_a_serial_is_found_until_it_is_taken():
    stock = Stock.of([entry(1, 1, sn="S1", location="N")])
    assert stock.with_serial("A", "", "S1").location_code == "N"
    assert stock.with_serial("A", "RED", "S1") is stock.with_serial("B", "", "S1") is None
    stock.take(Want("A", "", "N", Tracking("S1"), Decimal(1)))
    assert stock.with_serial("A", "", "S1") is None
