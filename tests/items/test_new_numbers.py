"""TL-13, D39, PR-02: new numbers from the series of items. Both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from shopfloor.errors import InvalidInput, NotAllowed, NotFound, Refusal
from shopfloor.items import commands
from shopfloor.items.errors import SeriesOfDocuments
from shopfloor.items.inputs import AssignNumbers, NewItem, NewNumberSeries, NewTrackingCode
from shopfloor.items.master_table import ITEM, NUMBER_SERIES
from shopfloor.items.models import Item
from shopfloor.items.new_numbers import assign_new_numbers
from shopfloor.items.number_series import create_series
from shopfloor.people.actor import Actor
from shopfloor.people.errors import InUse
from shopfloor.people.fields import read_input
from shopfloor.people.master_commands import change_record, create_record, delete_record
from shopfloor.people.rights import RIGHTS, Role
from tests.conftest import ADMINISTRATOR, runner
from tests.factories_items import CELL, LABEL, plant_with_masters
from tests.factories_orders import adjust, opening_stock

WORKER = Actor("E-W", "Will", RIGHTS[Role.WORKER])


@pytest.fixture(autouse=True)
def masters(run):
    plant_with_masters(run)
    run(create_series, given=NewNumberSeries(code="TOOL-SN", prefix="T-", digits=4))
    run(create_series, given=NewNumberSeries(code="LOTS", prefix="L", digits=3, last_no=41))
    run(commands.create_tracking_code, given=NewTrackingCode(code="BOTH", description="Both", serial_specific=True, lot_specific=True))
    make(run, "TOOL", item_tracking_code="SN", serial_nos="TOOL-SN")
    make(run, "PAIR", item_tracking_code="BOTH", serial_nos="TOOL-SN", lot_nos="LOTS")
    make(run, "OIL", item_tracking_code="LOT", lot_nos="LOTS")


def make(run, no, **more):
    run(commands.create_item, given=NewItem(no=no, description=no, base_unit_code="PCS", **more))


def assign(run, *lines, actor=ADMINISTRATOR):
    return run(assign_new_numbers, actor, given=read_input(AssignNumbers, {"lines": lines}))


def serials(answer):
    return [part["serial_no"] for line in answer.lines for part in line]


def test_tl_13_serials_for_each_unit_and_a_lot_for_the_line(run):
    answer = assign(run, {"item_no": "TOOL", "quantity": "2"}, {"item_no": "PAIR", "quantity": "2"}, {"item_no": "OIL", "quantity": "7"})
    assert answer.lines == [
        [{"serial_no": "T-0001", "lot_no": "", "quantity": "1"}, {"serial_no": "T-0002", "lot_no": "", "quantity": "1"}],
        [{"serial_no": "T-0003", "lot_no": "L042", "quantity": "1"}, {"serial_no": "T-0004", "lot_no": "L042", "quantity": "1"}],
        [{"serial_no": "", "lot_no": "L043", "quantity": "7"}],
    ]
    assert answer.text() == "6 new numbers, T-0001 to L043. Nothing is posted yet."
    rows = [{"item_no": "TOOL", **part} for part in answer.lines[0]]
    assert adjust(run, *rows).line_count == 2


def test_tl_13_a_known_lot_is_kept(run):
    answer = assign(run, {"item_no": "PAIR", "lot_no": "MINE"})
    assert answer.lines == [[{"serial_no": "T-0001", "lot_no": "MINE", "quantity": "1"}]]


def test_d39_a_number_is_never_given_out_twice(session, run):
    """D39: neither after it was given out and thrown away, nor when somebody typed it by hand, in whatever case."""
    assert serials(assign(run, {"item_no": "TOOL"})) == ["T-0001"]
    opening_stock(run, "TOOL", serial_no="T-0002")
    opening_stock(run, "TOOL", serial_no="t-0004")
    assert serials(assign(run, {"item_no": "TOOL", "quantity": "3"})) == ["T-0003", "T-0005", "T-0006"]


def test_d39_many_at_once_get_different_numbers(engine):
    def one(_):
        with Session(engine) as session:
            return serials(assign(runner(session), {"item_no": "TOOL", "quantity": "5"}))

    with ThreadPoolExecutor(8) as pool:
        given = [number for numbers in pool.map(one, range(8)) for number in numbers]
    assert len(given) == len(set(given)) == 40


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"item_no": "NIL"}, "NOT_FOUND"),
        ({"item_no": LABEL}, "SERIES_MISSING"),
        ({"item_no": CELL}, "SERIES_MISSING"),
        ({"item_no": "TOOL", "quantity": "1.5"}, "BELOW_PRECISION"),
        ({"item_no": "TOOL", "unit_code": "KG"}, "NO_UNIT_CONVERSION"),
        ({"item_no": "TOOL", "quantity": "10001"}, "INVALID_INPUT"),
        ({"item_no": "PACK"}, "SERIES_MISSING"),
    ],
)
def test_tl_13_lines_that_cannot_get_numbers(run, line, code):
    with pytest.raises(Refusal) as caught:
        assign(run, {"item_no": "TOOL"}, line)
    assert caught.value.code == code
    assert caught.value.row == 2
    assert serials(assign(run, {"item_no": "TOOL"})) == ["T-0001"]  # nothing was used up


def test_d17_a_series_that_does_not_fit_the_pattern_is_refused(run):
    make(run, "ODD", item_tracking_code="SN", serial_nos="TOOL-SN", serial_pattern="X-[0-9]+")
    with pytest.raises(Refusal) as caught:
        assign(run, {"item_no": "ODD"})
    assert (caught.value.code, caught.value.row) == ("NUMBER_PATTERN", 1)


def test_an_item_names_series_that_exist(run):
    with pytest.raises(NotFound):
        make(run, "BAD", item_tracking_code="SN", serial_nos="NIL")


def test_a30_whoever_brings_goods_in_may_number_them(run):
    with pytest.raises(NotAllowed):
        assign(run, {"item_no": "TOOL"}, actor=WORKER)
    for role in (Role.STOREKEEPER, Role.SUPERVISOR):
        assert assign(run, {"item_no": "TOOL"}, actor=Actor("E", "E", RIGHTS[role])).count == 1


def test_no_line_is_no_command():
    with pytest.raises(InvalidInput):
        read_input(AssignNumbers, {"lines": []})


def test_a18_many_numbers_take_the_same_statements(engine, run):
    seen = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: seen.append(statement))
    counts = []
    for lines, quantity in ((1, "1"), (20, "100")):
        seen.clear()
        assign(run, *[{"item_no": "TOOL", "quantity": quantity}] * lines)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_set_3_goods_do_not_get_the_numbers_of_documents(session, run):
    """SET-3: an item names only a series that is made for goods; one that named another before is refused new numbers."""
    with pytest.raises(SeriesOfDocuments) as refused:
        run(create_record, master=ITEM, given=NewItem(no="BAD", description="Bad", base_unit_code="PCS", serial_nos="PURCHASE"))
    assert "PURCHASE is for documents" in refused.value.text()
    session.execute(update(Item).where(Item.no == "TOOL").values(serial_nos="JOURNAL"))
    session.commit()
    with pytest.raises(SeriesOfDocuments):
        assign(run, {"item_no": "TOOL"})


def test_d39_the_last_number_is_not_set_back_and_a_named_series_stays(session, run):
    """D39: what people change of a series are prefix and digits; its numbers go on."""
    assert "last_no" not in NUMBER_SERIES.change.model_fields
    assert serials(assign(run, {"item_no": "TOOL"})) == ["T-0001"]
    run(change_record, master=NUMBER_SERIES, record_key=["TOOL-SN"], given=NUMBER_SERIES.change(version=1, prefix="U", digits=2))
    assert serials(assign(run, {"item_no": "TOOL"})) == ["U02"]
    for code, why in (("TOOL-SN", "item"), ("PURCHASE", "the documents of the plant")):
        with pytest.raises(InUse) as refused:
            run(delete_record, master=NUMBER_SERIES, record_key=[code], version=2 if code == "TOOL-SN" else 1)
        assert refused.value.uses == why
