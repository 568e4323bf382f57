"""Yes to a question (D18): once, with what was answered before, and about the number that the question named."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from shopfloor.genealogy.models import AssociationEntry, TrackedProduct
from tests.factories_genealogy import PAINT, Station, bike_order, bike_plant, bike_stock, gs1, problems, stock
from tests.genealogy.test_associations import associations

OVERWEIGHT = "3103000270"
"""0.270 kg of paint, where 0.250 kg and 4 percent are allowed."""
APPROVED = {"reason": "TRIAL", "badge": "B-SUP"}


def test_scn_4_and_d35_yes_to_a_look_alike_of_a_label_uses_the_known_number(station, session):
    """SCN-4, D35: the part that was meant is registered, from GS1 as from the camera; no twin of a product is made."""
    station.scan("BK-1")
    assert station.scan("w-1", source="camera") == "NUMBER_LOOKS_ALIKE"
    assert station.send("confirm", "", confirms=station.key) == "COMPONENT_REGISTERED"
    assert station.scan(gs1("WHEEL", serial="w-2")) == "NUMBER_LOOKS_ALIKE"
    assert station.send("confirm", "", confirms=station.key) == "LINE_COMPLETED"
    assert station.scan(gs1(PAINT, lot="p-a")) == "NUMBER_LOOKS_ALIKE"
    assert station.send("confirm", "", confirms=station.key) == "LINE_COMPLETED"
    assert [number for _, number, _, _, _ in associations(session)] == ["W-1", "W-2", "P-A"]
    station.send("mode", "Product")
    assert station.scan(gs1("BIKE", serial="bk-1")) == "NUMBER_LOOKS_ALIKE"
    assert station.send("confirm", "", confirms=station.key) == "PRODUCT_SELECTED"
    assert session.scalars(select(TrackedProduct.serial_no)).all() == ["BK-1"]
    assert problems(session) == []


def test_d18_one_yes_after_the_other(station, session):
    """D18: too much of a look-alike asks twice; the second yes does not bring the first question back."""
    station.scan("BK-1")
    assert station.scan(gs1(PAINT, lot="p-a", more=OVERWEIGHT)) == "NUMBER_LOOKS_ALIKE"
    assert station.send("confirm", "", confirms=station.key) == "OVER_QUANTITY"
    second = station.key
    assert station.send("confirm", "", confirms=second) == "REASON_NEEDED"
    assert station.send("confirm", "", confirms=second, **APPROVED) == "LINE_COMPLETED"
    assert [(n, q) for _, n, _, q, _ in associations(session)] == [("P-A", Decimal("0.27"))]
    assert session.scalars(select(AssociationEntry.approved_by).where(AssociationEntry.association_no != 0)).all() == ["E-SUP"]
    assert problems(session) == []


def test_d18_a_chosen_line_is_kept_through_the_next_question(session, run):
    """SCN-17, D18, D38: the line that was chosen for an ambiguous number, then one serial too many for it."""
    bike_plant(run, policy_more={"serial_number_matching_limit": False})
    bike_stock(run)
    bike_order(run)
    station = Station(session)
    stock(run, "FRAME", "X-1")
    stock(run, "WHEEL", "X-1")
    station.scan("BK-1")
    assert station.scan("X-1") == "AMBIGUOUS_COMPONENT"
    asked = station.key
    station.scan("F-1")
    assert station.send("confirm", "", confirms=asked, choice=10) == "SERIAL_LIMIT"
    assert station.send("confirm", "", confirms=station.key, **APPROVED) == "LINE_COMPLETED"
    assert [number for _, number, _, _, _ in associations(session)] == ["F-1", "X-1"]
    assert problems(session) == []


def test_d18_a_yes_counts_once(station, session):
    """D18, OPS-4: two taps on Yes, each with a key of its own, register what was weighed once."""
    station.scan("BK-1")
    assert station.scan(gs1(PAINT, lot="P-A", more=OVERWEIGHT)) == "OVER_QUANTITY"
    asked = station.key
    assert station.send("confirm", "", confirms=asked, **APPROVED) == "LINE_COMPLETED"
    assert station.send("confirm", "", confirms=asked, **APPROVED) == "NOTHING_TO_CONFIRM"
    assert [(n, q) for _, n, _, q, _ in associations(session)] == [("P-A", Decimal("0.27"))]
    assert problems(session) == []


def test_d18_r_3_the_supervisors_badge_comes_in_the_scanners_frame(station):
    """D18, R-03: what the station's scanner puts around every code is no part of a badge."""
    station.rules = replace(station.rules, profile=replace(station.rules.profile, prefix="*", suffix="$"))
    station.scan("BK-1")
    assert station.scan(gs1(PAINT, lot="P-A", more=OVERWEIGHT)) == "OVER_QUANTITY"
    asked = station.key
    assert station.send("confirm", "", confirms=asked, reason="TRIAL", badge="**B-SUP$") == "NOT_ALLOWED"
    assert station.send("confirm", "", confirms=asked, reason="TRIAL", badge="*B-SUP$") == "LINE_COMPLETED"
