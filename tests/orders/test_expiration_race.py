"""C15, EX-02, CI-02: a receipt of a lot and the correction of its date at the same time leave one date. Both engines."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.clock import work_date
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.orders import expiration_correction
from shopfloor.orders.journal_inputs import ExpirationCorrection
from shopfloor.posting import post as door
from tests.conftest import runner
from tests.factories_items import PASTE, plant_with_masters
from tests.factories_orders import opening_stock
from tests.factories_posting import bought, posting

OLD, NEW = work_date("UTC") + timedelta(days=90), work_date("UTC") + timedelta(days=30)


def meet(engine, monkeypatch):
    """A receipt pauses after it has read the lot's date; the correction runs meanwhile. Gives the dates of what is open afterwards."""
    with Session(engine) as session:
        run = runner(session)
        plant_with_masters(run)
        opening_stock(run, PASTE, "5", lot_no="P-1", expiration_date=OLD)
    has_read, may_go_on = threading.Event(), threading.Event()
    real = door.reading.history

    def paused(session, lines, units):
        if not lines[0].changes_expiration:
            has_read.set()
            may_go_on.wait(1.0)
        return real(session, lines, units)

    monkeypatch.setattr(door.reading, "history", paused)

    def receipt():
        with Session(engine) as session:
            runner(session)(posting, lines=[bought(PASTE, 3, lot="P-1")], out=[])

    def correction():
        has_read.wait(5)
        given = ExpirationCorrection(item_no=PASTE, kind="Lot", number="P-1", new_expiration_date=NEW, reason="label")
        with Session(engine) as session:
            runner(session)(expiration_correction.change_expiration_date, given=given)
        may_go_on.set()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(receipt), pool.submit(correction)]:
            future.result(20)
    with Session(engine) as session:
        open_nos = select(OpenItemEntry.entry_no)
        return set(session.scalars(select(ItemLedgerEntry.expiration_date).where(ItemLedgerEntry.entry_no.in_(open_nos))))


def test_c15_ci_02_a_lot_has_one_date_whoever_comes_first(engine, monkeypatch):
    assert meet(engine, monkeypatch) == {NEW}


def test_c15_ci_02_without_the_gate_the_lot_has_two_dates(engine, monkeypatch):
    """The naive way, so that the test above is known to bite."""
    if engine.dialect.name == "sqlite":
        pytest.skip("one writer at a time: there is nothing to slip past")
    monkeypatch.setattr(expiration_correction, "keep_postings_out", lambda session: None)
    assert meet(engine, monkeypatch) == {OLD, NEW}
