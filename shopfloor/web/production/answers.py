"""How an answer to a scan is shown: the sentence large, what to do next below it, and the way to a yes (TCP-10, D18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from flask_babel import gettext as _

from shopfloor.errors import Outcome, Refusal
from shopfloor.genealogy.answers import ScanAnswer
from shopfloor.genealogy.errors import AmbiguousComponent, NotReported, QuantityNeeded, SerialInUse
from shopfloor.genealogy.overrides import NEED_RIGHT, WITH_A_FIGURE
from shopfloor.genealogy.page_queries import Answered, TrackedComponentsPage
from shopfloor.genealogy.registration import answer_kind
from shopfloor.people import rights
from shopfloor.quantity import shown
from shopfloor.scanning.errors import Gs1Parse
from shopfloor.web.filters import local_time
from shopfloor.web.navigation import may
from shopfloor.web.production.reasons import reason_choices
from shopfloor.web.texts import Message, message_text, outcome_text

LONGEST_DETAIL = 60


@dataclass(frozen=True)
class Choice:
    """One button of a question."""

    label: str
    value: str
    """Key of the question that it answers with yes."""
    line: str = ""
    """Component line that is chosen (SCN-17)."""
    note: str = ""


@dataclass(frozen=True)
class AnswerView:
    """The answer area."""

    result: str
    """accepted, information, question or refused."""
    title: str
    text: str = ""
    count: str = ""
    """How far the line is."""
    detail: str = ""
    """Decoded parts of the code."""
    choices: tuple[Choice, ...] = ()
    readings: tuple[str, ...] = ()
    """What a code without separators may say, in bracketed form; the one on the label is chosen (R-17)."""
    ask_quantity: str = ""
    """Key of the question how much; blank: none (D7)."""
    ask_unit: str = ""
    override: str = ""
    """Key of the question that somebody with the right may answer; blank: none (D18)."""
    reasons: Sequence[tuple[str, str]] = ()
    """Codes to choose from for that, with what they mean."""
    reason_code: str = ""
    """The code that was chosen already."""
    remark: str = ""
    link: str = ""
    """Where the trouble can be settled."""
    link_label: str = ""
    move_from: int = 0
    """Association that may be moved to the current product (EDG-7); 0: none."""


@dataclass(frozen=True)
class LastScan:
    """One of the last answers."""

    result: str
    number: str
    time: str
    word: str


def answer_view(outcome: Outcome, key: str, page: TrackedComponentsPage | None) -> AnswerView:
    """The answer area for one outcome."""
    title, text = _sentences(outcome_text(outcome))
    override = isinstance(outcome, Refusal) and outcome.asks and outcome.code in NEED_RIGHT
    return AnswerView(
        result=answer_kind(outcome),
        title=title,
        text=" ".join(part for part in (text, *_notes(outcome), *_advice(outcome)) if part),
        count=_count(outcome, page),
        detail=_short(outcome.decoded) if isinstance(outcome, ScanAnswer) and not outcome.held else "",
        choices=_choices(outcome, key),
        readings=_readings(outcome),
        ask_quantity=key if isinstance(outcome, QuantityNeeded) else "",
        ask_unit=outcome.unit if isinstance(outcome, QuantityNeeded) else "",
        override=key if override else "",
        reasons=reason_choices() if override else (),
        link=_link(outcome),
        link_label=_("Report it now"),
        move_from=outcome.association_no if isinstance(outcome, SerialInUse) and outcome.same_order and page and page.match_id else 0,
    )


def asked_again(refusal: Refusal, key: str, code: str, remark: str) -> AnswerView:
    """A yes that did not count (D18): the question under the key stays, with what was chosen and typed, for another badge or code."""
    return replace(answer_view(refusal, key, None), override=key, reasons=reason_choices(), reason_code=code, remark=remark)


def message_view(message: Message) -> AnswerView:
    """The answer of a command that led back to this page, such as a move (EDG-7)."""
    title, text = _sentences(message.title)
    return AnswerView(message.result, title, text)


def last_scans(answers: tuple[Answered, ...]) -> list[LastScan]:
    """TCP-10: the last answers, newest first."""
    return [LastScan(one.result, one.number, local_time(one.at, seconds=True), _word(one.outcome)) for one in answers]


def _sentences(text: str) -> tuple[str, str]:
    """The first sentence says what happened, the rest what to do."""
    first, separator, rest = text.partition(". ")
    return (first + ".", rest) if separator and rest else (text, "")


def _notes(outcome: Outcome) -> list[str]:
    notes = outcome.notes if isinstance(outcome, ScanAnswer) else []
    return [message_text(Outcome.registry[note["code"]].message, note["fields"]) for note in notes]


def _readings(outcome: Outcome) -> tuple[str, ...]:
    return tuple(outcome.candidates) if isinstance(outcome, Gs1Parse) else ()


def _advice(outcome: Outcome) -> tuple[str, ...]:
    return (_("Look at the label and choose what it says."),) if _readings(outcome) else ()


def _count(outcome: Outcome, page: TrackedComponentsPage | None) -> str:
    if not isinstance(outcome, ScanAnswer) or page is None or not outcome.quantity:
        return ""
    lines = [line for line in page.components if outcome.number in line.numbers]
    return f"{shown(lines[0].consumption)} / {shown(lines[0].started)}" if lines else ""


def _choices(outcome: Outcome, key: str) -> tuple[Choice, ...]:
    if not isinstance(outcome, Refusal) or not outcome.asks or outcome.code in NEED_RIGHT | WITH_A_FIGURE:
        return ()
    if isinstance(outcome, AmbiguousComponent):
        return tuple(
            Choice(one["item"], key, one["line"], _("Line %(line)s, %(remaining)s to go", line=one["line"], remaining=one["remaining"]))
            for one in outcome.candidates
        )
    labels = {
        "SWITCH_TO_COMPONENT": _("Switch to Component"),
        "SWITCH_TO_PRODUCT": _("Switch to Product"),
        "NUMBER_WAS_REMOVED": _("Use it again"),
    }
    return (Choice(labels.get(outcome.code, _("Yes")), key),)


def _link(outcome: Outcome) -> str:
    """D25: a sub-assembly that only needs its report."""
    if isinstance(outcome, NotReported) and may(rights.REPORT):
        return f"/production-orders/{quote(outcome.order_no, safe='')}/associations?do=report&selected.0={outcome.match_id}"
    return ""


def _word(outcome: Outcome) -> str:
    """A few words for the log: what the number went into, or the code in words."""
    if isinstance(outcome, ScanAnswer):
        if outcome.item:
            return outcome.item
        if outcome.code == "MODE_CHANGED":
            return str(_(outcome.mode))
    return str(_(outcome.code.replace("_", " ").capitalize().replace("Gs1", "GS1")))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_DETAIL else text[: LONGEST_DETAIL - 1] + "…"
