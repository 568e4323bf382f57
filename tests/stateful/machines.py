"""What every random test of orders and reservations needs: a plant on a fresh database, and rules played against it."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.orm import Session

from shopfloor.errors import Refusal
from shopfloor.people.models import Plant
from tests.conftest import runner
from tests.databases import fresh_engine
from tests.factories_documents import make_in_transit
from tests.factories_items import plant_with_masters
from tests.factories_orders import make_customer, make_vendor


def outcome(work, *arguments, **keywords):
    """The code and the answer; a refusal has no answer."""
    try:
        answer = work(*arguments, **keywords)
    except Refusal as refusal:
        return refusal.code, None
    return answer.code, answer


def play(machine, kind, *, examples, steps):
    """Run the machine on one engine; every example makes items and orders of its own in the same plant."""
    with fresh_engine(kind) as engine:
        with Session(engine) as session:
            session.add(Plant(plant_no=1, name="Test plant", time_zone="UTC"))
            session.commit()
            run = runner(session)
            plant_with_masters(run)
            make_vendor(run)
            make_customer(run)
            make_in_transit(run)
        checks = list(HealthCheck)
        rules = settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks, print_blob=True)
        run_state_machine_as_test(type("Machine", (machine,), {"engine": engine}), settings=rules)
