"""The grid of the picture (A13): columns by the flow of goods, rows like a tidy tree, many alike as one box."""

from __future__ import annotations

from shopfloor.tracing.diagram import graph
from shopfloor.tracing.lines import Link
from tests.tracing.books import Books
from tests.tracing.test_rules_exact import on_the_bench, order_level, replaced, three_units


def places(diagram):
    return {(node.item_no, *node.numbers): (node.column, node.row, node.count) for node in diagram.nodes}


def arrows(diagram):
    names = {node.node_id: f"{node.document_kind} {'+'.join(node.numbers)}" for node in diagram.nodes}
    return {(names[edge.from_node], names[edge.to_node]) for edge in diagram.edges}


def test_a_13_backward_the_origin_stands_left():
    diagram = graph(three_units(sold=True).trace(serial_no="S1"))
    assert [(node.document_kind, node.column, node.row) for node in diagram.nodes] == [
        ("Item Ledger Entry", 3, 0), ("Output", 2, 0), ("Consumption", 1, 0), ("Item Ledger Entry", 0, 0),
    ]
    assert (diagram.columns, diagram.rows) == (4, 1)
    assert arrows(diagram) == {
        ("Item Ledger Entry C1", "Consumption C1"), ("Consumption C1", "Output S1"), ("Output S1", "Item Ledger Entry S1"),
    }


def test_a_13_forward_gives_the_same_arrows():
    books = three_units(sold=True)
    assert arrows(graph(books.trace(serial_no="C1", forward=True))) == arrows(graph(books.trace(serial_no="S1")))


def test_a_13_three_trees_have_three_rows_and_no_arrow_between_them():
    diagram = graph(three_units().trace(item_no="PACK"), cluster_from=99)
    assert diagram.rows == 3
    rows = {node.node_id: node.row for node in diagram.nodes}
    assert all(rows[edge.from_node] == rows[edge.to_node] for edge in diagram.edges)
    assert len({(node.column, node.row) for node in diagram.nodes}) == len(diagram.nodes) == 9


def many(units):
    books = Books()
    books.receive(1, "CELL", units, lot="L1")
    for unit in range(units):
        books.use(100 + unit, "CELL", 1, 1, lot="L1", match=unit + 1)
        books.make(200 + unit, "PACK", 1, serial=f"S{unit}", match=unit + 1)
        customer = {"source_type": "Customer", "source_no": f"K-{unit % 2}", "source_name": f"Customer {unit % 2}"}
        books.sell(300 + unit, "PACK", 1, 200 + unit, serial=f"S{unit}", **customer)
    return books


def test_a_13_many_alike_become_one_box_with_a_count():
    diagram = graph(many(10).trace(lot_no="L1", forward=True))
    assert [(node.document_kind, node.count, node.quantity) for node in diagram.nodes] == [
        ("Item Ledger Entry", 1, 10), ("Consumption", 10, -10), ("Output", 10, 10),
        ("Item Ledger Entry", 5, -5), ("Item Ledger Entry", 5, -5),
    ]
    assert [node.source_name for node in diagram.nodes[3:]] == ["Customer 0", "Customer 1"]
    packs = diagram.nodes[2]
    assert (packs.numbers, packs.more_numbers, len(packs.line_nos)) == (("S0", "S1", "S2"), 7, 10)
    assert (diagram.columns, diagram.rows) == (4, 2)
    assert len(diagram.edges) == 4


def test_a_13_a_few_stay_apart():
    diagram = graph(many(3).trace(lot_no="L1", forward=True))
    assert len(diagram.nodes) == 1 + 3 * 3
    assert all(node.count == 1 for node in diagram.nodes)


def test_a_13_a_shared_source_is_one_box_with_two_arrows():
    books = Books()
    books.receive(1, "CELL", 5, lot="L1")
    for unit in (1, 2):
        books.use(10 + unit, "CELL", 1, 1, lot="L1", match=unit)
        books.make(20 + unit, "PACK", 1, serial=f"S{unit}", match=unit)
    diagram = graph(books.trace(item_no="PACK"))
    source = next(node for node in diagram.nodes if node.document_kind == "Item Ledger Entry")
    assert source.column == 0
    assert len([edge for edge in diagram.edges if edge.from_node == source.node_id]) == 2


def test_a_13_every_arrow_points_right():
    for trace in (
        replaced().trace(item_no="PACK"), replaced().trace(serial_no="C1", forward=True), order_level().trace(serial_no="S1|S2"),
        order_level().trace(lot_no="G1", forward=True), many(10).trace(lot_no="L1", forward=True),
    ):
        diagram = graph(trace)
        column = {node.node_id: node.column for node in diagram.nodes}
        assert diagram.edges
        assert all(column[edge.from_node] < column[edge.to_node] for edge in diagram.edges)
        assert max(column.values()) == diagram.columns - 1
        assert len({(node.column, node.row) for node in diagram.nodes}) == len(diagram.nodes)


def test_d_21_c_5_edges_tell_order_level_and_registered():
    levels = graph(order_level().trace(serial_no="S1"))
    assert [edge.order_level for edge in levels.edges if edge.link is Link.COMPONENT] == [False, True]
    bench = graph(on_the_bench().trace(serial_no="C2", forward=True, registered=True))
    assert [edge.registered for edge in bench.edges] == [True, True]


def test_c_11_other_components_are_not_in_the_picture():
    diagram = graph(order_level().trace(serial_no="C1", forward=True))
    assert {node.item_no for node in diagram.nodes} == {"CTRL", "PACK"}
    by_line = graph(order_level().trace(serial_no="C1", forward=True, exact=False))
    assert {number for node in by_line.nodes for number in node.numbers} == {"C1", "S1", "S2", "S3"}


def test_c_6_a_cycle_gets_a_picture_and_an_empty_answer_an_empty_one():
    books = Books()
    books.entry(1, "Transfer", "CELL", 1, lot="L")
    books.entry(2, "Transfer", "CELL", -1, lot="L")
    books.apply(1, 1, 2, 1)
    books.apply(2, 1, 2, -1)
    diagram = graph(books.trace(lot_no="L"))
    assert len(diagram.nodes) == 2
    assert len(diagram.edges) == 2
    empty = graph(books.trace(lot_no="X"))
    assert (empty.columns, empty.rows, empty.nodes, empty.edges) == (0, 0, (), ())
