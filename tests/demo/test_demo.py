"""The demo plant: made by the real commands, whole, the same at every load, and with the story that the tour tells."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.cli.check import all_problems
from shopfloor.db.unit_of_work import CommandEntry
from shopfloor.demo import names, tour
from shopfloor.demo.floor import Floor
from shopfloor.demo.load import State, load, state, step_count
from shopfloor.demo.names import lot_label, serial_label
from shopfloor.demo.quality import WAITING_CELLS, WAITING_PACK
from shopfloor.demo.story import larger, story
from shopfloor.errors import Refusal
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput, ScanInput, ScanRules
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.registration import register_scan
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.stock_queries import stock_by_number
from shopfloor.items.models import Gtin
from shopfloor.items.queries import held_numbers, tracked_items_without_pattern
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.orders.models import SalesLine, SalesShipment
from shopfloor.people.models import Operator, Role
from shopfloor.people.settings import read_settings
from shopfloor.production.models import ProductionOrder, ProductionStatus
from shopfloor.quality.queries import list_inspections
from shopfloor.scanning.gs1.check_digits import has_check_digit
from shopfloor.tracing.queries import trace
from tests.databases import fresh_engine
from tests.demo_plant import copied


def stock(session, item_no):
    rows = stock_by_number(session, item_no=item_no, location_code=names.LOCATION, limit=200).rows
    return {row.serial_no or row.lot_no: row for row in rows}


def rows_of(session, order_no):
    query = select(TrackedProduct.serial_no, TrackedProduct.state).where(TrackedProduct.order_no == order_no)
    return dict(session.execute(query).all())


def test_the_demo_plant_passes_every_check(plant_session):
    """Delivery 4: what the commands made agrees with the entries, and D17: every tracked item has a number pattern."""
    assert all_problems(plant_session) == []
    assert tracked_items_without_pattern(plant_session) == []


def test_orders_are_in_every_state(plant_session):
    """LIF-1: one order at least in each stage, one of them started with nothing registered and one half built."""
    statuses = dict(plant_session.execute(select(ProductionOrder.no, ProductionOrder.status)).all())
    assert set(statuses.values()) == {status.value for status in ProductionStatus}
    assert statuses[tour.ORDER_NO] == statuses[tour.NOTHING_REGISTERED] == "Started"
    assert rows_of(plant_session, tour.NOTHING_REGISTERED) == {}


def test_the_tour_order_is_as_the_readme_says(plant_session):
    rows = rows_of(plant_session, tour.ORDER_NO)
    assert rows == {**dict.fromkeys(tour.REPORTED, "Reported"), tour.COMPLETE: "Open", tour.ON_THE_BENCH: "Open"}


def test_the_parts_of_the_tour_are_free_and_in_stock(plant_session):
    for item_no, numbers in (
        (names.HOUSING, [unit.housing for unit in tour.UNITS]),
        (names.MODULE, [module for unit in tour.UNITS for module in unit.modules] + [tour.BAD_IN_STOCK]),
        (names.CONTROLLER, [unit.controller for unit in tour.UNITS]),
    ):
        found = stock(plant_session, item_no)
        assert [found[number].available for number in numbers] == [Decimal(1)] * len(numbers), item_no
    assert stock(plant_session, names.PASTE)[tour.PASTE_LOT].available >= Decimal("0.25") * 17
    assert stock(plant_session, names.SCREW)[tour.SCREW_LOT].available >= 8 * 17


def test_gtins_have_right_check_digits_and_the_prefix_for_demonstrations(plant_session):
    """D10; 952 is the prefix that GS1 keeps for demonstrations."""
    numbers = plant_session.scalars(select(Gtin.gtin)).all()
    assert len(numbers) == 10
    assert all(has_check_digit(number) and number[1:4] == "952" for number in numbers)


def test_every_role_has_a_badge_and_the_plant_shows_them(plant_session):
    """A30: roles are there to be tried; the setting `demo` makes the sign-in page show the badges."""
    roles = plant_session.scalars(select(Operator.role)).all()
    assert set(roles) == {role.value for role in Role}
    assert read_settings(plant_session)["demo"] == "on"
    badges = plant_session.scalars(select(Operator.badge)).all()
    assert {tour.BADGE, tour.SUPERVISOR_BADGE, tour.MANAGER_BADGE, tour.QUALITY_BADGE, tour.ADMINISTRATOR_BADGE} <= set(badges)


def test_the_bad_lot_leads_to_exactly_its_packs_and_customers(plant_session):
    """Delivery 7, TRC-1: no pack and no customer too many, none missing; the module on the shelf has no pack."""
    found = trace(plant_session, item_no=names.CELL, lot_no=tour.BAD_LOT, method="Origin -> Usage")
    assert found.complete
    outputs = {(line.item_no, line.serial_no) for line in found.lines if line.entry_type == "Output"}
    shipped = {line.serial_no: line.source_no for line in found.lines if line.entry_type == "Sale"}
    assert {number for item_no, number in outputs if item_no == names.MODULE} == set(tour.BAD_MODULES)
    assert {number for item_no, number in outputs if item_no == names.PACK} == set(tour.BAD_SHIPPED)
    assert shipped == tour.BAD_SHIPPED
    assert stock(plant_session, names.MODULE)[tour.BAD_IN_STOCK].on_hand == 1


def test_the_bad_lot_leads_to_the_unit_on_the_bench(plant_session):
    """C5, D21: with registered links the pack that is not reported yet is found as well."""
    found = trace(plant_session, item_no=names.CELL, lot_no=tour.BAD_LOT, method="Origin -> Usage", include_registered=True)
    assert {line.serial_no for line in found.lines if line.item_no == names.PACK} == set(tour.BAD_PACKS)


def test_a_shipped_pack_leads_back_to_its_own_parts_only(plant_session):
    """Standing rule 1: units of one order have disjoint trees."""
    parts = {}
    for number in ("PK-000101", "PK-000102"):
        found = trace(plant_session, item_no=names.PACK, serial_no=number)
        serials = {line.serial_no for line in found.lines if line.item_no != names.PACK and line.serial_no}
        parts[number] = {serial for serial in serials if serial[:2] in {"MD", "HS", "BM"}}
    assert parts["PK-000101"] == {"HS-000301", "BM-000401", "MD-002001", "MD-002002", "MD-002003", "MD-002004"}
    assert not parts["PK-000101"] & parts["PK-000102"]


def test_loading_again_changes_nothing(own_engine):
    """A19: every command has its key, so the same plant stays the same plant."""

    def counts():
        with Session(own_engine) as session:
            tables = (CommandEntry, ItemLedgerEntry, ComponentAssociation, SalesShipment)
            return [session.scalar(select(func.count()).select_from(model)) for model in tables]

    before = counts()
    with Session(own_engine) as session:
        assert state(session) is State.LOADED
        load(session)
    assert counts() == before


class Cut(Exception):
    pass


def test_a_load_that_was_cut_off_goes_on_where_it_stopped():
    """Nothing half-written: the rest is loaded, and all checks pass."""
    left = [90]

    def tick():
        left[0] -= 1
        if not left[0]:
            raise Cut

    with fresh_engine("sqlite") as engine, Session(engine) as session:
        assert state(session) is State.EMPTY
        with pytest.raises(Cut):
            load(session, tick=tick)
        assert state(session) is State.UNFINISHED
        load(session)
        assert state(session) is State.LOADED
        assert all_problems(session) == []
        assert rows_of(session, tour.ORDER_NO)[tour.COMPLETE] == "Open"


def test_each_step_of_size_adds_ten_shipped_packs_of_forty_modules():
    ticks = []
    with fresh_engine("sqlite") as engine, Session(engine) as session:
        load(session, size=2, tick=lambda: ticks.append(1))
        assert len(ticks) == step_count(2)
        (modules, packs, sale), = larger(2)
        assert set(rows_of(session, modules.no).values()) == set(rows_of(session, packs.no).values()) == {"Reported"}
        assert (len(rows_of(session, modules.no)), len(rows_of(session, packs.no))) == (40, 10)
        assert session.scalar(select(SalesLine.shipped_base).where(SalesLine.order_no == sale.no)) == 10
        assert all_problems(session) == []


def test_two_loads_make_the_same_plant(templates):
    """Same commands, same numbers: two plants differ in nothing but times."""
    entry = ItemLedgerEntry
    columns = (entry.entry_no, entry.entry_type, entry.item_no, entry.serial_no, entry.lot_no, entry.quantity)
    plants = []
    with fresh_engine("sqlite") as engine, copied(templates("sqlite")) as other:
        with Session(engine) as session:
            load(session)
        for each in (engine, other):
            with Session(each) as session:
                plants.append(session.execute(select(*columns).order_by(entry.entry_no)).all())
    assert plants[0] == plants[1]
    assert len(plants[0]) > 400


def scans_of(unit):
    """As the labels say it."""
    yield serial_label(names.PACK, unit.product)
    yield serial_label(names.HOUSING, unit.housing)
    yield from (serial_label(names.MODULE, module) for module in unit.modules)
    yield unit.controller
    yield lot_label(names.PASTE, tour.PASTE_LOT)
    yield lot_label(names.SCREW, tour.SCREW_LOT)


def test_the_tour_can_be_played(own_engine):
    """Product, then every part: each is accepted, the last one completes the unit, and it is reported."""
    with Session(own_engine) as session:
        floor = Floor(session, lambda: None)

        def scan(key, text, match_id):
            entry = ScanInput(text=text, source="wedge", mode="Component" if match_id else "Product", product=match_id)
            return floor.do(
                f"tour-{key}", register_scan, who=names.WORKER, station=tour.STATION, order_no=tour.ORDER_NO, scan=entry, rules=ScanRules()
            )

        for unit in tour.UNITS:
            match_id, codes = 0, []
            for place, text in enumerate(scans_of(unit)):
                answer = scan(f"{unit.product}-{place}", text, match_id)
                match_id, codes = answer.match_id, [*codes, answer.code]
            assert codes[0] == "PRODUCT_REGISTERED"
            assert codes[-1] == "UNIT_COMPLETED"
        for key, text in (("used", tour.USED_ELSEWHERE), ("expired", lot_label(names.PASTE, tour.EXPIRED_LOT)), ("wrong", tour.WRONG_PART)):
            with pytest.raises(Refusal):
                scan(key, text, match_id)
        report = ReportInput(lines=[ReportLineInput(match_id=match_id)])
        done = floor.do("tour-report", report_as_finished, who=names.SUPERVISOR, order_no=tour.ORDER_NO, given=report)
        assert done.done == [tour.UNITS[-1].product]
        assert all_problems(session) == []


def test_the_story_names_every_unit_once():
    numbers = [unit.number for order in story() for unit in order.units]
    assert len(numbers) == len(set(numbers))


def test_quality_has_passed_reworked_and_waiting_packs_and_cells_under_inspection(plant_session):
    """C9, EDG-14, EDG-15: every kind of record is there to be looked at, and the held numbers say why."""
    found = {row.number: (row.state, row.held) for row in list_inspections(plant_session).rows}
    assert found == {**dict.fromkeys(tour.REPORTED, ("Passed", False)), WAITING_PACK: ("Open", True)}
    held = {card.number: card.stopped_by for card in held_numbers(plant_session)}
    assert held == {WAITING_PACK: "Quality hold", WAITING_CELLS: "Disposition code"}
