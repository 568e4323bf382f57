"""The number of statements does not depend on the number of lines (A18), and every one is held to its plant (A15)."""

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from shopfloor.db import Base, PlantLed
from shopfloor.posting.check import run_all
from shopfloor.reservations.rules import Demand
from tests.factories_posting import Door, bought, made, make_items, moved, q, sold, used

PLANT_LED = sorted(mapper.local_table.name for mapper in Base.registry.mappers if issubclass(mapper.class_, PlantLed))


@contextmanager
def watched(engine):
    """The statements of the unit of work, without its own (transaction, savepoint, command)."""
    seen = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if "command_entry" not in statement and not re.match(r"(BEGIN|SAVEPOINT|RELEASE|ROLLBACK)", statement):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def unit(number, components, demand):
    """A report of a serial unit with serial components, one lot and one untracked item."""
    parts = [used("CTRL", sn=f"C{number}-{index}", match_id=number) for index in range(components)]
    cells = used("CELL", 2, lot="L1", match_id=number, demand=demand)
    return [made("PACK", sn=f"P{number}", match_id=number), *parts, cells, used("SCREW", 8)]


def stock(door, actor, units, components):
    parts = [bought("CTRL", sn=f"C{number}-{index}") for number in range(1, units + 1) for index in range(components)]
    door(*parts, bought("CELL", 1000, lot="L1"), bought("SCREW", 1000))
    lot_entry = len(parts) + 1
    demands = [Demand("Prod. Order Component", "PO-1", 10000, 20000, number) for number in range(1, units + 1)]
    for demand in demands:
        door.reserve(actor, demand, lot_entry, 2, specific=True)
    return demands


def test_a18_a_posting_takes_the_same_statements_for_1_and_50_lines(engine, door, actor):
    demands = stock(door, actor, units=2, components=50)
    counts = []
    for number, components in ((1, 1), (2, 50)):
        with watched(engine) as seen:
            door(*unit(number, components, demands[number - 1]))
        counts.append(len(seen))
    print(engine.dialect.name, "report of a unit:", counts)
    assert counts[0] == counts[1] <= 19


def test_a18_receipt_shipment_and_transfer_are_constant_and_short(engine, door):
    def measured(*lines):
        with watched(engine) as seen:
            door(*lines)
        return len(seen)

    for count, limits in ((1, (12, 9, 13)), (50, (12, 9, 13))):
        received = [bought("PAIR", sn=f"{count}-{index}", lot="L1") for index in range(count)]
        shipped = [sold("PAIR", sn=f"{count}-{index}", lot="L1", location_code="B") for index in range(count)]
        shifted = [moved("PAIR", sn=f"{count}-{index}", lot="L1", new_location_code="B") for index in range(count)]
        figures = (measured(*received), measured(*shifted), measured(*shipped))
        print(engine.dialect.name, count, "lines:", figures)
        assert figures[0] <= limits[0]
        assert figures[1] <= limits[2]
        assert figures[2] <= limits[1]


def plantless(statement):
    """Tables of a plant that a statement touches without naming the plant for each of them.

    In an INSERT the plant is a column; elsewhere each use of such a table (as itself or under an alias) has `plant_no` in a condition.
    """
    lowered = statement.lower()
    if lowered.startswith("insert"):
        return [] if "plant_no" in lowered else [lowered]
    names = set()
    for table, alias in re.findall(r"(?:from|join|update|delete from)\s+\(?(\w+)(?:\s+as\s+(\w+))?", lowered):
        if table in PLANT_LED:
            names.add(alias if alias and alias not in {"set", "where", "join", "on"} else table)
    return sorted(name for name in names if not re.search(rf"\b{name}\.plant_no\s*=|=\s*{name}\.plant_no", lowered))


def test_a15_every_statement_names_the_plant(engine, door, session, actor):
    """A15: postings of every kind, and all checks."""
    demands = stock(door, actor, units=1, components=2)
    with watched(engine) as seen:
        register = door(*unit(1, 2, demands[0]))
        door(made("PACK", -1, sn="P1", match_id=1, corrects_entry_no=register.lines[0].entry_nos[0]))
        door(used("CELL", -1, lot="L1", match_id=1, applies_from_entry=register.lines[3].entry_nos[0]))
        scrap = door.entry(made("PACK", 0, sn="P1", scrap_quantity=q(1)))
        door(made("PACK", 0, sn="P1", scrap_quantity=q(-1), corrects_entry_no=scrap))
        door(moved("CELL", 3, lot="L1", new_location_code="B"))
        assert run_all(session) == []
        session.rollback()
    assert len(seen) > 50
    assert {statement: plantless(statement) for statement in seen if plantless(statement)} == {}


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("SELECT entry_no FROM open_item_entry WHERE entry_no = 1", ["open_item_entry"]),
        ("SELECT 1 FROM open_item_entry AS o JOIN item_register AS r ON r.register_no = 1 WHERE o.plant_no = 1", ["r"]),
        ("UPDATE open_item_entry SET remaining = 1 WHERE open_item_entry.plant_no = 1", []),
        ("DELETE FROM genealogy_edge WHERE genealogy_edge.parent_no = 1", ["genealogy_edge"]),
        ("SELECT no FROM item WHERE item.no = 'A'", []),
    ],
)
def test_a15_the_watch_sees_a_statement_without_a_plant(statement, missing):
    assert plantless(statement) == missing


def test_a15_another_plant_is_another_ledger(engine, run, session):
    make_items(session)
    door = Door(run, session)
    door(bought("CTRL", sn="C1"))
    session.info["plant_no"] = 2
    door(bought("CTRL", sn="C1"))
    assert door.entry(sold("CTRL", sn="C1")) == 3
    session.info["plant_no"] = 1
    assert run_all(session) == []
    session.rollback()
    door(sold("CTRL", sn="C1"))
    per_plant = session.execute(text("SELECT plant_no, count(*) FROM item_ledger_entry GROUP BY plant_no ORDER BY plant_no")).all()
    assert [tuple(row) for row in per_plant] == [(1, 2), (2, 2)]
