"""Loads the demo plant. Every command has a fixed key: a load that was cut off goes on where it stopped, a second one changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.clock import work_date
from shopfloor.db.unit_of_work import CommandEntry
from shopfloor.demo import documents, masters, printing, quality, supply
from shopfloor.demo.floor import KEY_PREFIX, Floor, Task
from shopfloor.demo.names import CELL, CONTROLLER, HOUSING, PASTE, SCREW
from shopfloor.demo.story import bulk_lot, bulk_paste, bulk_screws, larger, sales, story
from shopfloor.demo.work import sell, work_order
from shopfloor.people.commands import set_setting
from shopfloor.people.inputs import SettingValue
from shopfloor.people.models import Plant

TIME_ZONE = "Europe/Berlin"
UNITS_IN_A_STEP = 50
STEPS_OF_SIZE = UNITS_IN_A_STEP + 6
"""Ticks of one step of size: 50 units, two orders, one sale, three documents of one receipt."""


class State(StrEnum):
    """What is in the database already."""

    EMPTY = "empty"
    UNFINISHED = "unfinished"
    """A load of the demo plant was cut off."""
    LOADED = "loaded"
    OTHER = "other"
    """Somebody's own plant: the demo keeps its hands off."""


def state(session: Session) -> State:
    """Reads only."""
    if session.scalar(select(Plant.plant_no).limit(1)) is None:
        return State.EMPTY
    ours = {KEY_PREFIX + "begin", KEY_PREFIX + "end"}
    found = set(session.scalars(select(CommandEntry.command_key).where(CommandEntry.command_key.in_(ours))))
    if KEY_PREFIX + "begin" not in found:
        return State.OTHER
    return State.LOADED if ours <= found else State.UNFINISHED


def step_count(size: int = 1) -> int:
    """How often `load` ticks."""
    orders = story()
    today = work_date(TIME_ZONE)
    units = sum(1 + len(order.units) for order in orders)
    return len(_before(today)) + units + len(sales()) + (size - 1) * STEPS_OF_SIZE + len(quality.tasks()) + 1


def load(session: Session, *, size: int = 1, tick: Callable[[], None] = lambda: None) -> None:
    """The demo plant: the story of `tour`, and 10 packs and 40 modules more for each step of size above 1.

    Raises what the product's own commands raise, and DatabaseBusy.
    """
    today = work_date(TIME_ZONE)
    floor = Floor(session, tick)
    floor.run(_before(today))
    for order in story():
        work_order(floor, order, today)
    for sale in sales():
        sell(floor, sale, today)
    for batch, (modules, packs, sale) in enumerate(larger(size), 2):
        floor.run(_supplies(batch, today))
        work_order(floor, modules, today)
        work_order(floor, packs, today)
        sell(floor, sale, today)
    floor.run(quality.tasks())
    floor.run([Task("end", set_setting, {"given": SettingValue(name="demo", value="on")})])


def _before(today: date) -> list[Task]:
    """Everything that is there before the first order is worked."""
    supplies = [*supply.partners(), *supply.opening_stock(today), *supply.receipts(today)]
    return [masters.begin(), *masters.tasks(), *printing.tasks(), *supplies, *documents.documents(today)]


def _supplies(batch: int, today: date) -> list[Task]:
    """What one step of size uses up, in one receipt."""
    first = 100_000 + (batch - 2) * 10
    expires = supply.due_date(today, 300)
    parts = [
        (CELL, (supply.lot(bulk_lot(batch), "480"),)),
        (HOUSING, supply.serials("HS", first, first + 9)),
        (CONTROLLER, supply.serials("BM", first, first + 9)),
        (PASTE, (supply.lot(bulk_paste(batch), "2.5", expires=expires),)),
        (SCREW, (supply.lot(bulk_screws(batch), "80"),)),
    ]
    return supply.received(f"POB-{batch:06d}", supply.METAL, supply.due_date(today, -25), parts)
