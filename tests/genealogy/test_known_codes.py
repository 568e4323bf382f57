"""IMG-6: a station that takes only known codes from its camera."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from shopfloor.genealogy.models import ScanEntry
from tests.conftest import ADMINISTRATOR
from tests.factories_genealogy import FRAME, GTINS, WHEEL, Station
from tests.genealogy.test_scan_rules import counted

STRICT = replace(ADMINISTRATOR, station_code="TAB", picture_lookup=True)
STRANGER = "04012345678901"


@pytest.fixture
def tablet(session, bikes):
    """A tablet at which the unit BK-1 is current."""
    station = Station(session, actor=STRICT)
    assert station.scan("BK-1") == "PRODUCT_REGISTERED", "a scanner's code is not asked"
    return station


CASES = (
    # code, source, answer
    ("F-1", "camera", "LINE_COMPLETED"),
    ("F-9", "camera", "PICTURE_CODE_UNKNOWN"),
    ("F-9", "wedge", "SELECT_COMPONENT"),
    ("F-9", "typed", "SELECT_COMPONENT"),
    (f"]d201{GTINS[FRAME]}21F-1", "camera", "LINE_COMPLETED"),
    (f"]d201{STRANGER}21F-1", "camera", "PICTURE_CODE_UNKNOWN"),
    ("]d221F-1", "camera", "LINE_COMPLETED"),
    ("]d221F-9", "camera", "PICTURE_CODE_UNKNOWN"),
    ("]C0F-1", "camera", "LINE_COMPLETED"),
    ("]C0F-9", "camera", "PICTURE_CODE_UNKNOWN"),
    ("]d2371", "camera", "PART_HELD"),
    (WHEEL, "camera", "LINE_SELECTED"),
    (f"]C0{WHEEL}", "camera", "LINE_SELECTED"),
    ("CMD:NEXT", "camera", "LINE_SELECTED"),
)


@pytest.mark.parametrize(("text", "source", "answer"), CASES, ids=[f"{case[0][:24]}-{case[1]}" for case in CASES])
def test_img_6_only_what_is_known_counts(tablet, text, source, answer):
    given = tablet.scan(text, source=source)
    if answer == "PICTURE_CODE_UNKNOWN":
        assert given == answer, tablet.answer
        assert tablet.answer.station == "TAB"
        assert tablet.answer.number in text
    else:
        assert given != "PICTURE_CODE_UNKNOWN", tablet.answer
        assert source != "camera" or given == answer, tablet.answer


def test_img_6_a_new_product_is_known_by_its_gtin_and_an_old_one_by_its_number(session, tablet):
    tablet.send("mode", "Product")
    assert tablet.scan("BK-2", source="camera") == "PICTURE_CODE_UNKNOWN"
    assert tablet.scan("BK-1", source="camera") == "PRODUCT_SELECTED"
    tablet.send("mode", "Product")
    assert tablet.scan(f"]d201{GTINS['BIKE']}21BK-2", source="camera") == "PRODUCT_REGISTERED"
    kept = session.scalars(select(ScanEntry.answer).where(ScanEntry.code == "PICTURE_CODE_UNKNOWN")).all()
    session.rollback()
    assert kept == ["refused"]


def test_img_6_one_statement_more_and_none_without_the_switch_or_for_a_gtin(session, bikes):
    figures = []
    label = f"]d201{GTINS[FRAME]}21"
    for actor, unit, part in ((replace(STRICT, picture_lookup=False), "BK-1", "F-1"), (STRICT, "BK-2", "F-2")):
        station = Station(session, actor=actor)
        station.scan(unit)
        with counted(session) as seen:
            assert station.scan(part, source="camera") == "LINE_COMPLETED"
        station.send("undo")
        with counted(session) as by_gtin:
            assert station.scan(label + part, source="camera") == "LINE_COMPLETED"
        figures.append((len(seen), len(by_gtin)))
    (plain, gtin), (asked, asked_gtin) = figures
    assert (asked, asked_gtin) == (plain + 1, gtin)
