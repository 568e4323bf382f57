"""Statuses, lines and quantities as tables; every expected value is worked by hand. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopfloor.errors import Refusal
from shopfloor.genealogy import report_rules
from shopfloor.genealogy.facts import COMPLETED, IN_PROGRESS, NOT_STARTED, Association, Line, Product, Row, Situation
from shopfloor.genealogy.report_rules import Report
from shopfloor.genealogy.rules import (
    NoScanNeeded,
    Wanted,
    check_expiry,
    check_room,
    choose_by_number,
    choose_line,
    lines_of,
    next_line,
    row_status,
    summary_status,
    wanted_quantity,
)
from shopfloor.items.tracking import Tracking
from shopfloor.production.rules import Component

D = Decimal
PRODUCT = Product(
    order_line_no=10_000, item_no="BIKE", variant_code="", description="Bike", base_unit_code="PCS", quantity=D(2), started=D(2), good=D(0),
    error=D(0), serial=True, lot=False, takes_part=True, check_preallocation=False, matching_limit=True, serial_pattern="", lot_pattern="",
    report_when_completed=False, precision=D(1),
)
ROW = Row(match_id=1, tracking=Tracking("BK-1"), state="Open", quantity=D(1), good=D(0), error=D(0), closed_lines=frozenset(), version=1)
NONE = frozenset[str]()


def component(line_no, item_no, per, *, serial=False, expected=None, precision="1", unit="PCS", factor="1", **more):
    return Component(
        order_line_no=10_000, line_no=line_no, item_no=item_no, variant_code="", location_code="MAIN", unit_code=unit,
        quantity_per_unit=D(factor), quantity_per=D(per), constant=more.pop("constant", False),
        flushing="Manual",
        operation_no=more.pop("operation_no", 0), expected=D(expected if expected is not None else 2 * D(per)), consumed=D(0),
        precision=D(precision), serial=serial, lot=not serial, use_tracked_components=more.pop("tracked", True),
        description=item_no.title(),
        **more,
    )


FRAME = component(10, "FRAME", "1", serial=True)
WHEEL = component(20, "WHEEL", "2", serial=True)
PAINT = component(30, "PAINT", "0.25", precision="0.001", unit="KG", measured=True)
BELL = component(40, "BELL", "1", tracked=False)
BIKE = (FRAME, WHEEL, PAINT, BELL)


def registered(line, quantity, number="N", no=1, match_id=1, **more):
    item = next(c.item_no for c in BIKE if c.line_no == line)
    return Association(
        association_no=no, match_id=match_id, order_no="RPO-1", order_line_no=10_000, component_line_no=line, item_no=item, variant_code="",
        location_code="MAIN", tracking=Tracking(number), quantity=D(quantity), consumed=D(more.pop("consumed", 0)),
        state=more.pop("state", "Open"), prior_state="", version=1, registered_by="E", **more,
    )


FIRST = [registered(10, 1, "F-1", 1)]
SECOND = [*FIRST, registered(20, 1, "W-1", 2)]
THIRD = [*SECOND, registered(20, 1, "W-2", 3), registered(30, "0.25", "P-A", 4)]


@pytest.mark.parametrize(("associations", "frame", "wheel", "paint", "row"), [
    ([], ("1", "0", "1", NOT_STARTED), ("2", "0", "2", NOT_STARTED), (".25", "0", ".25", NOT_STARTED), IN_PROGRESS),
    (FIRST, ("1", "1", "0", COMPLETED), ("2", "0", "2", NOT_STARTED), (".25", "0", ".25", NOT_STARTED), IN_PROGRESS),
    (SECOND, ("1", "1", "0", COMPLETED), ("2", "1", "1", IN_PROGRESS), (".25", "0", ".25", NOT_STARTED), IN_PROGRESS),
    (THIRD, ("1", "1", "0", COMPLETED), ("2", "2", "0", COMPLETED), (".25", ".25", "0", COMPLETED), COMPLETED),
], ids=["product", "frame", "wheel", "wheel and paint"])
def test_qty_1_to_qty_6_worked_table(associations, frame, wheel, paint, row):
    """QTY-1, QTY-3, QTY-5, QTY-6, D4: the manual's own table, line by line: started / consumption / remaining, status."""
    lines = lines_of(BIKE, PRODUCT, ROW, associations)
    found = [(line.required, line.registered, line.remaining, line.status) for line in lines if line.listed]
    expected = [(D(a), D(b), D(c), status) for a, b, c, status in (frame, wheel, paint)]
    assert found == expected
    assert row_status(ROW, lines) == row


@pytest.mark.parametrize(("count", "started", "complete", "status"), [
    (0, 2, True, NOT_STARTED), (1, 2, True, IN_PROGRESS), (2, 2, False, IN_PROGRESS), (2, 2, True, COMPLETED), (3, 2, True, COMPLETED),
    (0, 0, True, NOT_STARTED), (4, 0, True, IN_PROGRESS),
])
def test_qty_6_summary(count, started, complete, status):
    assert summary_status(D(count), D(started), all_complete=complete) == status


def test_qty_6_a_preallocated_number_is_not_started_and_an_empty_bill_completes_at_once():
    assert row_status(replace(ROW, state="Pre-allocated"), ()) == NOT_STARTED
    assert row_status(ROW, lines_of((BELL,), PRODUCT, ROW, [])) == COMPLETED


def test_qty_4_an_excess_is_shown_apart():
    line = Line(PAINT, D("0.25"), (registered(30, "0.26"),))
    assert (line.remaining, line.over) == (D(0), D("0.01"))


def test_qty_7_and_edg_37_statuses_follow_the_figures():
    """QTY-7, EDG-37: a row's quantity changed; nothing is stored."""
    line = Line(PAINT, D("0.25"), (registered(30, "0.25"),))
    assert line.status == COMPLETED
    assert replace(line, required=D("0.5")).status == IN_PROGRESS


def test_qty_8_and_d21_constant_lines_are_needed_once_for_the_order():
    """QTY-8, D21: the same requirement under every row; one association of the order satisfies all of them."""
    constant = component(50, "JIG", "1", expected="1", constant=True)
    other = replace(ROW, match_id=2)
    shared = replace(registered(10, 1, "J-1", match_id=0), component_line_no=50, item_no="JIG")
    for row in (ROW, other):
        line = lines_of((constant,), PRODUCT, row, [shared])[0]
        assert (line.required, line.registered, line.order_level) == (D(1), D(1), True)


def test_qty_9_tolerance_and_rounding_remainders_count_as_done():
    """QTY-9, D30, D31: exact decimals; within the under tolerance the line is complete with the true figure."""
    tolerant = replace(PAINT, under_tolerance_percent=D(4))
    assert Line(tolerant, D("0.25"), (registered(30, "0.24"),)).status == COMPLETED
    assert Line(tolerant, D("0.25"), (registered(30, "0.239"),)).status == IN_PROGRESS
    assert Line(PAINT, D("0.25"), (registered(30, "0.2496"),)).status == COMPLETED


def test_qty_10_zero_requirement_lines_are_completed_from_the_start():
    assert Line(component(60, "NIL", "0", expected="0"), D(0)).status == COMPLETED


def test_d26_an_ended_line_is_complete():
    assert Line(PAINT, D("0.25"), (), closed=True).status == COMPLETED


# --- which line -----------------------------------------------------------------------------------------------------------


def situation(components=BIKE, associations=(), product=PRODUCT):
    lines = lines_of(components, product, ROW, list(associations))
    return Situation("RPO-1", "Started", "MAIN", "", product, ROW, lines)


def refused(code, function, *arguments, **keywords):
    with pytest.raises(Refusal) as caught:
        function(*arguments, **keywords)
    assert caught.value.code == code
    return caught.value


TWICE = (FRAME, replace(WHEEL, operation_no=10), component(25, "WHEEL", "1", serial=True, operation_no=20))


@pytest.mark.parametrize(("item", "code"), [("SADDLE", "NOT_A_COMPONENT"), ("BIKE", "SWITCH_TO_PRODUCT")])
def test_scn_15_and_edg_5_no_listed_line(item, code):
    """SCN-15, EDG-5: not on the bill; the product itself. On the bill but not tracked is no refusal."""
    refused(code, choose_line, situation(), item, "", selected=0)


def test_scn_15_on_the_bill_but_not_tracked_needs_no_scan():
    with pytest.raises(NoScanNeeded):
        choose_line(situation(), "BELL", "", selected=0)


def test_scn_16_a_variant_matches_its_own_lines_only():
    refused("NOT_A_COMPONENT", choose_line, situation((FRAME,)), "OTHER", "RED", selected=0)
    red = replace(FRAME, line_no=11, variant_code="RED")
    assert choose_line(situation((FRAME, red)), "FRAME", "RED", selected=10).line_no == 11


@pytest.mark.parametrize(("selected", "operation", "line"), [(25, 0, 25), (0, 20, 25), (20, 20, 20), (0, 10, 20)])
def test_scn_17_several_lines_of_one_item(selected, operation, line):
    """SCN-17: the selected one, else that of the operation; else it asks. A complete line no longer counts."""
    assert choose_line(situation(TWICE), "WHEEL", "", selected=selected, operation_no=operation).line_no == line


def test_scn_17_asks_and_then_knows():
    refusal = refused("AMBIGUOUS_COMPONENT", choose_line, situation(TWICE), "WHEEL", "", selected=0)
    assert [c["remaining"] for c in refusal.candidates] == ["2 PCS", "1 PCS"]
    done = [registered(20, 1, "W-1", 1), registered(20, 1, "W-2", 2)]
    assert choose_line(situation(TWICE, done), "WHEEL", "", selected=0).line_no == 25


def test_scn_11_and_scn_12_without_stock_no_line_fits():
    assert choose_by_number(situation(), "X", [], selected=0) is None


def test_tcp_14_next_line_goes_round():
    """TCP-14."""
    assert next_line(situation(), 10) == 20
    assert next_line(situation(associations=[registered(30, "0.25")]), 20) == 10
    assert next_line(situation(associations=THIRD), 10) == 0


# --- how much -------------------------------------------------------------------------------------------------------------


def paint(registered_quantity="0"):
    return Line(PAINT, D("0.25"), (registered(30, registered_quantity),) if D(registered_quantity) else ())


@pytest.mark.parametrize(("line", "count", "measure", "one", "expected"), [
    (Line(FRAME, D(1)), None, None, False, Wanted(D(1), exact=True)),
    (Line(FRAME, D(1)), D(12), None, False, Wanted(D(1), exact=True)),
    (paint(), None, None, False, Wanted(D("0.25"), exact=False)),
    (paint("0.1"), None, None, False, Wanted(D("0.15"), exact=False)),
    (paint(), D(5), None, False, Wanted(D("0.25"), exact=False)),
    (paint(), None, D("0.3"), False, Wanted(D("0.3"), exact=True)),
    (paint(), D(5), D("0.2"), False, Wanted(D("0.2"), exact=True)),
    (paint(), None, None, True, Wanted(D("0.25"), exact=False)),
    (Line(PAINT, D(3)), None, None, True, Wanted(D(1), exact=False)),
])
def test_scn_19_d7_gs1_18_gs1_19_gs1_21_wanted_quantity(line, count, measure, one, expected):
    """EDG-3, SCN-19, GS1-18 to GS1-21, D7: serial 1; carton capped; measure exact; else all that remains, or one piece."""
    assert wanted_quantity(line, count=count, measure=measure, one_piece=one) == expected


@pytest.mark.parametrize(("line", "wanted", "limit", "confirmed", "code", "asks"), [
    (Line(FRAME, D(1)), "1", True, NONE, None, None),
    (Line(FRAME, D(1), (registered(10, 1),)), "1", True, NONE, "SERIAL_LIMIT", False),
    (Line(replace(FRAME, matching_limit=False), D(1), (registered(10, 1),)), "1", True, NONE, "SERIAL_LIMIT", False),
    (Line(replace(FRAME, matching_limit=False), D(1), (registered(10, 1),)), "1", False, NONE, "SERIAL_LIMIT", True),
    (Line(replace(FRAME, matching_limit=False), D(1), (registered(10, 1),)), "1", False, frozenset({"SERIAL_LIMIT"}), None, None),
    (Line(FRAME, D(1), (registered(10, 1),)), "1", True, frozenset({"SERIAL_LIMIT"}), "SERIAL_LIMIT", False),
    (Line(replace(FRAME, matching_limit=False), D(1), (registered(10, 1),)), "1", True, frozenset({"SERIAL_LIMIT"}), "SERIAL_LIMIT", False),
    (paint("0.2"), "0.05", True, NONE, None, None),
    (paint("0.2"), "0.06", True, NONE, "OVER_QUANTITY", True),
    (Line(replace(PAINT, over_tolerance_percent=D(4)), D("0.25"), (registered(30, "0.2"),)), "0.06", True, NONE, None, None),
    (paint("0.2"), "0.06", True, frozenset({"OVER_QUANTITY"}), None, None),
])
def test_edg_17_set_10_d30_d38_room(line, wanted, limit, confirmed, code, asks):
    """SET-10, EDG-4, EDG-17, D30, D38."""
    ask = Wanted(D(wanted), exact=True)
    if code is None:
        check_room(line, ask, product_limit=limit, confirmed=confirmed)
        return
    assert refused(code, check_room, line, ask, product_limit=limit, confirmed=confirmed).asks is asks


def test_edg_4_a_complete_line_takes_no_more_without_a_quantity():
    refused("COMPONENT_COMPLETE", check_room, paint("0.25"), Wanted(D(0), exact=False), product_limit=True, confirmed=NONE)


TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(("stored", "label", "strict", "confirmed", "refusal"), [
    (None, None, False, NONE, None),
    (TODAY, None, True, NONE, None),
    (date(2026, 11, 19), None, False, NONE, True),
    (date(2026, 11, 19), None, True, frozenset({"BATCH_EXPIRED"}), False),
    (date(2026, 11, 19), None, False, frozenset({"BATCH_EXPIRED"}), None),
    (date(2027, 1, 1), date(2026, 11, 1), False, NONE, True),
    (None, date(2026, 11, 1), False, NONE, True),
    (None, date(2027, 11, 1), False, NONE, None),
])
def test_edg_13_d8_gs1_23_expiry(stored, label, strict, confirmed, refusal):
    """EDG-13, D8: judged on the date of use, the same day is usable; strict items know no override; a past label date asks."""
    line = Line(replace(PAINT, strict_expiration=strict), D("0.25"))
    if refusal is None:
        check_expiry(line, "P-A", stored, label, TODAY, confirmed=confirmed)
        return
    assert refused("BATCH_EXPIRED", check_expiry, line, "P-A", stored, label, TODAY, confirmed=confirmed).asks is refusal


# --- reports --------------------------------------------------------------------------------------------------------------

BATCH = replace(PRODUCT, serial=False, lot=True, quantity=D(10), started=D(10))
BATCH_ROW = replace(ROW, tracking=Tracking(lot_no="B-1"), quantity=D(10))


@pytest.mark.parametrize(("row", "product", "good", "error", "cause", "why"), [
    (ROW, PRODUCT, 1, 0, "", None),
    (ROW, PRODUCT, 0, 1, "Dropped", None),
    (ROW, PRODUCT, 0, 1, "", "cause"),
    (ROW, PRODUCT, 1, 1, "x", "left to report"),
    (ROW, PRODUCT, "0.5", 0, "", "good 1 or error 1"),
    (ROW, PRODUCT, 0, 0, "", "not both zero"),
    (ROW, PRODUCT, -1, 1, "x", "not be negative"),
    (replace(ROW, state="Reported"), PRODUCT, 1, 0, "", "Reported"),
    (BATCH_ROW, BATCH, 4, 1, "Spilt", None),
    (BATCH_ROW, BATCH, 11, 0, "", "left to report"),
    (replace(BATCH_ROW, good=D(6)), BATCH, 5, 0, "", "left to report"),
])
def test_asc_9_to_asc_12_quantities(row, product, good, error, cause, why):
    """ASC-9, ASC-10, ASC-11, ASC-12, EDG-1, EDG-43."""
    report = Report(row, D(good), D(error), cause)
    if why is None:
        report_rules.check(report, (), product, accept_error=False, reason="")
        return
    refusal = refused("NOT_REPORTABLE", report_rules.check, report, (), product, accept_error=False, reason="")
    assert why in refusal.why


@pytest.mark.parametrize(("reported", "now", "registered_so_far", "consumed", "fits", "due"), [
    (0, 4, "1", "0", True, "1"),
    (0, 4, "0.9", "0", False, "1"),
    (4, 4, "2", "1", True, "1"),
    (4, 6, "2.5", "1", True, None),
    (4, 6, "2.4", "1", False, None),
])
def test_d41_and_pst_15_partial_reports_of_a_batch_row(reported, now, registered_so_far, consumed, fits, due):
    """D41, PST-15: 10 pieces need 2.5 kg; requirement x reported / quantity; the last report takes the rest."""
    row = replace(BATCH_ROW, good=D(reported))
    line = Line(PAINT, D("2.5"), (registered(30, registered_so_far, consumed=consumed),))
    report = Report(row, D(now), D(0), "")
    if fits:
        report_rules.check(report, (line,), BATCH, accept_error=False, reason="")
    else:
        refused("COMPONENTS_MISSING", report_rules.check, report, (line,), BATCH, accept_error=False, reason="")
    assert report_rules.due(report, line) == (None if due is None else D(due))


def test_d30_d41_a_line_that_is_completed_within_its_tolerance_serves_every_part():
    """2 kg of 2.5 are enough for ten pieces; they are enough for nine of them, too."""
    line = Line(replace(PAINT, under_tolerance_percent=D(20)), D("2.5"), (registered(30, "2", consumed="0"),))
    report = Report(BATCH_ROW, D(9), D(0), "")
    report_rules.check(report, (line,), BATCH, accept_error=False, reason="")
    refused("COMPONENTS_MISSING", report_rules.check, report, (replace(line, component=PAINT),), BATCH, accept_error=False, reason="")


def test_pst_15_serial_lines_round_up_to_whole_units():
    """PST-15, EDG-18."""
    line = Line(replace(WHEEL, expected=D(20)), D(20), tuple(registered(20, 1, f"W-{n}", n) for n in range(1, 21)))
    assert report_rules.share(Report(replace(BATCH_ROW, quantity=D(3)), D(1), D(0), ""), line) == D(7)
