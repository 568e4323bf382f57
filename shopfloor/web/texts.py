"""Messages in the language of the person: the English template of an outcome, translated, with its fields filled in (A31)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from babel.support import NullTranslations, Translations
from flask import Flask, g
from flask_babel import format_date, get_translations, gettext

from shopfloor.errors import Fields, InvalidInput, Outcome, Refusal, one_of_many
from shopfloor.people.fields import WHOLE
from shopfloor.web.labels import LABELS

MOST_TOLD = 8
"""Problems that a sentence names; each stands at its field as well."""
_ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
RESULTS = {"accepted": "accepted", "information": "information", "attention": "question", "refused": "refused"}
"""Sound of an outcome -> how the screens show it."""


@dataclass(frozen=True)
class Message:
    """One answer as the pages show it."""

    result: str
    """accepted, information, question or refused."""
    title: str
    text: str = ""
    detail: str = ""
    code: str = ""


def register(app: Flask) -> None:
    """Texts of the templates, from the catalogue of the request: it is looked up once and not for each of a page's hundred texts."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # jinja2.ext.i18n adds it
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, number: _catalogue().ungettext(one, many, number),
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, number: _catalogue().unpgettext(context, one, many, number),
        newstyle=True,
    )


def _catalogue() -> Translations | NullTranslations:
    if "catalogue" not in g:
        g.catalogue = get_translations()
    found = g.catalogue
    assert isinstance(found, NullTranslations)
    return found


def outcome_text(outcome: Outcome) -> str:
    """The message of an outcome in the reader's language, with dates as the reader writes them."""
    if isinstance(outcome, InvalidInput):
        return message_text(outcome.message, {"summary": problems_text(outcome)})
    shown = {name: _shown(outcome, name, value) for name, value in outcome.outcome_fields().items()}
    for name, template in outcome.phrases():
        shown[name] = message_text(template, shown)
    return message_text(outcome.message, shown)


def problems_text(refusal: InvalidInput) -> str:
    """What is wrong with which field, by the words on the screen: `Serial number, row 1: has more than 50 characters`."""
    told = [f"{where}: {words}" if (where := _where(place)) else words for place, words in refusal.problems.items()]
    more = [gettext("and %(count)s more", count=len(told) - MOST_TOLD)] if len(told) > MOST_TOLD else []
    return "; ".join([*told[:MOST_TOLD], *more]) or refusal.summary


def _where(place: str) -> str:
    """The field of an input model as people know it; blank: the input as a whole."""
    parts = place.split(".")
    name = parts[-1]
    label = "" if name == WHOLE or name.isdigit() else str(LABELS.get(name, name.replace("_", " ").capitalize()))
    row = next((int(part) + 1 for part in parts[1:] if part.isascii() and part.isdigit()), 0)
    if row and label:
        return str(gettext("%(field)s, row %(row)s", field=label, row=row))
    return str(gettext("Row %(row)s", row=row)) if row else label


def _shown(outcome: Outcome, name: str, value: object) -> object:
    """Answers keep dates as ISO text, because they are stored as JSON."""
    if isinstance(value, str) and (name.endswith("_date") or name in outcome.dates):
        return _ISO_DATE.sub(lambda found: str(format_date(date.fromisoformat(found[0]), "d MMM yyyy")), value)
    return value


def message_text(template: str, fields: Fields) -> str:
    """A template with its fields. A translation that names a field which is not there falls back to English."""
    try:
        return one_of_many(str(gettext(template)), fields).format(**fields)
    except (KeyError, IndexError, ValueError):
        return one_of_many(template, fields).format(**fields)


def message_of(outcome: Outcome) -> Message:
    """How a page shows an outcome. Input that cannot be read says what is wrong beside each field as well."""
    if isinstance(outcome, InvalidInput):
        if set(outcome.problems) == {WHOLE}:  # of several fields together, so none is marked
            return Message("refused", gettext("Please correct this."), problems_text(outcome), code=outcome.code)
        return Message("refused", gettext("Please correct what is marked."), problems_text(outcome), code=outcome.code)
    row = outcome.row if isinstance(outcome, Refusal) else 0
    where = gettext("Row %(row)s", row=row) if row else ""
    return Message(RESULTS[outcome.sound], outcome_text(outcome), detail=where, code=outcome.code)
