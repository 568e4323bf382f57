"""Reservations behind scans, overrides, multi-part scans, statements: the rarer rules of the scan flow."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from shopfloor.genealogy.models import AssociationEntry, ComponentAssociation, ScanEntry
from shopfloor.items.models import Item, NumberInformation, NumberSeries
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.people.actor import Actor
from shopfloor.people.master_commands import block_record, delete_record
from shopfloor.people.reasons import REASON_CODE
from shopfloor.production.models import ProdOrderComponent
from shopfloor.reservations.commands import reserve
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.queries import reservations_of
from shopfloor.reservations.rules import Demand, OpenEntry, Take
from tests.conftest import ADMINISTRATOR
from tests.factories_genealogy import (
    FRAME,
    GS,
    PAINT,
    Station,
    bike_order,
    bike_plant,
    bike_stock,
    gs1,
    problems,
    remove,
    stock,
)
from tests.factories_production import through
from tests.genealogy.test_associations import refused

COMPONENT_SOURCE = "Prod. Order Component"
OTHER = Demand(COMPONENT_SOURCE, "RPO-9", 10_000, 30)
OWN_PAINT = Demand(COMPONENT_SOURCE, "RPO-1", 10_000, 30)


def hold(run, session, demand, item_no, number, quantity, *, specific, picked=False):
    """A reservation of a line, made by hand: the page for it comes with the reservations."""

    def work(open_session, actor):
        mine = (OpenItemEntry.lot_no == number) | (OpenItemEntry.serial_no == number)
        found = open_session.scalars(select(OpenItemEntry).where(OpenItemEntry.item_no == item_no, mine)).one()
        entry = OpenEntry(
            found.entry_no, item_no, "", found.location_code, Tracking(found.serial_no, found.lot_no), found.remaining, found.reserved
        )
        take = Take(entry.entry_no, Decimal(quantity))
        reserve(open_session, actor, demand, [take], {entry.entry_no: entry}, specific=specific, picked=picked)

    through(run, work)
    session.rollback()


def problems_but_the_made_up_order(session):
    """RPO-9 holds stock and does not exist, which is all that may be wrong."""
    return [problem for problem in problems(session) if "are reserved for RPO-9 line 10000, which still needs 0." not in problem]


def held_by(session, demand):
    found = [(piece.tracking.label(), piece.quantity, piece.specific) for piece in reservations_of(session, [demand])]
    session.rollback()
    return found


def test_d19_a_non_specific_reservation_of_others_moves_away(station, session, run):
    """D19, LB-03, LB-07: the other order keeps its total; the answer tells of it."""
    hold(run, session, OTHER, PAINT, "P-B", "0.2", specific=False)
    station.scan("BK-1")
    assert station.scan(gs1(PAINT, lot="P-B", more="3103000150")) == "COMPONENT_REGISTERED"
    assert [note["code"] for note in station.answer.notes] == ["RESERVATION_MOVED"]
    assert sorted(held_by(session, OTHER)) == [("P-A", Decimal("0.15"), False), ("P-B", Decimal("0.05"), False)]
    assert problems_but_the_made_up_order(session) == []


def test_d19_and_c2_a_specific_reservation_of_others_never_moves(station, session, run):
    """EDG-12, D19, LB-06: specific stays; C2: without free supply elsewhere nothing moves."""
    hold(run, session, OTHER, PAINT, "P-B", "0.2", specific=True)
    station.scan("BK-1")
    assert station.scan("P-B") == "RESERVED_ELSEWHERE"
    assert station.answer.holder == "RPO-9 line 30"
    hold(run, session, OTHER, FRAME, "F-1", "1", specific=False)
    hold(run, session, OTHER, FRAME, "F-2", "1", specific=False)
    hold(run, session, OTHER, FRAME, "F-3", "1", specific=False)
    assert station.scan("F-1") == "RESERVED_ELSEWHERE"
    assert problems_but_the_made_up_order(session) == []


def test_d15_a_scan_takes_over_what_the_line_holds_and_gives_it_back(station, session, run):
    """D15: picked for the line -> born Picked; removal gives it back to the line as it was."""
    hold(run, session, OWN_PAINT, PAINT, "P-A", "0.4", specific=True, picked=True)
    station.scan("BK-1")
    assert station.scan("P-A") == "LINE_COMPLETED"
    assert held_by(session, OWN_PAINT) == [("P-A", Decimal("0.15"), True)]
    association = session.scalars(select(ComponentAssociation)).one()
    session.rollback()
    assert association.state == "Picked"
    remove(run, association.association_no, confirmed=True)
    assert sum(q for _, q, _ in held_by(session, OWN_PAINT)) == Decimal("0.4")
    assert problems(session) == []


def test_d32_the_lines_own_non_specific_reservation_is_replaced(station, session, run):
    """D32: what the line holds of another lot becomes free, as much as is newly reserved."""
    hold(run, session, OWN_PAINT, PAINT, "P-B", "0.2", specific=False)
    station.scan("BK-1")
    assert station.scan("P-A") == "LINE_COMPLETED"
    assert held_by(session, OWN_PAINT) == []
    assert problems(session) == []


def test_scn_20_parts_wait_for_their_number(station):
    """SCN-20: a weight alone waits; an item alone selects its line; then the number comes. A contradiction drops both."""
    station.scan("BK-1")
    assert station.scan("]d23103000100") == "PART_HELD"
    assert station.held == "(3103)000100"
    assert station.scan(gs1(PAINT)) == "LINE_SELECTED"
    station.held = "(3103)000100"
    assert station.scan("]d210P-A") == "COMPONENT_REGISTERED"
    assert (station.answer.quantity, station.held) == ("0.1", "")
    station.held = "(3103)000100"
    assert station.scan(gs1(PAINT, lot="P-A", more="3103000110")) == "PARTS_CONTRADICT"


def test_scn_18_a_code_without_its_number(station):
    """SCN-18: a lot where a serial is needed."""
    station.scan("BK-1")
    assert station.scan(gs1(FRAME, lot="L-1")) == "GS1_NO_NUMBER"
    assert station.answer.line == 10


def test_gs1_18_a_carton_label_is_capped(station):
    """D7, GS1-18: count in the GTIN's unit, never more than remains."""
    station.scan("BK-1")
    assert station.scan(gs1(PAINT, lot="P-A", more="305")) == "LINE_COMPLETED"
    assert station.answer.quantity == "0.25"
    assert station.answer.notes[0]["code"] == "QUANTITY_CAPPED"


def test_scn_8_and_gs1_23_the_stored_date_stays(station, session):
    """GS1-23, SCN-8, D8: a date on the label before the stored one asks; it is told and changes nothing."""
    station.scan("BK-1")
    assert station.scan(gs1(PAINT, lot="P-A", more="17600131")) == "LABEL_DATE_EARLIER"
    assert station.send("confirm", "", confirms=station.key) == "LINE_COMPLETED"
    assert "EXPIRY_MISMATCH" in [note["code"] for note in station.answer.notes]
    stored = session.scalars(select(NumberInformation.expiration_date).where(NumberInformation.number == "P-A")).one()
    session.rollback()
    assert stored.isoformat() == "2099-01-31"


def test_d18_an_override_needs_a_reason_and_a_badge_with_the_right(station):
    """D18, OPS-8, EDG-17: weighed too much; the supervisor's badge confirms; both people are recorded."""
    station.scan("BK-1")
    assert station.scan(gs1(PAINT, lot="P-A", more="3103000400")) == "OVER_QUANTITY"
    asked = station.key
    assert station.send("confirm", "", confirms=asked) == "REASON_NEEDED"
    assert station.send("confirm", "", confirms=asked, reason="REWORK: thick coat", badge="NOBODY") == "NOT_ALLOWED"
    assert station.send("confirm", "", confirms="some-other-key", reason="x", badge="B-SUP") == "NOTHING_TO_CONFIRM"
    assert station.send("confirm", "", confirms=asked, reason="REWORK: thick coat", badge="]C0BADGE:B-SUP") == "LINE_COMPLETED"
    assert station.answer.quantity == "0.4"


def test_d18_the_reason_code_is_kept_with_its_remark_and_an_unknown_or_blocked_one_is_refused(station, run, session):
    """D18: the log says code and remark; a code that was given is not deleted any more."""
    station.scan("BK-1")
    assert station.scan(gs1(PAINT, lot="P-A", more="3103000400")) == "OVER_QUANTITY"
    asked = station.key
    run(block_record, master=REASON_CODE, record_key=["RUSH"], version=1, blocked=True)
    for reason in ("thick coat", "RUSH: thick coat", "rework"):
        assert station.send("confirm", "", confirms=asked, reason=reason, badge="B-SUP") == "REASON_UNKNOWN"
    assert station.send("confirm", "", confirms=asked, reason="REWORK: thick coat", badge="B-SUP") == "LINE_COMPLETED"
    log = select(AssociationEntry.reason_code, AssociationEntry.reason, AssociationEntry.approved_by)
    assert session.execute(log.where(AssociationEntry.item_no == PAINT)).one() == ("REWORK", "REWORK: thick coat", "E-SUP")
    assert session.scalars(select(AssociationEntry.reason_code).where(AssociationEntry.item_no != PAINT)).all() == [""]
    refused("IN_USE", run, delete_record, master=REASON_CODE, record_key=["REWORK"], version=1)
    run(delete_record, master=REASON_CODE, record_key=["TRIAL"], version=1)


def test_set_10_and_d38_the_matching_limit(station, run, session):
    """SET-10, EDG-17: with the limit on an extra serial is refused for everybody."""
    station.build("BK-1", "F-1", "W-1", "W-2")
    assert station.scan("W-3") == "SERIAL_LIMIT"
    assert not station.answer.asks


def test_d38_without_the_limit_an_extra_serial_needs_an_override(session, run):
    bike_plant(run, policy_more={"serial_number_matching_limit": False})
    bike_stock(run)
    bike_order(run)
    station = Station(session)
    station.build("BK-1", "F-1")
    assert station.scan("F-2") == "SERIAL_LIMIT"
    assert station.send("confirm", "", confirms=station.key, reason="REWORK", badge="B-SUP") == "LINE_COMPLETED"
    assert problems(session) == []


def test_scn_12_and_edg_35_a_text_that_two_items_know(station, run):
    """EDG-35, peers 2: only the selected line counts; without one it asks, with the candidates."""
    stock(run, FRAME, "X-1")
    stock(run, "WHEEL", "X-1")
    station.scan("BK-1")
    assert station.scan("X-1") == "AMBIGUOUS_COMPONENT"
    assert [candidate["line"] for candidate in station.answer.candidates] == ["10", "20"]
    asked = station.key
    assert station.send("confirm", "", confirms=asked, choice=20) == "COMPONENT_REGISTERED"


def test_scn_4_and_d35_look_alikes(station, session):
    """SCN-4, D35: typed or wedged in another case is used with a notice; from GS1 or the camera it asks."""
    station.scan("BK-1")
    assert station.scan("f-1") == "LINE_COMPLETED"
    assert station.answer.notes[0]["code"] == "LOOK_ALIKE_USED"
    assert station.scan("w-1", source="camera") == "NUMBER_LOOKS_ALIKE"
    assert station.scan(gs1("WHEEL", serial="w-1")) == "NUMBER_LOOKS_ALIKE"
    station.send("mode", "Product")
    assert station.scan("bk-1") == "NUMBER_LOOKS_ALIKE"
    assert problems(session) == []


def test_tcp_14_the_selection_moves_on(station):
    """TCP-14: after a plain scan that completes the selected line."""
    station.scan("BK-1")
    station.send("line", "10")
    assert station.scan("F-1") == "LINE_COMPLETED"
    assert station.line == 20
    station.scan("W-1")
    assert station.line == 20
    station.scan("W-2")
    assert station.line == 30
    station.scan("P-A")
    assert station.line == 0


def test_d6_the_mode_returns_by_itself_only_if_the_company_wants_it(session, bikes):
    """D6, TCP-8."""
    del bikes
    station = Station(session)
    station.rules = replace(station.rules, return_to_product=True)
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    assert (station.mode, station.product) == ("Product", 0)


def test_d25_a_sub_assembly_reports_itself(run, session, bikes):
    """D25: registered but unreported -> NOT_REPORTED; with the item's setting it becomes stock when it is complete."""
    station = Station(session)
    station.build("BK-1", "F-1")
    session.execute(Item.__table__.update().where(Item.no == "BIKE").values(report_when_completed=True))
    session.commit()
    station.scan("W-1")
    station.scan("W-2")
    assert station.scan("P-A") == "UNIT_COMPLETED"
    assert station.answer.notes[-1]["code"] == "REPORTED_BY_ITSELF"
    assert station.scan("W-3") == "UNIT_REPORTED"
    assert problems(session) == []


def test_set_1_and_set_3_switch_and_number_series(session, run):
    """SET-1, SET-2: off. SET-3: registering without the series is a clear set-up refusal."""
    bike_plant(run)
    bike_stock(run)
    bike_order(run)
    station = Station(session)
    station.rules = replace(station.rules, feature_on=False)
    assert station.scan("BK-1") == "FEATURE_OFF"
    station.rules = replace(station.rules, feature_on=True)
    session.execute(NumberSeries.__table__.delete().where(NumberSeries.code == "MATCH-ID"))
    session.commit()
    assert station.scan("BK-1") == "SETUP_MISSING"
    assert station.answer.number == "MATCH-ID"


def test_scn_22_every_scan_is_in_the_log(station, session):
    """SCN-22, R-SC-5: raw text byte for byte, decoded, outcome, refused ones too."""
    text = gs1(FRAME, serial="F-1")
    station.scan("BK-1")
    station.scan(text)
    station.scan("NOBODY")
    station.scan("A\x00B")
    found = session.execute(select(ScanEntry.raw_text, ScanEntry.answer, ScanEntry.code).order_by(ScanEntry.entry_no)).all()
    session.rollback()
    assert [tuple(row) for row in found] == [
        ("BK-1", "accepted", "PRODUCT_REGISTERED"), (text, "accepted", "LINE_COMPLETED"), ("NOBODY", "refused", "SELECT_COMPONENT"),
        ("A\\x00B", "refused", "SCAN_INVALID"),
    ]
    assert GS in found[1][0]


@contextmanager
def counted(session):
    """Statements beside BEGIN, SAVEPOINT, RELEASE and COMMIT."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")):
            seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("text", ["F-1", gs1(FRAME, serial="F-1")], ids=["plain", "GS1"])
def test_a35_a_component_scan_takes_at_most_12_statements(station, session, text):
    station.scan("BK-1")
    with counted(session) as seen:
        assert station.scan(text) == "LINE_COMPLETED"
    assert len(seen) <= 12, "\n".join(seen)


def test_statements_of_a_scan_do_not_grow_with_the_unit(session, run):
    """A18: 1 bike or 30, 3 parts registered or 90: the same number."""
    bike_plant(run)
    stock(run, "WHEEL", *(f"W-{n}" for n in range(70)))
    bike_order(run, quantity="30")
    station = Station(session)
    figures = []
    for n in range(0, 60, 2):
        station.build(f"BK-{n}", f"W-{n}")
        with counted(session) as seen:
            station.scan(f"W-{n + 1}")
        figures.append(len(seen))
    assert set(figures) == {figures[0]}


def test_a15_every_statement_of_a_scan_names_its_plant(station, session):
    """A15, A25: watches the SQL."""
    masters = ("FROM item ", "FROM gtin", "company_setting", "entry_counter", "nextval", "FROM operator", "FROM number_series")
    with counted(session) as seen:
        station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
        station.scan("NOBODY")
        station.send("undo")
    without = [s for s in seen if "plant_no" not in s and not any(master in s for master in masters)]
    assert without == []


def test_people_without_the_right_scan_nothing(station, session):
    """A30: deny by default."""
    station.actor = Actor("E-Q", "Quinn Quality", frozenset())
    assert station.scan("BK-1") == "NOT_ALLOWED"
    assert ADMINISTRATOR.may("register scans")
    assert session.scalars(select(ReservationEntry)).all() == []


def set_line(session, **values):
    """Set something on the paint line of the order."""
    table = ProdOrderComponent.__table__
    session.execute(table.update().where(table.c.order_no == "RPO-1", table.c.item_no == PAINT).values(**values))
    session.commit()


def test_d7_one_scan_is_one_piece(station, session):
    """D7, D14: the line's setting; the second scan within two seconds is a second piece, only the key guards."""
    set_line(session, one_scan_is="One piece", expected_quantity=Decimal(8))
    station.scan("BK-1")
    stock_scan = gs1(PAINT, lot="P-A")
    assert station.scan("P-B") == "COMPONENT_SHORT"
    assert station.answer.quantity == "0.2"
    assert station.scan(stock_scan, gap_ms=300) == "COMPONENT_SHORT"
    assert problems(session) == []


def test_d30_a_quantity_that_a_scale_sends_along_is_taken_exactly(station, session):
    """D30, EDG-17: it is never replaced by what remains; what is no quantity is refused, and more than remains is asked."""
    station.scan("BK-1")
    for wrong in ("much", "0", "-1", "1e9"):
        assert station.scan("P-A", quantity=wrong) == "NOT_A_QUANTITY", wrong
    assert station.scan("P-A", quantity="0.1") == "COMPONENT_REGISTERED"
    assert (station.answer.quantity, station.answer.remaining) == ("0.1", "0.15")
    assert station.scan("P-A", quantity="0.2") == "OVER_QUANTITY"
    assert station.scan(gs1(PAINT, lot="P-A"), quantity="0.05") == "COMPONENT_REGISTERED"
    assert station.scan("P-A", quantity="0.2") == "OVER_QUANTITY"
    assert station.send("confirm", confirms=station.key, reason="REWORK: thick coat", badge="B-SUP") == "LINE_COMPLETED"
    assert station.answer.quantity == "0.2"
    assert problems(session) == []


def test_d7_a_line_that_asks_how_much(station, session):
    """D7: no quantity on the label, so the operator is asked; the answer is exact; a second scan is no answer."""
    set_line(session, one_scan_is="Ask")
    station.scan("BK-1")
    assert station.scan("P-A") == "QUANTITY_NEEDED"
    asked = station.key
    assert (station.answer.remaining, station.answer.unit) == ("0.25", "KG")
    assert station.send("confirm", "", confirms=asked, quantity="much") == "NOT_A_QUANTITY"
    assert station.send("confirm", "", confirms=asked, quantity="-1") == "NOT_A_QUANTITY"
    assert station.send("confirm", "", confirms=asked, quantity="0.1") == "COMPONENT_REGISTERED"
    assert station.answer.quantity == "0.1"
    assert station.scan(gs1(PAINT, lot="P-A", more="3103000050")) == "COMPONENT_REGISTERED", "a weighed label answers by itself"
    assert station.scan("P-A") == "QUANTITY_NEEDED"
    assert station.send("confirm", "", confirms=station.key, quantity="0.2") == "OVER_QUANTITY"
    assert station.send("confirm", "", confirms=station.key, reason="REWORK: thick coat", badge="B-SUP") == "LINE_COMPLETED"
    assert station.answer.quantity == "0.2"
    assert problems(session) == []
