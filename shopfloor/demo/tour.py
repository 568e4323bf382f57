"""The fixed numbers of the tour: what the README says to scan, what the barcode sheet prints, what the browser tests play.

Everything named here is in stock and free after `shopfloor demo`; nothing here depends on the day.
"""

from __future__ import annotations

from dataclasses import dataclass

ORDER_NO = "RPO-1042"
"""Started: 20 packs, 3 reported, one complete, one half built."""
ORDERED = 20
REPORTED = ("PK-000118", "PK-000119", "PK-000120")
COMPLETE = "PK-000121"
"""All parts registered, not reported yet."""
ON_THE_BENCH = "PK-000122"
"""Half built, and one of its modules has cells of the bad lot in it."""
NOTHING_REGISTERED = "RPO-1043"
"""Started, and nobody has scanned anything yet."""

BADGE = "1001"
"""Ann, worker at the assembly station."""
SUPERVISOR_BADGE = "2001"
MANAGER_BADGE = "3001"
QUALITY_BADGE = "4001"
STOREKEEPER_BADGE = "5001"
ADMINISTRATOR_BADGE = "9001"
STATION = "ST-4"
LOCATION = "MAIN"

PASTE_LOT = "TP-2611-01"
SCREW_LOT = "SC-2611-01"
LARGEST_SCREW_CARTON = 500
"""Count on the screws' label: a carton label, of which only what is needed is taken."""


@dataclass(frozen=True)
class TourUnit:
    """One pack with the parts that lie ready for it, in the order of its component lines."""

    product: str
    housing: str
    modules: tuple[str, str, str, str]
    controller: str

    @property
    def parts(self) -> tuple[str, ...]:
        """What to scan after the product."""
        return (self.housing, *self.modules, self.controller, PASTE_LOT, SCREW_LOT)


def _unit(number: int, first_module: int) -> TourUnit:
    one, two, three, four = (f"MD-{first_module + offset:06d}" for offset in range(4))
    return TourUnit(f"PK-{number:06d}", f"HS-{number + 200:06d}", (one, two, three, four), f"BM-{number + 300:06d}")


UNITS = (_unit(123, 2047), _unit(124, 2051), _unit(125, 2055))
"""The next three packs of the order."""

BAD_LOT = "CL-2609-B"
BAD_MODULES = ("MD-002009", "MD-002010", "MD-002011", "MD-002014", "MD-002021", "MD-002046", "MD-002064")
"""Every module with cells of the bad lot in it; MD-002014 has six of them, the others twelve."""
BAD_PACKS = ("PK-000103", "PK-000104", "PK-000106", "PK-000122")
"""Every pack with such a module, the one on the bench included."""
BAD_SHIPPED = {"PK-000103": "C-10100", "PK-000104": "C-10200", "PK-000106": "C-10200"}
"""Shipped packs with the bad lot in them, and who has them."""
BAD_IN_STOCK = "MD-002064"
"""A module that is still on the shelf."""

USED_ELSEWHERE = "HS-000318"
"""The housing of PK-000118: scanning it again is refused."""
EXPIRED_LOT = "TP-2603-01"
"""Paste past its date: scanning it is refused."""
WRONG_PART = "PV-000201"
"""A finished pack of another kind: not a component of anything here."""
