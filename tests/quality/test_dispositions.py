"""Batch disposition codes on both databases: set on a lot, felt at the next scan and in every posting (EDG-14, D20)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import update

from shopfloor.db import table
from shopfloor.errors import Refusal
from shopfloor.genealogy.inputs import SelectionInput
from shopfloor.genealogy.picking import pick, unpick
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.items.dispositions import DISPOSITION_CODE, set_disposition
from shopfloor.items.inputs import SetDisposition
from shopfloor.items.models import NumberInformation
from shopfloor.orders.item_journal import post_item_journal
from shopfloor.orders.journal_inputs import JournalLine, PostItemJournal
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.master_commands import block_record, change_record, delete_record
from shopfloor.people.models import Role
from shopfloor.quality import check as quality_check
from tests.factories_documents import make_in_transit, make_transfer_order, send_off
from tests.factories_genealogy import PAINT, report
from tests.factories_orders import make_sales_order, opening_stock, ship
from tests.factories_reservations import auto, sales_line
from tests.genealogy.test_associations import no_of, state_of
from tests.genealogy.test_scan_rules import counted
from tests.quality.factories import LOT, books, give, history, hold, inspect, make_code, refused, release, reserved, say, stopped_by

QUALITY = Actor("E-Q", "Quinn", rights.RIGHTS[Role.QUALITY], time_zone="UTC")
STORE = Actor("E-S", "Stig", rights.RIGHTS[Role.STOREKEEPER], time_zone="UTC")
ORDER = {"order_no": "RPO-1"}
SCANNED = {"LINE_COMPLETED", "COMPONENT_REGISTERED"}
USES = ("scan", "reserve", "sell", "transfer", "write off")


def _scan(run, station):
    station.scan("BK-1")
    return station.scan("P-A")


def _code_of(work, *arguments, **keywords):
    try:
        work(*arguments, **keywords)
    except Refusal as refusal:
        return refusal.code
    return "DONE"


def _uses(run, session, station):
    """What can be done with lot P-A now: every use with its answer."""
    make_sales_order(run, {"item_no": PAINT, "quantity": "0.1"}, {"item_no": PAINT, "quantity": "0.6"})
    make_in_transit(run)
    make_transfer_order(run, {"item_no": PAINT, "quantity": "0.1"})
    found = {"sell": _code_of(ship, run, "SO-1", {"line_no": 10000, "quantity": "0.1", "lot_no": "P-A"})}
    found["transfer"] = _code_of(send_off, run, "TO-1", {"quantity": "0.1", "lot_no": "P-A"})
    lost = JournalLine(entry_type="Negative Adjmt.", item_no=PAINT, location_code="MAIN", quantity="0.1", lot_no="P-A")
    found["write off"] = _code_of(run, post_item_journal, STORE, given=PostItemJournal(lines=(lost,), reason="spilled"))
    found["scan"] = _scan(run, station)
    before = reserved(session)
    _code_of(auto, run, line=sales_line("SO-1", 20000))
    found["reserve"] = "DONE" if reserved(session) > before else "NO"
    return found


@pytest.mark.parametrize(("blocks", "stopped"), [
    ((), set()),
    (("reservation",), {"reserve"}),
    (("production",), {"scan"}),
    (("sales",), {"sell"}),
    (("transfer",), {"transfer"}),
    (("production", "sales", "transfer"), {"scan", "sell", "transfer", "write off"}),
    (("reservation", "production", "sales", "transfer"), set(USES)),
])
def test_edg_14_a_code_stops_what_it_blocks_and_nothing_else(run, session, station, blocks, stopped):
    """EDG-14: what the code does not block is the exception that it allows; one that only blocks reservation lets a scan register."""
    make_code(run, "WET", **dict.fromkeys(blocks, True))
    give(run, "WET")
    found = _uses(run, session, station)
    refusals = {use for use in USES if use != "reserve" and found[use] == "BATCH_BLOCKED"}
    assert refusals == stopped - {"reserve"}, found
    assert (found["reserve"] == "NO") is ("reserve" in stopped), found
    assert {found[use] for use in set(USES) - stopped - {"reserve"}} <= {"DONE", *SCANNED}, found
    assert books(session) == []


def test_edg_14_a_code_is_felt_at_the_next_scan_and_its_end_too(run, station):
    """Peers 16: a lot that is stopped between two scans is refused at the second, with no answer from before."""
    station.build("BK-1", "F-1", "P-A")
    station.scan("BK-2", mode="Product")
    give(run, "UNAVAILABLE")
    assert station.scan("P-A", mode="Component") == "BATCH_BLOCKED"
    assert "Unavailable: wet" in str(station.answer)
    give(run, "AVAILABLE", reason="dried")
    assert station.scan("P-A", mode="Component") in SCANNED


def test_failure_story_75_a_blocked_lot_keeps_its_reservations_flagged_and_the_station_refuses(run, session, station):
    """Peers 75, D20: the reservation stays and shows why it cannot be used; nothing else is reserved of the lot."""
    make_sales_order(run, {"item_no": PAINT, "quantity": "0.6"})
    auto(run)
    before = reserved(session)
    give(run, "UNAVAILABLE")
    assert reserved(session) == before == Decimal("0.6")
    station.scan("BK-1")
    assert station.scan("P-A") == "BATCH_BLOCKED"
    refused("BATCH_BLOCKED", ship, run, "SO-1", {"quantity": "0.6", "lot_no": "P-A"})


@pytest.mark.parametrize(("code", "answer"), [("", "LINE_COMPLETED"), ("UNAVAILABLE", "RESERVED_ELSEWHERE")])
def test_d20_late_binding_moves_no_reservation_to_a_stopped_lot(run, station, code, answer):
    """D20, LB-05: what others hold without a number moves to free stock only while that may be reserved."""
    opening_stock(run, PAINT, "1", lot_no="P-C", expiration_date="2099-03-31")
    make_sales_order(run, {"item_no": PAINT, "quantity": "0.8"})
    auto(run)
    give(run, code, number="P-C")
    station.scan("BK-1")
    assert station.scan("P-A") == answer


@pytest.mark.parametrize(("code", "answer"), [("", "DONE"), ("UNAVAILABLE", "RESERVED_ELSEWHERE")])
def test_d20_a_shipment_moves_no_reservation_to_a_stopped_lot(run, station, code, answer):
    """D20, LB-08, AP-13: the same when a shipment needs the lot that others hold without a number."""
    opening_stock(run, PAINT, "1", lot_no="P-C", expiration_date="2099-03-31")
    make_sales_order(run, {"item_no": PAINT, "quantity": "0.8"})
    auto(run)
    give(run, code, number="P-C")
    make_sales_order(run, {"item_no": PAINT, "quantity": "0.5"}, no="SO-2")
    assert _code_of(ship, run, "SO-2", {"quantity": "0.5", "lot_no": "P-A"}) == answer


def test_d20_a_code_stops_pick_and_report_but_never_unpick_and_reversal(run, session, station, whole):
    """D20."""
    paint = no_of(session, "P-A")
    run(pick, **ORDER, given=SelectionInput(selected=[paint]))
    give(run, "UNAVAILABLE")
    refused("COMPONENT_ON_HOLD", report, run, whole)
    run(unpick, **ORDER, given=SelectionInput(selected=[paint]))
    refused("BATCH_BLOCKED", run, pick, **ORDER, given=SelectionInput(selected=[paint]))
    give(run, "")
    report(run, whole)
    give(run, "UNAVAILABLE")
    run(reverse_report, **ORDER, given=SelectionInput(selected=[whole], reason="wrong unit"))
    assert state_of(session, "P-A") == "Open"


def test_d20_one_answer_and_the_strictest_wins(run, session, station):
    """Hold before quality hold before code; each end uncovers the next."""
    make_code(run, "NOSALE", sales=True)
    give(run, "NOSALE")
    number = inspect(run, **LOT)
    hold(run)
    station.scan("BK-1")
    assert (stopped_by(session), station.scan("P-A")) == ("Hold", "NUMBER_ON_HOLD")
    release(run)
    assert (stopped_by(session), station.scan("P-A")) == ("Quality hold", "QUALITY_HOLD")
    say(run, number, "Passed")
    assert (stopped_by(session), station.scan("P-A")) == ("Disposition code", "LINE_COMPLETED")
    give(run, "", reason="sold as second choice")
    assert stopped_by(session) == ""


def test_edg_14_a_code_that_blocks_something_else_does_so_for_all_its_lots_at_once(run, session, station):
    """The answer of the numbers follows the master in the same transaction."""
    make_code(run, "WET")
    give(run, "WET")
    give(run, "WET", number="P-B")
    hold(run, number="P-B")
    assert stopped_by(session) == ""
    given = DISPOSITION_CODE.change(version=1, name="Very wet", blocks_production=True, blocks_reservation=False, blocks_sales=False,
                                    blocks_transfer=False)
    run(change_record, master=DISPOSITION_CODE, record_key=["WET"], given=given)
    assert (stopped_by(session), stopped_by(session, number="P-B")) == ("Disposition code", "Hold")
    station.scan("BK-1")
    assert station.scan("P-A") == "BATCH_BLOCKED"
    assert station.answer.reason == "Very wet: wet"
    release(run, number="P-B")
    assert stopped_by(session, number="P-B") == "Disposition code"
    refused("IN_USE", run, delete_record, master=DISPOSITION_CODE, record_key=["WET"], version=2)


def test_edg_14_history_keeps_who_gave_which_code_and_why(run, session, plant):
    give(run, "INSPECT", actor=QUALITY)
    give(run, "", actor=QUALITY, reason="dried")
    assert history(session) == [("Disposition code set", "", "INSPECT"), ("Disposition code set", "INSPECT", "")]


def test_who_gives_a_code_and_which(run, plant):
    refused("NOT_ALLOWED", give, run, "INSPECT", actor=STORE)
    refused("NOT_FOUND", give, run, "NONSENSE")
    refused("NOT_FOUND", give, run, "INSPECT", number="P-Z")
    run(block_record, master=DISPOSITION_CODE, record_key=["INSPECT"], version=1, blocked=True)
    refused("RECORD_BLOCKED", give, run, "INSPECT")


def test_a35_a_scan_of_a_stopped_or_coded_batch_takes_at_most_12_statements(run, session, station):
    """A35: what stops a number rides along the statements of a scan."""
    make_code(run, "NOSALE", sales=True)
    give(run, "NOSALE")
    station.scan("BK-1")
    with counted(session) as seen:
        assert station.scan("P-A") == "LINE_COMPLETED"
    assert len(seen) <= 12, "\n".join(seen)


def test_check_finds_an_answer_that_does_not_follow_its_holds(run, session, plant):
    give(run, "UNAVAILABLE")
    key = NumberInformation.number == "P-A"
    session.execute(update(table(NumberInformation)).where(key).values(stops=0, stopped_by="", stop_reason=""))
    assert [problem.text for problem in quality_check.run_all(session)] == [
        "Number P-A of PAINT answers “free” (0) instead of “Disposition code” (31)."
    ]
    session.rollback()
    give(run, "UNAVAILABLE")


def test_a19_the_same_command_gives_the_code_once(run, session, plant):
    given = SetDisposition(**LOT, disposition_code="INSPECT", reason="wet")
    for _ in range(2):
        run(set_disposition, given=given, key="once")
    assert len(history(session)) == 1
