"""Undo last scan: the session's last registration, while it is still open (TCP-16)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.genealogy.answers import ScanAnswer, Undone
from shopfloor.genealogy.facts import COMPONENT, OPEN, PRODUCT, Association
from shopfloor.genealogy.maintenance_errors import NothingToUndo
from shopfloor.genealogy.models import AssociationEntry, ComponentAssociation, ScanEntry, TrackedProduct
from shopfloor.genealogy.quantity_changes import reduce_association
from shopfloor.genealogy.removal import remove_associations, remove_row
from shopfloor.genealogy.row_queries import associations_by_no, read_rows
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.production.locking import lock_order

_log = table(AssociationEntry)
_scan = table(ScanEntry)
_association = table(ComponentAssociation)
_row = table(TrackedProduct)
LOOK_BACK = 50


def undo_last(job: ScanJob) -> ScanAnswer:
    """Take the last registration of this browser session on this order back. Raises NothingToUndo."""
    order = lock_order(job.session, job.order_no)
    last = _last_standing(job.session, job)
    if last.association_no:
        return _undo_association(job, last)
    rows = read_rows(job.session, order, [last.match_id])
    if last.match_id not in rows.rows or rows.associations(last.match_id):
        raise NothingToUndo
    row, _ = rows.rows[last.match_id]
    if row.state != OPEN:
        raise NothingToUndo
    remove_row(job.session, job.actor, rows.of_line(row.match_id), row, reason="undo")
    return Undone(order_no=job.order_no, mode=PRODUCT, number=row.tracking.label())


def _undo_association(job: ScanJob, last: SqlRow[Any]) -> ScanAnswer:
    found = associations_by_no(job.session, job.order_no, [last.association_no])
    if not found or found[0].state != OPEN or found[0].quantity != last.quantity:
        raise NothingToUndo
    association: Association = found[0]
    if last.old_quantity:
        reduce_association(job.session, job.actor, association, last.old_quantity, reason="undo")
    else:
        remove_associations(job.session, job.actor, [association], reason="undo")
    return Undone(
        order_no=job.order_no, mode=COMPONENT, match_id=association.match_id or job.scan.product,
        component_line_no=association.component_line_no if job.scan.line else 0, number=association.tracking.label(),
        association_no=association.association_no,
    )


def _last_standing(session: Session, job: ScanJob) -> SqlRow[Any]:
    """The newest registration of the session that was not taken back yet."""
    rows = session.connection().execute(
        select(
            _log.c.entry_no, _log.c.match_id, _log.c.association_no, _log.c.quantity, _log.c.old_quantity, _association.c.state,
            _association.c.quantity.label("quantity_now"), _row.c.state.label("row_state"),
        )
        .join(_scan, and_(_scan.c.plant_no == _log.c.plant_no, _scan.c.command_key == _log.c.command_key))
        .outerjoin(
            _association, and_(_association.c.plant_no == _log.c.plant_no, _association.c.association_no == _log.c.association_no)
        )
        .outerjoin(_row, and_(_row.c.plant_no == _log.c.plant_no, _row.c.match_id == _log.c.match_id))
        .where(
            plant(session, _log, _scan), _scan.c.session_id == job.rules.session_id, _log.c.order_no == job.order_no,
            _log.c.action.in_(("registered", "changed")), _scan.c.kind.in_(("scan", "confirm")),
        )
        .order_by(_log.c.entry_no.desc())
        .limit(LOOK_BACK)
    ).all()
    for row in rows:
        if not _taken_back(row):
            return row  # type: ignore[return-value]  # the columns above
    raise NothingToUndo


def _taken_back(row: Any) -> bool:  # noqa: ANN401  # a row of the query above
    """Removed since, or a top-up that was reduced again."""
    if row.association_no:
        return bool(row.state == "Removed" or (row.old_quantity > 0 and row.quantity_now == row.old_quantity))
    return row.row_state in {"Removed", "Pre-allocated"}


