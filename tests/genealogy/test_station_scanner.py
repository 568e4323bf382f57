"""R-23: the result of a station check is kept, and scans at the station are read by it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.errors import NotAllowed, NotFound
from shopfloor.genealogy.maintenance_errors import NoTestSymbol
from shopfloor.genealogy.models import ScanEntry
from shopfloor.genealogy.page_queries import station_rules
from shopfloor.genealogy.station_scanner import StationCheck, keep_scanner, scanner_of_station
from shopfloor.people.actor import Actor
from shopfloor.people.commands import create_station
from shopfloor.people.inputs import NewStation
from shopfloor.people.models import Role
from shopfloor.people.rights import RIGHTS
from tests.conftest import ADMINISTRATOR
from tests.factories_genealogy import FRAME, GS, GTINS, PAINT, WHEEL
from tests.factories_genealogy import Station as ScanningStation
from tests.scanning.test_station_check import ELEMENTS, ENTER, typed


def given(*scans):
    return StationCheck(scans=[[vars(press) for press in scan] for scan in scans])


@pytest.fixture
def checked(session: Session, run):
    """Gives a function that checks station B-1 with these scans and gives its rules of reading."""
    run(create_station, given=NewStation(code="B-1", name="Bench 1"))

    def check(*scans, actor=ADMINISTRATOR):
        run(keep_scanner, actor, station_code="B-1", given=given(*scans))
        return station_rules(session, "B-1", "").rules.profile

    return check


def test_r_23_a_proved_scanner_is_believed(session, checked):
    assert station_rules(session, "B-1", "").rules.profile.gs_verified is False
    assert checked(typed("]d2" + ELEMENTS), typed("]C1" + ELEMENTS)).gs_verified is True
    known = scanner_of_station(session, "B-1")
    assert (known.checked_by, known.settings.gs_verified, known.checked_at[:2]) == (ADMINISTRATOR.operator_no, True, "20")


def test_r_23_a_later_check_takes_the_proof_back(checked):
    assert checked(typed("]C1" + ELEMENTS)).gs_verified is True
    assert checked(typed("]d2" + ELEMENTS), typed("]C1" + ELEMENTS, separator=[])).gs_verified is False


def test_r_4_r_23_a_spelling_beside_the_usual_ones(checked):
    profile = checked(typed("]d2" + ELEMENTS.replace("\x1d", "<GS>")))
    assert "<GS>" in profile.spellings()
    assert "~" in profile.spellings()


def test_r_3_r_5_frame_and_enter(checked):
    profile = checked(typed("*]d2" + ELEMENTS + "$", separator=ENTER))
    assert (profile.prefix, profile.suffix, profile.fnc1_is_enter, profile.gs_verified) == ("*", "$", True, False)


def test_r_6_r_23_the_layout_is_the_browsers_business(session, checked):
    """The browser rebuilds the text from the keys by it; the decoder must not turn it a second time."""
    assert checked(typed(ELEMENTS, layout="fr")).layout == ""
    assert scanner_of_station(session, "B-1").settings.layout == "fr"


def test_r_23_codes_that_are_no_test_symbol_change_nothing(session, checked):
    checked(typed("]C1" + ELEMENTS))
    with pytest.raises(NoTestSymbol):
        checked(typed("4006381333931"))
    assert scanner_of_station(session, "B-1").settings.gs_verified is True


def test_r_23_only_who_may_change_settings(session, checked):
    worker = Actor("W", "Will", RIGHTS[Role.WORKER])
    with pytest.raises(NotAllowed):
        checked(typed("]d2" + ELEMENTS), actor=worker)
    assert scanner_of_station(session, "B-1").checked_at == ""


def test_r_23_unknown_station(session):
    with pytest.raises(NotFound):
        scanner_of_station(session, "NOWHERE")


def test_r_22_every_scan_keeps_how_it_was_read(session, run, bikes):
    """R-22: identifier of the symbol, elements, warnings, station and the version of its profile, beside the raw text."""
    run(create_station, given=NewStation(code="B-1", name="Bench 1"))
    run(keep_scanner, station_code="B-1", given=given(typed("]d2" + ELEMENTS), typed("]C1" + ELEMENTS)))
    rules = replace(station_rules(session, "B-1", "bench").rules, session_id="bench")
    session.rollback()
    bench = ScanningStation(session, rules=rules, actor=replace(ADMINISTRATOR, station_code="B-1"))
    bench.scan("BK-1")
    text = f"]C1{GS}01{GTINS[FRAME]}21F-1"
    assert bench.scan(text) == "LINE_COMPLETED"
    kept = session.execute(select(ScanEntry.raw_text, ScanEntry.decoded, ScanEntry.station_code).order_by(ScanEntry.entry_no)).all()
    session.rollback()
    assert [row.station_code for row in kept] == ["B-1", "B-1"]
    assert kept[1].raw_text == text
    assert kept[1].decoded == {
        "kind": "gs1", "symbology": "]C1", "elements": [["01", GTINS[FRAME]], ["21", "F-1"]], "warnings": [["leading_separator", ""]],
        "profile": "B-1", "profile_version": 2,
    }


def test_r_22_where_nobody_checked_a_scanner_the_profile_is_the_companys(session, run, bikes):
    rules = station_rules(session, "", "x").rules
    session.rollback()
    assert (rules.profile.name, rules.profile.version) == ("default", 1)


def test_r_13_r_22_after_several_scans_the_pair_rules_count_over_all_of_them(session, bikes):
    """R-13, SCN-20: a count that waited and the number that it belongs to are one: (02) with (37) is complete, (01) with (37) is not."""
    bench = ScanningStation(session)
    bench.scan("BK-1")
    assert bench.scan("]d2371") == "PART_HELD"
    assert bench.scan(f"]d202{GTINS[PAINT]}10P-A") == "LINE_COMPLETED"
    assert bench.scan("]d2371") == "PART_HELD"
    assert bench.scan(f"]d201{GTINS[WHEEL]}21W-1") == "COMPONENT_REGISTERED"
    kept = [entry["warnings"] for entry in session.scalars(select(ScanEntry.decoded).order_by(ScanEntry.entry_no))]
    session.rollback()
    alone = [["ai_requisite", "37"]]
    assert kept == [[], alone, [], alone, [*alone, ["ai_mutex", "01"]]]
