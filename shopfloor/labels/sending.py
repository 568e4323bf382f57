"""Send a job to a printer: note the try, claim it, send outside of any transaction, note how it ended.

Bytes on their way cannot be rolled back, so nothing is sent inside a unit of work (A5). The try is written first; one request claims it;
a repeated command finds it claimed and only tells how it ended, so nothing is printed twice. After a failure the job is sent again.
"""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant, plant, table, take_numbers
from shopfloor.errors import NotFound, Refusal
from shopfloor.labels.answers import SendingBegun, SendingEnded
from shopfloor.labels.commands import locked_job, note_printed
from shopfloor.labels.errors import PrinterAway, PrinterBlocked, PrinterBusy, PrinterOutside, PrinterResolution, PrinterStopped
from shopfloor.labels.inputs import SendLabels
from shopfloor.labels.models import LabelSending, SendingState
from shopfloor.labels.queries import PrinterRow, format_by_code, job_card, layouts_of, printer_of
from shopfloor.labels.transport import Away, Outside, Stopped, send
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.scanning.printing.zpl import zpl

_sending = table(LabelSending)
STOPPED = "in the middle: "
"""Begins the stored problem of a try after which labels may be out."""


def begin_sending(session: Session, actor: Actor, *, job_no: int, given: SendLabels) -> SendingBegun:
    """Note that a job is to go to a printer. Raises NotAllowed, NotFound, PrinterBlocked, PrinterResolution."""
    actor.require(rights.PRINT_LABELS)
    job = locked_job(session, job_no)
    printer = printer_of(session, given.printer)
    _refuse_printer(session, printer, job.label_format)
    entry_no = take_numbers(session, {"label_sending": 1})["label_sending"][0]
    values = {
        "plant_no": current_plant(session), "entry_no": entry_no, "job_no": job_no, "printer_code": printer.code,
        "operator_no": actor.operator_no, "recorded_at": now(),
    }
    session.connection().execute(insert(_sending), values)
    audit.record(session, "send labels", f"label job {job_no}", after={"printer": printer.code})
    return SendingBegun(job_no=job_no, printer=printer.code, entry_no=entry_no)


def claim_sending(session: Session, actor: Actor, *, entry_no: int) -> SendingEnded:
    """One request takes a waiting try; every other one hears where it stands. Raises NotAllowed, NotFound."""
    actor.require(rights.PRINT_LABELS)
    row = _row(session, entry_no)
    mine = _move(session, entry_no, SendingState.WAITING, SendingState.SENDING)
    state = SendingState.SENDING.value if mine else row.state
    return SendingEnded(job_no=row.job_no, printer=row.printer_code, state=state, mine=mine)


def end_sending(session: Session, actor: Actor, *, entry_no: int, problem: str = "") -> SendingEnded:
    """Note how a try ended; a blank problem: the printer took everything. Raises NotAllowed, NotFound."""
    actor.require(rights.PRINT_LABELS)
    row = _row(session, entry_no)
    job = locked_job(session, row.job_no)
    state = SendingState.FAILED if problem else SendingState.SENT
    if _move(session, entry_no, SendingState.SENDING, state, problem[:200]):
        if not problem:
            note_printed(session, actor, job, f"Printer {row.printer_code}")
        audit.record(session, "sent labels", f"label job {row.job_no}", after={"state": state.value, "problem": problem[:200]})
    return SendingEnded(job_no=row.job_no, printer=row.printer_code, state=state.value)


def content_of(session: Session, job_no: int, printer: PrinterRow) -> bytes:
    """The job as this printer wants it. Every label is read back on the way (R-25). Raises NotFound."""
    card = job_card(session, job_no)
    if card is None:
        raise NotFound(record="label job", number=str(job_no))
    return zpl(layouts_of(session, card), commands=printer.draws_symbols, copies=card.job.copies).encode("ascii")


def deliver(printer: PrinterRow, content: bytes, job_no: int) -> None:
    """Outside of every transaction. Raises PrinterAway, PrinterStopped, PrinterOutside."""
    try:
        send(printer.address, content, outside_allowed=printer.outside_allowed)
    except Outside:
        raise PrinterOutside(printer=printer.code, address=printer.address) from None
    except Stopped as problem:
        raise PrinterStopped(printer=printer.code, problem=str(problem), job_no=job_no) from None
    except Away as problem:
        raise PrinterAway(printer=printer.code, problem=str(problem), job_no=job_no) from None


def _refuse_printer(session: Session, printer: PrinterRow, label_format: str) -> None:
    if printer.blocked:
        raise PrinterBlocked(printer=printer.code)
    form = format_by_code(session, label_format)
    if form.dpi != printer.resolution:
        raise PrinterResolution(
            printer=printer.code, printer_dpi=printer.resolution, format=form.code or "50 × 25", format_dpi=form.dpi
        )


def _row(session: Session, entry_no: int) -> LabelSending:
    row = session.get(LabelSending, (current_plant(session), entry_no), populate_existing=True)
    if row is None:
        raise NotFound(record="sending of labels", number=str(entry_no))
    return row


def _move(session: Session, entry_no: int, before: SendingState, after: SendingState, problem: str = "") -> bool:
    """Whether this request moved it: of two only one can."""
    c = _sending.c
    statement = (
        update(_sending).where(plant(session, _sending), c.entry_no == entry_no, c.state == before.value)
        .values(state=after.value, problem=problem)
    )
    return bool(session.connection().execute(statement).rowcount)


def stored_problem(refusal: Refusal) -> str:
    """What the history keeps of a try that failed."""
    match refusal:
        case PrinterStopped():
            return (STOPPED + refusal.problem)[:200]
        case PrinterAway():
            return refusal.problem[:200]
        case _:
            return refusal.text()[:200]


def refusal_of(ended: SendingEnded, session: Session, entry_no: int) -> Refusal:
    """What whoever repeats a command is told, whose try another request has: it failed, or it goes on."""
    c = _sending.c
    found = session.connection().execute(select(c.problem).where(plant(session, _sending), c.entry_no == entry_no)).scalar_one_or_none()
    if not found:
        return PrinterBusy(printer=ended.printer, job_no=ended.job_no)
    if found.startswith(STOPPED):
        return PrinterStopped(printer=ended.printer, problem=found.removeprefix(STOPPED), job_no=ended.job_no)
    return PrinterAway(printer=ended.printer, problem=found, job_no=ended.job_no)
