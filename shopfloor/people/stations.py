"""The master of this package: the places where people scan."""

from __future__ import annotations

from shopfloor.people import rights
from shopfloor.people.inputs import NewStation
from shopfloor.people.masters import Master
from shopfloor.people.models import Station

STATION = Master(
    "station",
    Station,
    NewStation,
    key=("code",),
    right=rights.SETTINGS,
    columns=("code", "name", "gs1_recognition", "picture_symbols", "itf_lengths", "picture_lookup"),
    named_by=(("station_code",),),
)
