"""Lists and cards of entries, applications and registers: figures by hand, pages, statements, indexes (DM-01 to DM-12, PST-17)."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert

from shopfloor.clock import now
from shopfloor.db import table
from shopfloor.ledger import entry_queries, register_queries
from shopfloor.ledger.application_queries import ApplicationKind, application_line, list_applications
from shopfloor.ledger.entry_filter import EntryFilter
from shopfloor.ledger.entry_queries import entry_card, entry_totals, list_entries, stream_entries
from shopfloor.ledger.entry_types import DocumentType
from shopfloor.ledger.register_queries import list_registers, register_line
from shopfloor.reservations.entry_queries import ReservationFilter, list_reservations
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.rules import Demand
from tests.factories_posting import DAY, Door, bought, found, lost, made, make_items, moved, q, sold, used
from tests.posting.test_statements import plantless

RECEIPT = {"document_type": DocumentType.PURCHASE_RECEIPT, "document_no": "RCP-1", "document_line_no": 10000}


@pytest.fixture
def door(run, session):
    make_items(session)
    return Door(run, session)


@contextmanager
def seen(engine):
    """Statements with their parameters."""
    texts = []

    def note(_connection, _cursor, text, parameters, *_rest):
        texts.append((text, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield texts
    finally:
        event.remove(engine, "before_cursor_execute", note)


def numbers(session, **wanted):
    page = list_entries(session, EntryFilter(**wanted))
    return [row.entry_no for row in page.rows]


def everything(door):
    """Nine entries in six postings; entry numbers begin at 1."""
    door(bought("CELL", 10, lot="L1", **RECEIPT), bought("CTRL", sn="C1", **RECEIPT))  # 1, 2
    door(found("CELL", 5, lot="L2", location_code="B", posting_date=DAY + timedelta(days=1)), reason="found behind the rack")  # 3
    door(used("CELL", 4, lot="L1", match_id=7), used("CTRL", sn="C1", match_id=7), made("PACK", sn="P1", match_id=7))  # 4, 5, 6
    door(moved("CELL", 2, lot="L1", new_location_code="B"))  # 7, 8
    door(sold("PACK", sn="P1"))  # 9


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"item_no": "CELL"}, [8, 7, 4, 3, 1]),
        ({"item_no": "CELL", "location_code": "B"}, [8, 3]),
        ({"item_no": "CELL", "variant_code": "RED"}, []),
        ({"location_code": "B"}, [8, 3]),
        ({"number": "L1"}, [8, 7, 4, 1]),
        ({"number": "C1"}, [5, 2]),
        ({"serial_no": "P1"}, [9, 6]),
        ({"lot_no": "L2"}, [3]),
        ({"entry_type": "Transfer"}, [8, 7]),
        ({"document_no": "RCP-1"}, [2, 1]),
        ({"document_no": "RCP-1", "item_no": "CTRL"}, [2]),
        ({"order_no": "PO-1"}, [6, 5, 4]),
        ({"from_date": DAY + timedelta(days=1)}, [3]),
        ({"to_date": DAY - timedelta(days=1)}, []),
        ({"open_only": True}, [8, 3, 1]),
        ({"open_only": True, "location_code": "B"}, [8, 3]),
        ({"open_only": True, "number": "L1"}, [8, 1]),
        ({"register_no": 1}, [2, 1]),
        ({"register_no": 3}, [6, 5, 4]),
        ({"register_no": 5}, [9]),
        ({"register_no": 99}, []),
        ({"number": "nobody"}, []),
        ({"item_no": "a\x00b"}, []),
    ],
)
def test_dm_01_filters(door, session, wanted, expected):
    everything(door)
    assert numbers(session, **wanted) == expected
    entry_queries_walk = [row.entry_no for part in stream_entries(session, EntryFilter(**wanted)) for row in part]
    assert entry_queries_walk == expected


def test_dm_01_an_entry_says_everything_it_knows(door, session):
    everything(door)
    line = list_entries(session, EntryFilter(serial_no="P1", entry_type="Output")).rows[0]
    assert (line.entry_no, line.item_no, line.description, line.tracking.serial_no) == (6, "PACK", "Pack", "P1")
    assert (line.quantity, line.remaining, line.open, line.positive, line.base_unit_code) == (q(1), q(0), False, True, "PCS")
    assert (line.order_type, line.order_no, line.order_line_no, line.match_id) == ("Production", "PO-1", 10000, 7)
    assert (line.operator_no, line.station_code, line.register_no, line.posting_date) == ("E-ADMIN", "ST-1", 3, DAY)


def test_dm_07_totals_of_a_filter_in_one_statement(door, session, engine):
    everything(door)
    with seen(engine) as statements:
        totals = entry_totals(session, EntryFilter(item_no="CELL"))
    assert len([text for text, _ in statements if text.startswith("SELECT")]) == 1
    assert (totals.count, totals.item_no, totals.unit_code, totals.complete) == (5, "CELL", "PCS", True)
    # 10 + 5 - 4 - 2 + 2: what was bought and found without what was used; remaining is the same (DM-07)
    assert (totals.quantity, totals.remaining) == (q(11), q(11))
    several = entry_totals(session, EntryFilter(order_no="PO-1"))
    assert (several.count, several.item_no, several.quantity) == (3, "", q(0))
    nothing = entry_totals(session, EntryFilter(item_no="GLUE"))
    assert (nothing.count, nothing.quantity) == (0, q(0))
    assert entry_totals(session, EntryFilter(location_code="B")) is None


def test_dm_07_too_many_to_add_up_is_said(door, session, monkeypatch):
    everything(door)
    monkeypatch.setattr(entry_queries, "MOST_COUNTED", 3)
    totals = entry_totals(session, EntryFilter(item_no="CELL"))
    assert (totals.count, totals.complete, totals.item_no, totals.quantity) == (3, False, "", q(0))


@pytest.mark.parametrize("stretch", [2, 5, 20_000])
@pytest.mark.parametrize("wanted", [{}, {"item_no": "CELL"}, {"location_code": "B"}, {"open_only": True}, {"register_no": 3}])
def test_pages_show_every_entry_once_whatever_the_stretch(door, session, monkeypatch, stretch, wanted):
    everything(door)
    expected = numbers(session, **wanted)
    monkeypatch.setattr(entry_queries, "STRETCH", stretch)
    shown, after, pages = [], "", 0
    while pages < 20:
        page = list_entries(session, EntryFilter(**wanted), after=after, limit=2)
        shown += [row.entry_no for row in page.rows]
        pages += 1
        if not page.next_after:
            break
        after = page.next_after
    assert shown == expected
    assert pages < 20


def test_a_short_page_says_how_far_it_looked(door, session, monkeypatch):
    everything(door)
    monkeypatch.setattr(entry_queries, "STRETCH", 4)
    page = list_entries(session, EntryFilter(location_code="B"))
    assert ([row.entry_no for row in page.rows], page.looked_down_to, page.next_after) == ([8], 6, "6")


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 19, "\ud800", "Ⅷ"])
def test_a_wrong_place_in_the_list_is_an_empty_page(door, session, after):
    everything(door)
    assert list_entries(session, EntryFilter(), after=after).rows == ()
    assert list_applications(session, after=after).rows == ()
    assert list_registers(session, after=after).rows == ()
    assert list_reservations(session, ReservationFilter(), after=after).rows == ()


def test_dm_11_applications_both_ways(door, session):
    everything(door)
    told = [
        (row.kind, row.item_entry_no, row.inbound.entry_no, row.outbound.entry_no if row.outbound else 0, row.quantity)
        for row in list_applications(session, entry_no=1).rows
    ]
    kinds = ApplicationKind
    assert told == [(kinds.DECREASE, 7, 1, 7, q(-2)), (kinds.DECREASE, 4, 1, 4, q(-4)), (kinds.INCREASE, 1, 1, 0, q(10))]
    transfer = list_applications(session, entry_no=8).rows[0]
    assert (transfer.kind, transfer.inbound.entry_no, transfer.outbound.entry_no) == (kinds.TRANSFER, 8, 7)
    assert transfer.transferred_from_entry_no == 1
    assert transfer.other_end(7).entry_no == 8
    assert transfer.other_end(8).entry_no == 7
    one = application_line(session, transfer.entry_no)
    assert (one, one.inbound.entry_type, one.unit_code) == (transfer, "Transfer", "PCS")
    assert application_line(session, 999) is None
    everybody = [row.entry_no for row in list_applications(session).rows]
    assert everybody == sorted(everybody, reverse=True)
    page = list_applications(session, limit=3)
    assert [row.entry_no for row in list_applications(session, after=page.next_after, limit=3).rows] == everybody[3:6]


def test_dm_11_d_a_return_names_what_it_gives_back(door, session):
    everything(door)
    door(used("CELL", -1, lot="L1", match_id=7, applies_from_entry=4))  # 10
    back = list_applications(session, entry_no=4).rows[0]
    assert (back.kind, back.inbound.entry_no, back.outbound.entry_no, back.quantity) == (ApplicationKind.RETURN, 10, 4, q(1))


def test_a_card_tells_what_takes_it_back(door, session):
    everything(door)
    made_again = door.entry(made("PACK", sn="P2", match_id=8))
    taken = door.entry(made("PACK", -1, sn="P2", match_id=8, corrects_entry_no=made_again))
    card = entry_card(session, made_again)
    assert [line.entry_no for line in card.corrected_by] == [taken]
    assert entry_card(session, taken).entry.corrects_entry_no == made_again
    assert entry_card(session, 1).corrected_by == ()
    assert entry_card(session, 999) is None


def test_pst_17_registers_newest_first(door, session):
    everything(door)
    assert [row.register_no for row in list_registers(session).rows] == [5, 4, 3, 2, 1]
    assert [row.register_no for row in list_registers(session, limit=2, after="4").rows] == [3, 2]
    assert list_registers(session, source="Nothing").rows == ()
    assert len(list_registers(session, source="Test", operator_no="E-ADMIN").rows) == 5
    second = register_line(session, 2)
    assert (second.reason, second.source, second.operator_no) == ("found behind the rack", "Test", "E-ADMIN")
    assert register_line(session, 99) is None


def test_pst_17_a_posting_of_the_same_moment_is_found_whole(door, session, monkeypatch):
    """Two postings may take their numbers mixed; the slack covers it, and without it they would be cut."""
    everything(door)
    monkeypatch.setattr(register_queries, "SLACK", 0)
    assert numbers(session, register_no=3) == [6, 5, 4]


# --- reservations ---------------------------------------------------------------------------------------------------------

LINE = Demand("Prod. Order Component", "PO-9", 10000, 20)


def test_dm_21_a_pair_is_one_line(door, session, actor):
    everything(door)
    door.reserve(actor, LINE, 1, 3, specific=True)
    door.reserve(actor, Demand("Sales Line", "SO-9", 10000), 3, 2)
    general, specific = list_reservations(session, ReservationFilter()).rows
    assert (specific.quantity, specific.specific, specific.unit_code, specific.reservation_status) == (q(3), True, "PCS", "Reservation")
    assert (specific.demand.source_type, specific.demand.source_id, specific.demand.sub_line_no) == ("Prod. Order Component", "PO-9", 20)
    assert (specific.supply.source_type, specific.supply.source_id, specific.tracking.lot_no) == ("Item Ledger Entry", "1", "L1")
    assert (general.specific, general.tracking.lot_no, general.demand.tracking.lot_no) == (False, "L2", "")
    for wanted, expected in (
        ({"number": "L1"}, [specific]), ({"lot_no": "L2"}, [general]), ({"source_id": "SO-9"}, [general]),
        ({"source_type": "Item Ledger Entry", "source_id": "1"}, [specific]), ({"item_no": "CELL"}, [general, specific]),
        ({"reservation_status": "Surplus"}, []), ({"picked": True}, []), ({"item_no": "\x00"}, []),
    ):
        assert list(list_reservations(session, ReservationFilter(**wanted)).rows) == expected, wanted
    first = list_reservations(session, ReservationFilter(), limit=1)
    assert first.rows == (general,)
    assert list_reservations(session, ReservationFilter(), limit=1, after=first.next_after).rows == (specific,)


@pytest.mark.parametrize(("status", "positive", "source"), [("Surplus", True, "Purchase Line"), ("Prospect", False, "Item Journal Line")])
def test_dm_20_dm_23_a_record_without_counterpart_has_one_side(door, session, status, positive, source):
    """DM-21: Surplus and Prospect are single records; DM-23: they are number assignments of unposted lines."""
    everything(door)
    row = {
        "plant_no": 1, "entry_no": 900, "positive": positive, "reservation_status": status, "item_no": "CTRL",
        "quantity_base": q(1) if positive else q(-1), "source_type": source, "source_id": "D-1", "source_line_no": 10000,
        "serial_no": "C-NEW", "created_at": now(), "created_by": "E-ADMIN",
    }
    session.execute(insert(table(ReservationEntry)), row)
    session.commit()
    line = list_reservations(session, ReservationFilter(reservation_status=status)).rows[0]
    side, other = (line.supply, line.demand) if positive else (line.demand, line.supply)
    assert (other, side.source_type, side.source_id, side.tracking.serial_no) == (None, source, "D-1", "C-NEW")
    assert (line.quantity, line.tracking.serial_no, line.reservation_status) == (q(1), "C-NEW", status)
    assert list_reservations(session, ReservationFilter(number="C-NEW")).rows == (line,)
    assert list_reservations(session, ReservationFilter(serial_no="C-NEW", lot_no="L")).rows == ()


def test_dm_24_a_reclassification_is_found_by_its_new_number_too(door, session):
    everything(door)
    row = {
        "plant_no": 1, "entry_no": 901, "positive": False, "reservation_status": "Prospect", "item_no": "CELL", "quantity_base": q(-1),
        "source_type": "Item Journal Line", "source_id": "J", "source_line_no": 1, "lot_no": "L1", "new_lot_no": "L9", "created_at": now(),
        "created_by": "E-ADMIN",
    }
    session.execute(insert(table(ReservationEntry)), row)
    session.commit()
    for wanted in ({"number": "L9"}, {"lot_no": "L9"}, {"number": "L1"}):
        assert [line.entry_no for line in list_reservations(session, ReservationFilter(**wanted)).rows] == [901]


def test_a15_another_plant_sees_its_own_ledger_only(door, session, engine):
    """A15: every statement names the plant, and a plant without postings has empty lists."""
    everything(door)
    with seen(engine) as statements:
        for wanted in SELECTIVE:
            list_entries(session, EntryFilter(**wanted))
            entry_totals(session, EntryFilter(**wanted))
        list_entries(session, EntryFilter())
        entry_card(session, 6)
        list_applications(session, entry_no=1)
        list_registers(session)
        register_queries.find(session, "1")
        list_reservations(session, ReservationFilter(item_no="CELL"))
    assert {text: plantless(text) for text, _ in statements if text.startswith(("SELECT", "WITH")) and plantless(text)} == {}
    session.rollback()
    session.info["plant_no"] = 2
    for wanted in SELECTIVE:
        assert list_entries(session, EntryFilter(**wanted)).rows == ()
    assert list_applications(session).rows == list_registers(session).rows == ()
    assert (entry_card(session, 1), register_line(session, 1), application_line(session, 1)) == (None, None, None)
    assert register_queries.find(session, "1") == []


# --- speed ----------------------------------------------------------------------------------------------------------------

SELECTIVE = (
    {"item_no": "CELL"}, {"number": "L1"}, {"serial_no": "C1"}, {"lot_no": "L1"}, {"package_no": "B1"}, {"document_no": "RCP-1"},
    {"order_no": "PO-1"}, {"open_only": True, "item_no": "CELL"}, {"open_only": True}, {"register_no": 3},
    {"item_no": "CELL", "location_code": "B", "from_date": date(2026, 1, 1)},
)
GROWING = ("item_ledger_entry", "item_application_entry", "open_item_entry", "probe", "found", "inbound", "outbound")


def whole_reads(session, statements, growing=GROWING):
    """Lines of the plans that read a growing table from end to end."""
    connection = session.connection()
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.exec_driver_sql("SET enable_seqscan = off")  # small tables are read whole otherwise
    found = []
    for text, parameters in statements:
        if not text.lstrip().startswith(("SELECT", "WITH")):
            continue
        plan = connection.exec_driver_sql(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + text, parameters)
        for row in plan:
            step = row[3] if sqlite else row[0]
            whole = step.startswith("SCAN") if sqlite else "Seq Scan" in step
            if whole and any(name in step.split() for name in growing):
                found.append((step, text))
    if not sqlite:
        connection.exec_driver_sql("SET enable_seqscan = on")
    return found


@pytest.mark.parametrize("wanted", SELECTIVE, ids=str)
@pytest.mark.own_database
def test_speed_no_list_reads_the_ledger_from_end_to_end(door, session, engine, monkeypatch, wanted):
    everything(door)
    monkeypatch.setattr(entry_queries, "STRETCH", 2)  # so that the look-up by index is asked for too
    with seen(engine) as statements:
        list_entries(session, EntryFilter(**wanted))
        entry_totals(session, EntryFilter(**wanted))
    asked = [pair for pair in statements if " FROM " in pair[0].replace("\n", " ")]
    assert 2 <= len(asked) <= 4
    # Who asks for everything that is open gets it; even then the ledger itself is read by key.
    growing = GROWING if wanted != {"open_only": True} else tuple(name for name in GROWING if name != "open_item_entry")
    assert whole_reads(session, asked, growing) == []


@pytest.mark.own_database
def test_speed_cards_and_applications_go_by_keys(door, session, engine):
    everything(door)
    with seen(engine) as statements:
        entry_card(session, 6)
        list_applications(session, entry_no=1)
        list_applications(session, after="5")
        application_line(session, 3)
        register_line(session, 3)
    asked = [pair for pair in statements if " FROM " in pair[0].replace("\n", " ")]
    assert len(asked) == 6
    assert whole_reads(session, asked) == []


@pytest.mark.own_database
def test_speed_the_watch_sees_a_whole_read(door, session):
    everything(door)
    texts = [("SELECT count(*) FROM item_ledger_entry WHERE reason = 'x'", ())]
    assert whole_reads(session, texts)


def test_a18_the_number_of_statements_does_not_grow(door, session, engine):
    counts = []
    for size in (1, 40):
        door(*[found("CELL", 1, lot=f"G{size}-{index}") for index in range(size)])
        door(lost("CELL", 1, lot=f"G{size}-0"))
        with seen(engine) as statements:
            list_entries(session, EntryFilter(item_no="CELL"))
            entry_totals(session, EntryFilter(item_no="CELL"))
            list_applications(session)
            list_registers(session)
            list_reservations(session, ReservationFilter(item_no="CELL"))
        counts.append(len([text for text, _ in statements if " FROM " in text.replace("\n", " ")]))
    assert counts[0] == counts[1] <= 7
