"""Numbers of documents and goods from series, such as RPO-1043. A number is given out once; gaps are fine (SET-3, D39)."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant
from shopfloor.items.errors import SetupMissing
from shopfloor.items.inputs import NewNumberSeries
from shopfloor.items.models import NumberSeries
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Created
from shopfloor.people.errors import AlreadyExists

PRODUCTION = "PROD"
PURCHASE = "PURCHASE"
SALES = "SALES"
RECEIPT = "RECEIPT"
SHIPMENT = "SHIPMENT"
JOURNAL = "JOURNAL"
PURCHASE_RETURN = "PURCHASE-RETURN"
SALES_RETURN = "SALES-RETURN"
TRANSFER = "TRANSFER"
RETURN_SHIPMENT = "RETURN-SHIPMENT"
RETURN_RECEIPT = "RETURN-RECEIPT"
TRANSFER_SHIPMENT = "TRANSFER-SHIPMENT"
TRANSFER_RECEIPT = "TRANSFER-RECEIPT"
MATCH_ID = "MATCH-ID"
"""SET-3: product component match ID; without it nothing can be registered."""
DEFAULT_SERIES = (
    (PRODUCTION, "RPO-", 5),
    (PURCHASE, "PO-", 5),
    (SALES, "SO-", 5),
    (RECEIPT, "RCP-", 6),
    (SHIPMENT, "SHP-", 6),
    (JOURNAL, "IJ-", 6),
    (PURCHASE_RETURN, "PRO-", 5),
    (SALES_RETURN, "SRO-", 5),
    (TRANSFER, "TO-", 5),
    (RETURN_SHIPMENT, "RSH-", 6),
    (RETURN_RECEIPT, "RRC-", 6),
    (TRANSFER_SHIPMENT, "TSH-", 6),
    (TRANSFER_RECEIPT, "TRC-", 6),
    (MATCH_ID, "", 0),
)
"""Code, prefix and digits of the series that the product asks for."""
OF_DOCUMENTS = frozenset(code for code, _prefix, _digits in DEFAULT_SERIES)
"""Their numbers never go onto goods."""


def next_number(session: Session, code: str) -> str:
    """The next number of a series. Raises SetupMissing naming the series (SET-3).

    The row stays locked until the transaction ends, so every use case takes its number before it locks stock (A23).
    """
    return next_numbers(session, code, 1)[0]


def next_numbers(session: Session, code: str, count: int) -> list[str]:
    """A block of numbers of a series in one statement. Raises SetupMissing."""
    assert count > 0, count
    statement = (
        update(NumberSeries.__table__)  # type: ignore[arg-type]
        .where(NumberSeries.plant_no == current_plant(session), NumberSeries.code == code)
        .values(last_no=NumberSeries.last_no + count)
        .returning(NumberSeries.prefix, NumberSeries.digits, NumberSeries.last_no)
    )
    row = session.connection().execute(statement).one_or_none()
    if row is None:
        raise SetupMissing(record="number series", number=code)
    return [f"{row.prefix}{number:0{row.digits}d}" for number in range(row.last_no - count + 1, row.last_no + 1)]


def require_series(session: Session, code: str) -> None:
    """A series that must be set up although its numbers are taken elsewhere. Raises SetupMissing (SET-3)."""
    series = NumberSeries.__table__.c
    found = session.connection().execute(select(series.code).where(series.plant_no == current_plant(session), series.code == code))
    if found.one_or_none() is None:
        raise SetupMissing(record="number series", number=code)


def create_series(session: Session, actor: Actor, *, given: NewNumberSeries) -> Created:
    """Add a number series to the plant. Raises NotAllowed, AlreadyExists."""
    actor.require(rights.SETTINGS)
    plant_no = current_plant(session)
    if session.get(NumberSeries, (plant_no, given.code)) is not None:
        raise AlreadyExists(record="number series", number=given.code)
    session.add(NumberSeries(plant_no=plant_no, **given.model_dump()))
    audit.record(session, "create number series", given.code, after=given.model_dump(mode="json"))
    return Created(record="Number series", number=given.code)


def create_default_series(session: Session, actor: Actor) -> Created:
    """Add every series that the product asks for, for a new plant. Raises NotAllowed, AlreadyExists when any of them is there."""
    actor.require(rights.SETTINGS)
    plant_no = current_plant(session)
    for code, _prefix, _digits in DEFAULT_SERIES:
        if session.get(NumberSeries, (plant_no, code)) is not None:
            raise AlreadyExists(record="number series", number=code)
    rows = [{"plant_no": plant_no, "code": c, "prefix": p, "digits": d, "last_no": 0} for c, p, d in DEFAULT_SERIES]
    session.connection().execute(insert(NumberSeries), rows)
    audit.record(session, "create number series", "all", after={"codes": [code for code, _prefix, _digits in DEFAULT_SERIES]})
    return Created(record="Number series", number=", ".join(code for code, _prefix, _digits in DEFAULT_SERIES))
