"""Masters on both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event

from shopfloor.errors import InvalidInput, NotAllowed, NotFound
from shopfloor.items import commands, identification, locations, number_information, queries
from shopfloor.items.errors import CaseTwin, SetupMissing, UnitUnknown
from shopfloor.items.inputs import (
    HoldNumber,
    NewGtin,
    NewItem,
    NewItemUnit,
    NewNumberSeries,
    NewPolicy,
    NewReference,
    NewUnit,
    NumberDetails,
)
from shopfloor.items.number_information import NumberOrigin
from shopfloor.items.number_series import create_series, next_number, next_numbers
from shopfloor.items.rules import GoodsNumber
from shopfloor.items.tracking import NO_TRACKING
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed
from shopfloor.people.errors import AlreadyExists
from shopfloor.scanning.errors import Gs1Parse
from tests.factories_items import CELL, LABEL, MODULE, PACK, PASTE, make_item, plant_with_masters


@pytest.fixture
def masters(run):
    plant_with_masters(run)


@pytest.mark.usefixtures("masters")
def test_item_masters_in_one_statement(session, engine):
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    found = queries.item_masters(session, [CELL, PASTE, PACK, "UNKNOWN", CELL])
    assert len([statement for statement in seen if statement.lstrip().startswith("SELECT")]) == 1
    assert sorted(found) == [CELL, PACK, PASTE]
    paste = found[PASTE]
    assert (paste.rounding_precision, paste.measured, paste.gs1_unit, paste.expiration_days) == (Decimal("0.001"), True, "kg", 90)
    assert paste.rules.strict_expiration_posting
    assert found[PACK].takes_part
    assert queries.item_masters(session, []) == {}


@pytest.mark.usefixtures("masters")
def test_d33_serial_demanded_only_at_use(session, run):
    make_item(run, "FUSE", code="SNUSE", policy="STRICT")
    rules = queries.item_masters(session, ["FUSE"])["FUSE"].rules
    assert not rules.specific
    assert rules.requirements == {("Serial", "manufacturing outbound")}
    assert rules.missing(NO_TRACKING, "purchase inbound") == ()
    assert rules.missing(NO_TRACKING, "manufacturing outbound") == ("Serial",)


@pytest.mark.usefixtures("masters")
def test_set_6_policy_that_is_not_used_equals_no_policy(session, run):
    run(commands.create_policy, given=NewPolicy(name="OFF", use_tracked_components=False))
    make_item(run, "IDLE", code="SN", policy="OFF")
    found = queries.item_masters(session, ["IDLE", LABEL])
    assert not found["IDLE"].takes_part
    assert not found[LABEL].takes_part


@pytest.mark.usefixtures("masters")
def test_scn_14_gtin_names_item_and_packing_unit(session):
    each = identification.item_of_gtin(session, "4006381333931")
    box = identification.item_of_gtin(session, "14006381333938")
    assert (each.item_no, each.unit_code, each.quantity_per_unit) == (CELL, "PCS", Decimal(1))
    assert (box.item_no, box.unit_code, box.quantity_per_unit) == (CELL, "BOX", Decimal(12))
    assert identification.item_of_gtin(session, "04006381333931") == each
    for unknown in ("4006381333930", "1", "", "x\x00", "٤٠٠٦٣٨١٣٣٣٩٣١"):
        assert identification.item_of_gtin(session, unknown) is None


@pytest.mark.usefixtures("masters")
def test_scn_14_reference_of_the_vendor_comes_first(session, run):
    run(commands.add_reference, given=NewReference(reference_no="V-4711", item_no=PASTE))
    assert identification.item_of_reference(session, "V-4711", "V1").item_no == CELL
    assert identification.item_of_reference(session, "V-4711").item_no == PASTE
    assert identification.item_of_reference(session, "V-4711", "V2").item_no == PASTE
    assert identification.item_of_reference(session, "nothing") is None


@pytest.mark.usefixtures("masters")
def test_scn_11_plain_code_of_an_item(session, run):
    run(commands.add_reference, given=NewReference(reference_no=PASTE, item_no=LABEL))
    assert [(found.item_no, found.source) for found in identification.items_of_code(session, PASTE)] == [
        (PASTE, "Item"),
        (LABEL, "Reference"),
    ]
    assert [
        (found.unit_code, found.source, found.quantity_per_unit) for found in identification.items_of_code(session, "14006381333938")
    ] == [("BOX", "GTIN", Decimal(12))]
    assert identification.items_of_code(session, "\x00") == []


@pytest.mark.usefixtures("masters")
@pytest.mark.parametrize(
    ("gtin", "kind"),
    [
        ("4006381333932", "check_digit"),
        ("400638133393", "check_digit"),
        ("123", "ai_value_bad_length"),
        ("40063813339É1", "invalid_character"),
    ],
)
def test_d10_master_data_never_takes_a_wrong_check_digit(run, gtin, kind):
    with pytest.raises(Gs1Parse) as refused:
        run(commands.add_gtin, given=NewGtin(gtin=gtin, item_no=CELL))
    assert refused.value.kind == kind


@pytest.mark.usefixtures("masters")
@pytest.mark.parametrize(
    ("command", "given", "refusal"),
    [
        (commands.create_unit, NewUnit(code="PCS", description="again"), AlreadyExists),
        (commands.create_item, NewItem(no=CELL, description="again", base_unit_code="PCS"), AlreadyExists),
        (commands.create_item, NewItem(no="N", description="n", base_unit_code="NONE"), NotFound),
        (commands.create_item, NewItem(no="N", description="n", base_unit_code="PCS", item_tracking_code="NONE"), NotFound),
        (commands.create_item, NewItem(no="N", description="n", base_unit_code="PCS", tracked_components_policy="NONE"), NotFound),
        (
            commands.create_item,
            NewItem(no="N", description="n", base_unit_code="KG", item_tracking_code="SN", rounding_precision="0.1"),
            InvalidInput,
        ),
        (commands.add_item_unit, NewItemUnit(item_no=CELL, unit_code="PCS", quantity_per_unit="2"), AlreadyExists),
        (commands.add_item_unit, NewItemUnit(item_no=CELL, unit_code="BOX", quantity_per_unit="2"), AlreadyExists),
        (commands.add_item_unit, NewItemUnit(item_no="NONE", unit_code="BOX", quantity_per_unit="2"), NotFound),
        (commands.add_gtin, NewGtin(gtin="4006381333931", item_no=PASTE), AlreadyExists),
        (commands.add_gtin, NewGtin(gtin="96385074", item_no=PASTE, unit_code="BOX"), UnitUnknown),
        (commands.add_reference, NewReference(reference_no="V-4711", item_no=PASTE, source_no="V1"), AlreadyExists),
    ],
)
def test_masters_that_cannot_be(run, command, given, refusal):
    with pytest.raises(refusal):
        run(command, given=given)


def test_a30_masters_need_a_right(run):
    with pytest.raises(NotAllowed):
        run(commands.create_unit, Actor("E", "Eve", frozenset()), given=NewUnit(code="PCS", description="Piece"))


def test_a19_same_key_same_answer(session, run):
    first = run(commands.create_unit, key="one", given=NewUnit(code="PCS", description="Piece"))
    assert run(commands.create_unit, key="one", given=NewUnit(code="PCS", description="Piece")) == first
    assert queries.list_units(session) == ["PCS"]


def test_set_3_number_series(session, run):
    with pytest.raises(SetupMissing) as refused:
        next_number(session, "PROD")
    assert refused.value.number == "PROD"
    session.rollback()
    run(create_series, given=NewNumberSeries(code="PROD", prefix="RPO-", digits=4, last_no=9))
    assert next_number(session, "PROD") == "RPO-0010"
    assert next_numbers(session, "PROD", 3) == ["RPO-0011", "RPO-0012", "RPO-0013"]
    session.rollback()
    run(create_series, given=NewNumberSeries(code="BARE", digits=0))
    assert next_number(session, "BARE") == "1"


@pytest.mark.usefixtures("masters")
def test_d20_hold_and_release(session, run):
    key = {"item_no": CELL, "kind": "Lot", "number": "L-1"}
    with pytest.raises(NotFound):
        run(number_information.hold_number, given=HoldNumber(**key, reason="leaks"))
    run(number_information.set_number_information, given=NumberDetails(**key, vendor_lot_no="V-9", expiration_date="2030-01-31"))
    answer = run(number_information.hold_number, given=HoldNumber(**key, reason="leaks"))
    assert answer == Changed(record="Lot", number="L-1")
    held = queries.held_numbers(session)
    assert [(card.number, card.hold_reason, card.vendor_lot_no, card.expiration_date) for card in held] == [
        ("L-1", "leaks", "V-9", date(2030, 1, 31))
    ]
    session.rollback()
    run(number_information.release_number, given=HoldNumber(**key, reason="was a mix-up"))
    assert queries.held_numbers(session) == []
    with pytest.raises(NotAllowed):
        run(number_information.hold_number, Actor("E", "Eve", frozenset()), given=HoldNumber(**key, reason="x"))


@pytest.mark.usefixtures("masters")
def test_c15_stored_expiry_is_not_overwritten(session, run):
    key = {"item_no": PASTE, "kind": "Lot", "number": "L-1"}
    run(number_information.set_number_information, given=NumberDetails(**key, expiration_date="2030-01-31"))
    run(number_information.set_number_information, given=NumberDetails(**key, expiration_date="2030-01-31", description="first drum"))
    with pytest.raises(InvalidInput):
        run(number_information.set_number_information, given=NumberDetails(**key, expiration_date="2031-01-31"))
    card = queries.number_card(session, **key)
    assert (card.expiration_date, card.description) == (date(2030, 1, 31), "first drum")


@pytest.mark.usefixtures("masters")
def test_d35_look_alikes_are_found_and_asked(session, run):
    run(number_information.set_number_information, given=NumberDetails(item_no=CELL, kind="Lot", number="Lot-a"))
    wanted = [GoodsNumber(CELL, "", "Lot", "LOT-A")]
    known = number_information.known_look_alikes(session, wanted)
    assert known == [GoodsNumber(CELL, "", "Lot", "Lot-a")]
    with pytest.raises(CaseTwin) as asked:
        number_information.ask_for_case_twins(wanted, known, confirmed=False)
    assert (asked.value.number, asked.value.existing) == ("LOT-A", "Lot-a")
    number_information.ask_for_case_twins(wanted, known, confirmed=True)
    assert number_information.known_look_alikes(session, []) == []


@pytest.mark.usefixtures("masters")
def test_c13_origin_fills_blanks_only(session, run):
    goods = GoodsNumber(CELL, "", "Lot", "L-1")
    run(number_information.set_number_information, given=NumberDetails(item_no=CELL, kind="Lot", number="L-1", vendor_no="V1"))
    number_information.note_origins(session, [NumberOrigin(goods, "V2", "X-7", date(2026, 1, 1), None)])
    number_information.note_origins(session, [NumberOrigin(goods, "V3", "X-8", None, date(2027, 1, 1))])
    number_information.note_origins(session, [])
    card = queries.number_card(session, item_no=CELL, kind="Lot", number="L-1")
    assert (card.vendor_no, card.vendor_lot_no, card.production_date, card.best_before_date) == (
        "V1",
        "X-7",
        date(2026, 1, 1),
        date(2027, 1, 1),
    )


@pytest.mark.usefixtures("masters")
def test_d17_items_without_a_pattern_are_listed(session):
    assert queries.tracked_items_without_pattern(session) == [CELL, MODULE, PASTE]


@pytest.mark.usefixtures("masters")
def test_lists_and_cards(session):
    first = queries.list_items(session, limit=2)
    second = queries.list_items(session, after=first.next_after, limit=2)
    last = queries.list_items(session, after=second.next_after, limit=2)
    assert [row.item_no for page in (first, second, last) for row in page.rows] == [CELL, LABEL, MODULE, PACK, PASTE]
    assert last.next_after == ""
    assert [row.item_no for row in queries.list_items(session, text="past").rows] == [PASTE]
    assert queries.list_items(session, text="%").rows == ()
    assert queries.list_items(session, after="\x00").rows == ()
    card = queries.item_card(session, CELL)
    assert ([unit.unit_code for unit in card.units], len(card.gtins), [row.code for row in card.references]) == (["BOX"], 2, ["V-4711"])
    assert queries.item_card(session, "NONE") is None
    assert queries.item_card(session, "\x00") is None
    assert [row.code for row in queries.list_locations(session)] == ["MAIN", "SIDE"]
    with pytest.raises(NotFound, match="location NONE"):
        locations.require_locations(session, ["MAIN", "NONE"])
    assert queries.unit_factors(session, [CELL]) == {(CELL, "BOX"): Decimal(12)}


@pytest.mark.usefixtures("masters")
def test_ui_1_the_box_finds_items_numbers_and_locations(session, run):
    run(number_information.set_number_information, given=NumberDetails(item_no=CELL, kind="Lot", number="Lot-77"))
    run(number_information.set_number_information, given=NumberDetails(item_no=CELL, kind="Lot", number="LOT-77"))

    def found(text):
        return [(found.kind, found.number) for found in identification.find(session, text)]

    assert found(CELL)[0] == ("Item", CELL)
    assert found("4006381333931") == [("Item", CELL)]
    assert found("LOT-77") == [("Lot", "LOT-77"), ("Lot", "Lot-77")]
    assert found("lot-7") == [("Lot", "LOT-77"), ("Lot", "Lot-77")]
    assert found("main") == [("Location", "MAIN")]
    assert found("past") == [("Item", PASTE)]
    assert identification.find(session, "LOT-77")[0].path == "/tracing?item_no=CELL&lot_no=LOT-77"
    for nothing in ("", "x" * 101, "\x00", "\ud800", "%", "_%"):
        assert found(nothing) == []
