"""The scan flow, in the words of the manual: product, its parts, next product (sections 2 to 4)."""

from __future__ import annotations

import pytest

from shopfloor.genealogy.facts import COMPONENT, PRODUCT
from tests.factories_genealogy import FRAME, PAINT_LINE, Station, bike_order, gs1, problems, report, stock


def test_tcp_7_and_tcp_8_the_mode_becomes_component_and_stays_there(station, session):
    """TCP-1, TCP-7, TCP-8: Product first; Component after a good product scan; back only by hand."""
    assert station.mode == PRODUCT
    assert station.scan("BK-1") == "PRODUCT_REGISTERED"
    assert (station.mode, station.product > 0) == (COMPONENT, True)
    assert station.scan("F-1") == "LINE_COMPLETED"
    assert station.scan("W-1") == "COMPONENT_REGISTERED"
    assert station.scan("W-2") == "LINE_COMPLETED"
    assert station.scan("P-A") == "UNIT_COMPLETED"
    assert station.mode == COMPONENT
    assert problems(session) == []


def test_scn_10_a_component_without_a_product_is_refused_and_not_kept(station):
    """SCN-10, D16."""
    station.send("mode", "Component")
    assert station.scan("F-1") == "NO_PRODUCT"


def test_scn_9_a_known_product_is_selected_and_nothing_is_made(station):
    """SCN-9: this is how a half-built unit is resumed, whoever began it."""
    station.scan("BK-1")
    first = station.product
    station.send("mode", "Product")
    assert station.product == 0
    assert station.scan("BK-1") == "PRODUCT_SELECTED"
    assert station.product == first


def test_edg_16_no_more_products_than_started(station):
    """EDG-16, SCN-7."""
    station.build("BK-1")
    station.build("BK-2")
    station.send("mode", "Product")
    assert station.scan("BK-3") == "PRODUCT_OVER_STARTED"
    assert station.product == 0, "D16: a refused product scan leaves no current product"


def test_d17_known_texts_are_no_product_numbers(station):
    """D17: item, GTIN, order, badge, location, command; a component offers the switch."""
    for text, code in (
        ("BIKE", "NOT_A_PRODUCT_NUMBER"), ("RPO-1", "NOT_A_PRODUCT_NUMBER"), ("B-SUP", "NOT_A_PRODUCT_NUMBER"),
        ("MAIN", "NOT_A_PRODUCT_NUMBER"), ("BADGE:B-SUP", "NOT_A_PRODUCT_NUMBER"), ("F-1", "SWITCH_TO_COMPONENT"),
        ("FRAME", "SWITCH_TO_COMPONENT"),
    ):
        assert station.scan(text) == code, text
    assert station.answer.asks


def test_d18_scanning_again_confirms_the_switch(station):
    """D18: the code that asked, again: the station sends kind confirm with the question's key."""
    station.build("BK-1")
    station.send("mode", "Product")
    assert station.scan("F-1") == "SWITCH_TO_COMPONENT"
    asked = station.key
    assert station.send("confirm", "", confirms=asked, product=1) == "LINE_COMPLETED"


def test_edg_6_and_edg_7_a_serial_is_in_one_unit(station, session):
    """EDG-6: same row, nothing changes. EDG-7: another row of the order, refused with the unit's name."""
    station.build("BK-1", "F-1")
    assert station.scan("F-1") == "ALREADY_REGISTERED"
    station.build("BK-2")
    assert station.scan("F-1") == "SERIAL_IN_USE"
    assert station.answer.product == "BK-1"
    assert station.answer.same_order
    assert str(station.answer).endswith("ask a supervisor to move it.")
    assert problems(session) == []


def test_edg_10_and_scn_13_unknown_and_foreign_numbers(station):
    """EDG-10: never seen. SCN-13: of another component than the selected one."""
    station.scan("BK-1")
    station.send("line", "20")
    assert station.scan("W-99") == "NUMBER_UNKNOWN"
    assert station.scan("F-1") == "NUMBER_WRONG_ITEM"
    station.send("line", "10")
    station.line = 0
    assert station.scan("NOBODY") == "SELECT_COMPONENT"


def test_scn_11_an_item_code_selects_its_line(station):
    """SCN-11: scan the item, then its lot; the GTIN does as well."""
    station.scan("BK-1")
    assert station.scan("PAINT") == "LINE_SELECTED"
    assert station.line == PAINT_LINE
    for sent in ("09521234543213", "]C009521234543213", "]C0PAINT", "]E09521234543213", "]I109521234543213"):
        assert station.scan(sent) == "LINE_SELECTED", sent
        assert station.line == (PAINT_LINE if "PAINT" in sent else 10), sent


def test_scn_14_gs1_names_item_and_number(station, session):
    """SCN-14, TCP-12: nothing need be selected."""
    assert station.scan(gs1("BIKE", serial="BK-1")) == "PRODUCT_REGISTERED"
    assert station.scan(gs1("FRAME", serial="F-1")) == "LINE_COMPLETED"
    assert station.scan(gs1("PAINT", lot="P-A", more="3103000250")) == "LINE_COMPLETED"
    assert station.answer.quantity == "0.25"
    assert station.scan(gs1("BIKE", serial="BK-2")) == "SWITCH_TO_PRODUCT"
    assert problems(session) == []


def test_scn_19_a_batch_gives_what_it_has(station, session):
    """SCN-19, EDG-11: register what is there, stay In progress, say how much is needed."""
    station.build("BK-1", "P-A")
    station.build("BK-2", "P-A")
    assert station.answer.quantity == "0.25"
    station.send("mode", "Product")
    assert problems(session) == []


def test_gs1_19_a_weighed_quantity_is_exact(station):
    """GS1-19, D30: above what remains it asks, within tolerance it does not; more than there is, is refused."""
    station.scan("BK-1")
    assert station.scan(gs1("PAINT", lot="P-B", more="3103000150")) == "COMPONENT_REGISTERED"
    assert station.answer.remaining == "0.1"
    assert station.scan(gs1("PAINT", lot="P-A", more="3103000300")) == "OVER_QUANTITY"
    assert station.scan(gs1("PAINT", lot="P-A", more="3103000104")) == "UNIT_COMPLETED" or station.answer.code == "LINE_COMPLETED"


def test_edg_9_a_consumed_serial_is_refused_with_its_place(station, run, session):
    """EDG-9."""
    match_id = station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    report(run, match_id)
    station.build("BK-2")
    station.send("line", "10")
    assert station.scan("F-1") == "SERIAL_CONSUMED"
    assert "BK-1" in station.answer.where
    assert problems(session) == []


def test_ops_4_a_double_fire_changes_nothing(station, session):
    """OPS-4, D14: the same lot text twice within two seconds; after that it tops up."""
    station.scan("BK-1")
    assert station.scan(gs1("PAINT", lot="P-B", more="3103000050")) == "COMPONENT_REGISTERED"
    assert station.scan(gs1("PAINT", lot="P-B", more="3103000050"), gap_ms=1999) == "DUPLICATE_SCAN"
    assert station.scan(gs1("PAINT", lot="P-B", more="3103000050"), gap_ms=2001) == "COMPONENT_REGISTERED"
    assert station.answer.remaining == "0.15"
    assert station.scan("BK-1", gap_ms=100) == "SELF_REFERENCE"
    assert problems(session) == []


def test_ops_4_a_product_label_fired_twice_changes_nothing(station):
    """D14: the second one arrives in Component mode already."""
    station.scan("BK-1")
    assert station.scan("BK-1", gap_ms=300) == "DUPLICATE_SCAN"


def test_a19_the_same_key_is_answered_once(station, session):
    """OPS-4, A19: a scan sent again after a lost answer."""
    station.scan("BK-1")
    assert station.scan("F-1", key="k-1") == "LINE_COMPLETED"
    assert station.scan("F-1", key="k-1") == "LINE_COMPLETED"
    assert problems(session) == []


def test_d16_what_followed_a_refusal_unseen_is_held(station):
    """D16: the second scan names its predecessor, which was refused; sent again with a new key it is taken."""
    station.scan("BK-1")
    assert station.scan("NOBODY", key="k-bad") == "SELECT_COMPONENT"
    assert station.scan("F-1", key="k-2", after_key="k-bad") == "HELD_AFTER_REFUSAL"
    assert station.scan("W-1", key="k-3", after_key="k-2") == "HELD_AFTER_REFUSAL"
    assert station.scan("F-1", key="k-4", holds="k-2") == "LINE_COMPLETED"


def test_tcp_16_undo_takes_the_last_registration_of_the_session_back(station, session):
    """TCP-16: parts first, then the unit itself; nothing of another session."""
    station.build("BK-1", "F-1", "W-1")
    other = Station(session)
    assert other.send("undo") == "NOTHING_TO_UNDO"
    assert station.send("undo") == "UNDONE"
    assert station.answer.number == "W-1"
    assert station.send("undo") == "UNDONE"
    assert station.send("undo") == "UNDONE"
    assert (station.answer.number, station.mode) == ("BK-1", PRODUCT)
    assert station.send("undo") == "NOTHING_TO_UNDO"
    assert problems(session) == []
    station.build("BK-1", "F-1", "W-1")


def test_edg_8_and_edg_19_other_orders(station, session, run):
    """EDG-8: a part open on another order. EDG-19, D13: a product number of another order."""
    station.build("BK-1", "F-1")
    bike_order(run, no="RPO-2")
    other = Station(session, "RPO-2")
    assert other.scan("BK-1") == "PRODUCT_OTHER_ORDER"
    other.build("BK-9")
    assert other.scan("F-1") == "SERIAL_IN_USE"
    assert other.answer.order_no == "RPO-1"
    assert not other.answer.same_order
    assert str(other.answer).endswith("Scan another one, or ask a supervisor to remove it there.")


def test_edg_41_other_warehouse_and_edg_13_expired(station, run):
    """EDG-41: the number is at another location. EDG-13, D8: expired, strict, no override."""
    stock(run, FRAME, "F-SIDE", location_code="SIDE")
    stock(run, "PAINT", "P-OLD", quantity="1", expiration_date="2020-01-31")
    station.scan("BK-1")
    assert station.scan("F-SIDE") == "WRONG_LOCATION"
    assert station.scan("P-OLD") == "BATCH_EXPIRED"
    assert not station.answer.asks


def test_a35_scan_text_over_the_limit_is_refused_and_logged(station):
    """A35, SCN-1, SCN-22."""
    assert station.scan("X" * 5000) == "SCAN_TOO_LONG"
    assert station.scan("A\x00B") == "SCAN_INVALID"
    assert station.scan("\ud800") in {"SCAN_INVALID", "SCAN_EMPTY"}


@pytest.mark.parametrize("command", ["SIGNOUT", "REPORT"])
def test_d16_a_command_of_the_page_changes_nothing_when_a_program_sends_it(station, command):
    station.scan("BK-1")
    before = (station.mode, station.product)
    assert station.scan(f"CMD:{command}") == "COMMAND_OF_THE_PAGE"
    assert (station.mode, station.product) == before
