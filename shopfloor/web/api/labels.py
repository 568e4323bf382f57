"""Labels: what a source would print, jobs, files, printers, and the proof by scanning back."""

from __future__ import annotations

from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from shopfloor.labels import commands, queries, verifying
from shopfloor.labels.inputs import (
    MOST_LABELS,
    LabelSource,
    NewLabelJob,
    PrintedLabels,
    PrintQualityFilter,
    ReprintLabels,
    SendLabels,
    VerifyLabel,
)
from shopfloor.labels.sources import label_texts
from shopfloor.labels.trend_queries import print_quality
from shopfloor.web.api.base import READS, WRITES, PageQuery, WriteHeaders, blueprint, command, done, page, show
from shopfloor.web.extensions import request_session
from shopfloor.web.lists import found
from shopfloor.web.printing import files
from shopfloor.web.printing.sending import send_labels

api = blueprint("labels", "Labels")


class JobPath(BaseModel):
    """One job."""

    job_no: int = Field(ge=1, le=2**62)


class LabelPath(JobPath):
    """One label of a job."""

    place: int = Field(ge=1, le=2**31 - 1)


class SourceQuery(LabelSource):
    """A source, and the place of the first label that is wanted."""

    first: int = Field(default=1, ge=1, le=2**31 - 1)


class JobsQuery(PageQuery):
    """Filters of the list; a blank one filters nothing."""

    state: str = Field(default="", max_length=10, description="Made, Printed or Verified")
    source_no: str = Field(default="", max_length=60)


class FileQuery(BaseModel):
    """How a file is wanted."""

    symbols: str = Field(default="", max_length=10, description="ZPL: `commands` lets the printer draw symbols where that is certain")
    first_cell: int = Field(default=1, ge=1, le=100, description="PDF: first free label of the first sheet")


@api.get("/labels", summary="What the labels of a source would say", responses=READS)
def source(query: SourceQuery) -> Response:
    """At most 500 labels, from `first` on."""
    return show(label_texts(request_session(), query, first=query.first, limit=MOST_LABELS))


@api.get("/label-jobs", summary="Label jobs, newest first", responses=READS)
def jobs(query: JobsQuery) -> Response:
    """A page of jobs."""
    return page(queries.list_jobs(request_session(), **query.model_dump()))


@api.get("/label-jobs/<int:job_no>", summary="One job with its labels and what was sent to printers", responses=READS)
def job(path: JobPath) -> Response:
    """One job."""
    return show(found("label job", str(path.job_no), queries.job_card(request_session(), path.job_no)))


@api.get("/label-jobs/<int:job_no>/labels.pdf", summary="The labels as sheets or a roll", responses=READS)
def as_pdf(path: JobPath, query: FileQuery) -> Response:
    """PDF."""
    del query  # read where the page reads it
    return files.as_pdf(path.job_no)


@api.get("/label-jobs/<int:job_no>/labels.zpl", summary="The labels for a thermal printer", responses=READS)
def as_zpl(path: JobPath, query: FileQuery) -> Response:
    """ZPL II."""
    del query
    return files.as_zpl(path.job_no)


@api.get("/label-jobs/<int:job_no>/labels/<int:place>.png", summary="One label with the dots of its printer", responses=READS)
def as_png(path: LabelPath) -> Response:
    """PNG."""
    return files.as_png(path.job_no, path.place)


@api.get("/label-jobs/<int:job_no>/labels/<int:place>.svg", summary="One label, crisp at any size", responses=READS)
def as_svg(path: LabelPath) -> Response:
    """SVG."""
    return files.as_svg(path.job_no, path.place)


@api.post("/label-jobs", summary="Make labels of a document, an order, a unit or a number", responses=WRITES)
def make(header: WriteHeaders, body: NewLabelJob) -> Response:
    """All of them are drawn and read back, or nothing is made."""
    queries.check_source(request_session(), body)
    return command(commands.make_labels, header, given=body)


@api.post("/label-jobs/<int:job_no>/reprint", summary="Labels once more, with a reason", responses=WRITES)
def reprint(path: JobPath, header: WriteHeaders, body: ReprintLabels) -> Response:
    """Without places those that nobody scanned back."""
    return command(commands.reprint_labels, header, job_no=path.job_no, given=body)


@api.post("/label-jobs/<int:job_no>/printed", summary="The labels came out of a printer", responses=WRITES)
def printed(path: JobPath, header: WriteHeaders, body: PrintedLabels) -> Response:
    """Said by a person or a program that printed a file."""
    return command(commands.mark_printed, header, job_no=path.job_no, given=body)


@api.post("/label-jobs/<int:job_no>/send", summary="Send the labels to a printer", responses=WRITES)
def send(path: JobPath, header: WriteHeaders, body: SendLabels) -> Response:
    """The same key prints once, however often it comes."""
    return done(send_labels(path.job_no, body, header.idempotency_key))


@api.post("/label-jobs/<int:job_no>/verify", summary="A label was scanned back", responses=WRITES)
def verify(path: JobPath, header: WriteHeaders, body: VerifyLabel) -> Response:
    """Exactly as the scanner sent it, separators included."""
    return command(verifying.verify_label, header, job_no=path.job_no, given=body)


@api.get("/print-quality", summary="Unused error correction of matrix codes, by day and printer", responses=READS)
def quality_of_print(query: PrintQualityFilter) -> Response:
    """In percent of what cameras had left; a printer that wears out falls. Days of UTC."""
    return show(print_quality(request_session(), query))
