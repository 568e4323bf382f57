"""DM-40, TC-01 to TC-08, ER-28: item tracking codes and what protects what was posted under them. Both engines."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shopfloor.errors import InvalidInput, NotAllowed, NotFound, Refusal
from shopfloor.genealogy.tracking_codes import change_tracking_code
from shopfloor.items import commands, tracking_code_queries, tracking_codes
from shopfloor.items.errors import TrackingCodeHasItems, TrackingCodeInUse
from shopfloor.items.inputs import NewTrackingCode, NumberDetails, TrackingCodeChange, TrackingCodeExchange
from shopfloor.items.models import ItemTrackingCode
from shopfloor.items.number_information import set_number_information
from shopfloor.items.queries import item_master_of
from shopfloor.items.tracking import TRANSACTIONS, Tracking
from shopfloor.people.actor import Actor
from shopfloor.people.fields import read_input
from shopfloor.people.models import Plant
from shopfloor.posting import post as door
from shopfloor.posting.errors import InformationMissing, NumberRequired
from shopfloor.posting.tracking_codes import delete_tracking_code, update_tracking_code
from shopfloor.reservations.errors import NotAvailable
from tests.conftest import ADMINISTRATOR, runner
from tests.factories_items import CELL, LABEL, MODULE, PACK, PASTE, make_item, plant_with_masters
from tests.factories_orders import adjust, make_customer, make_sales_order, opening_stock, ship

NOBODY = Actor("E-X", "Nobody", frozenset())


@pytest.fixture(autouse=True)
def masters(run):
    plant_with_masters(run)


def change(run, code, actor=ADMINISTRATOR, **settings):
    return run(update_tracking_code, actor, given=TrackingCodeChange(code=code, description=code, **settings))


def exchange(run, item_no, code, actor=ADMINISTRATOR):
    return run(change_tracking_code, actor, given=TrackingCodeExchange(item_no=item_no, item_tracking_code=code))


def card(session, code):
    found = tracking_code_queries.code_card(session, code)
    session.rollback()
    return found


# --- DM-40, TC-01 to TC-03


def test_tc_01_specific_switches_on_warehouse_tracking_and_every_transaction(session, run):
    """TC-01, DM-40: boxes of a specific kind count as ticked, whatever was sent."""
    sold = {"kind": "Serial", "transaction": "sales outbound"}
    given = NewTrackingCode(code="X", description="X", lot_specific=True, requirements=(sold,))
    run(commands.create_tracking_code, given=given)
    found = card(session, "X")
    assert (found.lot_warehouse, found.serial_warehouse) == (True, False)
    assert set(found.requirements) == {("Serial", "sales outbound"), *(("Lot", name) for name in TRANSACTIONS)}
    change(run, "X", serial_specific=True, package_warehouse=True)
    found = card(session, "X")
    assert (found.serial_warehouse, found.lot_warehouse, found.package_warehouse) == (True, False, True)
    assert set(found.requirements) == {("Serial", name) for name in TRANSACTIONS}


def test_tc_01_the_database_says_it_too(session):
    session.add(ItemTrackingCode(code="BAD", description="x", serial_specific=True, serial_warehouse=False))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_tc_02_without_specific_only_the_ticked_transactions_demand_a_number(run):
    """TC-02, AP-03, ER-03."""
    given = NewTrackingCode(code="X", description="X", requirements=({"kind": "Lot", "transaction": "negative adjustment outbound"},))
    run(commands.create_tracking_code, given=given)
    make_item(run, "GEL", code="X")
    opening_stock(run, "GEL", "5")
    with pytest.raises(NumberRequired, match="lot number for this posting"):
        adjust(run, {"item_no": "GEL", "quantity": "1", "entry_type": "Negative Adjmt."})
    adjust(run, {"item_no": "GEL", "quantity": "1", "entry_type": "Negative Adjmt.", "lot_no": "ANY"})


@pytest.mark.parametrize("rule", ["expiration_entry_required", "strict_expiration_posting"])
def test_tc_03_expiry_rules_need_expiration_dates(run, rule):
    with pytest.raises(InvalidInput, match="expiration rules need"):
        read_input(TrackingCodeChange, {"code": "LOTEXP", "description": "x", "lot_specific": True, rule: True})
    change(run, "LOTEXP", lot_specific=True, use_expiration_dates=True, **{rule: True})


# --- TC-04


def test_tc_04_er_28_specific_tracking_stays_once_something_was_posted(session, run):
    change(run, "LOT", lot_specific=False)
    change(run, "LOT", lot_specific=True)
    opening_stock(run, CELL, "5", lot_no="L-1")
    with pytest.raises(TrackingCodeInUse) as caught:
        change(run, "LOT", lot_specific=False)
    assert caught.value.text() == (
        "lot specific of LOT cannot change any more: CELL has ledger entries. Make another code for new items instead."
    )
    with pytest.raises(TrackingCodeInUse, match="serial specific and lot specific"):
        change(run, "LOT", serial_specific=True)
    change(run, "LOT", lot_specific=True, use_expiration_dates=True, serial_warehouse=True)
    assert card(session, "LOT").use_expiration_dates


def test_tc_04_history_of_another_plant_counts(session, run):
    """Codes are shared by all plants (A15)."""
    session.add(Plant(plant_no=2, name="Second", time_zone="UTC"))
    session.commit()
    opening_stock(run, CELL, "5", lot_no="L-1")
    session.info["plant_no"] = 2
    with pytest.raises(TrackingCodeInUse):
        change(run, "LOT", lot_specific=False)


def test_tc_04_er_28_a_code_in_use_is_not_deleted(session, run):
    with pytest.raises(TrackingCodeHasItems, match="LOT is in use by CELL"):
        run(delete_tracking_code, code="LOT")
    exchange(run, CELL, "")
    run(delete_tracking_code, code="LOT")
    run(delete_tracking_code, code="SNUSE")
    assert card(session, "LOT") is None
    for code in ("LOT", ""):
        with pytest.raises(NotFound):
            run(delete_tracking_code, code=code)


def test_tc_04_serial_tracking_needs_whole_units(run):
    with pytest.raises(InvalidInput, match="PASTE has another one"):
        change(run, "LOTEXP", serial_specific=True)


# --- TC-05


def test_tc_05_er_28_another_specific_tracking_is_refused_after_a_posting(session, run):
    exchange(run, CELL, "SN")
    exchange(run, CELL, "LOT")
    opening_stock(run, CELL, "5", lot_no="L-1")
    for code in ("SN", "", "SNUSE"):
        with pytest.raises(TrackingCodeInUse, match="CELL has ledger entries"):
            exchange(run, CELL, code)
    exchange(run, CELL, "LOTEXP")
    assert item_master_of(session, CELL).item_tracking_code == "LOTEXP"
    session.rollback()


def test_tc_05_open_tracked_lines_stop_an_exchange(session, run):
    """TC-05: a reservation of a number is gone with its goods here, so a fixed number of an order stands for the open line."""
    from shopfloor.production.bills import create_bom
    from shopfloor.production.commands import create_order
    from shopfloor.production.inputs import NewBom, NewProductionOrder

    run(create_bom, given=NewBom(item_no=CELL, lines=({"item_no": LABEL, "quantity_per": "1"},)))
    order = NewProductionOrder(no="RPO-1", item_no=CELL, quantity="5", location_code="MAIN", fixed_lot_no="L-9")
    run(create_order, given=order)
    with pytest.raises(TrackingCodeInUse, match="fixed numbers on open production orders"):
        exchange(run, CELL, "SN")
    exchange(run, CELL, "LOTEXP")


@pytest.mark.parametrize(("item_no", "code", "refusal"), [("NIL", "LOT", NotFound), (CELL, "NIL", NotFound), (PASTE, "SN", InvalidInput)])
def test_tc_05_exchanges_that_cannot_be(run, item_no, code, refusal):
    with pytest.raises(refusal):
        exchange(run, item_no, code)


def test_a30_tracking_codes_need_the_right_to_maintain_masters(run):
    for attempt in (
        lambda: change(run, "LOT", NOBODY, lot_specific=True),
        lambda: run(delete_tracking_code, NOBODY, code="SNUSE"),
        lambda: exchange(run, CELL, "SN", NOBODY),
    ):
        with pytest.raises(NotAllowed):
            attempt()


# --- TC-07, TC-08


def test_tc_07_specific_finds_its_number_and_non_specific_only_records_it(session, run):
    """TC-07, ER-07."""
    make_customer(run)
    opening_stock(run, CELL, "5", lot_no="L-1")
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    with pytest.raises(NotAvailable, match="L-2"):
        ship(run, "SO-1", {"quantity": "1", "lot_no": "L-2"})
    run(commands.create_tracking_code, given=NewTrackingCode(code="FREE", description="Free"))
    make_item(run, "GEL", code="FREE")
    opening_stock(run, "GEL", "5", lot_no="G-1")
    adjust(run, {"item_no": "GEL", "quantity": "2", "entry_type": "Negative Adjmt.", "lot_no": "G-2"})
    assert item_master_of(session, "GEL").rules.specific_part(Tracking(lot_no="G-2")) == Tracking()
    session.rollback()


def test_tc_08_information_must_exist_inbound_and_outbound(run):
    """TC-08: unless it is created on posting, and then only at inbound posting."""
    change(run, "LOT", lot_specific=True, information_required_inbound=True, create_information_on_posting=False)
    with pytest.raises(InformationMissing, match="L-1 of CELL"):
        opening_stock(run, CELL, "5", lot_no="L-1")
    run(set_number_information, given=NumberDetails(item_no=CELL, kind="Lot", number="L-1"))
    opening_stock(run, CELL, "5", lot_no="L-1")
    change(run, "LOT", lot_specific=True, information_required_inbound=True, create_information_on_posting=True)
    opening_stock(run, CELL, "5", lot_no="L-2")
    given = NewTrackingCode(code="OUT", description="Out", information_required_outbound=True, create_information_on_posting=False)
    run(commands.create_tracking_code, given=given)
    make_item(run, "GEL", code="OUT")
    opening_stock(run, "GEL", "5")
    with pytest.raises(InformationMissing, match="G-1 of GEL"):
        adjust(run, {"item_no": "GEL", "quantity": "1", "entry_type": "Negative Adjmt.", "lot_no": "G-1"})


# --- a change and a posting at the same time


def meet(engine, monkeypatch, second):
    """A posting of CELL pauses after it has read the tracking codes; `second` runs meanwhile. Gives the outcomes of both."""
    has_read, may_go_on = threading.Event(), threading.Event()
    real = door.reading.lock_stock

    def paused(*arguments):
        has_read.set()
        may_go_on.wait(1.0)
        return real(*arguments)

    monkeypatch.setattr(door.reading, "lock_stock", paused)

    def attempt(work):
        with Session(engine) as session:
            try:
                work(runner(session))
            except Refusal as refusal:
                return refusal.code
            return "done"

    def late(run):
        has_read.wait(5)
        second(run)
        may_go_on.set()

    with ThreadPoolExecutor(2) as pool:
        posting = pool.submit(attempt, lambda run: opening_stock(run, CELL, "5", lot_no="L-1"))
        changing = pool.submit(attempt, late)
        return posting.result(), changing.result()


CHANGES = (
    lambda run: change(run, "LOT", lot_specific=False),
    lambda run: exchange(run, CELL, "SN"),
)


@pytest.mark.parametrize("second", CHANGES)
def test_tc_04_tc_05_a_change_waits_for_the_posting_that_has_read_the_code(engine, monkeypatch, second):
    assert meet(engine, monkeypatch, second) == ("done", "TRACKING_CODE_IN_USE")


@pytest.mark.parametrize("second", CHANGES)
def test_tc_04_tc_05_without_the_gate_they_slip_past_each_other(engine, monkeypatch, second):
    """The naive way: look, then change. The test above would prove nothing if this one went well, too."""
    if engine.dialect.name == "sqlite":
        pytest.skip("one writer at a time: there is nothing to slip past")
    monkeypatch.setattr(tracking_codes, "keep_postings_out", lambda session: None)
    assert meet(engine, monkeypatch, second) == ("done", "done")


def test_tc_04_a_posting_that_comes_during_the_change_reads_the_new_code(engine, monkeypatch, run, session):
    """The change holds the gate; the posting that waited for it demands what the code says afterwards."""
    holds, posted = threading.Event(), []
    real = tracking_codes.settings_of

    def slow(*arguments):
        holds.set()
        threading.Event().wait(0.4)
        return real(*arguments)

    monkeypatch.setattr(tracking_codes, "settings_of", slow)

    def late():
        holds.wait(5)
        with Session(engine) as other:
            try:
                opening_stock(runner(other), CELL, "5", lot_no="L-1")
            except NumberRequired as refusal:
                posted.append(refusal.kinds)

    thread = threading.Thread(target=late)
    thread.start()
    change(run, "LOT", serial_specific=True)
    thread.join(10)
    assert posted == ["serial"]


def test_pack_and_module_keep_their_codes(session):
    assert {item_master_of(session, no).item_tracking_code for no in (PACK, MODULE)} == {"SN"}
    session.rollback()
