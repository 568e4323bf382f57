"""Rights and the roles that carry them: deny by default (A30, ASC-8, PFE-34)."""

from __future__ import annotations

from shopfloor.people.models import Role

REGISTER = "register scans"
MAINTAIN_OWN = "maintain own associations"
MAINTAIN = "maintain associations"
OVERRIDE = "override a question"
MOVE = "move a component"
REPORT = "report as finished"
REPORT_INCOMPLETE = "report an incomplete unit"
CHANGE_COMPONENTS = "change components of a started order"
PICK = "pick"
ADJUST = "adjust consumption"
REVERSE = "reverse a report"
REPLACE = "replace a component"
RESERVE = "reserve stock"
BREAK_RESERVATIONS = "break reservations"
RECEIVE = "receive and ship"
ADJUST_STOCK = "post item journals"
MASTERS = "maintain masters"
ORDERS = "maintain production orders"
HOLD = "hold and release numbers"
INSPECT = "enter inspection results"
OPERATIONS = "report operations"
TRACE = "trace"
SETTINGS = "maintain settings"
PRINT_LABELS = "print labels"

_WORKER = frozenset({REGISTER, MAINTAIN_OWN, TRACE, INSPECT, OPERATIONS, PRINT_LABELS})
_SUPERVISOR = _WORKER | {OVERRIDE, MOVE, MAINTAIN, CHANGE_COMPONENTS, PICK, REPORT}
_MANAGER = _SUPERVISOR | {REPORT_INCOMPLETE, ADJUST, REVERSE, REPLACE, ORDERS, MASTERS, RECEIVE, ADJUST_STOCK, RESERVE, BREAK_RESERVATIONS}

RIGHTS: dict[Role, frozenset[str]] = {
    Role.WORKER: _WORKER,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.MANAGER: _MANAGER,
    Role.QUALITY: frozenset({TRACE, HOLD, INSPECT, PRINT_LABELS}),
    Role.STOREKEEPER: frozenset({TRACE, RECEIVE, ADJUST_STOCK, PICK, RESERVE, PRINT_LABELS}),
    Role.ADMINISTRATOR: _MANAGER | {HOLD, SETTINGS},
}
