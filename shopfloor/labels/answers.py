"""Answers of label jobs."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Answer


@dataclass(frozen=True)
class LabelsMade(Answer):
    """A job with its labels, drawn and read back."""

    code = "LABELS_MADE"
    message = "Job {job_no}: {label_count} labels were drawn and read back. Print them now."
    job_no: int
    label_count: int


@dataclass(frozen=True)
class LabelsPrinted(Answer):
    """Somebody says that the labels came out of the printer."""

    code = "LABELS_PRINTED"
    message = "Job {job_no} is printed. Scan the labels back to be sure."
    job_no: int


@dataclass(frozen=True)
class SendingBegun(Answer):
    """A try to send a job to a printer was noted."""

    code = "SENDING_BEGUN"
    message = "Job {job_no} goes to printer {printer}."
    job_no: int
    printer: str
    entry_no: int


@dataclass(frozen=True)
class SendingEnded(Answer):
    """How that try ended."""

    code = "SENDING_ENDED"
    message = "Job {job_no} on its way to printer {printer}: {state}."
    job_no: int
    printer: str
    state: str
    mine: bool = True
    """Whether this request is the one that sends."""


@dataclass(frozen=True)
class LabelsSent(Answer):
    """The printer took everything."""

    code = "LABELS_SENT"
    message = "Printer {printer} took {label_count} labels of job {job_no}. Scan them back to be sure."
    printer: str
    label_count: int
    job_no: int


@dataclass(frozen=True)
class LabelVerified(Answer):
    """A label was scanned back and is right."""

    code = "LABEL_VERIFIED"
    message = "Label {place} of {total} is right: {number}. Still open: {open_count}."
    place: int
    total: int
    number: str
    open_count: int
    """Labels, copies counted."""


@dataclass(frozen=True)
class LabelsVerified(Answer):
    """The last open label was scanned back."""

    code = "LABELS_VERIFIED"
    message = "Label {place} of {total} is right: {number}. All labels of job {job_no} are verified."
    place: int
    total: int
    number: str
    job_no: int
