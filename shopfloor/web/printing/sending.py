"""One press of *Send*, from page or API: note the try, claim it, send outside of any transaction, note how it ended."""

from __future__ import annotations

from shopfloor.errors import Refusal
from shopfloor.labels.answers import LabelsSent
from shopfloor.labels.inputs import SendLabels
from shopfloor.labels.queries import job_card, printer_of
from shopfloor.labels.sending import begin_sending, claim_sending, content_of, deliver, end_sending, refusal_of, stored_problem
from shopfloor.web.commands import new_key, run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.lists import found


def send_labels(job_no: int, given: SendLabels, key: str) -> LabelsSent:
    """The same key prints once, however often it comes. Raises what `begin_sending` and `deliver` raise, NotFound."""
    session = request_session()
    card = found("label job", str(job_no), job_card(session, job_no))
    begun = run_command(begin_sending, key=key, job_no=job_no, given=given)
    claimed = run_command(claim_sending, key=new_key(), entry_no=begun.entry_no)
    done = LabelsSent(printer=begun.printer, label_count=card.job.label_count * card.job.copies, job_no=job_no)
    if not claimed.mine:
        if claimed.state == "Sent":
            return done
        raise refusal_of(claimed, session, begun.entry_no)
    printer = printer_of(session, begun.printer)
    try:
        content = content_of(session, job_no, printer)
        session.rollback()  # nothing is read any more: the database is not kept waiting for a printer
        deliver(printer, content, job_no)
    except Refusal as refusal:
        run_command(end_sending, key=new_key(), entry_no=begun.entry_no, problem=stored_problem(refusal))
        raise
    run_command(end_sending, key=new_key(), entry_no=begun.entry_no, problem="")
    return done
