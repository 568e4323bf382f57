"""What a start or a report posts on operations by itself, and what goes with it when it is taken back (LIF-6, LIF-7). Pure.

Quantities are base units of the product, times are minutes. An operation is posted for what went through it in all, less what was
reported on it in any other way: so no combination of dialogs and reports by hand counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from shopfloor.production.operation_rules import Operation
from shopfloor.production.rules import BY_PRINCIPLE, NEVER, within
from shopfloor.quantity import STEP, ZERO, rounded


@dataclass(frozen=True)
class OperationDue:
    """What is due on one operation."""

    operation: Operation
    good: Decimal = ZERO
    scrap: Decimal = ZERO
    setup_minutes: Decimal = ZERO
    run_minutes: Decimal = ZERO
    ends: bool = False

    @property
    def after(self) -> Operation:
        """The operation with what is due."""
        one = self.operation
        return replace(one, good=one.good + self.good, scrap=one.scrap + self.scrap, ends=one.ends + self.ends)


def takes_part(operation: Operation, *, automatic: str, principle: str, operations: tuple[int, int]) -> bool:
    """As component lines do; nothing more is posted on an ended operation (D26)."""
    if automatic == NEVER or operation.ends or (automatic == BY_PRINCIPLE and operation.flushing != principle):
        return False
    return within(operation.operation_no, operations)


def route_due(
    operations: Sequence[Operation], *, good: Decimal, error: Decimal, most: Decimal, automatic: str, principle: str,
    limits: tuple[int, int] = (0, 0), ends: bool = False,
) -> tuple[OperationDue, ...]:
    """What is due once `good` and `error` of the product are through in all.

    Error that no operation scrapped is scrap of the last operation; all before it let it pass as good. No operation gets more than
    arrives of the `most` that may be made. Planned set-up counts once, and only where none was reported. `ends`: those that take part are
    ended, also where nothing is due.
    """
    unknown = max(error - _scrapped(operations), ZERO)
    later, before, found = unknown + _scrapped(operations), ZERO, []
    for place, one in enumerate(operations, 1):
        scrap = unknown if place == len(operations) else ZERO
        later -= one.scrap + scrap
        room = max(most - before - one.reported, ZERO)
        before += one.scrap
        if not takes_part(one, automatic=automatic, principle=principle, operations=limits):
            continue
        scrap = min(scrap, room)
        passed = min(max(good + later - one.good, ZERO), room - scrap)
        if passed or scrap or ends:
            found.append(_due(one, passed, scrap, ends=ends))
    return tuple(found)


def started_due(
    operations: Sequence[Operation], started: Decimal, *, automatic: str, principle: str, limits: tuple[int, int], ends: bool
) -> tuple[OperationDue, ...]:
    """The same once `started` of the product is started: all that arrives."""
    scrapped = _scrapped(operations)
    return route_due(
        operations, good=started - scrapped, error=scrapped, most=started, automatic=automatic, principle=principle, limits=limits,
        ends=ends,
    )


def route_excess(
    operations: Sequence[Operation], posted: Mapping[int, tuple[Decimal, Decimal]], *, good: Decimal, error: Decimal, limit: Decimal
) -> dict[int, tuple[Decimal, Decimal]]:
    """What is posted too much, good and scrap by operation, once only `good` and `error` of the product are through.

    `posted`: what dialogs of this kind posted by themselves and still stands, of which alone something goes. `limit`: what is taken back.
    """
    if not operations:
        return {}
    last = operations[-1]
    scrap = min(max(_scrapped(operations) - error, ZERO), posted.get(last.operation_no, (ZERO, ZERO))[1], limit)
    later, found = _scrapped(operations) - scrap, {}
    for one in operations:
        gone = scrap if one is last else ZERO
        later -= one.scrap - gone
        too_much = min(max(one.good - good - later, ZERO), posted.get(one.operation_no, (ZERO, ZERO))[0], limit)
        if too_much or gone:
            found[one.operation_no] = (too_much, gone)
    return found


def _scrapped(operations: Sequence[Operation]) -> Decimal:
    return sum((one.scrap for one in operations), ZERO)


def _due(one: Operation, good: Decimal, scrap: Decimal, *, ends: bool) -> OperationDue:
    setup = one.planned_setup_minutes if (good or scrap) and not one.setup_minutes else ZERO
    return OperationDue(one, good, scrap, setup, rounded(one.planned_run_minutes * (good + scrap), STEP), ends)
