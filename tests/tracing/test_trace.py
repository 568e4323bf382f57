"""`trace` on real postings, both engines."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from shopfloor.db import table
from shopfloor.errors import InvalidInput
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.items.models import NumberInformation
from shopfloor.ledger.entry_types import DocumentType, SourceType
from shopfloor.ledger.models import ItemApplicationEntry, ItemLedgerEntry
from shopfloor.reservations.models import ReservationEntry
from shopfloor.tracing import rules
from shopfloor.tracing import statements as sql
from shopfloor.tracing.criteria import Criteria, ShowComponents, TraceMethod, View, quoted, read_filters
from shopfloor.tracing.errors import FilterNotReadable, VariantWithoutItem
from shopfloor.tracing.graph import Graph
from shopfloor.tracing.lines import Completeness, trace_opposite
from shopfloor.tracing.queries import trace, trace_criteria
from tests.factories_posting import bought, found, made, moved, sold, used
from tests.tracing.books import shape

FORWARD = "Origin -> Usage"


def buy(door, item, quantity=1, **fields):
    receipt = {"document_type": DocumentType.PURCHASE_RECEIPT, "document_no": "R-1"}
    return door.entry(bought(item, quantity, source_type=SourceType.VENDOR, source_no="V-1", **receipt, **fields))


def sell(door, item, quantity=1, customer="K-1", **fields):
    shipment = {"document_type": DocumentType.SALES_SHIPMENT, "document_no": "S-1"}
    return door.entry(sold(item, quantity, source_type=SourceType.CUSTOMER, source_no=customer, **shipment, **fields))


def three_packs(door, units=3, order="PO-1"):
    """Serial controllers and cells of one lot into serial packs, each row with its own parts; screws belong to the order."""
    numbers = range(1, units + 1)
    door(*[bought("CTRL", sn=f"C{n}") for n in numbers], bought("CELL", 2 * units, lot="L1"), bought("SCREW", 4 * units))
    for n in numbers:
        door(
            made("PACK", sn=f"S{n}", match_id=n, order=order),
            used("CTRL", sn=f"C{n}", match_id=n, order=order),
            used("CELL", 2, lot="L1", match_id=n, order=order),
            used("SCREW", 4, order=order),
        )


def labels(answer):
    return [f"{'.' * line.depth}{line.item_no} {line.number}".rstrip(" ") for line in answer.lines]


def test_rule_1_c_4_peers_35_three_units_with_three_parts_give_three_disjoint_trees(door, session):
    three_packs(door)
    for n in (1, 2, 3):
        answer = trace(session, serial_no=f"S{n}")
        assert labels(answer) == [f"PACK S{n}", f".CTRL C{n}", f"..CTRL C{n}", ".CELL L1", "..CELL L1"]
        assert answer.completeness is Completeness.COMPLETE
        forward = trace(session, serial_no=f"C{n}", method=FORWARD, show_components="No")
        assert labels(forward) == [f"CTRL C{n}", f".CTRL C{n}", f"..PACK S{n}"]
    by_line = trace(session, serial_no="S1", view="Order line")
    assert {line.number for line in by_line.lines} == {"S1", "C1", "C2", "C3", "L1"}
    assert len(by_line.children(1)) == 6


def test_d_21_untracked_parts_are_order_level_and_shown_with_all(door, session):
    three_packs(door)
    answer = trace(session, serial_no="S2", show_components="All")
    screws = [line for line in answer.lines if line.item_no == "SCREW"]
    assert len(screws) == 3
    assert all(line.order_level and not line.certain for line in screws)


def test_tr_50_51_52_a_line_says_what_was_posted_by_whom_and_for_whom(door, session):
    buy(door, "CELL", 10, lot="L1", location_code="MAIN", posting_date=date(2026, 3, 1), external_document_no="LS-77")
    sell(door, "CELL", 4, lot="L1")
    answer = trace(session, lot_no="L1")
    sale, receipt = answer.lines
    assert (sale.description, sale.source_type, sale.source_no, sale.source_name) == ("Sales Shipment S-1", "Customer", "K-1", "Anna Ltd")
    assert (receipt.description, receipt.source_name, receipt.external_document_no) == ("Purchase Receipt R-1", "Volt Cells", "LS-77")
    assert (receipt.entry_type, receipt.item_description, receipt.location_code, receipt.unit_code) == ("Purchase", "Cell", "MAIN", "PCS")
    assert (receipt.quantity, receipt.remaining_quantity, receipt.open) == (10, 6, True)
    assert (sale.quantity, sale.remaining_quantity, sale.open) == (-4, 0, False)
    assert (receipt.posting_date, receipt.created_by, receipt.station_code) == (date(2026, 3, 1), "E-ADMIN", "ST-1")
    assert receipt.created_at is not None
    assert receipt.created_at.tzinfo is not None
    assert (receipt.parent, receipt.parent_entry_no, receipt.depth) == (sale.no, sale.entry_no, 1)


def test_tr_51_consumption_and_output_name_their_order_and_adjustments_are_entries(door, session):
    door(found("CTRL", sn="C1", document_type=DocumentType.ITEM_JOURNAL, document_no="J-9"))
    door(made("PACK", sn="S1", match_id=1, document_no="X"), used("CTRL", sn="C1", match_id=1, document_no="X"))
    answer = trace(session, serial_no="S1")
    assert [line.description for line in answer.lines] == ["Output PO-1", "Consumption PO-1", "Item Ledger Entry J-9"]


def test_trc_3_on_hand_of_the_numbers_asked_for(door, session):
    buy(door, "CELL", 10, lot="L1")
    sell(door, "CELL", 4, lot="L1")
    buy(door, "CELL", 5, lot="L2")
    for method in ("Usage -> Origin", FORWARD):
        (on_hand,) = trace(session, lot_no="L1", method=method).on_hand
        assert (on_hand.item_no, on_hand.quantity, on_hand.unit_code) == ("CELL", 6, "PCS")


def recall_plant(door):
    """Two levels, two orders, two customers, one reclassified lot, a reversed and repeated report, a scrapped unit, returned stock."""
    door(bought("CELL", 20, lot="L1"), bought("CELL", 20, lot="L2"), bought("GLUE", 5, lot="G1"), bought("SCREW", 100))
    door(moved("CELL", 5, lot="L1", new_tracking=used("CELL", lot="L1X").tracking))
    door(*[bought("CTRL", sn=f"C{n}") for n in range(1, 6)])
    for n, lot in ((1, "L1"), (2, "L2"), (3, "L1X")):
        own = [used("CTRL", sn=f"C{n}", match_id=n), used("CELL", 2, lot=lot, match_id=n)]
        door(made("PACK", sn=f"S{n}", match_id=n), *own, used("SCREW", 4), used("GLUE", "0.5", lot="G1"))
    # S4 is reported, reversed, and reported again with another controller.
    first = door(made("PACK", sn="S4", match_id=4), used("CTRL", sn="C4", match_id=4), used("CELL", 1, lot="L1", match_id=4))
    output, part, cells = (posted.entry_nos[0] for posted in first.lines)
    door(
        made("PACK", -1, sn="S4", match_id=4, corrects_entry_no=output),
        used("CTRL", -1, sn="C4", match_id=4, applies_from_entry=part), used("CELL", -1, lot="L1", match_id=4, applies_from_entry=cells),
    )
    door(made("PACK", sn="S4", match_id=4), used("CTRL", sn="C5", match_id=4), used("CELL", 1, lot="L2", match_id=4))
    # The returned controller and a pack go into the next level; one more pack is scrapped; one unit has no registration.
    above = {"match_id": 11, "order": "PO-2"}
    door(made("PACK", sn="T1", **above), used("CTRL", sn="C4", **above), used("PACK", sn="S1", **above))
    door(made("PACK", 0, sn="S6", match_id=6, scrap_quantity=Decimal(1)), used("CELL", 1, lot="L1", match_id=6))
    door(made("PACK", sn="S7"))
    door(used("CELL", 1, lot="L2", order="PO-3"), made("PACK", sn="U1", order="PO-3"))
    sell(door, "PACK", sn="T1")
    back = sell(door, "PACK", sn="S2", customer="K-2")
    door(sold("PACK", -1, sn="S2", applies_from_entry=back))
    sell(door, "PACK", sn="S2", customer="K-1")


def everything(session):
    """The whole ledger in one graph, loaded without any of the loader's choices."""
    graph = Graph()
    numbers = session.connection().execute(select(table(ItemLedgerEntry).c.entry_no)).scalars().all()
    graph.add_entries(sql.entries_by_number(session, numbers, limit=10_000))
    applied = table(ItemApplicationEntry)
    inbound = session.connection().execute(select(applied.c.inbound_item_entry_no)).scalars().all()
    graph.add_applications(sql.applications(session, positive=inbound, negative=[], own_only=False))
    graph.associated = {entry.order_line for entry in graph.entries.values() if entry.is_consumption and entry.match_id}
    net = {}
    for entry in graph.entries.values():
        if entry.is_consumption and entry.match_id:
            net[entry.match_id] = net.get(entry.match_id, 0) + entry.quantity
    graph.composed_rows = {match for match, quantity in net.items() if quantity < 0}
    return graph


def test_tr_the_loader_reads_all_that_the_walk_needs(door, session):
    """Every question asked of the loaded part gets the answer that the whole ledger gives."""
    recall_plant(door)
    whole = everything(session)
    session.rollback()
    questions = [{"lot_no": number} for number in ("L1", "L2", "L1X", "G1", "L1|L2")]
    questions += [{"serial_no": number} for number in ("S1", "S2", "S3", "S4", "S6", "S7", "T1", "U1", "C1", "C4", "C5")]
    questions += [{"item_no": "PACK"}, {"item_no": "CELL"}, {"item_no": "CTRL", "serial_no": "C1..C3"}]
    compared = 0
    for question, method, components, view in itertools.product(questions, TraceMethod, ShowComponents, View):
        criteria = Criteria(method=method, show_components=components, view=view, **question)
        read = read_filters(criteria)
        candidates = [
            entry for entry in whole.entries.values()
            if read.item_no.passes(entry.item_no) and read.serial_no.passes(entry.tracking.serial_no)
            and read.lot_no.passes(entry.tracking.lot_no)
        ]
        expected = rules.walk(whole, rules.roots(whole, candidates, criteria, read), criteria, line_limit=10_000)
        answer = trace_criteria(session, criteria)
        assert shape(answer) == shape(expected), criteria
        assert set(answer.reasons) == set(expected.reasons), criteria
        compared += len(answer.lines)
    assert compared > 1000


def test_mission_the_bad_lot_leads_to_exactly_its_packs_and_customers(door, session):
    recall_plant(door)
    answer = trace(session, lot_no="L1", method=FORWARD, show_components="No")
    certain = [line for line in answer.lines if line.certain]
    # S4 had L1 before its report was reversed; S6 is scrapped; S3 got the part of L1 that was renamed; T1 contains S1.
    assert {line.serial_no for line in certain if line.item_no == "PACK"} == {"S1", "S3", "S6", "T1"}
    assert {(line.source_name, line.serial_no) for line in certain if line.entry_type == "Sale"} == {("Anna Ltd", "T1")}
    assert {line.serial_no for line in answer.lines if line.item_no == "PACK"} == {"S1", "S3", "S6", "T1", "S4"}


def test_peers_38_ship_return_ship_leaves_the_tree_unchanged(door, session):
    recall_plant(door)
    answer = trace(session, serial_no="S2")
    assert labels(answer)[:4] == ["PACK S2", ".PACK S2", "..PACK S2", "...PACK S2"]
    assert {line.number for line in answer.lines} == {"S2", "C2", "L2", "G1"}


def test_c_4_an_output_without_registration_is_incomplete(door, session):
    recall_plant(door)
    answer = trace(session, serial_no="S7")
    assert answer.completeness is Completeness.INCOMPLETE
    assert {line.number for line in answer.lines if line.order_level} == {"G1"}
    assert trace(session, serial_no="U1").complete  # its order has no association at all
    assert trace(session, serial_no="S4").complete


def count(statements, ask):
    statements.clear()
    answer = ask()
    return len([text for text, _ in statements if not text.startswith(("BEGIN", "SET", "ROLLBACK", "SHOW"))]), answer


@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize(
    ("method", "filters"), [("Usage -> Origin", {"item_no": "PACK"}), (FORWARD, {"lot_no": "L1"}), (FORWARD, {"item_no": "CTRL"})]
)
def test_a_17_peers_45_statements_do_not_grow_with_the_width(door, session, statements, view, method, filters):
    three_packs(door, 2)
    few, narrow = count(statements, lambda: trace(session, method=method, view=view, include_registered=True, **filters))
    for order in range(8):
        door(*[bought("CTRL", sn=f"D{order}-{n}") for n in range(3)], bought("CELL", 3, lot="L1"))
        for n in range(3):
            match = 100 + 10 * order + n
            row = {"match_id": match, "order": f"PO-{order + 5}"}
            door(made("PACK", sn=f"P{match}", **row), used("CTRL", sn=f"D{order}-{n}", **row), used("CELL", lot="L1", **row))
    many, wide = count(statements, lambda: trace(session, method=method, view=view, include_registered=True, **filters))
    assert len(wide.lines) > 5 * len(narrow.lines)
    assert many == few
    levels = 1 + max(line.depth for line in wide.lines)
    assert many <= 3 + 7 * levels


GROWING = ("item_ledger_entry", "item_application_entry", "component_association", "tracked_product", "reservation_entry")


def plan_of(connection, text, parameters):
    """Lines of the plan that read a growing table from end to end, or all of a plant."""
    if connection.dialect.name == "sqlite":
        details = [row[3] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + text, parameters)]
        return [detail for detail in details if detail.startswith("SCAN") or detail.endswith("(plant_no=?)")]
    # Small tables are read from end to end unless that is forbidden; what is still read so has no index to use.
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    details = [row[0] for row in connection.exec_driver_sql("EXPLAIN " + text, parameters)]
    return [detail for detail in details if "Seq Scan" in detail]


@pytest.mark.own_database
def test_speed_no_statement_reads_a_growing_table_from_end_to_end(door, session, statements):
    recall_plant(door)
    statements.clear()
    trace(session, serial_no="S4", include_registered=True)
    trace(session, lot_no="L1", method=FORWARD, include_registered=True)
    trace(session, lot_no="L1", view="Order line")
    trace(session, item_no="CELL", lot_no="L1", include_registered=True)
    trace(session, item_no="PACK", serial_no="S1", method=FORWARD)
    asked = [(text, parameters) for text, parameters in statements if text.startswith("SELECT") and " FROM " in text.replace("\n", " ")]
    assert len(asked) > 30
    connection = session.connection()
    for text, parameters in asked:
        whole = [line for line in plan_of(connection, text, parameters) if any(name in line for name in GROWING)]
        assert not whole, (whole, text)


# --- filters ----------------------------------------------------------------------------------------------------------


def test_tr_1_lists_ranges_and_exact_texts(door, session):
    door(*[bought("CELL", lot=lot) for lot in ("A1", "A2", "B1", "a2", "A|B", "A1..A2", "O'X")])
    roots = lambda text: sorted(line.lot_no for line in trace(session, lot_no=text).lines)  # noqa: E731
    assert roots("A1") == ["A1"]
    assert roots("A1|B1") == ["A1", "B1"]
    assert roots("A1..A2") == ["A1", "A1..A2", "A2"]
    assert roots("B..") == ["B1", "O'X", "a2"]
    assert roots("A|B") == ["A|B"]
    assert roots("'A1..A2'") == ["A1..A2"]
    assert roots("O'X") == ["O'X"]
    assert roots(quoted("O'X")) == ["O'X"]
    assert roots("''") == []


def test_tr_1_er_29_refusals_and_no_filter(session, door):
    assert trace(session).lines == ()
    assert trace(session).complete
    with pytest.raises(VariantWithoutItem):
        trace(session, variant="RED")
    for text in ("\x00", "L1\x1dX", "\ud800", "x" * 501):
        with pytest.raises(FilterNotReadable):
            trace(session, lot_no=text)
    with pytest.raises(InvalidInput):
        trace(session, lot_no="L", method="sideways")


def test_tr_53_trace_opposite_from_a_line(door, session):
    three_packs(door)
    answer = trace(session, serial_no="S1", show_components="All")
    part = answer.lines[1]
    opposite = trace_opposite(part, answer.criteria)
    assert (opposite.method, opposite.show_components, opposite.lot_no) == (TraceMethod.FORWARD, ShowComponents.ALL, "''")
    assert "S1" in {line.serial_no for line in trace_criteria(session, opposite).lines}


def test_c_13_the_suppliers_lot_number_is_a_criterion(door, session):
    buy(door, "CELL", 5, lot="L1")
    buy(door, "CELL", 5, lot="L2")
    information = table(NumberInformation)
    session.execute(update(information).where(information.c.plant_no == 1, information.c.number == "L2").values(vendor_lot_no="VC-2026-7"))
    session.commit()
    assert labels(trace(session, vendor_lot_no="VC-2026-7", method=FORWARD)) == ["CELL L2"]
    assert labels(trace(session, vendor_lot_no="VC-2026-7", lot_no="L1", method=FORWARD)) == []


def test_a_15_another_plant_is_not_seen(door, session):
    buy(door, "CELL", 5, lot="L1")
    session.info["plant_no"] = 2
    assert trace(session, lot_no="L1").lines == ()


def test_c_6_the_limit_of_entries_is_said(door, session):
    three_packs(door)
    answer = trace_criteria(session, Criteria(item_no="PACK"), entry_limit=4)
    assert answer.completeness is Completeness.TRUNCATED
    assert answer.reasons[-1].text().startswith("The trace stopped after 4 entries were read.")


def test_rule_6_the_answer_says_when_it_was_read_and_leaves_no_transaction(door, session):
    before = datetime.now(UTC)
    answer = trace(session, lot_no="L1")
    assert before <= answer.read_at <= datetime.now(UTC)
    assert not session.in_transaction()
    buy(door, "CELL", 5, lot="L1")  # the session can write again


# --- registered and not posted ----------------------------------------------------------------------------------------


def register(session, *, match, serial, part_item, part_serial, entry_no=0, association=1):
    """A product row on the bench and one registered part that reserves an entry."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    row = {"plant_no": 1, "match_id": match, "order_no": "PO-1", "order_line_no": 10000, "quantity": Decimal(1), "state": "Open"}
    who = {"registered_at": at, "registered_by": "E-1"}
    session.add(TrackedProduct(**row, **who, item_no="PACK", serial_no=serial))
    session.add(
        ComponentAssociation(
            **row, **who, association_no=association, component_line_no=10, item_no=part_item, serial_no=part_serial,
            location_code="MAIN", use_date=date(2026, 3, 2),
        )
    )
    pair = {
        "plant_no": 1, "entry_no": 900 + association, "reservation_status": "Reservation", "item_no": part_item, "location_code": "MAIN",
        "created_at": at, "created_by": "E-1",
    }
    supply = {"source_type": "Item Ledger Entry", "source_id": str(entry_no), "source_line_no": entry_no}
    demand = {"source_type": "Prod. Order Component", "source_id": "PO-1", "source_line_no": 10000, "source_sub_line_no": 10}
    if entry_no:
        session.add(ReservationEntry(**pair, **supply, positive=True, quantity_base=Decimal(1)))
        session.add(ReservationEntry(**pair, **demand, positive=False, quantity_base=Decimal(-1), association_no=association))
    session.commit()


def test_c_5_d_37_trc_9_registered_links_from_the_associations(door, session):
    entry = buy(door, "CTRL", sn="C1")
    register(session, match=1, serial="S1", part_item="CTRL", part_serial="C1", entry_no=entry)
    without = trace(session, serial_no="C1", method=FORWARD)
    assert (labels(without), without.registered_left_out) == (["CTRL C1"], 1)
    forward = trace(session, serial_no="C1", method=FORWARD, include_registered=True)
    assert labels(forward) == ["CTRL C1", ".CTRL C1", "..PACK S1"]
    assert [line.state.value for line in forward.lines] == ["posted", "registered", "registered"]
    assert (forward.lines[2].created_by, forward.lines[2].match_id) == ("E-1", 1)
    backward = trace(session, serial_no="S1", include_registered=True)
    assert labels(backward) == ["PACK S1", ".CTRL C1", "..CTRL C1"]
    assert backward.lines[2].source_name == "Volt Cells"
    assert (trace(session, serial_no="S1").lines, trace(session, serial_no="S1").registered_left_out) == ((), 1)


def test_d_33_a_serial_that_is_captured_only_at_use_is_found_while_it_is_registered(door, session):
    register(session, match=1, serial="S1", part_item="LATE", part_serial="X9")
    assert labels(trace(session, serial_no="X9", method=FORWARD, include_registered=True)) == ["LATE X9", ".PACK S1"]
    assert trace(session, serial_no="X9", method=FORWARD).registered_left_out == 1


def test_d_33_after_posting_the_trace_stops_at_the_consumption_and_says_so(door, session):
    door(bought("LATE", 5))
    door(made("PACK", sn="S1", match_id=1), used("LATE", sn="X9", match_id=1))
    answer = trace(session, serial_no="S1")
    assert labels(answer) == ["PACK S1", ".LATE X9"]
    assert answer.completeness is Completeness.TRUNCATED
    assert labels(trace(session, serial_no="X9")) == ["LATE X9"]
