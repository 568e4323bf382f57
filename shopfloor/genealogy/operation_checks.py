"""ASC-13: a report as finished waits for the operations. Nothing is read for orders that nobody reported an operation of."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.people.settings import WAIT_ALWAYS, WAIT_NEVER
from shopfloor.production.errors import OperationQuantityDiffers, OperationsMissing
from shopfloor.production.operation_rules import Operation, differs_from_last, unreported
from shopfloor.production.operations import read_progress
from shopfloor.production.parameters import Parameters
from shopfloor.quantity import ZERO, shown


def check_operations(
    session: Session, order_no: str, parameters: Parameters, *, operated: bool, good: Decimal, before: Decimal, unit: str, final: bool,
    foreseen: Sequence[Operation] = (),
) -> None:
    """All operations reported, and no more good than the last one has; with the end of the job, exactly as much.

    `operated`: an entry of an operation stands; `good`: of this report, `before`: of earlier ones. Scrap waits for nothing. One statement,
    none where the company does not wait. `foreseen`: the operations with what the same report posts on them.
    Raises OperationsMissing, OperationQuantityDiffers.
    """
    waits = parameters.waits == WAIT_ALWAYS or (operated and parameters.waits != WAIT_NEVER)
    if not waits or good <= ZERO:
        return
    operations = foreseen or [one.operation for one in read_progress(session, order_no)]
    if not operations:
        return
    total = before + good
    missing = unreported(operations, total)
    if missing:
        raise OperationsMissing(
            order_no=order_no, quantity=shown(total), unit=unit, operations=", ".join(str(one.operation_no) for one in missing)
        )
    if differs_from_last(operations, total, final=final):
        last = operations[-1]
        raise OperationQuantityDiffers(
            order_no=order_no, quantity=shown(total), unit=unit, operation_no=last.operation_no, good=shown(last.good)
        )
