"""OT-03, RS-04: whatever numbers are entered on a line, its reservations fit them, and nothing is lost. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from shopfloor.clock import now
from shopfloor.item_tracking.linking import plan_links
from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.reservations.pairs import Pair
from shopfloor.reservations.rules import Demand

LOTS = [Tracking(lot_no=f"L-{number}") for number in range(3)]
READ_AT: datetime = now()


def pair(entry_no, quantity, brings, wants):
    return Pair(
        entry_no, Demand("Sales Line", "SO-1", 10000), wants, "Purchase Line", "PO-1", 10000, 0, brings, "CELL", "", "MAIN",
        Decimal(quantity), False, "", "", False, None, None, READ_AT, "E",  # the fields of a record, in their order
    )


numbers = st.dictionaries(st.sampled_from(LOTS), st.integers(1, 9).map(Decimal))
named = st.sampled_from(LOTS).flatmap(lambda lot: st.tuples(st.integers(1, 9), st.just(lot), st.sampled_from([NO_TRACKING, lot])))
blank = st.integers(1, 9).map(lambda quantity: (quantity, NO_TRACKING, NO_TRACKING))


@settings(max_examples=300)
@given(numbers, st.integers(0, 9), st.lists(st.one_of(named, blank), max_size=6))
def test_ot_03_links_fit_the_numbers_and_keep_their_quantity(wanted, without, parts):
    pairs = [pair(number, *part) for number, part in enumerate(parts, 1)]
    reserved = sum(one.quantity for one in pairs)
    open_quantity = max(sum(wanted.values(), Decimal(0)) + without, reserved)
    plan = plan_links(pairs, wanted, open_quantity)
    used: Counter[Tracking] = Counter()
    for one in plan:
        for tracking, quantity in one.parts:
            assert quantity > 0
            # RS-04: a demand for a number is served by that number or not at all.
            assert not one.pair.demand_tracking or tracking == one.pair.demand_tracking
            used[tracking] += quantity
        assert sum((quantity for _, quantity in one.parts), Decimal(0)) + one.dissolved == one.pair.quantity
        # Only a demand that names its number can lose it; who wants any is always served.
        assert one.dissolved == 0 or one.pair.specific
    assert all(used[tracking] <= quantity for tracking, quantity in wanted.items())
    assert used[NO_TRACKING] <= open_quantity - sum(wanted.values(), Decimal(0))
    assert set(used) <= {NO_TRACKING, *wanted}
