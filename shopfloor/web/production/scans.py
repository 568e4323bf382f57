"""One entry of a station's queue: reading it, running it once, and telling the station where it stands (A3, A19, D16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.exceptions import HTTPException

from shopfloor.db import Command, unit_of_work
from shopfloor.errors import Outcome, Refusal
from shopfloor.genealogy.answers import LineSelected, ScanAnswer
from shopfloor.genealogy.errors import NoNumber, PartsContradict
from shopfloor.genealogy.facts import COMPONENT, PRODUCT
from shopfloor.genealogy.inputs import ScanInput
from shopfloor.genealogy.overrides import PLAIN
from shopfloor.genealogy.page_queries import StationRules
from shopfloor.genealogy.registration import answer_kind, register_scan, scan_log
from shopfloor.people.fields import read_input
from shopfloor.web.errors import RequestInvalid
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.inputs import KEY_FIELD
from shopfloor.web.production.reasons import coded

COMMAND_FIELD = "command"
"""A button of the scan form: `mode:Product`, `confirm:KEY`, `confirm:KEY:LINE`. It is how taps come in without script."""
STATE_FIELDS = {"mode", "product", "line", "held", "badge", "starting", "operation"}
PAGE_FIELDS = ("dialog", "picture")
"""What the page keeps for itself."""
"""What is no part of the command: a retry may tell the state anew, and a badge is kept nowhere."""



@dataclass(frozen=True)
class StationState:
    """Where a station stands after an answer: what the next scan means."""

    order_no: str
    mode: str = PRODUCT
    """Product or Component."""
    product: int = 0
    """Match id of the current product; 0: none."""
    line: int = 0
    """Selected component line; 0: none."""
    held: str = ""
    """GS1 parts that wait (SCN-20)."""

    def told(self) -> dict[str, str]:
        """As the page and the header say it: blank for none."""
        product, line = str(self.product or ""), str(self.line or "")
        return {"order_no": self.order_no, "mode": self.mode, "product": product, "line": line, "held": self.held}


def read_scan() -> tuple[str, ScanInput]:
    """Key and entry from the form. Raises InvalidInput, RequestInvalid."""
    try:
        unquote_to_bytes(request.get_data()).decode()
        form = dict(request.form.items())
    except HTTPException as error:
        raise RequestInvalid(problem=error.name) from None
    except UnicodeDecodeError:
        # Flask would replace or escape the broken bytes: another text, and a number that nobody scanned.
        raise RequestInvalid(problem="it is not text in UTF-8") from None
    key = form.pop(KEY_FIELD, "")
    for name in PAGE_FIELDS:
        form.pop(name, None)
    return key, read_input(ScanInput, {name: value for name, value in _with_command(form).items() if value != ""})


def run_scan(order_no: str, key: str, scan: ScanInput, station: StationRules) -> ScanAnswer:
    """Run one entry once, and log it (SCN-22). Raises what `register_scan` and `unit_of_work` raise."""
    actor = current_actor()
    asked = scan.model_dump(mode="json", exclude=STATE_FIELDS)
    command = Command(
        key=key, name="register scan", operator_no=actor.operator_no, station_code=actor.station_code,
        request={"order_no": order_no, **asked}, captured_at=scan.captured_at, after_key=scan.after_key,
    )
    work = partial(register_scan, actor=actor, order_no=order_no, scan=scan, rules=station.rules)
    return unit_of_work(request_session(), work, command=command, log=scan_log(actor, order_no, scan, station.rules))


def state_after(order_no: str, scan: ScanInput | None, outcome: Outcome | None) -> StationState:
    """D16: after a refusal in Product mode there is no current product; in Component mode everything stays as it was."""
    if isinstance(outcome, ScanAnswer):
        kept = scan is not None and isinstance(outcome, LineSelected) and scan.kind == "line"
        held = scan.held if scan is not None and kept else outcome.held
        return StationState(order_no, outcome.mode, outcome.match_id, outcome.component_line_no, held)
    if scan is None or scan.mode == PRODUCT or scan.kind == "product":
        return StationState(order_no)
    line = outcome.line if isinstance(outcome, NoNumber) else 0 if scan.kind == "line" else scan.line
    return StationState(order_no, COMPONENT, scan.product, line, "" if isinstance(outcome, PartsContradict) else scan.held)


def answer_header(outcome: Outcome, state: StationState) -> dict[str, object]:
    """What the queue reads: X-Shopfloor-Answer."""
    confirmable = isinstance(outcome, Refusal) and outcome.asks and outcome.code in PLAIN
    return {"answer": answer_kind(outcome), "code": outcome.code, "sound": outcome.sound, **state.told(), "confirmable": confirmable}


def scan_status(outcome: Outcome) -> int:
    """200, 409 for a question, else 422: a station's queue knows no other answers, whatever was wrong."""
    if not isinstance(outcome, Refusal):
        return 200
    return 409 if outcome.asks else 422


def _with_command(form: Mapping[str, Any]) -> dict[str, Any]:
    """A button's value becomes kind and text; a command of the queue has its own kind already."""
    values = coded(dict(form))
    kind, _, rest = str(values.pop(COMMAND_FIELD, "")).partition(":")
    if not kind or "kind" in values:
        return values
    values["kind"] = kind
    if kind == "confirm":
        key, _, choice = rest.partition(":")
        return values | {"confirms": key, "choice": choice, "text": ""}
    if kind in {"mode", "product", "line"}:
        values[kind] = rest
    return values | {"text": rest}
