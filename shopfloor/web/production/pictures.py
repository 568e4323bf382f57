"""A picture of a code on the scan page: the way in for browsers without camera or script. Every code found is one button."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from flask import Blueprint, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import InvalidInput, Refusal
from shopfloor.scanning.pictures.acceptance import REASONS
from shopfloor.scanning.pictures.readings import Verdict
from shopfloor.web.pictures.reading import PictureAnswer, ReadCode, admit_picture, read_upload, sent_picture
from shopfloor.web.production.answers import AnswerView
from shopfloor.web.production.scans import StationState
from shopfloor.web.production.tracked_components import address_of, show
from shopfloor.web.refusals import on_refusal

bp = Blueprint("scan_pictures", __name__, url_prefix="/production-orders")
MODES = ("still", "hard_mark")
LONGEST_HELD = 500


@dataclass(frozen=True)
class CodeButton:
    """One code that may be taken as a scan."""

    shown: str
    text: str
    """The scan's text, with its symbology identifier."""
    reading: str
    """How it was read, as JSON: it goes with the scan (IMG-5)."""
    note: str


@bp.get("/<order_no>/tracked-components/picture")
def reloaded(order_no: str) -> Response:
    """Where a browser ends when it loads the answer again."""
    return redirect(address_of(order_no), 303)


@bp.post("/<order_no>/tracked-components/picture")
def read(order_no: str) -> Response:
    """Show what the picture says. Nothing is registered: the button of a code sends it as a scan."""
    admit_picture()
    state = _state(order_no)
    on_refusal(partial(_refused, state))
    mode = request.form.get("picture_mode", MODES[0])
    if mode not in MODES:
        problem = _("choose still or hard_mark")
        raise InvalidInput(summary=f"picture_mode: {problem}", problems={"picture_mode": problem})
    found = read_upload(sent_picture(), mode)
    return show(state, view=_view(found, mode), codes=tuple(_button(code) for code in found.usable))


def _refused(state: StationState, refusal: Refusal) -> Response:
    return show(state, refusal)


def _state(order_no: str) -> StationState:
    """Where the station stands, as the scan form says it; nothing changes it here."""
    mode, held = request.form.get("mode", ""), request.form.get("held", "")
    numbers = (_whole("product"), _whole("line"))
    known = mode == "Component" and numbers[0]
    return StationState(order_no, "Component", *numbers, _kept(held)) if known else StationState(order_no)


def _kept(held: str) -> str:
    return held if held.isprintable() and len(held) <= LONGEST_HELD else ""


def _whole(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


def _view(found: PictureAnswer, mode: str) -> AnswerView:
    """The answer area above the buttons."""
    usable = found.usable
    if not usable:
        return AnswerView("refused", _nothing(found), _advice(mode))
    if any(code.verdict is Verdict.HELD for code in usable):
        text = _("Codes of this kind are sometimes misread. Compare it with what is printed below the bars.")
        return AnswerView("question", _("Is this the code?"), text)
    if len(usable) > 1:
        return AnswerView("question", _("%(count)s codes were read. Which one?", count=len(usable)))
    return AnswerView("question", _("A code was read. Use it?"))


def _nothing(found: PictureAnswer) -> str:
    """Why nothing may be used (IMG-6)."""
    if not found.codes:
        return str(_("No code was found in the picture."))
    code = found.codes[0]
    return str(_("%(code)s was read and is not used: %(reason)s.", code=code.shown, reason=_(REASONS[code.reason])))


def _advice(mode: str) -> str:
    if mode == MODES[0]:
        return str(_("Go nearer, hold still, avoid glare. For dots in metal choose “Hard mark”."))
    return str(_("Go nearer, hold still, let light come from the side."))


def _button(code: ReadCode) -> CodeButton:
    reading: dict[str, Any] = asdict(code.reading)
    kept = {name: reading[name] for name in ("symbol", "identifier", "hex", "content", "engine", "stage", "unused_error_correction")}
    kept["seconded_by"] = code.seconded_by
    note = code.reading.symbol.value + (f": {code.message}" if code.code else "")
    return CodeButton(code.shown, code.text, json.dumps({name: value for name, value in kept.items() if value not in {None, ""}}), note)
