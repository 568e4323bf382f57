"""One statement changes many rows, each with its own values, on both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, event, func, insert, select, update

from shopfloor.db import ManyRows, table
from shopfloor.items.models import NumberInformation
from tests.factories_items import CELL, plant_with_masters

_table = table(NumberInformation)
ROWS = 2000


def _is(given):
    return (_table.c.item_no == given["item_no"]) & (_table.c.number == given["number"])


TELL = ManyRows(
    lambda given: update(_table).where(_is(given)).values(description=given["told"], best_before_date=given["until"]),
    item_no=_table.c.item_no, number=_table.c.number, told=_table.c.description, until=_table.c.best_before_date,
)
FORGET = ManyRows(lambda given: delete(_table).where(_is(given)), item_no=_table.c.item_no, number=_table.c.number)


@pytest.fixture
def numbers(run, session):
    """Makes numbers of the cell, at plant 1 unless another is given."""
    plant_with_masters(run)

    def make(*wanted, plant_no=1):
        common = {"plant_no": plant_no, "item_no": CELL, "variant_code": "", "kind": "Lot", "created_at": datetime.now(UTC)}
        rows = [common | {"number": number, "number_folded": number.casefold()} for number in wanted]
        session.connection().execute(insert(_table), rows)

    return make


def told(session, plant_no=1):
    rows = session.connection().execute(
        select(_table.c.number, _table.c.description, _table.c.best_before_date).where(_table.c.plant_no == plant_no)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def tell(number, words, until=None):
    return {"item_no": CELL, "number": number, "told": words, "until": until}


def test_each_row_gets_its_own_values(session, numbers):
    numbers("A", "B", "C")
    day = date(2027, 3, 1)
    assert TELL.execute(session, [tell("A", "first"), tell("B", "second", day), tell("missing", "nobody")]) == 2
    assert told(session) == {"A": ("first", None), "B": ("second", day), "C": ("", None)}


def test_no_rows_need_no_statement(session, engine, numbers):
    numbers("A")
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *of: seen.append(of[2]))
    assert TELL.execute(session, []) == 0
    assert seen == []


def test_a15_another_plant_keeps_its_rows(session, numbers):
    numbers("A")
    numbers("A", plant_no=2)
    assert TELL.execute(session, [tell("A", "ours")]) == 1
    assert FORGET.execute(session, [{"item_no": CELL, "number": "A"}]) == 1
    assert told(session) == {}
    assert told(session, plant_no=2) == {"A": ("", None)}


def test_a_text_is_not_cut_to_the_length_of_its_column(session, numbers):
    """A number that is longer than any must not hit the one that it begins with."""
    numbers("A" * 50)
    assert FORGET.execute(session, [{"item_no": CELL, "number": "A" * 51}]) == 0


def test_a18_thousands_of_rows_are_one_statement_with_a_plan_of_its_own(session, engine, numbers):
    """PostgreSQL would read the whole table for each row, if it ran row by row the plan that it made when the table was small."""
    numbers("first")
    for _ in range(8):  # from the sixth run on PostgreSQL keeps a plan
        TELL.execute(session, [tell("first", "again")])
    many = [f"N{number:05d}" for number in range(ROWS)]
    numbers(*many)
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *of: seen.append(of[2]))
    before = _kept_plans_run(session)
    assert TELL.execute(session, [tell(number, f"of {number}") for number in many]) == ROWS
    changes = [statement for statement in seen if statement.startswith("UPDATE")]
    assert len(changes) == 1
    assert _kept_plans_run(session) == before, "a plan that was made for one row went over thousands"
    assert session.connection().execute(select(func.count()).where(_table.c.description == "of " + _table.c.number)).scalar_one() == ROWS


def _kept_plans_run(session):
    """How often this connection ran the UPDATE from a plan that it keeps. SQLite keeps none."""
    if session.get_bind().dialect.name == "sqlite":
        return 0
    runs = "SELECT coalesce(sum(generic_plans + custom_plans), 0) FROM pg_prepared_statements"
    read = f"{runs} WHERE statement LIKE 'UPDATE number_information%%'"
    return session.connection().exec_driver_sql(read).scalar_one()
