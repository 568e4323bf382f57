"""Refusals of label jobs."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class NothingToLabel(Refusal):
    """Only goods with numbers get labels."""

    code = "NOTHING_TO_LABEL"
    message = "{source} has no serial, lot or package number that a label could carry."
    source: str


@dataclass(eq=False)
class LabelForeign(Refusal):
    """Print and verify: the scanned code belongs to something else."""

    code = "LABEL_FOREIGN"
    message = "“{scanned}” is not among the labels of job {job_no} ({label_count}). Put it aside and scan the next one."
    scanned: str
    label_count: int
    job_no: int


@dataclass(eq=False)
class LabelDiffers(Refusal):
    """Print and verify: the number is right, the rest of the label is not."""

    code = "LABEL_DIFFERS"
    message = "The label of {number} says {found} and should say {expected}. Throw it away and print it again."
    number: str
    found: str
    expected: str


@dataclass(eq=False)
class LabelTwice(Refusal):
    """Print and verify: more labels of one number than were printed."""

    code = "LABEL_TWICE"
    message = "Label {place} of {total} ({number}) was scanned back already. Scanned twice, or is it stuck on two things?"
    number: str
    place: int
    total: int


@dataclass(eq=False)
class NothingToReprint(Refusal):
    """Every label of the job was scanned back."""

    code = "NOTHING_TO_REPRINT"
    message = "No label of job {job_no} is open. Tick the labels that you want once more."
    job_no: int


@dataclass(eq=False)
class PrinterAway(Refusal):
    """The printer did not take the labels. The job stays as it is and can be sent again."""

    code = "PRINTER_AWAY"
    message = "Printer {printer} did not take the labels: {problem}. Nothing is lost; send job {job_no} again."
    printer: str
    problem: str
    job_no: int


@dataclass(eq=False)
class PrinterStopped(Refusal):
    """The printer took some of it. Sending the whole job again would put two labels of one number into the hall."""

    code = "PRINTER_STOPPED"
    message = (
        "Printer {printer} stopped in the middle: {problem}. Some labels of job {job_no} may be out. "
        "Look at the printer, tick those that are missing, and press Print again."
    )
    printer: str
    problem: str
    job_no: int


@dataclass(eq=False)
class PrinterBusy(Refusal):
    """The same press of the button came again while the first one is being answered."""

    code = "PRINTER_BUSY"
    message = "Job {job_no} is on its way to printer {printer}. Wait, and look at the printer before you send it once more."
    printer: str
    job_no: int


@dataclass(eq=False)
class PrinterOutside(Refusal):
    """Labels go to loopback and private addresses only, unless an administrator allowed this printer more."""

    code = "PRINTER_OUTSIDE"
    message = "Printer {printer} is at {address}, outside the private networks. An administrator can allow that on its card."
    printer: str
    address: str


@dataclass(eq=False)
class PrinterBlocked(Refusal):
    """Master data says so."""

    code = "PRINTER_BLOCKED"
    message = "Printer {printer} is blocked. Choose another one."
    printer: str


@dataclass(eq=False)
class PrinterResolution(Refusal):
    """IMG-13: dots of another size would tear the symbol."""

    code = "PRINTER_RESOLUTION"
    message = "Printer {printer} has {printer_dpi} dpi and format {format} is made for {format_dpi}. Choose a format for this printer."
    printer: str
    printer_dpi: int
    format: str
    format_dpi: int
