"""Masters that people change: one shape for all of them, on both engines."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.db.unit_of_work import CommandEntry
from shopfloor.errors import InvalidInput, NotAllowed, NotFound, StaleRow
from shopfloor.items.errors import UnitUnknown
from shopfloor.items.inputs import NewGtin, NewItem
from shopfloor.items.master_table import GTIN, ITEM, ITEM_UNIT, LOCATION, REFERENCE, UNIT
from shopfloor.items.models import ItemUnitOfMeasure
from shopfloor.labels.masters import ITEM_LABEL, LABEL_FORMAT, PRINTER
from shopfloor.orders.parties import CUSTOMER, VENDOR
from shopfloor.people import queries as people
from shopfloor.people.actor import Actor
from shopfloor.people.commands import create_operator
from shopfloor.people.errors import AlreadyExists, FixedByUse, InUse, NothingToBlock, RecordBlocked
from shopfloor.people.inputs import NewOperator
from shopfloor.people.master_commands import block_record, change_record, copy_record, create_record, delete_record
from shopfloor.people.master_queries import list_records, read_record, uses
from shopfloor.people.stations import STATION
from shopfloor.production.bills import BOM, ROUTING, create_bom
from shopfloor.production.inputs import NewBom
from shopfloor.production.resources import RESOURCE
from shopfloor.scanning.errors import Gs1Parse
from tests.conftest import runner
from tests.factories_items import CELL, LABEL, MODULE, PACK, PASTE, make_item, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive
from tests.factories_production import make_order, make_pack_masters
from tests.labels.factories import make_label_formats

MASTERS = (
    UNIT, ITEM, ITEM_UNIT, GTIN, REFERENCE, LOCATION, VENDOR, CUSTOMER, STATION,
    RESOURCE, LABEL_FORMAT, ITEM_LABEL, PRINTER, BOM, ROUTING,
)
EXAMPLES = {
    "unit of measure": ({"code": "M", "description": "Metre"}, {"description": "Meter"}),
    "number series": ({"code": "SN-9", "prefix": "N", "digits": 3, "last_no": 7}, {"prefix": "NN-", "digits": 4}),
    "item": ({"no": "NEW", "description": "New", "base_unit_code": "PCS"}, {"description": "Newer", "negative_stock_allowed": True}),
    "item unit of measure": ({"item_no": LABEL, "unit_code": "BOX", "quantity_per_unit": "10"}, {"quantity_per_unit": "12"}),
    "GTIN": ({"gtin": "96385074", "item_no": LABEL}, {"item_no": CELL}),
    "item reference": ({"reference_no": "R-1", "item_no": LABEL, "source_no": "V9"}, {"item_no": CELL}),
    "location": ({"code": "HALL", "name": "Hall"}, {"name": "Great hall"}),
    "vendor": ({"no": "V9", "name": "Nine", "country": "DE"}, {"name": "Neun", "city": "Bonn"}),
    "customer": ({"no": "C9", "name": "Nine", "email": "a@b.example"}, {"name": "Neun"}),
    "station": ({"code": "ST-9", "name": "Nine"}, {"name": "Neun", "gs1_recognition": "prefix"}),
    "resource": ({"code": "R-9", "name": "Nine", "kind": "Machine"}, {"kind": "Person"}),
    "reason code": ({"code": "DRY", "description": "Dry"}, {"description": "Very dry"}),
    "disposition code": ({"code": "WET", "name": "Wet", "blocks_sales": True}, {"name": "Damp", "blocks_transfer": True}),
    "inspection test": ({"item_no": LABEL, "test": "Gloss", "unit": "GU", "lower_limit": "-4"}, {"unit": "%", "at_report": "After"}),
    "label format": ({"code": "L-9", "width_mm": "70", "height_mm": "37"}, {"symbol": "GS1-128", "resolution": "300", "width_mm": "100"}),
    "label of an item": ({"item_no": LABEL, "label_format": "SMALL"}, {"label_format": "LARGE"}),
    "printer": ({"code": "Z-9", "name": "Nine", "address": "10.0.0.9:9100"}, {"address": "/dev/usb/lp0", "draws_symbols": True}),
    "bill of material": ({"no": "B-9", "item_no": PACK, "description": "Nine"}, {"description": "Neun"}),
    "routing": ({"no": "R-9", "item_no": PACK, "description": "Nine"}, {"description": "Neun"}),
}
by_record = pytest.mark.parametrize("master", MASTERS, ids=str)


@pytest.fixture
def masters(run):
    plant_with_masters(run)
    make_label_formats(run)


def make(run, master):
    """The example record of a master, and its key."""
    values, _ = EXAMPLES[master.record]
    run(create_record, master=master, given=master.new.model_validate(values))
    return found_key(master, values)


def found_key(master, values):
    given = dict(values)
    if master is GTIN:
        given["gtin"] = given["gtin"].rjust(14, "0")
    return tuple(given[name] for name in master.key)


def changed(session, master, key, **values):
    """The input that changes some values of a record as it is now."""
    now = read_record(session, master, key)
    session.rollback()
    given = {name: now[name] for name in master.change.model_fields} | values
    return master.change.model_validate(given)


def notes(session, action):
    """What the audit says of an action."""
    found = [note for row in session.scalars(select(CommandEntry.audit)) for note in row if note["action"] == action]
    session.rollback()
    return found


@by_record
@pytest.mark.usefixtures("masters")
def test_every_master_is_created_listed_changed_and_deleted(session, run, master):
    key = make(run, master)
    _values, other = EXAMPLES[master.record]
    assert [row.key for row in list_records(session, master).rows if row.key == key] == [key]
    assert run(change_record, master=master, record_key=key, given=changed(session, master, key, **other)).code == "RECORD_CHANGED"
    now = read_record(session, master, key)
    assert now["version"] == 2
    for name, value in other.items():
        assert now[name] == (Decimal(value) if name in {"quantity_per_unit", "width_mm"} else value)
    (note,) = notes(session, f"change {master.record}")
    assert set(note["after"]) == set(note["before"]) == set(other)
    assert note["before"] != note["after"]
    assert run(delete_record, master=master, record_key=key, version=2).code == "RECORD_DELETED"
    assert read_record(session, master, key) is None
    (note,) = notes(session, f"delete {master.record}")
    assert note["before"]["version"] == 2


@by_record
@pytest.mark.usefixtures("masters")
def test_two_people_do_not_overwrite_each_other(session, run, master):
    """STALE_ROW: whoever read first and wrote last loses nothing but the click."""
    key = make(run, master)
    _, other = EXAMPLES[master.record]
    mine = yours = changed(session, master, key, **other)
    run(change_record, master=master, record_key=key, given=yours)
    with pytest.raises(StaleRow):
        run(change_record, master=master, record_key=key, given=mine)
    with pytest.raises(StaleRow):
        run(delete_record, master=master, record_key=key, version=1)
    if master.blockable:
        with pytest.raises(StaleRow):
            run(block_record, master=master, record_key=key, version=1, blocked=True)
    assert read_record(session, master, key)["version"] == 2


@by_record
@pytest.mark.usefixtures("masters")
def test_the_same_key_twice_is_refused_and_the_right_is_asked_for(run, master):
    key = make(run, master)
    with pytest.raises(AlreadyExists):
        make(run, master)
    nobody = Actor("N", "Nobody", frozenset())
    values, _ = EXAMPLES[master.record]
    for use_case, given in (
        (create_record, {"given": master.new.model_validate(values)}),
        (change_record, {"record_key": key, "given": master.change.model_construct(version=1)}),
        (block_record, {"record_key": key, "version": 1, "blocked": True}),
        (delete_record, {"record_key": key, "version": 1}),
        (copy_record, {"record_key": key, "new_key": key}),
    ):
        with pytest.raises(NotAllowed):
            run(use_case, nobody, master=master, **given)


@by_record
@pytest.mark.usefixtures("masters")
def test_a_record_that_is_not_there_is_not_changed(run, master):
    key = ("NONE",) * len(master.key)
    with pytest.raises(NotFound):
        run(delete_record, master=master, record_key=key, version=1)
    with pytest.raises(NotFound):
        run(change_record, master=master, record_key=key, given=master.change.model_construct(version=1))


@by_record
@pytest.mark.usefixtures("masters")
def test_blocking_is_audited_with_its_reason_where_there_is_something_to_block(session, run, master):
    key = make(run, master)
    if not master.blockable:
        with pytest.raises(NothingToBlock):
            run(block_record, master=master, record_key=key, version=1, blocked=True)
        return
    run(block_record, master=master, record_key=key, version=1, blocked=True, reason="moved")
    assert read_record(session, master, key)["blocked"] is True
    (note,) = notes(session, f"block {master.record}")
    assert (note["before"], note["after"], note["reason"]) == ({"blocked": False}, {"blocked": True}, "moved")
    run(block_record, master=master, record_key=key, version=2, blocked=False)
    assert read_record(session, master, key)["blocked"] is False


def test_two_changes_at_once_one_wins(engine, run):
    plant_with_masters(run)
    make_vendor(run)
    answers = []
    start = threading.Barrier(4)

    def race(name):
        with Session(engine) as own:
            start.wait()
            try:
                answers.append(runner(own)(change_vendor, name=name).code)
            except StaleRow as refusal:
                answers.append(refusal.code)

    threads = [threading.Thread(target=race, args=(f"N{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["RECORD_CHANGED", "STALE_ROW", "STALE_ROW", "STALE_ROW"]


def change_vendor(session, actor, *, name):
    return change_record(session, actor, master=VENDOR, record_key=("V1",), given=VENDOR.change(version=1, name=name))


def test_what_names_a_record_is_said_and_keeps_it(session, run):
    make_pack_masters(run)
    make_vendor(run)
    make_customer(run)
    make_purchase_order(run, {"item_no": CELL, "quantity": "5"})
    receive(run, "PO-1", {"lot_no": "L-1", "quantity": "5"})
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    make_order(run, no="PR-1")
    for master, key, word in (
        (VENDOR, ("V1",), "purchase header"),
        (VENDOR, ("V1",), "item ledger entry"),
        (CUSTOMER, ("C1",), "sales header"),
        (ITEM, (CELL,), "bom line"),
        (ITEM, (CELL,), "item ledger entry"),
        (UNIT, ("PCS",), "item"),
        (LOCATION, ("MAIN",), "production order"),
        (RESOURCE, ("Bench 1",), "routing line"),
        (BOM, (PACK,), "production order"),
        (ROUTING, (PACK,), "production order"),
        (ITEM_UNIT, (CELL, "BOX"), "gtin"),
    ):
        with pytest.raises(InUse) as refused:
            run(delete_record, master=master, record_key=key, version=read_record(session, master, key)["version"])
        assert word in refused.value.uses.split(", ")
    assert uses(session, LOCATION, ("SIDE",)) == []
    run(delete_record, master=LOCATION, record_key=("SIDE",), version=1)


@pytest.mark.usefixtures("masters")
def test_an_unused_item_goes_with_its_units_and_codes(session, run):
    run(create_record, master=GTIN, given=NewGtin(gtin="96385074", item_no=LABEL))
    run(delete_record, master=ITEM, record_key=(LABEL,), version=1)
    assert read_record(session, GTIN, ("00000096385074",)) is None


@pytest.mark.usefixtures("masters")
def test_base_unit_and_rounding_of_an_item_with_entries_stay(session, run):
    opening_stock(run, PASTE, "1", lot_no="P-1", expiration_date=date(2031, 1, 1))
    for values in ({"base_unit_code": "PCS"}, {"rounding_precision": "0.01"}):
        with pytest.raises(FixedByUse) as refused:
            run(change_record, master=ITEM, record_key=(PASTE,), given=changed(session, ITEM, (PASTE,), **values))
        assert "item ledger entry" in refused.value.uses
    run(change_record, master=ITEM, record_key=(PASTE,), given=changed(session, ITEM, (PASTE,), description="Thermal paste"))
    make_item(run, "FREE")
    given = changed(session, ITEM, ("FREE",), rounding_precision="0.1", base_unit_code="KG")
    run(change_record, master=ITEM, record_key=("FREE",), given=given)
    assert read_record(session, ITEM, ("FREE",))["rounding_precision"] == Decimal("0.1")


@pytest.mark.usefixtures("masters")
def test_the_content_of_a_unit_stays_once_something_counts_in_it(session, run):
    """A GTIN alone only names the unit; an order line counts in it."""
    key = (CELL, "BOX")
    run(change_record, master=ITEM_UNIT, record_key=key, given=changed(session, ITEM_UNIT, key, quantity_per_unit="10"))
    make_vendor(run)
    make_purchase_order(run, {"item_no": CELL, "quantity": "5", "unit_code": "BOX"})
    with pytest.raises(FixedByUse, match="purchase line"):
        run(change_record, master=ITEM_UNIT, record_key=key, given=changed(session, ITEM_UNIT, key, quantity_per_unit="12"))


@pytest.mark.usefixtures("masters")
def test_the_tracking_code_is_set_at_creation_and_serials_count_in_ones(session, run):
    assert "item_tracking_code" not in ITEM.change.model_fields
    with pytest.raises(InvalidInput, match="serial"):
        run(change_record, master=ITEM, record_key=(MODULE,), given=changed(session, ITEM, (MODULE,), rounding_precision="0.5"))


@pytest.mark.usefixtures("masters")
def test_a_policy_change_is_audited_with_both_values(session, run):
    run(change_record, master=ITEM, record_key=(CELL,), given=changed(session, ITEM, (CELL,), tracked_components_policy=""))
    (note,) = notes(session, "change item")
    assert (note["before"], note["after"]) == ({"tracked_components_policy": "STRICT"}, {"tracked_components_policy": ""})
    with pytest.raises(NotFound, match="policy"):
        run(change_record, master=ITEM, record_key=(CELL,), given=changed(session, ITEM, (CELL,), tracked_components_policy="NONE"))


@pytest.mark.usefixtures("masters")
def test_a_copied_item_has_the_units_but_neither_codes_nor_the_block(session, run):
    run(block_record, master=ITEM, record_key=(CELL,), version=1, blocked=True)
    run(copy_record, master=ITEM, record_key=(CELL,), new_key=("CELL-2",))
    old, new = (read_record(session, ITEM, (no,)) for no in (CELL, "CELL-2"))
    assert {name for name in old if old[name] != new[name]} == {"no", "blocked", "version"}
    assert uses(session, ITEM, ("CELL-2",), parts=True) == ["item unit of measure"]
    factor = select(ItemUnitOfMeasure.quantity_per_unit).where(ItemUnitOfMeasure.item_no == "CELL-2")
    assert session.scalars(factor).all() == [Decimal(12)]
    session.rollback()
    with pytest.raises(AlreadyExists):
        run(copy_record, master=ITEM, record_key=(CELL,), new_key=(LABEL,))
    with pytest.raises(InvalidInput):
        run(copy_record, master=ITEM, record_key=(CELL,), new_key=("",))


@pytest.mark.usefixtures("masters")
def test_d10_scn_14_codes_keep_their_rules_when_they_change(session, run):
    with pytest.raises(Gs1Parse):
        run(create_record, master=GTIN, given=NewGtin(gtin="96385075", item_no=CELL))
    key = ("04006381333931",)
    with pytest.raises(UnitUnknown):
        run(change_record, master=GTIN, record_key=key, given=changed(session, GTIN, key, item_no=LABEL, unit_code="BOX"))


def test_nothing_new_names_a_blocked_record(session, run):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    run(create_bom, given=NewBom(item_no=PACK, lines=({"item_no": CELL, "quantity_per": "1"},)))
    make_purchase_order(run, {"item_no": CELL, "quantity": "5"}, no="PO-0")
    for master, key in ((VENDOR, "V1"), (CUSTOMER, "C1")):
        run(block_record, master=master, record_key=(key,), version=1, blocked=True)
    line = {"item_no": CELL, "quantity": "1"}
    for ordering in (make_purchase_order, make_sales_order):
        with pytest.raises(RecordBlocked):
            ordering(run, line, no="X-1")
    receive(run, "PO-0", {"lot_no": "L-1", "quantity": "5"})  # what was ordered before still comes
    for master, key in ((VENDOR, "V1"), (CUSTOMER, "C1")):
        run(block_record, master=master, record_key=(key,), version=2, blocked=False)
    run(block_record, master=LOCATION, record_key=("MAIN",), version=1, blocked=True)
    for refused in (
        lambda: make_purchase_order(run, line, no="X-2"),
        lambda: make_sales_order(run, line, no="X-3"),
        lambda: opening_stock(run, CELL, "1", lot_no="L-9"),
        lambda: make_order(run, no="X-4"),
    ):
        with pytest.raises(RecordBlocked, match="location MAIN"):
            refused()


def test_nobody_signs_in_at_a_blocked_station(session, run):
    make(run, STATION)
    run(create_operator, given=NewOperator(no="E-1", name="Ann", badge="1001", role="Worker"))
    assert people.sign_in(session, badge="1001", station_code="ST-9").station_code == "ST-9"
    session.rollback()
    run(block_record, master=STATION, record_key=("ST-9",), version=1, blocked=True)
    with pytest.raises(NotFound, match="station ST-9"):
        people.sign_in(session, badge="1001", station_code="ST-9")
    assert people.actor_of(session, "E-1", "ST-9").station_code == ""


@pytest.mark.usefixtures("masters")
def test_lists_come_in_pages_and_find_words(session, run):
    for number in range(5):
        run(create_record, master=ITEM, given=NewItem(no=f"Z{number}", description=f"Bolt {number}", base_unit_code="PCS"))
    first = list_records(session, ITEM, text="BOLT", limit=3)
    rest = list_records(session, ITEM, text="BOLT", limit=3, after=first.next_after)
    assert [row.key[0] for row in (*first.rows, *rest.rows)] == ["Z0", "Z1", "Z2", "Z3", "Z4"]
    assert rest.next_after == ""
    assert list_records(session, ITEM, after="nonsense").rows == ()
    assert list_records(session, ITEM, text="\x00").rows == ()
    pairs = list_records(session, REFERENCE, limit=1)
    assert pairs.rows[0].key == ("V-4711", "V1")


def test_a15_masters_of_a_plant_are_its_own(session, run):
    make(run, LOCATION)
    session.info["plant_no"] = 2
    assert list_records(session, LOCATION).rows == ()
    assert read_record(session, LOCATION, ("HALL",)) is None
    session.rollback()
