"""How a report consumes what carries no registration: as a dialog or the company says, less what open picking lists hold."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor.genealogy.open_journal_queries import spoken_for
from shopfloor.production.inputs import ConsumptionChoice
from shopfloor.production.journals import Flushing
from shopfloor.production.parameters import Parameters, read_parameters


def flushing_of(
    session: Session,
    order_no: str,
    *,
    own_journal: int = 0,
    choice: ConsumptionChoice | None = None,
    parameters: Parameters | None = None,
) -> Flushing:
    """LIF-7, LIF-13, PST-12. `own_journal`: an open journal that is being posted speaks for nothing else. Two statements at most."""
    parameters = parameters or read_parameters(session)
    others = spoken_for(session, order_no, own_journal=own_journal)
    if choice is None:
        return Flushing(parameters.at_report, spoken_for=others)
    automatic = choice.automatic_consumption or parameters.at_report
    return Flushing(automatic, choice.operations, others, choice.leave_open)
