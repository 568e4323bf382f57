"""T3: loaded batches, replaced parts, substitutes, resets, the report dialog and holds, all at once. Both engines, real threads.

Nobody hangs, never more than exists is used, and whoever comes too late is told by a typed refusal.
"""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from shopfloor.errors import Refusal
from shopfloor.genealogy.added_components import add_component
from shopfloor.genealogy.inputs import AddComponent, LoadBatch, ReplaceInput, ReportOrder
from shopfloor.genealogy.loading import load_batch, loaded_at
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.replacing import replace_component
from shopfloor.genealogy.report_dialog import report_order
from shopfloor.genealogy.resetting import reset_order
from shopfloor.items.dispositions import DISPOSITION_CODE, set_disposition
from shopfloor.items.inputs import HoldNumber, NewDispositionCode, SetDisposition
from shopfloor.items.number_information import hold_number
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.people.actor import Actor
from shopfloor.people.master_commands import create_record
from shopfloor.production import queries
from shopfloor.production.components import order_components
from shopfloor.production.inputs import ResetOrder
from shopfloor.production.models import ProdOrderComponent
from shopfloor.quality.commands import create_inspection
from shopfloor.quality.inputs import NewInspection
from tests.conftest import ADMINISTRATOR, ALL_RIGHTS, runner
from tests.factories_genealogy import BELL, BIKE, FRAME, PAINT, PAINT_LINE, WHEEL, WHEEL_LINE, Station, bike_order, report, stock
from tests.factories_items import make_item
from tests.genealogy.racing import codes, race, total

ORDER = {"order_no": "RPO-1"}
TYRE = "TYRE"
PATIENCE = 20
"""Seconds after which somebody counts as hanging."""


def at_station(number):
    """Somebody at a station of their own."""
    return Actor(f"E-{number}", f"Olga {number}", ALL_RIGHTS, station_code=f"ST-{number}", time_zone="UTC")


def part(session, number):
    """Number and version of a registration that stands."""
    wanted = select(ComponentAssociation.association_no, ComponentAssociation.version)
    found = session.execute(wanted.filter_by(serial_no=number).where(ComponentAssociation.state != "Removed")).one()
    session.rollback()
    return tuple(found)


# --- loaded batches -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def loadable(run, session, plant):
    """`loadable(3)`: three started orders of ten bikes whose paint may be loaded, and a lot of half a kilogram."""

    def make(orders):
        stock(run, PAINT, "P-A", quantity="0.5", expiration_date="2099-01-31")
        stock(run, PAINT, "P-B", quantity="5", expiration_date="2099-01-31")
        found = [bike_order(run, quantity="10", no=f"RPO-{n}") for n in range(1, orders + 1)]
        session.execute(update(ProdOrderComponent).where(ProdOrderComponent.line_no == PAINT_LINE).values(may_be_loaded=True))
        session.commit()
        return found

    return make


def load(run, lot_no, actor=ADMINISTRATOR, **order):
    return run(load_batch, actor, **(order or ORDER), given=LoadBatch(component_line_no=PAINT_LINE, lot_no=lot_no))


def test_t3_d24_two_operators_load_for_one_line_at_one_station(engine, session, run, loadable):
    """Each takes the place of the one before: one batch is loaded in the end, and the next unit gets its share of that one, once."""
    loadable(1)
    answers = race(engine, 10, lambda own, number: load(runner(own), "P-A" if number % 2 else "P-B"))
    assert codes(answers) == {"BATCH_LOADED": 10}
    [left] = loaded_at(session, "ST-1")
    session.rollback()
    station = Station(session)
    assert station.scan("BK-1") == "PRODUCT_REGISTERED"
    taken = session.execute(select(ComponentAssociation.lot_no, ComponentAssociation.quantity)).all()
    session.rollback()
    assert taken == [(left.lot_no, Decimal("0.25"))]


def test_t3_d24_units_that_are_served_from_the_same_batch_never_get_more_than_there_is(engine, session, run, loadable):
    """Ten orders at ten stations, one lot that is enough for two: eight units are registered without, and their batch is unloaded."""
    orders = loadable(10)
    for number, order_no in enumerate(orders):
        load(run, "P-A", at_station(number), order_no=order_no)

    def attempt(own, number):
        station = Station(own, orders[number], actor=at_station(number))
        assert station.scan(f"BK-{number}") == "PRODUCT_REGISTERED", station.answer
        return station.answer

    answers = race(engine, 10, attempt)
    served = [answer for answer in answers if [note["code"] for note in answer.notes] == ["BATCH_TAKEN"]]
    left_out = [answer for answer in answers if [note["code"] for note in answer.notes] == ["BATCH_UNLOADED"]]
    assert (len(served), len(left_out)) == (2, 8)
    assert total(session, ComponentAssociation.quantity) == total(session, OpenItemEntry.reserved, lot_no="P-A") == Decimal("0.5")


# --- replaced parts -----------------------------------------------------------------------------------------------------------


def replace_with(session, old, new):
    association_no, version = part(session, old)
    given = ReplaceInput(version=version, serial_no=new, old_part="Stock", reason="rim is bent")

    def attempt(own):
        return runner(own)(replace_component, **ORDER, association_no=association_no, given=given)

    return attempt


def test_t3_d22_one_part_of_a_unit_is_replaced_once(engine, session, run, whole):
    """The first wins; the others looked at a part that is gone, and are told."""
    news = [f"W-{n}" for n in range(3, 13)]
    stock(run, WHEEL, *news)
    report(run, whole)
    attempts = [replace_with(session, "W-1", new) for new in news]
    answers = race(engine, len(news), lambda own, number: attempts[number](own))
    assert codes(answers) == {"ASSOCIATIONS_CHANGED": 1, "STALE_ROW": 9}
    assert total(session, OpenItemEntry.remaining, item_no=WHEEL) == 10
    assert total(session, ItemLedgerEntry.quantity, item_no=WHEEL) == 10


def test_t3_d22_the_last_spare_part_goes_into_one_unit(engine, session, run, whole):
    """Two wheels of a unit are bent, and there is one spare: whoever comes second is told where it is."""
    stock(run, WHEEL, "W-3")
    report(run, whole)
    attempts = [replace_with(session, old, "W-3") for old in ("W-1", "W-2")] * 4
    answers = race(engine, len(attempts), lambda own, number: attempts[number](own))
    assert codes(answers)["ASSOCIATIONS_CHANGED"] == 1
    assert {answer.code for answer in answers if isinstance(answer, Refusal)} <= {"SERIAL_IN_USE", "SERIAL_CONSUMED", "STALE_ROW"}
    assert total(session, OpenItemEntry.remaining, item_no=WHEEL) == 1


# --- substitutes --------------------------------------------------------------------------------------------------------------


def test_t3_d36_one_line_is_substituted_once(engine, session, run, whole):
    """Two supervisors in one night: one substitute, and whoever was second knows."""
    make_item(run, TYRE, code="SN", policy="STRICT")
    given = AddComponent(item_no=TYRE, quantity_per="2", replaces_line_no=WHEEL_LINE, reason="wheels ran out")
    answers = race(engine, 8, lambda own, number: runner(own)(add_component, **ORDER, given=given))
    assert codes(answers) == {"COMPONENT_ADDED": 1, "ALREADY_REPLACED": 7}
    assert [c.item_no for c in order_components(session, "RPO-1")] == [FRAME, WHEEL, PAINT, BELL, TYRE]
    session.rollback()


def test_t3_d36_the_last_piece_of_a_substitute_goes_into_one_unit(engine, session, run, plant):
    """Ten orders take the substitute at once, and scan its only piece."""
    make_item(run, TYRE, code="SN", policy="STRICT")
    stock(run, TYRE, "T-1")
    orders = [bike_order(run, quantity="1", no=f"RPO-{n}") for n in range(10)]
    given = AddComponent(item_no=TYRE, quantity_per="1", replaces_line_no=WHEEL_LINE, reason="wheels ran out")

    def attempt(own, number):
        runner(own)(add_component, order_no=orders[number], given=given)
        station = Station(own, orders[number])
        station.build(f"BK-{number}")
        station.scan("T-1")
        return station.answer

    answers = race(engine, 10, attempt)
    assert codes(answers) == {"LINE_COMPLETED": 1, "SERIAL_IN_USE": 9}
    assert total(session, OpenItemEntry.reserved, item_no=TYRE) == 1


# --- reset --------------------------------------------------------------------------------------------------------------------


def test_t3_edg_32_reset_against_scan_and_report(engine, session, run, whole):
    """What came before the reset is taken back or stays registered, what comes after is refused; nothing is half of either."""
    stock(run, FRAME, *(f"F-{n}" for n in range(2, 12)))
    given = ResetOrder(order_no="RPO-1", reason="wrong order", confirmed=True)

    def attempt(own, number):
        if number == 5:
            return runner(own)(reset_order, given=given)
        if number == 6:
            return report(runner(own), whole)
        station = Station(own)
        if station.scan("BK-2") in {"PRODUCT_REGISTERED", "PRODUCT_SELECTED"}:
            station.scan(f"F-{number + 2}")
        return station.answer

    answers = race(engine, 10, attempt)
    assert answers.pop(5).code == "PRODUCTION_ORDER_MOVED"
    assert answers.pop(5).code in {"ASSOCIATIONS_CHANGED", "ORDER_STATUS"}
    assert codes(answers).keys() <= {"LINE_COMPLETED", "SERIAL_LIMIT", "ORDER_STATUS"}
    assert codes(answers)["LINE_COMPLETED"] <= 1
    assert queries.order_row(session, "RPO-1").status == "Released"
    assert set(session.scalars(select(TrackedProduct.state))) == {"Open"}
    assert set(session.scalars(select(ComponentAssociation.state))) == {"Open"}
    session.rollback()
    assert total(session, ItemLedgerEntry.quantity, item_no=BIKE) == 0
    assert total(session, OpenItemEntry.remaining, item_no=BELL) == 10


def test_t3_lif_5_an_order_is_reset_by_as_many_stages_as_somebody_asked_for(engine, session, run, whole):
    """Three resets are three stages; the fourth one would make a simulation of an order with registered parts."""
    report(run, whole)
    given = ResetOrder(order_no="RPO-1", reason="wrong order", confirmed=True)
    answers = race(engine, 6, lambda own, number: runner(own)(reset_order, given=given))
    assert codes(answers) == {"PRODUCTION_ORDER_MOVED": 3, "ORDER_RESERVED": 3}
    assert total(session, OpenItemEntry.remaining, item_no=BELL) == 10


# --- the report dialog ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("good", ["1", None])
def test_t3_ent_9_the_report_dialog_reports_a_unit_once(engine, session, run, whole, good):
    """Sent by ten people with keys of their own; the others find nothing that is completed."""
    answers = race(engine, 10, lambda own, number: runner(own)(report_order, **ORDER, given=ReportOrder(good=good)))
    assert codes(answers) == {"ASSOCIATIONS_CHANGED": 1, "NOT_ENOUGH_COMPLETED" if good else "INVALID_INPUT": 9}
    assert total(session, ItemLedgerEntry.quantity, item_no=BIKE) == 1
    assert total(session, OpenItemEntry.remaining, item_no=BELL) == 9


# --- a hold while a report runs ---------------------------------------------------------------------------------------------------


class Meanwhile:
    """Carries out something else in its own thread at the moment when a transaction is about to send its first statement of a kind."""

    def __init__(self, engine, statement, work):
        self.engine, self.statement, self.work, self.begun, self.done_first = engine, statement, work, False, None
        self.thread = threading.Thread(target=self._run, daemon=True)
        event.listen(engine, "before_cursor_execute", self._look)

    def _look(self, connection, cursor, statement, *arguments):
        if statement.startswith(self.statement) and not self.begun:
            self.begun = True
            self.thread.start()
            self.thread.join(0.4)  # whoever has to wait for this very transaction does not end before it does
            self.done_first = not self.thread.is_alive()

    def _run(self):
        with Session(self.engine) as session:
            try:
                self.answer = self.work(runner(session))
            except Refusal as refusal:
                self.answer = refusal

    def end(self):
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "it hangs"
        return self.answer.code


def hold_by_hand(run):
    return run(hold_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-A", reason="lumps"))


def hold_by_inspection(run):
    return run(create_inspection, given=NewInspection(item_no=PAINT, kind="Lot", number="P-A"))


def hold_by_code(run):
    given = SetDisposition(item_no=PAINT, kind="Lot", number="P-A", disposition_code="NOBUILD", reason="lumps")
    return run(set_disposition, given=given)


HOLDS = {"by hand": hold_by_hand, "by inspection": hold_by_inspection, "by disposition code": hold_by_code}


@pytest.fixture
def code(run, plant):
    given = NewDispositionCode(code="NOBUILD", name="Not to be built in", blocks_production=True)
    run(create_record, master=DISPOSITION_CODE, given=given)


@pytest.mark.parametrize("how", HOLDS)
def test_t3_d20_a_hold_waits_for_the_report_that_is_at_it(engine, run, code, whole, how):
    """Once somebody was told that a part is held, no report builds it in any more."""
    meanwhile = Meanwhile(engine, "INSERT INTO item_ledger_entry", HOLDS[how])
    assert report(run, whole).done == ["BK-1"]
    assert meanwhile.done_first is False, "the hold was answered while the part was still being built in"
    assert meanwhile.end() in {"RECORD_CHANGED", "INSPECTION_SAVED"}


@pytest.mark.parametrize("how", HOLDS)
def test_t3_d20_a_report_waits_for_the_hold_that_is_being_set(engine, session, run, code, whole, how):
    """And is refused then, although it had seen the part free."""
    meanwhile = Meanwhile(engine, "UPDATE number_information", lambda own_run: report(own_run, whole))
    HOLDS[how](run)
    assert meanwhile.done_first is False, "the part was built in while it was being held"
    assert meanwhile.end() in {"COMPONENT_ON_HOLD", "NUMBER_ON_HOLD", "QUALITY_HOLD", "BATCH_BLOCKED"}
    assert total(session, ItemLedgerEntry.quantity, item_no=BIKE) == 0
