"""Why a scan cannot be read, or a label cannot be printed."""

from __future__ import annotations

from dataclasses import dataclass, field

from shopfloor.errors import Refusal

SCAN_TEXT_LIMIT = 4096
"""Characters that a scan may have at the door (A35)."""
NUMBER_LIMIT = 50
"""Visible characters of a plain number (D34)."""

EXPLANATIONS: dict[str, str] = {
    "too_many_ais": "it holds too many elements",
    "unknown_symbology_identifier": "it starts with “]” but not with a known symbology identifier",
    "ai_value_empty": "the value is missing",
    "ai_value_too_short": "the value is too short",
    "ai_value_too_long": "the value is too long, perhaps the scanner drops the separator",
    "ai_value_bad_length": "the value has a wrong length",
    "invalid_character": "the value holds a character that is not allowed there",
    "check_digit": "the check digit is wrong",
    "invalid_date": "there is no such date",
    "invalid_time": "there is no such time",
    "invalid_code": "the value is not one of the agreed codes",
    "invalid_value": "the value is not allowed",
    "malformed_brackets": "the brackets do not stand around application identifiers",
    "malformed_envelope": "the ISO/IEC 15434 envelope is damaged or of another format",
    "dl_malformed": "the web address is not a complete GS1 Digital Link",
    "dl_sequence": "the parts of the GS1 Digital Link stand in the wrong place or order",
    "ambiguous_separator": "the scanner sent no separator and the code can be read in several ways",
    "ai_mutex": "it must not stand together with another element of this code",
    "ai_requisite": "another element that it needs is missing",
    "digsig_serial": "a digital signature needs a key with a serial number",
}
"""Every kind of GS1_PARSE (gs1.md section 5, closed list), in words."""


EXPLANATION_AT = "({ai}) at position {place}: {explanation}"
"""An explanation and where in the code it counts."""
KEYBOARDS = {"us": "US English", "gb": "British", "de": "German", "fr": "French"}
"""Keyboard layouts of wedge.json in words."""


@dataclass(eq=False)
class ScanRefused(Refusal):
    """Base of everything that `gs1.read.read` may raise (R-01)."""


@dataclass(eq=False)
class ScanEmpty(ScanRefused):
    """R-07: nothing, or nothing but separators and blanks."""

    code = "SCAN_EMPTY"
    message = "The scan is empty."


@dataclass(eq=False)
class ScanTooLong(ScanRefused):
    """SCN-1, D34, A35."""

    code = "SCAN_TOO_LONG"
    message = "The scan has {length} characters. At most {limit} are allowed here."
    length: int
    limit: int


@dataclass(eq=False)
class ScanInvalid(ScanRefused):
    """SCN-1: a control character or another character that nobody can see."""

    code = "SCAN_INVALID"
    message = "The scan holds a character that cannot be seen ({character}, position {position})."
    character: str
    """Code point, such as U+0000."""
    position: int
    """Counted from 1."""


@dataclass(eq=False)
class CommandUnknown(ScanRefused):
    """A command bar code that this version does not know."""

    code = "COMMAND_UNKNOWN"
    message = "There is no command {command}."
    command: str


@dataclass(eq=False)
class Gs1Parse(ScanRefused):
    """GS1-17, R-01: the code is GS1 and not right. Nothing of it is used."""

    code = "GS1_PARSE"
    message = "The bar code cannot be read: {explanation}."
    kind: str
    """One of EXPLANATIONS."""
    ai: str = ""
    """Application identifier that is concerned, blank if none is."""
    position: int = 0
    """Characters before the place, in the element string without its symbology identifier."""
    candidates: list[str] = field(default_factory=list)
    """R-17: the possible readings in bracketed form, for the operator to choose from."""
    explanation: str = ""
    place: int = 0
    """The position counted from 1, as people do."""

    def __post_init__(self) -> None:
        """The explanation follows from the kind."""
        self.place = self.position + 1
        if not self.explanation:
            for _name, template in self.phrases():
                self.explanation = template.format(ai=self.ai, place=self.place, explanation=self.explanation)

    def phrases(self) -> tuple[tuple[str, str], ...]:
        """The explanation, with its place where it has one."""
        why = ("explanation", EXPLANATIONS[self.kind])
        return (why, ("explanation", EXPLANATION_AT)) if self.ai else (why,)


@dataclass(eq=False)
class Gs1UnknownIdentifier(ScanRefused):
    """GS1-8, R-08: no application identifier starts here."""

    code = "GS1_UNKNOWN_AI"
    message = "The bar code cannot be read: “{ai}” at position {place} is not an application identifier."
    ai: str
    position: int = 0
    """Characters before the place."""
    place: int = 0
    """The same counted from 1, as people do."""
    kind: str = "unknown_ai"

    def __post_init__(self) -> None:
        """People count from 1."""
        self.place = self.position + 1


@dataclass(eq=False)
class Gs1Conflict(ScanRefused):
    """GS1-15, R-12: one identifier with two values."""

    code = "GS1_CONFLICT"
    message = "The bar code contradicts itself: ({ai}) is {first_value} and also {second_value}."
    ai: str
    first_value: str
    second_value: str
    position: int = 0
    kind: str = "repeated_ai_conflict"


@dataclass(eq=False)
class KeyboardLayout(Refusal):
    """Peers 18: nobody knows the text, and another keyboard layout explains it."""

    code = "KEYBOARD_LAYOUT"
    message = "{text_given} is not known and looks like {meant}, typed through a {keyboard} keyboard. Check the scanner of this station."
    text_given: str
    """As it arrived."""
    meant: str
    """What it says through that layout."""
    layout: str
    """gb, de or fr."""
    refused_as: str
    """Code of the refusal that would have been given without the hint; blank: a new product would have been registered."""
    hint: str = "layout"
    keyboard: str = ""
    """The layout in words."""

    def __post_init__(self) -> None:
        """The words follow from the layout."""
        self.keyboard = self.keyboard or KEYBOARDS[self.layout]

    def phrases(self) -> tuple[tuple[str, str], ...]:
        """The layout in words."""
        return (("keyboard", KEYBOARDS[self.layout]),)


@dataclass(eq=False)
class SeparatorLost(Refusal):
    """R-23: a scanner that passed its check left out a separator, and what it sent so is refused."""

    code = "SEPARATOR_LOST"
    message = (
        "The scanner sent this label without a separator, so it cannot be right. Scan it again: it is now read in the order of its label, "
        "{order}. Let the scanner of station {station} be checked."
    )
    station: str
    order: str
    """Identifiers with commas between."""
    refused_as: str
    """Code of the refusal that would have been given without the hint."""
    hint: str = "separator"


@dataclass(eq=False)
class LabelUnreadable(Refusal):
    """R-25: what was drawn does not read back as what was meant, so it must not be printed."""

    code = "LABEL_UNREADABLE"
    message = "The label for {content} was drawn but does not read back: {found}."
    content: str
    found: str
