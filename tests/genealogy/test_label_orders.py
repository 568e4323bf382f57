"""R-17, R-23: a station whose scanner drops separators reads by the label order of a GTIN; one that passed its check is noticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from shopfloor.errors import InvalidInput
from shopfloor.genealogy.code_bench import CodeToTest, examine_code
from shopfloor.genealogy.corrections import create_component
from shopfloor.genealogy.inputs import ComponentInput, ScanRules
from shopfloor.genealogy.models import ComponentAssociation, ScanEntry
from shopfloor.genealogy.page_queries import station_rules
from shopfloor.genealogy.station_scanner import StationCheck, keep_scanner, scanner_of_station
from shopfloor.items.inputs import NewGtin
from shopfloor.items.master_table import GTIN
from shopfloor.items.queries import item_card
from shopfloor.people.commands import create_station
from shopfloor.people.fields import read_input
from shopfloor.people.inputs import NewStation
from shopfloor.people.master_commands import change_record
from shopfloor.people.queries import list_stations
from shopfloor.scanning.gs1.profiles import ScannerProfile
from tests.conftest import ADMINISTRATOR
from tests.factories_genealogy import GTINS, PAINT, PAINT_LINE, Station, stock
from tests.genealogy.test_scan_rules import counted
from tests.scanning.test_station_check import ELEMENTS, typed

LABEL = f"01{GTINS[PAINT]}10P-A11261120"
"""(10)P-A (11)261120, or the lot P-A11261120."""


@pytest.fixture
def dropping(station, session):
    """A unit is current at a station whose scanner was never proved to send separators."""
    unproved = Station(session, rules=ScanRules(profile=ScannerProfile(), session_id="dropping"))
    unproved.scan("BK-1")
    return unproved


@pytest.fixture
def ordered(run):
    """Gives a function that says the label order of the paint's GTIN."""

    def give(order, version=1):
        given = GTIN.change(version=version, item_no=PAINT, unit_code="KG", label_order=order)
        run(change_record, master=GTIN, record_key=[GTINS[PAINT]], given=given)

    return give


def lots(session):
    found = list(session.scalars(select(ComponentAssociation.lot_no).where(ComponentAssociation.item_no == PAINT)))
    session.rollback()
    return found


def test_r_17_one_reading_in_the_label_order_is_registered_with_a_warning(session, dropping, ordered):
    assert dropping.scan(LABEL) == "GS1_PARSE"
    assert len(dropping.answer.candidates) == 2
    ordered("01,10,11")
    assert dropping.scan(LABEL) in {"COMPONENT_REGISTERED", "LINE_COMPLETED"}, dropping.answer
    assert lots(session) == ["P-A"]
    kept = session.scalars(select(ScanEntry.decoded).order_by(ScanEntry.entry_no.desc())).first()
    session.rollback()
    assert kept["elements"] == [["01", GTINS[PAINT]], ["10", "P-A"], ["11", "261120"]]
    assert kept["warnings"] == [["separator_inferred", ""]]


def test_r_17_an_order_that_no_reading_has_asks_as_without_one(session, dropping, ordered):
    ordered("01,11,10")
    assert dropping.scan(LABEL) == "GS1_PARSE"
    assert len(dropping.answer.candidates) == 2
    assert lots(session) == []


def test_r_17_the_order_of_another_gtin_counts_for_nothing(session, run, dropping):
    run(change_record, master=GTIN, record_key=[GTINS["FRAME"]], given=GTIN.change(version=1, item_no="FRAME", label_order="01,10,11"))
    assert dropping.scan(LABEL) == "GS1_PARSE"
    assert lots(session) == []


def test_r_17_the_order_is_asked_for_by_one_statement_and_only_where_it_decides(session, dropping, ordered):
    ordered("01,10,11")
    with counted(session) as seen:
        dropping.scan(f"01{GTINS[PAINT]}11261120" + "10P-A")
    assert [text for text in seen if "label_order" in text] == [], "one reading alone"
    with counted(session) as seen:
        dropping.scan(f"]d201{GTINS[PAINT]}10P-B\x1d11261120")
    assert [text for text in seen if "label_order" in text] == [], "separators arrived"
    with counted(session) as seen:
        dropping.scan(LABEL)
    asked = [text for text in seen if "label_order" in text]
    assert len(asked) == 2, "once to read it and once for the scan log"
    assert set(asked) == {asked[0]}


def test_gs1_24_the_test_bench_reads_by_the_order_too(session, bikes, ordered):
    given = CodeToTest(text=LABEL, source="wedge")
    assert examine_code(session, ADMINISTRATOR, given=given).error.kind == "ambiguous_separator"
    session.rollback()
    ordered("01,10,11")
    found = examine_code(session, ADMINISTRATOR, given=given)
    session.rollback()
    assert (found.scan.lot_no, found.scan.warnings[0].kind, found.item.item_no) == ("P-A", "separator_inferred", PAINT)


@pytest.mark.parametrize("order", ["10,17", "01,99X", "01,10,422", "01,17"])
def test_r_17_what_is_no_label_order_is_refused_by_name(order):
    with pytest.raises(InvalidInput) as caught:
        read_input(NewGtin, {"gtin": GTINS[PAINT], "item_no": PAINT, "label_order": order})
    assert list(caught.value.problems) == ["label_order"]


def test_r_17_the_item_shows_the_label_order_of_each_gtin(session, bikes, ordered):
    ordered(" 01, 10,310N")
    assert [(code.code, code.label_order) for code in item_card(session, PAINT).gtins] == [(GTINS[PAINT], "01,10,310n")]
    session.rollback()


# --- a proved scanner that drops separators later (R-23) -------------------------------------------------------------------


@pytest.fixture
def proved(run, session, bikes):
    """A unit is current at station B-1, whose scanner passed its check."""
    run(create_station, given=NewStation(code="B-1", name="Bench 1"))
    check(run)
    bench = at_bench(session)
    bench.scan("BK-1")
    return bench


def check(run):
    scans = [[vars(press) for press in typed(identifier + ELEMENTS)] for identifier in ("]d2", "]C1")]
    run(keep_scanner, station_code="B-1", given=StationCheck(scans=scans))


def at_bench(session):
    """The station as its next request finds it."""
    rules = station_rules(session, "B-1", "bench").rules
    session.rollback()
    return Station(session, rules=rules, actor=replace(ADMINISTRATOR, station_code="B-1"))


def settings_of(session):
    found = scanner_of_station(session, "B-1").settings
    session.rollback()
    return found


def last_scan(session):
    kept = session.scalars(select(ScanEntry.decoded).order_by(ScanEntry.entry_no.desc())).first()
    session.rollback()
    return kept


def test_r_23_a_proved_scanner_that_leaves_out_a_separator_is_noticed(session, run, proved, ordered):
    ordered("01,10,11")
    stock(run, PAINT, "P-A11261120", quantity="1", expiration_date="2099-01-31")
    assert proved.scan(LABEL) == "LINE_COMPLETED", proved.answer
    assert lots(session) == ["P-A11261120"], "R-17: what a proved scanner sends is believed"
    assert [note["code"] for note in proved.answer.notes] == ["SEPARATOR_MISSING"]
    assert proved.answer.notes[0]["fields"]["station"] == "B-1"
    assert last_scan(session)["warnings"] == [["separator_missing", ""]]
    settings = settings_of(session)
    assert (settings.gs_verified, settings.sends_separators, settings.gs_missing_since[:2]) == (True, False, "20")
    assert [(row.code, row.separators_missing_since) for row in list_stations(session)] == [("B-1", settings.gs_missing_since)]


def test_r_23_a_refusal_says_that_the_separator_is_missing_and_the_second_scan_is_read_by_the_order(session, proved, ordered):
    ordered("01,10,11")
    assert proved.scan(LABEL) == "SEPARATOR_LOST", proved.answer
    assert (proved.answer.station, proved.answer.order) == ("B-1", "01,10,11")
    assert settings_of(session).gs_missing_since
    again = at_bench(session)
    again.mode, again.product = proved.mode, proved.product
    assert again.scan(LABEL) == "LINE_COMPLETED", again.answer
    assert lots(session) == ["P-A"]


def test_r_23_a_code_that_is_too_long_without_its_separator_is_noticed_too(session, proved, ordered):
    ordered("01,10,11")
    assert proved.scan(f"01{GTINS[PAINT]}10{'A' * 20}11261120") == "SEPARATOR_LOST", proved.answer
    assert last_scan(session) == {"refused": "GS1_PARSE", "warnings": [["separator_missing", ""]]}
    assert settings_of(session).gs_missing_since


def test_r_23_the_notice_ends_with_the_next_check(session, run, proved, ordered):
    ordered("01,10,11")
    proved.scan(LABEL)
    first = settings_of(session).gs_missing_since
    proved.scan(f"01{GTINS[PAINT]}10P-B11261120")
    assert settings_of(session).gs_missing_since == first, "since when: of the first scan"
    check(run)
    assert settings_of(session).sends_separators is True


NOTHING_MISSING = (
    ("a separator came", f"]d201{GTINS[PAINT]}10P-A\x1d11261120", "wedge"),
    ("none is needed", f"]d201{GTINS[PAINT]}11261120" + "10P-A", "wedge"),
    ("a shorter label", f"]d201{GTINS[PAINT]}10P-A", "wedge"),
    ("a camera drops none", f"]d2{LABEL}", "camera"),
    ("a person typed", LABEL, "typed"),
    ("no GS1 symbol", f"]C0{LABEL}", "wedge"),
)


@pytest.mark.parametrize(("text", "source"), [case[1:] for case in NOTHING_MISSING], ids=[case[0] for case in NOTHING_MISSING])
def test_r_23_no_notice_where_nothing_is_missing(session, proved, ordered, text, source):
    ordered("01,10,11")
    proved.scan(text, source=source)
    assert proved.answer.code != "SEPARATOR_LOST"
    assert settings_of(session).gs_missing_since == ""


def test_r_23_no_notice_where_the_label_order_is_not_known(session, proved):
    proved.scan(LABEL)
    assert settings_of(session).gs_missing_since == ""


def test_r_23_a_scan_from_before_the_check_proves_nothing(session, proved, ordered):
    """It waited in the queue of a terminal while somebody repaired the scanner."""
    ordered("01,10,11")
    assert proved.scan(LABEL, captured_at=datetime(2026, 1, 5, tzinfo=UTC)) == "SEPARATOR_LOST", proved.answer
    assert settings_of(session).gs_missing_since == ""


def test_r_23_what_somebody_sends_who_may_not_scan_proves_nothing(session, proved, ordered):
    ordered("01,10,11")
    proved.actor = replace(proved.actor, rights=frozenset())
    assert proved.scan(LABEL) == "NOT_ALLOWED"
    assert settings_of(session).gs_missing_since == ""


def test_r_23_no_yes_is_asked_for_to_a_reading_that_the_next_scan_would_not_have(session, run, proved, ordered):
    """A yes reads the code again, by the label order by then, and would be carried out for another number (D35)."""
    ordered("01,10,11")
    stock(run, PAINT, "p-a11261120", quantity="1", expiration_date="2099-01-31")
    assert proved.scan(LABEL) == "SEPARATOR_LOST", proved.answer
    assert lots(session) == []


def test_r_03_a_badge_with_the_frame_of_the_stations_scanner_is_a_supervisors_yes_on_the_associations_page(session, run, proved):
    """D18: the field of the page takes what the scanner sends, as the bench does."""
    scans = [[vars(press) for press in typed("*" + identifier + ELEMENTS + "$")] for identifier in ("]d2", "]C1")]
    run(keep_scanner, station_code="B-1", given=StationCheck(scans=scans))
    profile = at_bench(session).rules.profile
    assert (profile.prefix, profile.suffix) == ("*", "$")
    part = ComponentInput(
        match_id=proved.product, component_line_no=PAINT_LINE, lot_no="P-A", quantity="0.5", badge="*B-SUP$", reason="RUSH: more paint",
        confirmed=["OVER_QUANTITY"],
    )
    at_station = replace(ADMINISTRATOR, station_code="B-1")
    assert run(create_component, at_station, order_no="RPO-1", given=part).done == ["P-A"]
