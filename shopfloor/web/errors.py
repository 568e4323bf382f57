"""Refusals that only the web can give: who asks, from where, and with how much."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class NotSignedIn(Refusal):
    """A30: nobody acts without a name."""

    code = "NOT_SIGNED_IN"
    message = "Please sign in first: scan your badge."


@dataclass(eq=False)
class NotSetUp(Refusal):
    """An empty database knows nobody who could sign in."""

    code = "NOT_SET_UP"
    message = "This plant is not set up yet. Open the page /set-up in a browser first."


@dataclass(eq=False)
class SetUpCodeWrong(Refusal):
    """Whoever sets a plant up over the network shows that the server is theirs."""

    code = "SET_UP_CODE"
    message = "The set-up code is not right. It is printed in the window in which the server was started."


@dataclass(eq=False)
class ForeignOrigin(Refusal):
    """A28: a page of somebody else sent this."""

    code = "FOREIGN_ORIGIN"
    message = "This came from another address ({origin}) than this server's. Open the page here and try again."
    origin: str


@dataclass(eq=False)
class InputTooLarge(Refusal):
    """A35: uploads and forms have a limit."""

    code = "INPUT_TOO_LARGE"
    message = "That is too much at once: at most {megabytes} MB and {fields} fields."
    megabytes: int
    fields: int


@dataclass(eq=False)
class RequestInvalid(Refusal):
    """The request itself cannot be read."""

    code = "REQUEST_INVALID"
    message = "The request cannot be read: {problem}"
    problem: str


@dataclass(eq=False)
class NoSuchPage(Refusal):
    """Nothing is at this address."""

    code = "NO_SUCH_PAGE"
    message = "There is nothing at this address."


@dataclass(eq=False)
class Busy(Refusal):
    """The database could not take the command in time; nothing was written."""

    code = "DATABASE_BUSY"
    message = "Busy. Nothing was changed; please try again."
    sound = "attention"


@dataclass(eq=False)
class DiskUnusable(Refusal):
    """The disk of the database is full, or does not answer; nothing was written."""

    code = "DISK_UNUSABLE"
    message = "The server's disk is full or cannot be used. Nothing was changed. Tell an administrator; scans are kept and sent again."
    sound = "attention"


@dataclass(eq=False)
class ServerMistake(Refusal):
    """Our mistake. The number finds it in the log."""

    code = "SERVER_MISTAKE"
    message = "Sorry, the server made a mistake. Nothing was changed. Tell an administrator this number: {error_id}"
    error_id: str
