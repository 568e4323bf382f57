"""R-23: the result of a station check is kept, and scans at the station are read by it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from shopfloor.errors import NotAllowed, NotFound
from shopfloor.genealogy.maintenance_errors import NoTestSymbol
from shopfloor.genealogy.page_queries import station_rules
from shopfloor.genealogy.station_scanner import StationCheck, keep_scanner, scanner_of_station
from shopfloor.people.actor import Actor
from shopfloor.people.commands import create_station
from shopfloor.people.inputs import NewStation
from shopfloor.people.models import Role
from shopfloor.people.rights import RIGHTS
from tests.conftest import ADMINISTRATOR
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
