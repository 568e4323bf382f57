"""R-25, DIM-1, D34, failure stories 73 and 74: which labels a job has, in which order, and the proof by scanning them back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from shopfloor.db.unit_of_work import CommandEntry
from shopfloor.errors import Refusal
from shopfloor.labels.inputs import NewLabelJob
from shopfloor.labels.models import LabelJob, LabelLine
from shopfloor.labels.queries import layouts_of, list_jobs, preview
from shopfloor.people import rights
from shopfloor.people.commands import set_setting
from shopfloor.people.inputs import SettingValue
from shopfloor.scanning.labels import Symbol
from tests.conftest import ADMINISTRATOR, runner
from tests.factories_genealogy import FRAME, GTINS, PAINT, WHEEL, bike_order
from tests.factories_orders import make_purchase_order, opening_stock, receive
from tests.labels.factories import (
    again,
    card,
    format_for,
    make,
    make_format,
    of_number,
    of_receipt,
    printed,
    refused,
    scan_back,
)

FRAME_GTIN, WHEEL_GTIN, PAINT_GTIN = GTINS[FRAME], GTINS[WHEEL], GTINS[PAINT]


@pytest.fixture
def receipt(run, plant):
    """Two frames, three wheels and a lot of paint in one delivery."""
    order = make_purchase_order(
        run, {"item_no": FRAME, "quantity": "2"}, {"item_no": WHEEL, "quantity": "3"}, {"item_no": PAINT, "quantity": "1.5"}
    )
    frames = [{"line_no": 10000, "quantity": "1", "serial_no": f"F-{n}"} for n in (1, 2)]
    wheels = [{"line_no": 20000, "quantity": "1", "serial_no": f"W-{n}"} for n in (3, 1, 2)]
    paint = [{"line_no": 30000, "quantity": "1.5", "lot_no": "P-9", "expiration_date": "2099-01-31"}]
    return receive(run, order, *frames, *wheels, *paint).receipt_no


def numbers(session, job_no):
    return [(line.place, line.number) for line in card(session, job_no).lines]


# --- failure story 73


def test_peers_73_every_product_of_a_receipt_gets_all_its_labels_in_order(run, session, receipt):
    """Failure story 73: only the first label of the second product was printed. Labels are the units, in the order of the posting."""
    job_no = make(run, **of_receipt(receipt))
    assert numbers(session, job_no) == [(1, "F-1"), (2, "F-2"), (3, "W-3"), (4, "W-1"), (5, "W-2"), (6, "P-9")]
    layouts = layouts_of(session, card(session, job_no))
    session.rollback()
    assert [layout.picture.human_readable for layout in layouts] == [
        f"(01){FRAME_GTIN}(21)F-1", f"(01){FRAME_GTIN}(21)F-2", f"(01){WHEEL_GTIN}(21)W-3", f"(01){WHEEL_GTIN}(21)W-1",
        f"(01){WHEEL_GTIN}(21)W-2", f"(01){PAINT_GTIN}(17)990131(10)P-9",
    ]
    assert [layout.lines[-1].text for layout in layouts] == [f"{place} / 6" for place in range(1, 7)]


def test_r_25_labels_of_numbers_that_were_assigned_to_a_purchase_order(run, session, plant):
    """Printed before the goods come, in the order of the lines, with the date that was given; what is received has its document."""
    from shopfloor.item_tracking.commands import save_tracking_lines
    from shopfloor.item_tracking.inputs import SaveTrackingLines

    order = make_purchase_order(run, {"item_no": FRAME, "quantity": "2"}, {"item_no": PAINT, "quantity": "1.5"})

    def assign(line_no, *lines):
        given = SaveTrackingLines(source_type="Purchase Line", order_no=order, line_no=line_no, lines=lines)
        run(save_tracking_lines, given=given)

    assign(20000, {"lot_no": "P-9", "quantity": "1.5", "expiration_date": "2099-01-31"})
    assign(10000, {"serial_no": "F-2", "quantity": "1"}, {"serial_no": "F-1", "quantity": "1"})
    source = {"source": "Purchase order", "no": order}
    job_no = make(run, **source)
    assert numbers(session, job_no) == [(1, "F-2"), (2, "F-1"), (3, "P-9")]
    layouts = layouts_of(session, card(session, job_no))
    session.rollback()
    assert [layout.picture.human_readable for layout in layouts] == [
        f"(01){FRAME_GTIN}(21)F-2", f"(01){FRAME_GTIN}(21)F-1", f"(01){PAINT_GTIN}(17)990131(10)P-9",
    ]
    receive(run, order, {"line_no": 10000, "quantity": "1", "serial_no": "F-2"})
    assert numbers(session, make(run, **source)) == [(1, "F-1"), (2, "P-9")]
    refused("NOT_FOUND", make, run, source="Purchase order", no="PO-NONE")


def test_dim_1_labels_of_numbers_that_were_assigned_before_production(run, session, plant):
    """DIM: labels can be printed before production, one for each unit of the order."""
    from shopfloor.genealogy.inputs import PreallocationInput
    from shopfloor.genealogy.preallocation import preallocate

    bike_order(run)
    run(preallocate, order_no="RPO-1", given=PreallocationInput(serial_nos=["BK-2", "BK-1"]))
    job_no = make(run, source="Production order", no="RPO-1")
    assert numbers(session, job_no) == [(1, "BK-2"), (2, "BK-1")]
    one = make(run, source="Production order", no="RPO-1", number="BK-1")
    assert numbers(session, one) == [(1, "BK-1")]
    refused("NOT_FOUND", make, run, source="Production order", no="RPO-1", number="BK-9")


def test_opening_stock_gets_labels(run, session, plant):
    no = opening_stock(run, PAINT, "5", lot_no="P-1", expiration_date="2031-01-31").document_no
    job_no = make(run, source="Document", no=no, document_type="Item Journal", copies=2)
    (line,) = card(session, job_no).lines
    assert (line.kind, line.number, line.dates) == ("Lot", "P-1", "EXP 2031-01-31")


def test_what_was_taken_back_gets_no_label(run, session, receipt):
    from tests.factories_documents import entries_of, undo

    first = entries_of(session, receipt)[0].entry_no
    session.rollback()
    undo(run, "receipt", receipt, first)
    assert [number for _place, number in numbers(session, make(run, **of_receipt(receipt)))] == ["F-2", "W-3", "W-1", "W-2", "P-9"]


@pytest.mark.parametrize(("named", "code"), [
    (of_receipt("NO-SUCH"), "NOT_FOUND"),
    ({"source": "Production order", "no": "NO-SUCH"}, "NOT_FOUND"),
    (of_number("NO-SUCH"), "NOT_FOUND"),
    ({"source": "Production order", "no": "RPO-1"}, "NOTHING_TO_LABEL"),
])
def test_sources_that_have_nothing_to_print(run, plant, named, code):
    bike_order(run)
    refused(code, make, run, **named)


# --- formats


def test_the_format_is_the_one_asked_for_else_of_the_item_else_of_the_company(run, session, receipt):
    def used(**more):
        return card(session, make(run, **of_number("F-1"), **more)).job.label_format

    assert used() == ""
    run(set_setting, given=SettingValue(name="label_format", value=make_format(run, "COMPANY")))
    assert used() == "COMPANY"
    format_for(run, FRAME, make_format(run, "FRAMES"))
    assert used() == "FRAMES"
    assert used(label_format=make_format(run, "ASKED")) == "ASKED"
    refused("NOT_FOUND", used, label_format="NONE")


def test_d34_a_number_that_gs1_cannot_carry_is_printed_and_proved_as_it_is(run, session, plant):
    long, odd = "F-" + "9" * 40, "F 7"
    for number in (long, odd):
        opening_stock(run, FRAME, serial_no=number)
        job_no = make(run, **of_number(number))
        (layout,) = layouts_of(session, card(session, job_no))
        session.rollback()
        assert (layout.picture.symbol, layout.picture.text) == (Symbol.DATAMATRIX, number)
        assert scan_back(run, job_no, "]d1" + number).code == "LABELS_VERIFIED"


def test_r_25_one_label_that_cannot_be_printed_stops_the_whole_job(run, session, receipt):
    """Nothing is made, and the message names the label."""
    code = make_format(run, "TINY", width_mm="14", height_mm="14")
    refusal = refused("LABEL_TOO_SMALL", make, run, **of_receipt(receipt), label_format=code)
    assert refusal.row == 1
    assert session.scalar(select(func.count()).select_from(LabelJob)) == 0
    session.rollback()


def test_labels_need_the_right(run, plant):
    nobody = replace(ADMINISTRATOR, rights=frozenset({rights.TRACE}))
    refused("NOT_ALLOWED", make, run, nobody, **of_number("F-1"))


def test_a_job_takes_the_same_number_of_statements_however_many_labels(run, session, engine, plant):
    def statements(count):
        order = make_purchase_order(run, {"item_no": FRAME, "quantity": str(count)}, no=f"PO-{count}")
        lines = [{"quantity": "1", "serial_no": f"S-{count}-{n}"} for n in range(count)]
        no = receive(run, order, *lines).receipt_no
        seen = []
        listen = (engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
        event.listen(*listen)
        make(run, **of_receipt(no))
        event.remove(*listen)
        return len(seen)

    assert statements(2) == statements(40)


def test_a_large_source_is_printed_in_several_jobs_and_counts_on(run, session, plant, monkeypatch):
    monkeypatch.setattr("shopfloor.labels.commands.MOST_LABELS", 2)
    order = make_purchase_order(run, {"item_no": FRAME, "quantity": "3"})
    no = receive(run, order, *({"quantity": "1", "serial_no": f"S-{n}"} for n in range(3))).receipt_no
    assert numbers(session, make(run, **of_receipt(no))) == [(1, "S-0"), (2, "S-1")]
    assert numbers(session, make(run, **of_receipt(no), first=3)) == [(3, "S-2")]


# --- print and verify


def test_peers_74_every_label_is_scanned_back_and_open_ones_are_counted(run, session, receipt):
    """Failure story 74: labels out of order or blank. The blank one stays open, is printed again, and then everything is proved."""
    job_no = make(run, **of_receipt(receipt))
    printed(run, job_no)
    assert card(session, job_no).job.state == "Printed"
    answer = scan_back(run, job_no, f"]d201{WHEEL_GTIN}21W-1")
    assert (answer.code, answer.place, answer.total, answer.open_count) == ("LABEL_VERIFIED", 4, 6, 5)
    for text in (f"]d201{FRAME_GTIN}21F-1", f"01{FRAME_GTIN}21F-2", f"(01){WHEEL_GTIN}(21)W-2", f"]d201{PAINT_GTIN}1799013110P-9"):
        scan_back(run, job_no, text)
    left = card(session, job_no)
    assert [line.number for line in left.open_lines] == ["W-3"]
    assert (left.job.open_count, left.job.state) == (1, "Printed")
    reprint = again(run, job_no)
    found = card(session, reprint)
    assert [(line.place, line.number) for line in found.lines] == [(3, "W-3")]
    assert (found.job.reprint_of, found.job.reason, found.job.total) == (job_no, "smeared", 6)
    assert scan_back(run, job_no, f"]d201{WHEEL_GTIN}21W-3").code == "LABELS_VERIFIED"
    assert card(session, job_no).job.state == "Verified"
    refused("NOTHING_TO_REPRINT", again, run, job_no)
    assert numbers(session, again(run, job_no, places=(2, 5))) == [(2, "F-2"), (5, "W-2")]
    refused("INVALID_INPUT", again, run, job_no, places=(7,))


@pytest.mark.parametrize(("text", "code"), [
    (f"]d201{FRAME_GTIN}21F-7", "LABEL_FOREIGN"),
    ("nothing we know", "LABEL_FOREIGN"),
    ("BADGE:B-ADMIN", "LABEL_FOREIGN"),
    (f"]d201{WHEEL_GTIN}21F-1", "LABEL_DIFFERS"),
    ("F-1", "LABEL_DIFFERS"),
    (f"]d201{PAINT_GTIN}1798013110P-9", "LABEL_DIFFERS"),
    (f"]d201{PAINT_GTIN}10P-9", "LABEL_DIFFERS"),
    (f"]d201{FRAME_GTIN}21f-1", "LABEL_FOREIGN"),
    ("]d20109521234543214", "GS1_PARSE"),
    ("", "INVALID"),
])
def test_peers_74_wrong_and_foreign_labels_are_refused_in_words(run, session, receipt, text, code):
    job_no = make(run, **of_receipt(receipt))
    if code == "INVALID":
        with pytest.raises(ValueError, match="text"):
            scan_back(run, job_no, text)
        return
    refusal = refused(code, scan_back, run, job_no, text)
    assert "B-ADMIN" not in refusal.text()
    assert card(session, job_no).job.open_count == 6


def test_peers_74_a_label_that_comes_twice_is_refused(run, session, receipt):
    job_no = make(run, **of_receipt(receipt))
    scan_back(run, job_no, f"]d201{FRAME_GTIN}21F-1")
    refusal = refused("LABEL_TWICE", scan_back, run, job_no, f"]d201{FRAME_GTIN}21F-1")
    assert refusal.text() == "Label 1 of 6 (F-1) was scanned back already. Scanned twice, or is it stuck on two things?"


def test_copies_are_proved_one_by_one(run, session, receipt):
    job_no = make(run, **of_number("P-9", PAINT, "Lot"), copies=2)
    text = f"]d201{PAINT_GTIN}1799013110P-9"
    assert scan_back(run, job_no, text).open_count == 1
    assert scan_back(run, job_no, text).code == "LABELS_VERIFIED"
    refused("LABEL_TWICE", scan_back, run, job_no, text)


def test_the_same_scan_sent_twice_counts_once(run, session, receipt):
    from shopfloor.labels.inputs import VerifyLabel
    from shopfloor.labels.verifying import verify_label

    job_no = make(run, **of_receipt(receipt))
    given = VerifyLabel(text=f"]d201{FRAME_GTIN}21F-1")
    first = run(verify_label, key="lost-answer", job_no=job_no, given=given)
    assert run(verify_label, key="lost-answer", job_no=job_no, given=given) == first
    assert card(session, job_no).job.open_count == 5


def test_two_people_who_scan_one_label_at_once_prove_it_once(run, engine, session, receipt):
    job_no = make(run, **of_number("F-1"))

    def one(_place):
        with Session(engine) as own:
            try:
                return scan_back(runner(own), job_no, f"]d201{FRAME_GTIN}21F-1").code
            except Refusal as refusal:
                return refusal.code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(one, range(4)))
    assert answers == ["LABELS_VERIFIED", "LABEL_TWICE", "LABEL_TWICE", "LABEL_TWICE"]
    assert session.scalar(select(LabelLine.verified).where(LabelLine.job_no == job_no)) == 1
    session.rollback()


# --- reading


def test_the_list_shows_the_newest_first_and_filters(run, session, receipt):
    first, second = make(run, **of_receipt(receipt)), make(run, **of_number("F-1"))
    printed(run, second)
    rows = list_jobs(session).rows
    assert [row.job_no for row in rows[:2]] == [second, first]
    assert [row.job_no for row in list_jobs(session, source_no=receipt).rows] == [first]
    assert [row.job_no for row in list_jobs(session, state="Printed").rows] == [second]
    assert list_jobs(session, after="no number").rows == ()
    session.rollback()


def test_a_preview_draws_a_few_and_counts_all(run, session, receipt):
    found = preview(session, NewLabelJob(**of_receipt(receipt)), label_format="", first=2, few=3)
    session.rollback()
    assert (found.found.total, len(found.found.texts), len(found.layouts)) == (6, 5, 3)
    assert found.layouts[0].lines[-1].text == "2 / 6"


def test_every_step_is_in_the_audit(run, session, receipt):
    job_no = make(run, **of_receipt(receipt))
    printed(run, job_no)
    again(run, job_no)
    notes = [note for row in session.scalars(select(CommandEntry.audit)) for note in row if "label job" in note["subject"]]
    session.rollback()
    assert sorted((note["action"], note["reason"]) for note in notes) == [
        ("make labels", ""), ("make labels", "smeared"), ("print labels", ""),
    ]
