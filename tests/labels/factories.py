"""Label jobs in one line each."""

from __future__ import annotations

import pytest

from shopfloor.errors import Refusal
from shopfloor.labels.commands import make_labels, mark_printed, reprint_labels
from shopfloor.labels.inputs import NewItemLabel, NewLabelFormat, NewLabelJob, NewPrinter, PrintedLabels, ReprintLabels, VerifyLabel
from shopfloor.labels.masters import ITEM_LABEL, LABEL_FORMAT, PRINTER
from shopfloor.labels.queries import job_card
from shopfloor.labels.verifying import verify_label
from shopfloor.people.master_commands import create_record
from tests.conftest import ADMINISTRATOR


def make(run, actor=ADMINISTRATOR, **named):
    """A job; its number."""
    return run(make_labels, actor, given=NewLabelJob(**named)).job_no


def of_receipt(no):
    return {"source": "Document", "no": no, "document_type": "Purchase Receipt"}


def of_number(number, item_no="FRAME", kind="Serial"):
    return {"source": "Number", "item_no": item_no, "kind": kind, "number": number}


def make_format(run, code="BIG", **more):
    run(create_record, master=LABEL_FORMAT, given=NewLabelFormat(code=code, **more))
    return code


def make_label_formats(run):
    """One for small things, one for large ones."""
    make_format(run, "SMALL", width_mm="25", height_mm="25")
    make_format(run, "LARGE", width_mm="100", height_mm="50")


def format_for(run, item_no, code):
    run(create_record, master=ITEM_LABEL, given=NewItemLabel(item_no=item_no, label_format=code))


def make_printer(run, address="127.0.0.1:9100", code="P1", **more):
    run(create_record, master=PRINTER, given=NewPrinter(code=code, name="Zebra", address=address, **more))
    return code


def again(run, job_no, **more):
    return run(reprint_labels, job_no=job_no, given=ReprintLabels(**{"reason": "smeared"} | more)).job_no


def printed(run, job_no):
    return run(mark_printed, job_no=job_no, given=PrintedLabels(how="Browser"))


def scan_back(run, job_no, text, actor=ADMINISTRATOR):
    return run(verify_label, actor, job_no=job_no, given=VerifyLabel(text=text))


def card(session, job_no):
    found = job_card(session, job_no)
    session.rollback()
    return found


def refused(code, work, *arguments, **keywords):
    with pytest.raises(Refusal) as caught:
        work(*arguments, **keywords)
    assert caught.value.code == code, caught.value
    return caught.value
