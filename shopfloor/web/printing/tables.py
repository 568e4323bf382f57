"""Columns and rows of label jobs, shared by the pages that list them."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from shopfloor.labels.queries import JobRow
from shopfloor.web.tables import Cell, Column

JOBS = (
    Column(_l("Job"), "number"),
    Column(_l("Of")),
    Column(_l("Labels"), "quantity"),
    Column(_l("Copies"), "quantity"),
    Column(_l("Status"), "status"),
    Column(_l("Open"), "quantity"),
    Column(_l("Reason")),
    Column(_l("Made"), "time"),
    Column(_l("Who")),
    Column(_l("Printed"), "time"),
    Column(_l("How")),
)


def job_cells(row: JobRow) -> tuple[Cell, ...]:
    """One job in a list."""
    reason = _("Job %(no)s again: %(reason)s", no=row.reprint_of, reason=row.reason) if row.reprint_of else ""
    return (
        Cell(str(row.job_no), f"/label-jobs/{row.job_no}"), Cell(f"{_(row.source)} {row.source_no}"), Cell(row.label_count),
        Cell(row.copies), Cell(row.state), Cell(row.open_count), Cell(reason), Cell(row.created_at), Cell(row.created_by),
        Cell(row.printed_at), Cell(_(row.printed_how)),
    )
