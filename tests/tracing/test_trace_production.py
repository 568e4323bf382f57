"""Traces of what the production journals post: reports, an error report, and a reversed report."""

from __future__ import annotations

from shopfloor.production import journals
from shopfloor.tracing.lines import Completeness, State
from shopfloor.tracing.queries import trace
from tests.factories_production import finish_packs, on_order, pack_report, pack_uses, started_packs

FORWARD = "Origin -> Usage"


def parts(answer):
    """Numbers that stand directly below the last report, certain ones only."""
    return {line.number for line in answer.lines if line.certain and line.entry_type == "Consumption"}


def test_rule_1_two_reported_packs_hold_their_own_modules(run, session):
    started_packs(run)
    finish_packs(run, 1, 2)
    for pack, modules in (("P-0001", {"M-1", "M-2"}), ("P-0002", {"M-3", "M-4"})):
        answer = trace(session, serial_no=pack)
        assert parts(answer) == modules | {"C-1", "P-1"}
        assert answer.completeness is Completeness.COMPLETE
        assert [line.description for line in answer.children(0)] == ["Output PO-1"]
    forward = trace(session, serial_no="M-3", method=FORWARD, show_components="No")
    assert [line.number for line in forward.lines] == ["M-3", "M-3", "P-0002"]


def test_d_23_c_11_a_reversed_report_leaves_nothing_certain_and_a_new_one_counts(run, session):
    started_packs(run)
    finish_packs(run, 1)
    on_order(run, journals.reverse_report, match_id=1, reason="wrong label")
    assert parts(trace(session, serial_no="P-0001")) == set()
    forward = trace(session, serial_no="M-1", method=FORWARD, show_components="No")
    assert not [line for line in forward.lines if line.number == "P-0001" and line.certain]
    assert [line.state for line in forward.lines if line.entry_type == "Consumption"] == [State.REVERSED, State.REVERSAL]
    finish_packs(run, 1)
    assert parts(trace(session, serial_no="P-0001")) == {"M-1", "M-2", "C-1", "P-1"}
    again = trace(session, serial_no="M-1", method=FORWARD, show_components="No")
    assert [line.entry_type for line in again.lines if line.number == "P-0001" and line.certain] == ["Output"]


def test_c_4_trc_18_an_error_report_is_traced_as_a_scrapped_pack(run, session):
    started_packs(run)
    on_order(run, journals.finish, reports=[pack_report(1, good="0", error="1", cause="Burnt")], uses=pack_uses(1))
    (scrapped,) = trace(session, serial_no="P-0001").children(0)
    assert (scrapped.state, scrapped.quantity, scrapped.scrap_quantity, scrapped.open) == (State.SCRAPPED, 0, 1, False)
    forward = trace(session, serial_no="M-2", method=FORWARD, show_components="No")
    assert [(line.number, line.state) for line in forward.lines][-1] == ("P-0001", State.SCRAPPED)


def test_trc_5_flushed_parts_are_order_level_under_every_pack(run, session):
    started_packs(run)
    finish_packs(run, 1, 2)
    answer = trace(session, serial_no="P-0002", show_components="All")
    assert {line.item_no for line in answer.lines if line.order_level} == {"LABEL", "FOIL", "CARD"}
    assert not any(line.certain for line in answer.lines if line.order_level)
