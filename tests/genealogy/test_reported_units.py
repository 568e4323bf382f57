"""What a scan page says when the unit on it is reported already: the next thing to do, not a dead end (SCN-9, D17, TCP-10)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.genealogy.page_queries import session_answers
from shopfloor.items.models import Item
from tests.factories_genealogy import BIKE, gs1, problems, report

WHOLE = ("F-1", "W-1", "W-2", "P-A")


@pytest.fixture
def reported(station, run):
    """A station whose current product has just been reported somewhere else."""
    station.build("BK-1", *WHOLE)
    report(run, station.product)
    return station


def number_like(session, pattern):
    session.execute(update(Item).where(Item.no == BIKE).values(serial_pattern=pattern))
    session.commit()


def test_scn_9_a_reported_unit_is_shown_and_asks_for_no_parts(reported):
    """SCN-9: selected as any other, with words that fit."""
    match_id = reported.product
    reported.send("mode", "Product")
    assert reported.scan("BK-1") == "PRODUCT_REPORTED"
    assert (reported.mode, reported.product) == ("Component", match_id)
    assert reported.send("product", str(match_id)) == "PRODUCT_REPORTED"


def test_d17_the_next_unit_after_a_report_is_offered_as_a_product(reported, session):
    """D17: Component mode mirrors the offer to switch, by pattern, by the unit's row, and by the GTIN."""
    number_like(session, "BK-[0-9]+")
    assert reported.scan("BK-2") == "SWITCH_TO_PRODUCT"
    asked = reported.key
    assert reported.send("confirm", confirms=asked) == "PRODUCT_REGISTERED"
    reported.send("mode", "Product")
    reported.scan("BK-1")
    number_like(session, "")
    assert reported.scan("BK-2") == "SWITCH_TO_PRODUCT"
    assert reported.scan(gs1(BIKE, serial="BK-3")) == "SWITCH_TO_PRODUCT"
    assert problems(session) == []


def test_edg_29_a_part_for_a_reported_unit_is_refused_with_what_to_do(reported, session):
    """EDG-29: nothing changes, and the sentence names the unit and the way out."""
    before = session.scalar(select(func.count(ComponentAssociation.association_no)))
    assert reported.scan("F-2") == "UNIT_REPORTED"
    assert "BK-1" in str(reported.answer)
    assert session.scalar(select(func.count(ComponentAssociation.association_no))) == before
    assert problems(session) == []


def test_tcp_10_the_last_scans_show_what_was_scanned(reported, session):
    """TCP-10: a refusal names another number than the code in hand; a label with separators cannot be shown as it is."""
    reported.scan("F-2")
    assert session_answers(session, "RPO-1", reported.name)[0].number == "F-2"
    reported.send("mode", "Product")
    reported.build("BK-2", "F-2", "W-3", "W-4", "P-A")
    assert reported.scan(gs1("PAINT", lot="P-A", more="305")) == "COMPONENT_COMPLETE"
    assert session_answers(session, "RPO-1", reported.name)[0].number == "P-A"
    assert reported.scan("]C0W-9", source="camera") == "SELECT_COMPONENT"
    assert session_answers(session, "RPO-1", reported.name)[0].number == "W-9", "without what the scanner put before it"

