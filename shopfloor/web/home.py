"""Home: what runs today and what needs somebody's eye. Live without reload (A4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from shopfloor.clock import now
from shopfloor.genealogy import home_queries
from shopfloor.genealogy.home_queries import Answers, ExpiringNumber, WaitingUnit
from shopfloor.items.queries import NumberCard, held_numbers
from shopfloor.people.actor import Actor
from shopfloor.production import rules
from shopfloor.production.queries import OrderRow, list_orders
from shopfloor.quantity import ZERO
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import respond, unchanged

bp = Blueprint("home", __name__)
RUNNING = (rules.STARTED, rules.RELEASED)
SHOWN_ORDERS = 12
SHOWN_NUMBERS = 6
NEAR_DAYS = 14
SCAN_WINDOW = timedelta(hours=1)
CLOCK_STEP_MINUTES = 5


@dataclass(frozen=True)
class HomePage:
    """Everything that the home page shows."""

    orders: tuple[OrderRow, ...]
    """Running orders by due date."""
    start: OrderRow | None
    """Where *Start scanning* leads: a started order, else a released one."""
    waiting: tuple[WaitingUnit, ...]
    answers: Answers
    held: tuple[NumberCard, ...]
    expiring: tuple[ExpiringNumber, ...]
    state: str
    """What the browser says when it asks again."""
    read_at: datetime

    @property
    def ordered(self) -> Decimal:
        return sum((row.quantity for row in self.orders), ZERO)

    @property
    def done(self) -> Decimal:
        return sum((row.good for row in self.orders), ZERO)


@bp.get("/")
def page() -> Response:
    """The page, its block, or 204 when nothing changed since the state that the browser has seen."""
    session, actor = request_session(), current_actor()
    state = _state(session)
    if request.args.get("seen") == state:
        return unchanged()
    return respond("pages/home.html", page=home_page(session, actor, state))


def home_page(session: Session, actor: Actor, state: str) -> HomePage:
    """Read all figures; a constant number of statements."""
    read_at = now()
    orders = list_orders(session, statuses=RUNNING, limit=SHOWN_ORDERS).rows
    start = next((row for row in orders if row.status == rules.STARTED), orders[0] if orders else None)
    return HomePage(
        orders=orders,
        start=start,
        waiting=tuple(home_queries.waiting_units(session)),
        answers=home_queries.answers_since(session, read_at - SCAN_WINDOW),
        held=tuple(held_numbers(session)),
        expiring=tuple(home_queries.expiring_numbers(session, actor.work_date() + timedelta(days=NEAR_DAYS))),
        state=state,
        read_at=read_at,
    )


def _state(session: Session) -> str:
    """The plant's state, and a slow clock: refused scans leave the last hour without anything happening."""
    moment = now()
    return f"{home_queries.state_of_plant(session)}-{moment:%Y%m%d%H}{moment.minute // CLOCK_STEP_MINUTES}"
