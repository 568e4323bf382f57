"""Failures of other systems that must not be ours: long traces (peers 43, 44)."""

from __future__ import annotations

import time
import tracemalloc

from shopfloor.tracing.lines import Completeness
from shopfloor.tracing.queries import trace
from tests.factories_posting import bought, made, used
from tests.tracing.books import Books

UNITS, ORDERS = 10_000, 1_300


def test_peers_43_ten_thousand_units_of_a_lot_are_all_there_or_the_answer_says_so():
    """Peers 43: no silent cap: with room for all of them the answer is complete, one line short of it it is marked as cut."""
    books = Books()
    books.receive(1, "CELL", UNITS, lot="L1")
    for unit in range(1, UNITS + 1):
        books.use(2 * unit, "CELL", 1, 1, lot="L1", match=unit)
        books.make(2 * unit + 1, "PACK", 1, serial=f"S{unit}", match=unit)
    whole = books.trace(lot_no="L1", forward=True, limit=3 * UNITS)
    assert whole.complete
    assert len({line.number for line in whole.lines if line.item_no == "PACK"}) == UNITS
    cut = books.trace(lot_no="L1", forward=True, limit=len(whole.lines) - 1)
    assert cut.completeness is Completeness.TRUNCATED
    assert cut.reasons


def test_peers_44_a_lot_in_1300_orders_is_traced_within_time_and_memory(door, session):
    """Peers 44: both ways; seconds where others took minutes, and no more memory than the answer needs."""
    door(bought("CELL", ORDERS, lot="L1"))
    for start in range(0, ORDERS, 100):
        lines = []
        for number in range(start, start + 100):
            row = {"order": f"PO-{number}", "match_id": number + 1}
            lines += [made("PACK", sn=f"S{number}", **row), used("CELL", lot="L1", **row)]
        door(*lines)
    tracemalloc.start()
    begun = time.perf_counter()
    forward = trace(session, lot_no="L1", method="Origin -> Usage")
    backward = trace(session, item_no="PACK")
    seconds = time.perf_counter() - begun
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    for answer in (forward, backward):
        assert answer.complete or answer.reasons
        assert len({line.number for line in answer.lines if line.item_no == "PACK"}) == ORDERS
    assert seconds < 20
    assert peak < 100_000_000
