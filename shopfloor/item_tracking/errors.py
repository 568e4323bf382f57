"""Refusals that only the page of item tracking lines meets; the others are in `reservations.tracking_errors`."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class DocumentClosed(Refusal):
    """PR-08: a finished document keeps its numbers."""

    code = "DOCUMENT_CLOSED"
    message = "{document} is {status}. Its numbers cannot change any more."
    document: str
    status: str


@dataclass(eq=False)
class NumbersAreRegistered(Refusal):
    """TK-01: this product gets its numbers when it is scanned."""

    code = "NUMBERS_ARE_REGISTERED"
    message = "The numbers of {item} are registered on the Tracked components page of {document}. Assign them there."
    item: str
    document: str


@dataclass(eq=False)
class LabelOfOtherItem(Refusal):
    """ER-27, standing rule 3: the item on the label beats the row; disagreement refuses."""

    code = "LABEL_OF_OTHER_ITEM"
    message = "The label is of {found}, but {document} is about {item}. Scan a label of {item}."
    found: str
    item: str
    document: str


@dataclass(eq=False)
class LabelWithoutNumber(Refusal):
    """D17: a code of something else never becomes a serial or lot number."""

    code = "LABEL_WITHOUT_NUMBER"
    message = "{scanned} names no serial or lot number for {document}. Scan the code of the number."
    scanned: str
    document: str


@dataclass(eq=False)
class NumbersOnLine(Refusal):
    """TL-13: numbers that should be new stand on the line already."""

    code = "NUMBERS_ON_LINE"
    message = "{document} carries {numbers} already. Begin with a number behind them."
    document: str
    numbers: str


@dataclass(eq=False)
class NoDigits(Refusal):
    """TL-13: without digits there is no next number."""

    code = "NO_DIGITS"
    message = "{number} holds no digits, so {count} numbers cannot be made from it. Give a first number such as SN-0001."
    number: str
    count: int
