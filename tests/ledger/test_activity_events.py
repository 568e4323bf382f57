"""Activity events of production (OPS-10): one for each posting, with its register's number, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shopfloor.clock import now
from shopfloor.ledger.activity_queries import SETTLED, activity_code, events_since, newest_events
from shopfloor.ledger.entry_types import EntryType
from shopfloor.people.commands import set_setting
from shopfloor.people.inputs import SettingValue
from tests.factories_posting import Door, bought, lost, made, make_items, q, sold, used
from tests.ledger.test_entry_queries import seen
from tests.posting.test_statements import plantless

REPORT, PICKING = "ProductionReportFinished", "ProductionPickingList"


@pytest.fixture
def door(run, session):
    make_items(session)
    return Door(run, session)


@pytest.fixture
def history(door, run):
    """Postings 1 to 6: bought; consumed by hand; made with a part; sold; scrapped; consumption taken back."""
    run(set_setting, given=SettingValue(name="company_name", value="Cells Ltd"))
    door(bought("CELL", 20, lot="L1"), bought("CTRL", sn="C1"))
    paint = door.entry(used("CELL", 3, lot="L1", match_id=7, component_line_no=10))
    door(made("PACK", sn="P1", match_id=7), used("CTRL", sn="C1", match_id=7, component_line_no=20), reason="rush")
    door(sold("PACK", sn="P1"))
    door(made("PACK", 0, sn="P2", match_id=8, scrap_quantity=q(1)))
    door(used("CELL", -1, lot="L1", match_id=7, component_line_no=10, applies_from_entry=paint))
    return paint


@pytest.mark.parametrize(
    ("entry_types", "code"),
    [
        ({EntryType.OUTPUT}, REPORT),
        ({EntryType.OUTPUT, EntryType.CONSUMPTION}, REPORT),
        ({EntryType.CONSUMPTION}, PICKING),
        ({EntryType.POSITIVE_ADJUSTMENT, EntryType.NEGATIVE_ADJUSTMENT}, PICKING),
        (set(), ""),
    ],
)
def test_ops_10_what_is_made_is_a_report_and_consumption_alone_a_picking_list(entry_types, code):
    assert activity_code(entry_types) == code


def figures(transactions):
    return [(one.item_no, one.serial_no or one.lot_no, one.quantity, one.error_quantity, one.match_id) for one in transactions]


def test_ops_10_every_posting_of_production_is_one_event(history, session):
    found = events_since(session).rows
    assert [(event.event_id, event.code) for event in found] == [(2, PICKING), (3, REPORT), (5, REPORT), (6, PICKING)]
    assert figures(found[0].consumption) == [("CELL", "L1", q(3), q(0), 7)]
    assert found[0].products == ()
    assert figures(found[1].products) == [("PACK", "P1", q(1), q(0), 7)]
    assert figures(found[1].consumption) == [("CTRL", "C1", q(1), q(0), 7)]
    assert figures(found[2].products) == [("PACK", "P2", q(0), q(1), 8)]
    assert figures(found[3].consumption) == [("CELL", "L1", q(-1), q(0), 7)]
    event = found[1]
    assert (event.type, event.company, event.operator_no, event.operator_name) == ("Production", "Cells Ltd", "E-ADMIN", "")
    assert (event.details.source, event.details.reason) == ("Test", "rush")
    assert (event.products[0].unit_code, event.products[0].order_no) == ("PCS", "PO-1")
    assert event.time.tzinfo is not None
    assert newest_events(session).rows == found[::-1]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_ops_10_reading_on_sends_every_event_once(history, session, limit):
    """A page of postings that are not of production is empty and still leads on."""
    ids, since, after = [], 0, "0"
    while after:
        page = events_since(session, since=since, limit=limit)
        ids += [event.event_id for event in page.rows]
        after = page.next_after
        since = int(after or 0)
    assert ids == [2, 3, 5, 6]
    assert newest_events(session, after="5").rows[0].event_id == 3
    assert newest_events(session, after="x").rows == ()


def test_ops_10_the_last_moments_are_sent_again_with_the_same_ids(history, session):
    """What a posting of the same moment could still come before is sent once more; after a minute it is not."""
    fresh = events_since(session)
    assert (fresh.next_since, fresh.next_after) == (0, "")
    assert events_since(session, since=fresh.next_since).rows == fresh.rows
    later = now() + SETTLED + timedelta(seconds=1)
    settled = events_since(session, at=later)
    assert (settled.rows, settled.next_since) == (fresh.rows, 6)
    assert events_since(session, since=6, at=later).rows == ()
    assert events_since(session, since=6, at=later).next_since == 6
    assert events_since(session, since=10**14).next_since == 0


def test_ops_10_another_plant_has_events_of_its_own(history, session, engine):
    with seen(engine) as statements:
        events_since(session)
        newest_events(session)
    assert {text: plantless(text) for text, _ in statements if text.startswith(("SELECT", "WITH")) and plantless(text)} == {}
    session.rollback()
    session.info["plant_no"] = 2
    assert events_since(session).rows == newest_events(session).rows == ()


def test_ops_10_the_number_of_statements_does_not_grow(door, session, engine):
    counts = []
    for size in (1, 30):
        door(bought("CELL", 100, lot=f"S{size}"))
        for _each in range(size):
            door(used("CELL", 1, lot=f"S{size}"), used("CELL", 1, lot=f"S{size}"))
        door(lost("CELL", 1, lot=f"S{size}"))
        session.info.pop("read_once", None)
        with seen(engine) as statements:
            assert len(events_since(session).rows) >= size
            newest_events(session)
        counts.append(len([text for text, _ in statements if " FROM " in text.replace("\n", " ")]))
    assert counts[0] == counts[1] <= 9
