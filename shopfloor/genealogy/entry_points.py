"""The doors to the Tracked components page: where the command is offered, and why it is not (ENT-1, ENT-2, ENT-12, SET-1, SET-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import Refusal
from shopfloor.genealogy.errors import ProductNotTracked
from shopfloor.genealogy.journal_errors import LineNotScanned
from shopfloor.genealogy.open_journal_queries import PICKING_LIST, OpenLine
from shopfloor.items.models import Item, ItemTrackingCode, ItemTrackingRequirement, TrackedComponentsPolicy
from shopfloor.people.models import CompanySetting
from shopfloor.people.settings import SETTINGS
from shopfloor.production.components import order_components
from shopfloor.production.errors import OrderStatus
from shopfloor.production.models import ProductionOrder
from shopfloor.production.rules import MAIN_LINE, RELEASED, STARTED, listed

_order, _item = table(ProductionOrder), table(Item)
_code, _policy, _demand = table(ItemTrackingCode), table(TrackedComponentsPolicy), table(ItemTrackingRequirement)
_setting = table(CompanySetting)
SWITCH = "tracked_components"
MADE_BY = "manufacturing inbound"


@dataclass(frozen=True)
class TrackCommand:
    """*Track components* for one order."""

    shown: bool
    """ENT-12: hidden where the company does not use the feature."""
    why: Refusal | None = None
    """Why it is disabled; None: it can be used."""


def track_commands(session: Session, order_nos: Sequence[str], *, from_start: bool = False) -> dict[str, TrackCommand]:
    """The command for each of the orders. One statement, none for no orders.

    From the Start dialog a released order will do (ENT-8, D42); anywhere else the order is started (EDG-33).
    """
    if not order_nos:
        return {}
    demanded = exists().where(
        _demand.c.tracking_code == _code.c.code, _demand.c.kind.in_(("Serial", "Lot")), _demand.c.transaction == MADE_BY
    )
    numbered = or_(_code.c.serial_specific, _code.c.lot_specific, demanded)
    switch = select(_setting.c.value).where(_setting.c.name == SWITCH).scalar_subquery()
    statement = (
        select(
            _order.c.no, _order.c.status, _item.c.description,
            and_(func.coalesce(_policy.c.use_tracked_components, False), func.coalesce(numbered, False)).label("takes_part"),
            func.coalesce(switch, SETTINGS[SWITCH].default).label("switch"),
        )
        .join(_item, _item.c.no == _order.c.item_no)
        .outerjoin(_code, _code.c.code == _item.c.item_tracking_code)
        .outerjoin(_policy, _policy.c.name == _item.c.tracked_components_policy)
        .where(plant(session, _order), _order.c.no.in_(list(order_nos)))
    )
    stages = (RELEASED, STARTED) if from_start else (STARTED,)
    found = {}
    for row in session.connection().execute(statement):
        why: Refusal | None = None
        if not row.takes_part:
            why = ProductNotTracked(item=row.description)
        elif row.status not in stages:
            why = OrderStatus(order_no=row.no, status=row.status, needed=listed(stages))
        found[row.no] = TrackCommand(row.switch == "on", why)
    return found


def track_lines(session: Session, order_no: str, lines: Sequence[OpenLine]) -> dict[tuple[int, int], TrackCommand]:
    """ENT-5, ENT-7: the command for lines of open journals, by journal and line. Two statements, none for no lines."""
    if not lines:
        return {}
    command = track_commands(session, [order_no])[order_no]
    scanned = {component.line_no for component in order_components(session, order_no) if component.takes_part}
    found = {}
    for line in lines:
        why = command.why
        wanted = scanned if line.kind == PICKING_LIST else {MAIN_LINE}  # a co-product leaves nothing current to return with
        if why is None and line.source_line_no not in wanted:
            why = LineNotScanned(line_no=line.source_line_no, item=line.description)
        found[line.journal_no, line.line_no] = TrackCommand(command.shown, why)
    return found
