"""Forms drawn from the input model of a use case: one field for each field of the model (A29)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import EnumMeta
from typing import Any, Literal, get_args, get_origin

from flask_babel import gettext
from pydantic.fields import FieldInfo

from shopfloor.errors import InvalidInput, Refusal
from shopfloor.people.fields import InputModel
from shopfloor.web.inputs import form_values
from shopfloor.web.labels import HINTS, LABELS
from shopfloor.web.texts import outcome_text

Options = Sequence[tuple[str, str]]
EMPTY_ROWS = 4
FIRST_COLUMNS = ("line_no", "entry_type", "item_no")
"""What a row is about comes before its figures."""


@dataclass(frozen=True)
class FormField:
    """One field with what was typed and what is wrong with it."""

    name: str
    label: str
    kind: str
    """text, number (a serial, lot or document number), quantity, day, whole, check or select."""
    value: str = ""
    error: str = ""
    hint: str = ""
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()
    maximum: int = 0
    """Longest text; 0: no limit."""


@dataclass(frozen=True)
class Lines:
    """Rows of a form, such as the lines of an order."""

    name: str
    columns: tuple[FormField, ...]
    rows: tuple[tuple[FormField, ...], ...]
    error: str = ""


@dataclass(frozen=True)
class Form:
    """Everything `parts/form.html` needs."""

    action: str
    fields: tuple[FormField, ...]
    submit: str
    lines: Lines | None = None
    more: tuple[tuple[str, str, str], ...] = ()
    """Other things to do with what was typed: address, words, icon."""
    confirm: str = ""
    """The question that *Confirm* answers with yes; blank: nothing is asked."""
    hidden: tuple[tuple[str, str], ...] = ()
    """What the page knows and nobody types, such as the version that was read."""
    danger: bool = False
    """The button takes something away, or ends it."""
    icon: str = ""
    """Of the button; blank: what the page or the kind of form says."""
    preview: tuple[str, str] = ("", "")
    """Words and address of a second button that only asks; blank: there is none."""


def chosen_by_hand(options: Options) -> Options:
    """Choices of which none is the natural one: where there are several, somebody says which, and nobody posts to the first by chance."""
    return [("", ""), *options] if len(options) > 1 else options


class FormBuilder:
    """Builds the form of one model, with what was typed when a refusal brought it back."""

    def __init__(
        self,
        model: type[InputModel],
        *,
        action: str,
        submit: str,
        refusal: Refusal | None = None,
        values: Mapping[str, Any] | None = None,
        options: Mapping[str, Options] | None = None,
        without: Sequence[str] = (),
        without_columns: Sequence[str] = (),
        confirm: str = "",
        hidden: Mapping[str, str] | None = None,
        danger: bool = False,
        icon: str = "",
        preview: tuple[str, str] = ("", ""),
        more: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        """`values` fill the form before anything was typed; `without` are fields that the address or `hidden` gives, `without_columns`
        those of its lines that say nothing here; `confirm` is the word for yes; `more` are further buttons.
        """
        self.confirm = confirm
        self.more = tuple(more)
        self.model = model
        self.action = action
        self.submit = submit
        self.refusal = refusal
        self.typed = form_values() if refusal is not None else dict(values or {})
        self.problems = refusal.problems if isinstance(refusal, InvalidInput) else _at_line(refusal)
        self.options = dict(options or {})
        self.hidden = {"lines", "confirmed", *without}
        self.hidden_columns = frozenset(without_columns)
        self.kept = tuple((hidden or {}).items())
        self.danger, self.icon = danger, icon
        self.preview = preview

    def form(self) -> Form:
        """The form, with its lines if the model has some."""
        fields = tuple(
            self._field(name, info, name, self.typed.get(name)) for name, info in self.model.model_fields.items() if name not in self.hidden
        )
        asks = self.refusal is not None and self.refusal.asks and "confirmed" in self.model.model_fields
        yes = self.confirm or gettext("Yes, post it")
        return Form(
            action=self.action,
            fields=fields,
            submit=self.submit,
            lines=self._lines(),
            confirm=yes if asks else "",
            hidden=self.kept,
            danger=self.danger,
            icon=self.icon,
            preview=self.preview,
            more=self.more,
        )

    def _lines(self) -> Lines | None:
        info = self.model.model_fields.get("lines")
        if info is None:
            return None
        line_model = get_args(info.annotation)[0]
        typed = self.typed.get("lines")
        rows = [row for row in typed if isinstance(row, Mapping)] if isinstance(typed, (list, tuple)) else []
        rows += [{}] * max(EMPTY_ROWS - len(rows), 0 if self.typed.get("fixed_rows") else 1)
        drawn = tuple(self._row(line_model, number, row) for number, row in enumerate(rows))
        return Lines("lines", self._row(line_model, 0, {}), drawn, error=self.problems.get("lines", ""))

    def _row(self, line_model: type[InputModel], number: int, row: Mapping[str, Any]) -> tuple[FormField, ...]:
        names = sorted(line_model.model_fields, key=lambda name: name not in FIRST_COLUMNS)
        fields = line_model.model_fields
        return tuple(
            self._field(name, fields[name], f"lines.{number}.{name}", row.get(name)) for name in names if name not in self.hidden_columns
        )

    def _field(self, name: str, info: FieldInfo, full_name: str, typed: object) -> FormField:
        value = _start_value(info) if typed is None else typed
        options = tuple(self.options.get(name, ())) or _own_options(info)
        return FormField(
            name=full_name,
            label=str(LABELS.get(name, name.replace("_", " ").capitalize())),
            kind="select" if options else _kind(info),
            value=str(value) if not isinstance(value, bool) else ("1" if value else ""),
            error=self.problems.get(full_name, ""),
            hint="" if name == "no" and info.is_required() else str(HINTS.get(name, "")),
            required=info.is_required(),
            options=options if info.is_required() or name not in self.options else (("", ""), *options),
            maximum=next((m.max_length for m in info.metadata if getattr(m, "max_length", None)), 0),
        )


def _at_line(refusal: Refusal | None) -> Mapping[str, str]:
    """A refusal of one row of many stands at its field, or at the row's first one."""
    if refusal is None or not refusal.row:
        return {}
    return {f"lines.{refusal.row - 1}.{refusal.row_column or 'item_no'}": outcome_text(refusal)}


def _start_value(info: FieldInfo) -> object:
    default = info.get_default()
    return "" if info.is_required() or default is None or isinstance(default, tuple) else default


def _own_options(info: FieldInfo) -> tuple[tuple[str, str], ...]:
    """The words of an enumeration or a Literal."""
    if isinstance(info.annotation, EnumMeta):
        return tuple((str(member.value), gettext(str(member.value))) for member in info.annotation)
    if get_origin(info.annotation) is Literal:
        return tuple((word, gettext(word)) for word in get_args(info.annotation))
    return ()


def _kind(info: FieldInfo) -> str:
    if info.annotation is bool:
        return "check"
    if info.annotation is int:
        return "whole"
    if info.annotation in (date, date | None):
        return "day"
    return "quantity" if info.annotation in (Decimal, Decimal | None) else "text"
