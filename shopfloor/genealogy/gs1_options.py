"""What the company settles about GS1 bar codes: options, own identifiers, use of quantities (GS1-1, GS1-9, GS1-10, GS1-21, D10, D11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import Answer
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.fields import InputModel, Text20
from shopfloor.people.models import CompanySetting
from shopfloor.people.settings import OWN_IDENTIFIERS, read_settings
from shopfloor.scanning.gs1.mapping import kept_mapping
from shopfloor.scanning.gs1.spellings import can_stand_in_values, prefix_problem, replacement_problem

OwnField = Literal["", "Item", "BatchNumber", "SerialNumber", "Quantity", "ExpiryDate", "BestBefore", "ProductionDate"]
QuantityUse = Literal["ignore", "cap", "exact"]
OWN = "identifier_"
"""Begins the names of the fields of own identifiers."""


def _separator(spelling: str) -> str:
    problem = replacement_problem(spelling)
    if problem:
        raise ValueError(problem)
    return spelling


def _prefix(text: str) -> str:
    problem = prefix_problem(text)
    if problem:
        raise ValueError(problem)
    return text


Prefix = Annotated[Text20, Field(max_length=10), AfterValidator(_prefix)]


class Gs1Options(InputModel):
    """GS1-1: how GS1 is recognised and how strictly it is read. Blank texts: there is none."""

    gs1_recognition: Literal["key_first", "prefix"] = "key_first"
    gs1_check_digit: Literal["refuse", "warn"] = "refuse"
    unknown_ai: Literal["refuse", "skip"] = "refuse"
    gs1_prefix_fnc1: Prefix = ""
    gs1_prefix_datamatrix: Prefix = ""
    gs1_prefix_qr: Prefix = ""
    gs1_separator: Annotated[Text20, AfterValidator(_separator)] = ""


class Gs1Mapping(InputModel):
    """GS1-10, GS1-21: what the company means by 90 to 99, and what quantities on labels of parts do."""

    gs1_count_use: QuantityUse = "cap"
    gs1_measure_use: QuantityUse = "exact"
    identifier_90: OwnField = ""
    identifier_91: OwnField = ""
    identifier_92: OwnField = ""
    identifier_93: OwnField = ""
    identifier_94: OwnField = ""
    identifier_95: OwnField = ""
    identifier_96: OwnField = ""
    identifier_97: OwnField = ""
    identifier_98: OwnField = ""
    identifier_99: OwnField = ""


@dataclass(frozen=True)
class Gs1OptionsKept(Answer):
    """GS1-1, GS1-9."""

    code = "GS1_OPTIONS_KEPT"
    message = "The options of GS1 bar codes are kept. They count from the next scan on."


@dataclass(frozen=True)
class Gs1SeparatorCuts(Answer):
    """GS1-16."""

    code = "GS1_SEPARATOR_CUTS"
    message = (
        "Kept, but {separator} may stand in batch and serial numbers of GS1 codes: such numbers are cut there. Choose a character that "
        "GS1 does not allow, such as ~."
    )
    sound = "attention"
    separator: str


def set_gs1_options(session: Session, actor: Actor, *, given: Gs1Options) -> Gs1OptionsKept | Gs1SeparatorCuts:
    """Keep the options, all at once. Raises NotAllowed."""
    _keep(session, actor, given.model_dump())
    separator = given.gs1_separator
    return Gs1SeparatorCuts(separator) if can_stand_in_values(separator) else Gs1OptionsKept()


def set_gs1_mapping(session: Session, actor: Actor, *, given: Gs1Mapping) -> Gs1OptionsKept:
    """Keep mapping and use of quantities, all at once. Raises NotAllowed."""
    values = given.model_dump()
    own = tuple((name.removeprefix(OWN), values.pop(name)) for name in list(values) if name.startswith(OWN))
    _keep(session, actor, {**values, OWN_IDENTIFIERS: kept_mapping(tuple(pair for pair in own if pair[1]))})
    return Gs1OptionsKept()


def _keep(session: Session, actor: Actor, values: Mapping[str, str]) -> None:
    actor.require(rights.SETTINGS)
    before = {name: value for name, value in read_settings(session).items() if name in values}
    for name, value in values.items():
        session.merge(CompanySetting(name=name, value=value))
    audit.record(session, "set GS1 options", "settings", before=before, after=dict(values))


