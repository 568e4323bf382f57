"""What a use case can answer: an answer, a question, or a refusal, each with a stable code.

An answer is kept with its command key (A19), so every field must survive JSON: text, whole numbers, booleans,
`None`, and lists or dictionaries of these. Quantities travel as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

Fields = dict[str, Any]


_COUNTED = re.compile(r"\{(\w+)\} (line|entrie|row|number|serial number|reservation|problem)s( were)?\b")


def one_of_many(template: str, fields: Fields) -> str:
    """`{line_count} lines` is one line where it counts one. Other languages have their own way in their translation."""

    def words(found: re.Match[str]) -> str:
        if fields.get(found[1]) not in {1, "1"}:
            return found[0]
        return f"{{{found[1]}}} {'entry' if found[2] == 'entrie' else found[2]}{' was' if found[3] else ''}"

    return _COUNTED.sub(words, template)


class Outcome:
    """Common part of answers and refusals: code, message with its fields, and the sound it makes."""

    code: ClassVar[str] = ""
    message: ClassVar[str] = ""
    """English template with named fields; translated where it is shown."""
    sound: ClassVar[str] = "accepted"
    """One of accepted, information, attention, refused."""
    dates: ClassVar[frozenset[str]] = frozenset()
    """Fields with dates as 2026-12-31 whose name does not end in `_date`; shown as the reader writes dates."""
    registry: ClassVar[dict[str, type[Outcome]]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Codes are unique: two classes with one code could not be told apart when a stored answer is read back."""
        super().__init_subclass__(**kwargs)
        code = cls.__dict__.get("code")
        if code:
            known = Outcome.registry.setdefault(code, cls)
            assert (known.__module__, known.__qualname__) == (cls.__module__, cls.__qualname__), f"code {code} is used by {known} and {cls}"
            Outcome.registry[code] = cls

    def outcome_fields(self) -> Fields:
        """The fields of this outcome as JSON can keep them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def phrases(self) -> tuple[tuple[str, str], ...]:
        """Fields that are texts for people themselves, and their English templates: each is translated before the message is (A31)."""
        return ()

    def text(self) -> str:
        """The message in English with its fields filled in."""
        fields = self.outcome_fields()
        return one_of_many(self.message, fields).format(**fields)

    @classmethod
    def restore(cls, code: str, values: Fields) -> Self:
        """Read a stored outcome back into its type."""
        kept = dict(values)
        row = kept.pop("row", 0) if issubclass(Outcome.registry[code], Refusal) else 0
        column = kept.pop("row_column", "")
        found = Outcome.registry[code](**kept)
        assert isinstance(found, cls)
        if row:
            found.row, found.row_column = row, column  # type: ignore[attr-defined]
        return found


@dataclass(frozen=True)
class Answer(Outcome):
    """What a use case gives back when it did its work. Subclasses name their code and message."""


@dataclass(eq=False)
class Refusal(Outcome, Exception):
    """The world says no. Nothing but the log of the command is kept.

    `eq=False` keeps the exception hashable. Subclasses are dataclasses with `eq=False` as well.
    """

    sound: ClassVar[str] = "refused"
    row = 0
    """Line of the list that was refused, from 1; 0: the command as a whole."""
    row_column = ""
    """Field of that line that is wrong, such as `quantity`; blank: the line as a whole."""

    def outcome_fields(self) -> Fields:
        """With row and column where a list was refused for one of its lines."""
        return super().outcome_fields() | ({"row": self.row, "row_column": self.row_column} if self.row else {})

    @property
    def asks(self) -> bool:
        """Whether this is a question that somebody may answer with yes."""
        return False

    def __str__(self) -> str:
        """The message, so that logs and test failures read as the operator reads them."""
        return f"{self.code}: {self.text()}"


@contextmanager
def in_row(number: int, column: str = "") -> Iterator[None]:
    """Tells a refusal which line of a list it is about, and which field of it unless the refusal knows."""
    try:
        yield
    except Refusal as refusal:
        refusal.row = refusal.row or number
        refusal.row_column = refusal.row_column or column
        raise


@dataclass(eq=False)
class NeedsConfirmation(Refusal):
    """Nothing was done yet: the operator is asked first (D18). A field `overridable` that is False makes it a plain refusal."""

    sound: ClassVar[str] = "attention"

    @property
    def asks(self) -> bool:
        """Whether a yes would help."""
        return bool(getattr(self, "overridable", True))


@dataclass(eq=False)
class KeyReused(Refusal):
    """A19: a command key names one command only."""

    code = "KEY_REUSED"
    message = "Command key {command_key} was already used for something else."
    command_key: str


@dataclass(eq=False)
class NotAllowed(Refusal):
    """A30: deny by default."""

    code = "NOT_ALLOWED"
    message = "{operator} may not do this: the right “{right}” is missing. Ask a supervisor."
    operator: str
    right: str


@dataclass(eq=False)
class NotFound(Refusal):
    """A record that the command names does not exist."""

    code = "NOT_FOUND"
    message = "There is no {record} {number}."
    record: str
    number: str


@dataclass(eq=False)
class InvalidInput(Refusal):
    """Input that cannot be read. `problems` maps a field to what is wrong with it."""

    code = "INVALID_INPUT"
    message = "Please correct: {summary}"
    summary: str
    problems: dict[str, str]


@dataclass(eq=False)
class StaleRow(Refusal):
    """ASC-7: the row was changed by somebody else since it was read."""

    code = "STALE_ROW"
    message = "{record} was changed by somebody else meanwhile. Look at the new values and try again."
    record: str


@dataclass(eq=False)
class HeldAfterRefusal(Refusal):
    """D16: captured before the refusal of the scan before it was seen; the operator decides what becomes of it."""

    code = "HELD_AFTER_REFUSAL"
    message = "This was scanned before the refusal could be seen. It is held until you continue or discard it."
    after_key: str


class DatabaseBusy(Exception):
    """The database could not take the command in time. Nothing was written; the same key may be sent again."""
