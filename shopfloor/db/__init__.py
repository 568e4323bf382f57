"""The ground of every table: base class, column types, engines, the unit of work, entry numbers and guards."""

from shopfloor.db.base import Base, Counted, PlantLed, QuantityType, UtcDateTime, captions, table
from shopfloor.db.engine import make_engine
from shopfloor.db.many import Given, ManyRows
from shopfloor.db.numbers import take_numbers
from shopfloor.db.plant import current_plant, plant
from shopfloor.db.unit_of_work import Command, unit_of_work

__all__ = [
    "Base",
    "Command",
    "Counted",
    "Given",
    "ManyRows",
    "PlantLed",
    "QuantityType",
    "UtcDateTime",
    "captions",
    "current_plant",
    "make_engine",
    "plant",
    "table",
    "take_numbers",
    "unit_of_work",
]
