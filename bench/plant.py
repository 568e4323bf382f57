"""The plant that is measured: a serial unit made of ten serial parts, an order for each station, and enough parts in stock."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from shopfloor.db import Command, unit_of_work
from shopfloor.genealogy.starting import start_order
from shopfloor.items import commands as items
from shopfloor.items.inputs import NewGtin, NewItem, NewLocation, NewPolicy, NewTrackingCode, NewUnit
from shopfloor.items.number_series import create_default_series
from shopfloor.orders.item_journal import post_item_journal
from shopfloor.orders.journal_inputs import PostItemJournal
from shopfloor.people.actor import Actor
from shopfloor.people.commands import create_station, set_setting
from shopfloor.people.inputs import FirstSetUp, NewStation, SettingValue
from shopfloor.people.models import Station
from shopfloor.people.set_up import CONSOLE, set_up
from shopfloor.production import commands as production
from shopfloor.production.bills import create_bom
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from shopfloor.scanning.scanner_settings import ScannerSettings

PARTS_OF_A_UNIT = 10
LINES = 5
"""Component lines of the bill; each takes two of its item."""
UNIT = "UNIT"
UNIT_GTIN = "09521234543213"
BADGE = "B-BENCH"
STATIONS = 50
ORDERED = 20_000
POSTED_AT_ONCE = 1000
_keys = itertools.count(1)


@dataclass(frozen=True)
class Part:
    """A component item and its GTIN."""

    item_no: str
    gtin: str


def _gtin(number: int) -> str:
    digits = f"0952000{number:06d}"
    odd = sum(int(digit) for digit in digits[0::2]) * 3 + sum(int(digit) for digit in digits[1::2])
    return digits + str(-odd % 10)


PARTS = tuple(Part(f"PART-{number}", _gtin(number)) for number in range(1, LINES + 1))


def order_of(station: int) -> str:
    """The production order that a station works on."""
    return f"RPO-{station:03d}"


def serial_of(station: int, unit: int, place: int) -> str:
    """A part that waits for its place (0 to 9) in a unit."""
    return f"S{station:03d}-{unit:05d}-{place}"


def product_scan(station: int, unit: int) -> str:
    """The label of a unit, as a scanner sends GS1 DataMatrix."""
    return f"]d201{UNIT_GTIN}21U{station:03d}-{unit:05d}"


def part_scans(station: int, unit: int) -> list[str]:
    """The labels of the ten parts of a unit."""
    return [f"]d201{PARTS[place // 2].gtin}21{serial_of(station, unit, place)}" for place in range(PARTS_OF_A_UNIT)]


def runner(session: Session, actor: Actor = CONSOLE) -> Callable[..., Any]:
    """`run(use_case, ...)` in a unit of work with a key of its own."""

    def run(work: Callable[..., Any], **keywords: Any) -> Any:  # noqa: ANN401
        command = Command(key=f"bench-{next(_keys)}", name=work.__name__, operator_no=actor.operator_no)
        return unit_of_work(session, lambda open_session: work(open_session, actor, **keywords), command=command)

    return run


def furnish(engine: Engine, units: dict[int, int]) -> None:
    """Make everything. `units`: how many units' parts lie ready for each station."""
    with Session(engine) as session:
        run = runner(session)
        _people(run, len(units))
        _check_scanners(session)
        _masters(run)
        for station in units:
            given = NewProductionOrder(no=order_of(station), item_no=UNIT, quantity=str(ORDERED), location_code="MAIN")
            run(production.create_order, given=given)
            run(start_order, given=StartOrder(order_no=order_of(station), quantity=str(ORDERED)))
        stock(run, [(station, unit) for station, many in units.items() for unit in range(many)])
    settle(engine)


def stock(run: Callable[..., Any], units: list[tuple[int, int]]) -> None:
    """Receive the parts of units, many in one posting."""
    for block in _blocks(units, POSTED_AT_ONCE // PARTS_OF_A_UNIT):
        lines = [
            {"entry_type": "Positive Adjmt.", "item_no": PARTS[place // 2].item_no, "quantity": "1", "location_code": "MAIN",
             "serial_no": serial_of(station, unit, place)}
            for station, unit in block
            for place in range(PARTS_OF_A_UNIT)
        ]
        run(post_item_journal, given=PostItemJournal.model_validate({"lines": lines, "reason": "opening stock"}))


def _people(run: Callable[..., Any], stations: int) -> None:
    run(set_up, given=FirstSetUp(plant_name="Bench", administrator_no="BENCH", administrator_name="Bea Bench", badge=BADGE))
    for station in range(1, stations + 1):
        run(create_station, given=NewStation(code=f"ST-{station}", name=f"Station {station}"))
    run(set_setting, given=SettingValue(name="return_to_product", value="on"))


def _check_scanners(session: Session) -> None:
    """Every station has proved its scanner, as after a station check; else a serial that holds an identifier is in doubt (R-17)."""
    session.execute(update(Station).values(scanner=json.dumps(ScannerSettings(gs_verified=True).kept())))
    session.commit()


def _masters(run: Callable[..., Any]) -> None:
    run(items.create_unit, given=NewUnit(code="PCS", description="Piece"))
    run(items.create_tracking_code, given=NewTrackingCode(code="SN", description="Serial", serial_specific=True))
    run(items.create_policy, given=NewPolicy(name="STRICT", description="Everything is scanned"))
    run(items.create_location, given=NewLocation(code="MAIN", name="Main"))
    for item_no, gtin in [(UNIT, UNIT_GTIN), *((part.item_no, part.gtin) for part in PARTS)]:
        given = NewItem(
            no=item_no, description=f"{item_no} of the bench", base_unit_code="PCS", item_tracking_code="SN",
            tracked_components_policy="STRICT",
        )
        run(items.create_item, given=given)
        run(items.add_gtin, given=NewGtin(gtin=gtin, item_no=item_no))
    run(create_default_series)
    each = str(PARTS_OF_A_UNIT // LINES)
    lines = tuple(NewBomLine(item_no=part.item_no, quantity_per=each, flushing="Manual") for part in PARTS)
    run(create_bom, given=NewBom(item_no=UNIT, lines=lines))


def settle(engine: Engine) -> None:
    """Fresh statistics, as a plant of some days has them."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")  # ten million entries take longer than a page may
            connection.exec_driver_sql("ANALYZE")
            connection.exec_driver_sql("RESET statement_timeout")


def _blocks(units: list[tuple[int, int]], size: int) -> Iterator[list[tuple[int, int]]]:
    for start in range(0, len(units), size):
        yield units[start : start + size]
